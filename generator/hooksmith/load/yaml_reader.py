"""YAML text → data and positions, by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).

PyYAML splits the text into events, in C where it can; what they mean is decided here:

- `no`, `off`, `2024-01-31` and `12:30` are strings; `0o17` and `0x1F` are integers, `017` is seventeen.
- A key is the text as written: `200:` gives `"200"`, `1.0:` gives `"1.0"`, `no:` gives `"no"`.
- A key that stands twice is an error. `<<` merges, as in YAML 1.1: own keys win, then earlier mappings.
- `.inf` and `.nan`, for which JSON has no number, are errors, as are tags outside the core schema.
- U+0085, U+2028 and U+2029 are characters like others; libyaml, which speaks YAML 1.1, would end lines there.
- An alias gives a copy, so that the data is a tree; what copies may add is limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

import yaml

from .outline import OUTLINED, Outline
from .syntax import MAX_ALIASED, MAX_DEPTH, Position, SyntaxProblem, is_too_deep, too_deep
from .yaml_scalars import plain_scalar

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_UNPRINTABLE = r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"

_STR, _MAP, _SEQ = (f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))
_TYPES: dict[str, tuple[type, ...]] = {
    "tag:yaml.org,2002:null": (type(None),),
    "tag:yaml.org,2002:bool": (bool,),
    "tag:yaml.org,2002:int": (int,),
    "tag:yaml.org,2002:float": (int, float),
}

_Value = TypeVar("_Value")


def parse(text: str) -> Any:
    """The value of the one document that `text` holds. Raises SyntaxProblem."""
    return _DataReader(text).read()


def parse_outlined(text: str) -> tuple[Any, Outline]:
    """As `parse`, with where the outermost keys stand."""
    reader = _DataReader(text)
    return reader.read(), reader.outline


def positions(text: str) -> Position:
    """Where everything stands in `text`. Raises SyntaxProblem where `parse` would."""
    return _PositionReader(text).read()


def some_positions(text: str, wanted: Iterable[Sequence[str]]) -> Position:
    """As `positions`, but of what leads to the `wanted` keys alone, which takes a tenth of the memory."""
    return _SomePositionsReader(text, wanted).read()


_OLD_BREAKS = "\x85\u2028\u2029"


def _hide_breaks(text: str) -> tuple[str, dict[int, int]]:
    """`text` with characters of private use for what ended lines in YAML 1.1, and the way back."""
    found = [char for char in _OLD_BREAKS if char in text]
    if not found:
        return text, {}
    spare = (code for code in range(0xE000, 0xF900) if chr(code) not in text)
    hidden = dict(zip(map(ord, found), spare, strict=False))
    return text.translate(hidden), {stand_in: char for char, stand_in in hidden.items()}


class _Frame(Generic[_Value]):
    """A mapping or sequence that is still open."""

    __slots__ = ("first", "key", "key_event", "members", "merged", "start")

    def __init__(self, start: Any, first: int) -> None:
        self.start = start
        self.first = first
        self.key: str | None = None
        self.key_event: Any = None
        self.members: dict[str, _Value] | list[_Value] = (
            {} if isinstance(start, yaml.MappingStartEvent) else []
        )
        self.merged: list[dict[str, _Value]] = []


class _Merge(str):
    """The key `<<` without quotes."""

    __slots__ = ()


_MERGE = _Merge("<<")


class _Reader(Generic[_Value]):
    """Turns events into values, with a stack of open collections instead of recursion.

    Two kinds of value are read: data, and positions. `_scalar`, `_collection`, `_keyed`, `_copy` and `_members`
    say how.
    """

    def __init__(self, text: str) -> None:
        self._text, self._hidden = _hide_breaks(text)
        self._stack: list[_Frame[_Value]] = []
        self._anchors: dict[str, tuple[_Value, str | None, int]] = {}
        self._count = 0
        self._aliased = 0
        self._documents: list[_Value] = []
        self._same: dict[str, str] = {}
        self.outline: Outline = []

    # How values are made.

    def _scalar(self, event: Any) -> _Value:
        raise NotImplementedError

    def _collection(self, start: Any, members: Any) -> _Value:
        raise NotImplementedError

    def _keyed(self, key_event: Any, value: _Value) -> _Value:
        raise NotImplementedError

    def _copy(self, value: _Value) -> _Value:
        raise NotImplementedError

    def _members(self, value: _Value) -> list[dict[str, _Value]] | None:
        """The mappings that `<<: value` merges, None where it cannot."""
        raise NotImplementedError

    # The loop.

    def read(self) -> _Value:
        try:
            self._read_events(_Loader(self._text))
        except yaml.reader.ReaderError:
            raise self._unprintable() from None
        except yaml.MarkedYAMLError as error:
            raise _syntax_problem(error, self._text) from error
        if not self._documents:
            raise SyntaxProblem("the file is empty")
        return self._documents[0]

    def _read_events(self, loader: Any) -> None:
        same = self._same.setdefault  # a document has few words, many times each
        while (event := loader.get_event()) is not None:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._count += 1
                value = event.value
                if self._hidden:
                    value = value.translate(self._hidden)
                event.value = same(value, value)
                self._add_scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                self._add_alias(event)
            elif kind is yaml.DocumentStartEvent and self._documents:
                raise _problem("a second document begins", event, "one file holds one document")

    def _add_scalar(self, event: Any) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and type(frame.members) is dict:
            text = event.value
            is_merge = text == "<<" and event.implicit[0]
            self._set_key(frame, _MERGE if is_merge else text, event)
            if event.anchor is not None:
                self._anchors[event.anchor] = (self._scalar(event), text, 1)
            return
        value = self._scalar(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, event.value, 1)
        self._add(value)

    def _set_key(self, frame: _Frame[_Value], key: str, event: Any) -> None:
        if key in frame.members and key is not _MERGE:
            raise _problem(f"the key {key!r} stands twice in one mapping", event)
        frame.key = key
        frame.key_event = event
        if len(self._stack) <= OUTLINED:
            mark = event.start_mark
            self.outline.append((len(self._stack), key, mark.line, mark.column))

    def _add(self, value: _Value) -> None:
        if not self._stack:
            self._documents.append(value)
            return
        frame = self._stack[-1]
        if type(frame.members) is list:
            frame.members.append(value)
        elif frame.key is None:
            raise _problem(
                "a key is a mapping or a sequence", frame.start, "JSON's keys are strings"
            )
        elif frame.key is _MERGE:
            self._merge(frame, value)
        else:
            frame.members[frame.key] = self._keyed(frame.key_event, value)  # type: ignore[call-overload]
        frame.key = None

    def _merge(self, frame: _Frame[_Value], value: _Value) -> None:
        members = self._members(value)
        if members is None:
            hint = 'a key that is really called so is written in quotes: "<<"'
            raise _problem("`<<` merges a mapping or a list of mappings", frame.key_event, hint)
        frame.merged.extend(members)

    def _open(self, event: Any) -> None:
        self._count += 1
        if event.tag is not None and event.tag not in (_MAP, _SEQ, "!"):
            raise _unknown_tag(event)
        if len(self._stack) >= MAX_DEPTH:
            raise too_deep(event.start_mark.line + 1, event.start_mark.column + 1)
        if self._stack and self._stack[-1].key is None and type(self._stack[-1].members) is dict:
            raise _problem("a key is a mapping or a sequence", event, "JSON's keys are strings")
        self._stack.append(_Frame(event, self._count))

    def _close(self) -> None:
        frame = self._stack.pop()
        members = frame.members
        if frame.merged:
            merged: dict[str, _Value] = {}
            for mapping in frame.merged:
                merged = {**mapping, **merged}
            members = {**merged, **members}  # type: ignore[dict-item]
        value = self._collection(frame.start, members)
        if frame.start.anchor is not None:
            size = self._count - frame.first + 1
            self._anchors[frame.start.anchor] = (value, None, size)
        self._add(value)

    def _add_alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise self._unknown_anchor(event)
        value, text, size = self._anchors[event.anchor]
        self._count += size
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            raise _problem(f"aliases add more than {MAX_ALIASED:,} values", event)
        if is_too_deep(value):
            raise too_deep(event.start_mark.line + 1, event.start_mark.column + 1)
        frame = self._stack[-1] if self._stack else None
        if frame is None or frame.key is not None or type(frame.members) is list:
            self._add(self._copy(value))
        elif text is None:
            raise _problem("a key is a mapping or a sequence", event, "JSON's keys are strings")
        else:
            self._set_key(frame, text, event)

    def _unknown_anchor(self, event: Any) -> SyntaxProblem:
        if any(frame.start.anchor == event.anchor for frame in self._stack):
            return _problem(f"the alias *{event.anchor} stands inside what it names", event)
        return _problem(f"the alias *{event.anchor} names no anchor before it", event)

    def _unprintable(self) -> SyntaxProblem:
        found = re.search(_UNPRINTABLE, self._text)
        if found is None:
            return SyntaxProblem("not readable as YAML")
        before = self._text[: found.start()]
        line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
        return SyntaxProblem(f"the character {found.group()!r} may not stand in YAML", line, column)


class _DataReader(_Reader[Any]):
    """Events → str, int, float, bool, None, lists and dicts."""

    def read(self) -> Any:
        data = super().read()
        if self._aliased and is_too_deep(data):
            raise too_deep()
        return data

    def _scalar(self, event: Any) -> Any:
        if event.tag is None and not event.implicit[0]:
            return event.value
        if event.tag is None or event.tag in _TYPES:
            try:
                value = plain_scalar(event.value)
            except ValueError as error:
                raise _problem(str(error), event, "write it in quotes, or leave it out") from error
            if event.tag is not None and not isinstance(value, _TYPES[event.tag]):
                raise _problem(f"{event.value!r} is not of the type its tag says", event)
            return value
        if event.tag in (_STR, "!"):
            return event.value
        raise _unknown_tag(event)

    def _collection(self, start: Any, members: Any) -> Any:
        return members

    def _keyed(self, key_event: Any, value: Any) -> Any:
        return value

    def _copy(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._copy(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._copy(item) for item in value]
        return value

    def _members(self, value: Any) -> list[dict[str, Any]] | None:
        values = value if isinstance(value, list) else [value]
        return values if all(isinstance(item, dict) for item in values) else None


_NO_CHILDREN: dict[str, Position] = {}
"""One for all scalars, of which there are tens of thousands."""


class _PositionReader(_Reader[Position]):
    """Events → positions, of the same shape as the data."""

    def _scalar(self, event: Any) -> Position:
        return Position(event.start_mark.line + 1, event.start_mark.column + 1, _NO_CHILDREN)

    def _collection(self, start: Any, members: Any) -> Position:
        if isinstance(members, list):
            members = {str(index): member for index, member in enumerate(members)}
        return Position(start.start_mark.line + 1, start.start_mark.column + 1, members)

    def _keyed(self, key_event: Any, value: Position) -> Position:
        mark = key_event.start_mark
        return Position(mark.line + 1, mark.column + 1, value.children)

    def _copy(self, value: Position) -> Position:
        return value

    def _members(self, value: Position) -> list[dict[str, Position]] | None:
        items = value.children
        is_list = bool(items) and list(items) == [str(index) for index in range(len(items))]
        return [item.children for item in items.values()] if is_list else [items]


class _SomePositionsReader(_PositionReader):
    """Forgets what stands below all that is not wanted, as soon as it has been read."""

    def __init__(self, text: str, wanted: Iterable[Sequence[str]]) -> None:
        super().__init__(text)
        self._wanted = {tuple(keys[:end]) for keys in wanted for end in range(len(keys) + 1)}

    def _collection(self, start: Any, members: Any) -> Position:
        here = tuple(
            str(len(frame.members)) if frame.key is None else frame.key for frame in self._stack
        )
        is_copied = start.anchor is not None or any(it.start.anchor for it in self._stack)
        if is_copied or _MERGE in here or here in self._wanted:
            return super()._collection(start, members)
        return Position(start.start_mark.line + 1, start.start_mark.column + 1, _NO_CHILDREN)


def _problem(message: str, event: Any, hint: str = "") -> SyntaxProblem:
    mark = event.start_mark
    return SyntaxProblem(message, mark.line + 1, mark.column + 1, hint)


def _unknown_tag(event: Any) -> SyntaxProblem:
    tag = event.tag.replace("tag:yaml.org,2002:", "!!")
    return _problem(
        f"the tag {tag} is not of YAML's core schema", event, "write the value as JSON would"
    )


def _syntax_problem(error: yaml.MarkedYAMLError, text: str) -> SyntaxProblem:
    mark = error.problem_mark or error.context_mark
    message = error.problem or error.context or "not readable as YAML"
    if mark is None:
        return SyntaxProblem(message)
    if error.context and error.context_mark and error.context_mark.line != mark.line:
        message += f" ({error.context} from line {error.context_mark.line + 1})"
    line = text.splitlines()[mark.line] if mark.line < len(text.splitlines()) else ""
    hint = (
        "YAML is indented with spaces, never with tabs"
        if line[mark.column :].startswith("\t")
        else ""
    )
    return SyntaxProblem(message, mark.line + 1, mark.column + 1, hint)
