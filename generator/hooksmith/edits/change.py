"""What an edit of a document's text changed, where that is a few units."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..json_pointer import escape
from ..load import yaml_reader as yaml12
from ..load.files import parse
from ..load.outline import OUTLINED, Outline, OutlineEntry, blocks
from ..load.syntax import SyntaxProblem
from ..normalize.units import units

FEW = 8
"""Units that may be different at once; an edit of more is read as a new document."""

Span = tuple[int, int]
"""Lines of a text, from 0: the first, and the one behind the last."""


class UnsureError(Exception):
    """Whether an edit's effects are known cannot be told: the whole document has to be read."""


class Change(NamedTuple):
    """`units`: those of the new text, in its order, in JSON; `changed`: which are different, have come or are gone.

    `lines`: which of the old text are gone; `added`: by how many the text grew. `outline`: the new text's.
    """

    units: Mapping[str, str]
    changed: tuple[str, ...]
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
        found, left = _all_units(path, new), None
    else:
        found, left = _Blocks(old, new, outline, known).read(gone, come)
    changed = tuple(it for it in {**known, **found} if known.get(it) != found.get(it))
    if len(changed) > FEW:
        raise UnsureError("many units are different")
    if [it for it in known if it in found] != [it for it in found if it in known]:
        raise UnsureError("units move")
    return Change(found, changed, gone, _length(come) - _length(gone), left)


def _all_units(path: Path, text: bytes) -> dict[str, str]:
    data = parse(path, text.decode())
    if not isinstance(data, dict):
        raise UnsureError("not a document any more")
    return {pointer: json.dumps(value) for pointer, value in units(data)}


class _Piece(NamedTuple):
    """Neighbouring units of one parent: the lines that they had and have, and the column of their keys."""

    old: Span
    new: Span
    pointers: tuple[str, ...]
    parent: tuple[str, ...]
    column: int


class _Blocks:
    """Reads the blocks of YAML that a difference lies in, before and after.

    In block style a key's lines are those indented more than it. Nothing outside them changes what they mean, for they
    have no aliases; and they change nothing outside, if they have no anchors and are read to the end as keys that stand
    where the others of their parent do.
    """

    def __init__(self, old: bytes, new: bytes, outline: Outline, known: Mapping[str, str]) -> None:
        self._old, self._new, self._outline, self._known = old, new, outline, known
        found = blocks(outline, old.count(b"\n") + 1)
        pointers = {"".join(f"/{escape(key)}" for key in keys): keys for keys in found}
        self._read_to = 0
        self._units = {
            pointer: (keys, found[keys]) for pointer, keys in pointers.items() if pointer in known
        }

    def read(self, gone: Span, come: Span) -> tuple[dict[str, str], Outline]:
        """All units in JSON, as they are now, and the new text's outline."""
        found, outline, moved = dict(self._known), list[OutlineEntry](), 0
        left = list(self._outline)
        for piece in [self._piece(old, new) for old, new in self._hunks(gone, come)]:
            new, inner = self._values(piece)
            found = _replaced(found, piece.pointers, new)
            outline += _shifted([it for it in left if it[2] < piece.old[0]], moved)
            outline += _placed(inner, len(piece.parent), piece.new[0])
            left = [it for it in left if it[2] >= piece.old[1]]
            moved += _length(piece.new) - _length(piece.old)
        return found, outline + _shifted(left, moved)

    def _hunks(self, gone: Span, come: Span) -> Iterator[tuple[Span, Span]]:
        """The difference in pieces, without units that are in the new text too, line by line."""
        line, new_line = gone[0], come[0]
        if any(first < gone[0] and gone[1] < last for _, (first, last, _) in self._units.values()):
            yield gone, come
            return
        at, end = _behind(self._new, 0, come[0]), _behind(self._new, 0, come[1])
        for first, last in self._stretches():
            if first < line or last > gone[1]:
                continue
            text = _lines(self._old, first, last)
            found = _find_lines(self._new, text, at, end)
            if found < 0:
                continue
            before = self._new.count(b"\n", at, found)
            if first > line or before:
                yield (line, first), (new_line, new_line + before)
            line, new_line = last, new_line + before + last - first
            at = found + len(text)
        if gone[1] > line or come[1] > new_line:
            yield (line, gone[1]), (new_line, come[1])

    def _stretches(self) -> Iterator[Span]:
        """The lines of units, and those between them, as of a section's key, in the order of the text."""
        line = 0
        for first, last, _ in sorted(block for _, block in self._units.values()):
            if line < first:
                yield line, first
            if first < last:
                yield first, last
            line = max(line, last)

    def _piece(self, old: Span, new: Span) -> _Piece:
        """The units that overlap the lines, all children of one; where none does, one that is beside them."""
        start, end = old
        found = [
            (pointer, keys, block)
            for pointer, (keys, block) in self._units.items()
            if block.first < max(end, start + 1) and start < block.last
        ]
        if start == end and (not found or found[0][2].first == start):
            found = [
                (pointer, keys, block)
                for pointer, (keys, block) in self._units.items()
                if block.last == start and block.first >= self._read_to
            ][:1] or found
        if not found or any(keys[:-1] != found[0][1][:-1] for _, keys, _ in found):
            raise UnsureError("the difference is not in blocks of units")
        first, last = found[0][2].first, found[-1][2].last
        if not self._read_to <= first <= start <= end <= last:
            raise UnsureError("the difference is not in blocks of units")
        self._read_to = last
        return _Piece(
            (first, last),
            (new[0] - (start - first), new[1] + (last - end)),
            tuple(pointer for pointer, _, _ in found),
            found[0][1][:-1],
            found[0][2].column,
        )

    def _values(self, piece: _Piece) -> tuple[dict[str, str], Outline]:
        """The units of a piece as they are now, and their outline."""
        was, _ = self._keys(self._old, piece.old, piece)
        if was != {it: self._known[it] for it in piece.pointers}:
            raise UnsureError("the block is not what it was taken for")
        new, outline = self._keys(self._new, piece.new, piece)
        others = self._known.keys() - set(piece.pointers)
        parent = "".join(f"/{escape(key)}" for key in piece.parent)
        if not new and not any(it.startswith(f"{parent}/") for it in others):
            raise UnsureError("nothing is left of a section")
        if not others.isdisjoint(new):
            raise UnsureError("a key stands twice, or moves")
        return new, outline

    def _keys(self, text: bytes, span: Span, piece: _Piece) -> tuple[dict[str, str], Outline]:
        """Pointer → value in JSON of the keys that some lines are."""
        lines = _lines(text, *span).decode()
        if not lines:
            return {}, []
        data, outline = _read_block(lines)
        starts = [(key, line, column) for depth, key, line, column in outline if depth == 1]
        if starts[0][1] or any(column != piece.column for _, _, column in starts):
            raise UnsureError("not keys of the same parent")
        if [key for key, _, _ in starts] != list(data):
            raise UnsureError("keys are merged")
        parent = "".join(f"/{escape(key)}" for key in piece.parent)
        return {f"{parent}/{escape(key)}": json.dumps(it) for key, it in data.items()}, outline


def _replaced(
    known: Mapping[str, str], pointers: tuple[str, ...], new: Mapping[str, str]
) -> dict[str, str]:
    """Units with others in the place of some neighbours."""
    at = list(known).index(pointers[0])
    items = [(it, value) for it, value in known.items() if it not in pointers]
    return dict([*items[:at], *new.items(), *items[at:]])


def _placed(outline: Outline, depth: int, line: int) -> Outline:
    """The outline of a piece, where it stands so deep, and from this line on."""
    return [
        (depth + inner, key, line + at, column)
        for inner, key, at, column in outline
        if depth + inner <= OUTLINED
    ]


def _shifted(outline: Outline, lines: int) -> Outline:
    return [(depth, key, line + lines, column) for depth, key, line, column in outline]


_MARKER = re.compile(r"^(---|\.\.\.|%)", re.MULTILINE)


def _find_lines(text: bytes, lines: bytes, start: int, end: int) -> int:
    """Where whole lines stand in a text, from `start` to `end`; -1: nowhere."""
    if not lines.endswith(b"\n"):
        return -1
    found = text.find(lines, start, end)
    while found > 0 and text[found - 1] != _END:
        found = text.find(lines, found + 1, end)
    return found


def _lines(text: bytes, first: int, last: int) -> bytes:
    """Lines `first` to `last`, exclusive, of which there is one at least, with their ends."""
    start = _behind(text, 0, first)
    return text[start : _behind(text, start, last - first)]


def _behind(text: bytes, start: int, count: int) -> int:
    """Where the text goes on behind so many ends of lines; behind its end, as if there were another one."""
    for _ in range(count):
        start = text.find(b"\n", start) + 1
        if not start:
            return len(text) + 1
    return start


def _read_block(text: str) -> tuple[dict[str, Any], Outline]:
    """The keys that a block of lines is about, with their values, and its outline."""
    if _MARKER.search(text) or "\r" in text.replace("\r\n", ""):
        raise UnsureError("lines that YAML might read otherwise in their place")
    try:
        piece = yaml12.parse_piece(text)
    except SyntaxProblem as problem:
        raise UnsureError("the block cannot be read") from problem
    if piece is None:
        raise UnsureError("not a block of its own")
    return piece


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
