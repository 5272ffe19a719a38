"""YAML text → data and places, by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).

PyYAML splits the text into events, in C where it can; their meaning is decided here:

- `no`, `off`, `2024-01-31` and `12:30` are strings; `0o17` and `0x1F` are integers, `017` is seventeen.
- A key is the text as written: `200:` gives `"200"`, `1.0:` gives `"1.0"`, `no:` gives `"no"`.
- A duplicate key is an error. `<<` merges, as in YAML 1.1: the mapping's own keys win, then earlier mappings.
- `.inf` and `.nan`, for which JSON has no number, are errors, as are tags outside the core schema.
- U+0085, U+2028 and U+2029 are ordinary characters; libyaml, which implements YAML 1.1, would end lines there.
- An alias gives a copy, so that the data is a tree; MAX_ALIASED limits the values that copies add.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from .syntax import MAX_ALIASED, MAX_ALIASED_TEXT, MAX_DEPTH, SyntaxProblem, is_too_deep, too_deep
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

Marks = dict[int, "array[int]"]
"""`id` of a mapping or sequence → line and column, from 0, of each of its members in order."""


class YamlDocument:
    """Data of a YAML text, and the places of its values."""

    def __init__(self, data: Any, root: tuple[int, int], marks: Marks) -> None:
        self.data = data
        self._root = root
        self._marks = marks
        self._members: dict[int, dict[str, tuple[int, int]]] = {}

    def find(self, keys: Iterable[str]) -> tuple[int, int]:
        """Return the line and column, from 1, of the value under `keys`, or of its key if it has one.

        If a key is missing, return the place of the last value before it.
        """
        value, place = self.data, self._root
        for key in keys:
            members = self._places(value)
            if key not in members:
                break
            place = members[key]
            value = value[key] if isinstance(value, dict) else value[int(key)]
        return place[0] + 1, place[1] + 1

    def _places(self, value: Any) -> dict[str, tuple[int, int]]:
        """Return the places of the members of a mapping or sequence, by key or by index as text."""
        if not value or not isinstance(value, (dict, list)):
            return {}
        if id(value) not in self._members:
            marks = self._marks[id(value)]
            keys = value if isinstance(value, dict) else map(str, range(len(value)))
            self._members[id(value)] = dict(zip(keys, _pairs(marks), strict=True))
        return self._members[id(value)]


def _pairs(marks: array[int]) -> Iterator[tuple[int, int]]:
    return zip(marks[::2], marks[1::2], strict=True)


def read(text: str) -> YamlDocument:
    """Read the single document in `text`. Raises SyntaxProblem."""
    return _Reader(text).read()


def parse(text: str) -> Any:
    """Return the data of the single document in `text`. Raises SyntaxProblem."""
    return read(text).data


_OLD_BREAKS = "\x85\u2028\u2029"


def _hide_breaks(text: str) -> tuple[str, dict[int, int]]:
    """Replace the line ends of YAML 1.1 by characters of private use. Return the text and the reverse mapping."""
    breaks = [char for char in _OLD_BREAKS if char in text]
    if not breaks:
        return text, {}
    spare = (code for code in range(0xE000, 0xF900) if chr(code) not in text)
    hidden = dict(zip(map(ord, breaks), spare, strict=False))
    return text.translate(hidden), {stand_in: char for char, stand_in in hidden.items()}


class _Frame:
    """An open mapping or sequence. `marks`: line and column of each member."""

    __slots__ = ("first", "is_mapping", "key", "key_event", "marks", "members", "merged", "start")

    def __init__(self, start: Any, first: int) -> None:
        self.start = start
        self.first = first
        self.is_mapping = type(start) is yaml.MappingStartEvent
        self.key: str | None = None
        self.key_event: Any = None
        self.members: Any = {} if self.is_mapping else []
        self.marks: list[int] = []
        self.merged: list[dict[str, Any]] = []


class _Merge(str):
    """The key `<<` without quotes."""

    __slots__ = ()


_MERGE = _Merge("<<")


class _Reader:
    """Builds data and places from events, with a stack of open collections instead of recursion."""

    def __init__(self, text: str) -> None:
        self._text, self._hidden = _hide_breaks(text)
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, str | None, int]] = {}
        """Anchor → value, its text if it is a scalar, and the number of values in it."""
        self._count = 0
        self._aliased = 0
        self._aliased_text = 0
        self._documents: list[Any] = []
        self._root = (0, 0)
        self._marks: Marks = {}
        self._strings: dict[str, str] = {}

    def read(self) -> YamlDocument:
        """Read all events. Raises SyntaxProblem."""
        try:
            self._read_events(_Loader(self._text))
        except yaml.reader.ReaderError:
            raise self._unprintable() from None
        except yaml.MarkedYAMLError as error:
            raise _syntax_problem(error, self._text) from error
        if not self._documents:
            raise SyntaxProblem("the file is empty")
        data = self._documents[0]
        if self._aliased and is_too_deep(data):
            raise too_deep()
        return YamlDocument(data, self._root, self._marks)

    def _read_events(self, loader: Any) -> None:
        intern = self._strings.setdefault  # a document repeats few words many times
        while (event := loader.get_event()) is not None:
            event_type = type(event)
            if event_type is yaml.ScalarEvent:
                self._count += 1
                value = event.value
                if self._hidden:
                    value = value.translate(self._hidden)
                event.value = intern(value, value)
                self._add_scalar(event)
            elif event_type is yaml.MappingStartEvent or event_type is yaml.SequenceStartEvent:
                self._open(event)
            elif event_type is yaml.MappingEndEvent or event_type is yaml.SequenceEndEvent:
                self._close()
            elif event_type is yaml.AliasEvent:
                self._add_alias(event)
            elif event_type is yaml.DocumentStartEvent and self._documents:
                raise _problem("a second document begins", event, "one file holds one document")

    def _add_scalar(self, event: Any) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.is_mapping and frame.key is None:
            text = event.value
            is_merge = text == "<<" and event.implicit[0]
            self._set_key(frame, _MERGE if is_merge else text, event)
            if event.anchor is not None:
                self._anchors[event.anchor] = (_scalar(event), text, 1)
            return
        value = _scalar(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, event.value, 1)
        self._add(value, event)

    def _set_key(self, frame: _Frame, key: str, event: Any) -> None:
        if key in frame.members and key is not _MERGE:
            raise _problem(f"the key {key!r} stands twice in one mapping", event)
        frame.key = key
        frame.key_event = event

    def _add(self, value: Any, event: Any) -> None:
        """Add a value to the open collection. `event`: the value's first."""
        if not self._stack:
            self._documents.append(value)
            mark = event.start_mark
            self._root = (mark.line, mark.column)
            return
        frame = self._stack[-1]
        if not frame.is_mapping:
            frame.members.append(value)
            mark = event.start_mark
        elif frame.key is None:
            raise _problem(
                "a key is a mapping or a sequence", frame.start, "JSON's keys are strings"
            )
        elif frame.key is _MERGE:
            self._merge(frame, value)
            frame.key = None
            return
        else:
            frame.members[frame.key] = value
            frame.key = None
            mark = frame.key_event.start_mark
        frame.marks += (mark.line, mark.column)

    def _merge(self, frame: _Frame, value: Any) -> None:
        mappings = value if isinstance(value, list) else [value]
        if not all(isinstance(mapping, dict) for mapping in mappings):
            hint = 'a key that is really called so is written in quotes: "<<"'
            raise _problem("`<<` merges a mapping or a list of mappings", frame.key_event, hint)
        frame.merged += mappings

    def _open(self, event: Any) -> None:
        self._count += 1
        if event.tag is not None and event.tag not in (_MAP, _SEQ, "!"):
            raise _unknown_tag(event)
        if len(self._stack) >= MAX_DEPTH:
            raise too_deep(event.start_mark.line + 1, event.start_mark.column + 1)
        if self._stack and self._stack[-1].key is None and self._stack[-1].is_mapping:
            raise _problem("a key is a mapping or a sequence", event, "JSON's keys are strings")
        self._stack.append(_Frame(event, self._count))

    def _close(self) -> None:
        frame = self._stack.pop()
        if frame.merged:
            self._add_merged(frame)
        if frame.marks:
            self._marks[id(frame.members)] = array("I", frame.marks)
        if frame.start.anchor is not None:
            size = self._count - frame.first + 1
            self._anchors[frame.start.anchor] = (frame.members, None, size)
        self._add(frame.members, frame.start)

    def _add_merged(self, frame: _Frame) -> None:
        """Put the members of merged mappings before those of the mapping itself."""
        members: dict[str, Any] = {}
        marks: dict[str, tuple[int, int]] = {}
        for mapping in reversed(frame.merged):
            members |= mapping
            marks |= zip(mapping, _pairs(self._marks.get(id(mapping), array("I"))), strict=True)
        members |= frame.members
        marks |= zip(frame.members, _pairs(array("I", frame.marks)), strict=True)
        frame.members = members
        frame.marks = [number for key in members for number in marks[key]]

    def _add_alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise self._unknown_anchor(event)
        value, text, size = self._anchors[event.anchor]
        self._count += size
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            raise _problem(f"aliases add more than {MAX_ALIASED:,} values", event)
        self._aliased_text += _text_size(value) if text is None else len(text)
        if self._aliased_text > MAX_ALIASED_TEXT:
            raise _problem(f"aliases add more than {MAX_ALIASED_TEXT:,} characters", event)
        if is_too_deep(value):
            raise too_deep(event.start_mark.line + 1, event.start_mark.column + 1)
        frame = self._stack[-1] if self._stack else None
        if frame is None or frame.key is not None or not frame.is_mapping:
            self._add(self._copy(value), event)
        elif text is None:
            raise _problem("a key is a mapping or a sequence", event, "JSON's keys are strings")
        else:
            self._set_key(frame, text, event)

    def _copy(self, value: Any) -> Any:
        """Return a copy of data whose members have the places of the original's."""
        copy: Any
        if isinstance(value, dict):
            copy = {key: self._copy(item) for key, item in value.items()}
        elif isinstance(value, list):
            copy = [self._copy(item) for item in value]
        else:
            return value
        if value:
            self._marks[id(copy)] = self._marks[id(value)]
        return copy

    def _unknown_anchor(self, event: Any) -> SyntaxProblem:
        if any(frame.start.anchor == event.anchor for frame in self._stack):
            return _problem(f"the alias *{event.anchor} stands inside what it names", event)
        return _problem(f"the alias *{event.anchor} names no anchor before it", event)

    def _unprintable(self) -> SyntaxProblem:
        match = re.search(_UNPRINTABLE, self._text)
        if match is None:
            return SyntaxProblem("not readable as YAML")
        before = self._text[: match.start()]
        line, column = before.count("\n") + 1, match.start() - before.rfind("\n")
        return SyntaxProblem(f"the character {match.group()!r} may not stand in YAML", line, column)


def _scalar(event: Any) -> Any:
    """Return the str, int, float, bool or None that a scalar stands for. Raises SyntaxProblem."""
    tag = event.tag
    if tag is None and not event.implicit[0]:
        return event.value
    if tag is None or tag in _TYPES:
        try:
            value = plain_scalar(event.value)
        except ValueError as error:
            raise _problem(str(error), event, "write it in quotes, or leave it out") from error
        if tag is not None and not isinstance(value, _TYPES[tag]):
            raise _problem(f"{event.value!r} is not of the type its tag says", event)
        return value
    if tag in (_STR, "!"):
        return event.value
    raise _unknown_tag(event)


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


def _text_size(value: Any) -> int:
    """Return how many characters the keys and texts in a value have."""
    if isinstance(value, dict):
        return sum(len(key) + _text_size(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(_text_size, value))
    return len(value) if isinstance(value, str) else 1
