"""What an edit of a document's text changed, where that is one unit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .. import yaml12
from ..normalize.units import units
from ..outline import Outline, blocks
from ..pointer import escape
from ..reading import parse
from ..syntax import SyntaxProblem

Span = tuple[int, int]
"""Lines of a text, from 0: the first, and the one behind the last."""


class UnsureError(Exception):
    """Whether an edit's effects are known cannot be told: the whole document has to be read."""


class Change(NamedTuple):
    """`unit`: the pointer of what is different, empty where nothing is; `lines`: which of the old text are gone.

    `added`: by how many lines the text grew. `outline`: the new text's.
    """

    unit: str
    before: Any
    after: Any
    lines: Span
    added: int
    outline: Outline | None


def find_change(
    path: Path, old: bytes, new: bytes, outline: Outline | None, known: Mapping[str, str]
) -> Change:
    """The change from one text of a document, in UTF-8, to the next. `known`: the old units in JSON.

    Raises UnsureError.
    """
    gone, come = _different_lines(old, new)
    if outline is None:
        return _by_units(path, new, known, gone, come)
    return _in_block(old, new, outline, known, gone, come)


def _by_units(path: Path, new: bytes, known: Mapping[str, str], gone: Span, come: Span) -> Change:
    """Read the whole text, and compare unit by unit."""
    data = parse(path, new.decode())
    found = dict(units(data)) if isinstance(data, dict) else {}
    if list(found) != list(known):
        raise UnsureError("units come, go or move")
    changed = [pointer for pointer, value in found.items() if json.dumps(value) != known[pointer]]
    if len(changed) > 1:
        raise UnsureError("several units are different")
    unit = changed[0] if changed else ""
    before = json.loads(known[unit]) if unit else None
    return Change(unit, before, found.get(unit), gone, _length(come) - _length(gone), None)


_MARKER = re.compile(r"^(---|\.\.\.|%)", re.MULTILINE)


def _in_block(
    old: bytes, new: bytes, outline: Outline, known: Mapping[str, str], gone: Span, come: Span
) -> Change:
    """Read the one block of YAML that the difference lies in, before and after.

    In block style a key's lines are those indented more than it. Nothing outside them changes what they mean, for they
    have no aliases; and they change nothing outside, if they have no anchors and are read to the end as the same key.
    """
    unit, (first, last) = _holder(old, outline, known, gone)
    added = _length(come) - _length(gone)
    key, value = _read_block(_lines(old, first, last))
    if json.dumps(value) != known[unit]:
        raise UnsureError("the block is not what it was taken for")
    same, changed = _read_block(_lines(new, first, last + added))
    if key != same:
        raise UnsureError("a key is renamed")
    unit = unit if value != changed else ""
    return Change(unit, value, changed, gone, added, _moved(outline, last, added))


def _holder(old: bytes, outline: Outline, known: Mapping[str, str], gone: Span) -> tuple[str, Span]:
    for keys, (first, last, _) in blocks(outline, old.count(b"\n") + 1).items():
        if first < gone[0] and gone[1] <= last:
            pointer = "".join(f"/{escape(key)}" for key in keys)
            if pointer in known:
                return pointer, (first, last)
    raise UnsureError("the difference is not in one block")


def _lines(text: bytes, first: int, last: int) -> str:
    """Lines `first` to `last`, exclusive, of which there is one at least, without the end of the last one."""
    start = _behind(text, 0, first)
    return text[start : _behind(text, start, last - first) - 1].decode()


def _behind(text: bytes, start: int, count: int) -> int:
    """Where the text goes on behind so many ends of lines; behind its end, as if there were another one."""
    for _ in range(count):
        start = text.find(b"\n", start) + 1
        if not start:
            return len(text) + 1
    return start


def _read_block(text: str) -> tuple[str, Any]:
    """The one key that a block of lines is about, and its value."""
    if _MARKER.search(text) or "\r" in text.replace("\r\n", ""):
        raise UnsureError("lines that YAML might read otherwise in their place")
    try:
        piece = yaml12.parse_piece(text)
    except SyntaxProblem as problem:
        raise UnsureError("the block cannot be read") from problem
    if piece is None:
        raise UnsureError("not a block of its own")
    return piece


def _moved(outline: Outline, last: int, added: int) -> Outline:
    return [
        (depth, key, line + added if line >= last else line, column)
        for depth, key, line, column in outline
    ]


_END = ord("\n")


def _different_lines(old: bytes, new: bytes) -> tuple[Span, Span]:
    """The lines of the old text that are gone, and those of the new one that came in their place."""
    shorter = min(len(old), len(new))
    start = _most(shorter, lambda size, more: old[size:more] == new[size:more])
    start = old.rfind(b"\n", 0, start) + 1
    tail = _most(
        shorter - start,
        lambda size, more: (
            old[len(old) - more : len(old) - size] == new[len(new) - more : len(new) - size]
        ),
    )
    tail = _whole_lines(old, new, tail)
    line = old.count(b"\n", 0, start)
    gone, come = (text.count(b"\n", start, len(text) - tail) + (tail == 0) for text in (old, new))
    return (line, line + gone), (line, line + come)


def _most(limit: int, agree: Callable[[int, int], bool]) -> int:
    """The greatest size up to `limit` that texts agree in; `agree(size, more)`: also between these."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if agree(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _whole_lines(old: bytes, new: bytes, tail: int) -> int:
    """So much of a common end as begins with a line in both texts."""
    start = len(old) - tail
    if all(len(text) == tail or text[len(text) - tail - 1] == _END for text in (old, new)):
        return tail
    found = old.find(b"\n", start)
    return 0 if found < 0 else len(old) - found - 1


def _length(span: Span) -> int:
    return span[1] - span[0]
