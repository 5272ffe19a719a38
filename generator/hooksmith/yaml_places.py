"""Where values stand in a YAML text of which the outermost keys are known: only what is around them is read again."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Sequence

from .syntax import SyntaxProblem
from .yaml12 import Outline, some_positions

_LINE_END = re.compile(r"\r\n?|\n")

Place = tuple[int, int]
"""Line and column, from 1."""


def some_places(text: str, outline: Outline, wanted: Sequence[Sequence[str]]) -> list[Place]:
    """Where each of the `wanted` keys leads, or as far down as they lead, as `some_positions` has it."""
    entries = _entries(outline)
    found: dict[int, Place] = {}
    below: dict[int, list[int]] = defaultdict(list)
    for index, keys in enumerate(wanted):
        entry = _outermost(entries, keys)
        if entry >= 0 and len(keys) == outline[entry][0]:
            found[index] = outline[entry][2] + 1, outline[entry][3] + 1
        else:
            below[entry].append(index)
    starts = _line_starts(text) if below else array("L")
    for entry, indexes in below.items():
        places = _read(text, starts, outline, entry, [wanted[index] for index in indexes])
        found |= zip(indexes, places, strict=True)
    return [found[index] for index in range(len(wanted))]


def _entries(outline: Outline) -> dict[tuple[str, ...], int]:
    """Keys from the root → number in the outline. What stands in a list has no such way to it."""
    found: dict[tuple[str, ...], int] = {}
    path: tuple[str, ...] = ()
    for number, (depth, key, _, _) in enumerate(outline):
        if len(path) >= depth - 1:
            path = (*path[: depth - 1], key)
            found[path] = number
    return found


def _outermost(entries: dict[tuple[str, ...], int], keys: Sequence[str]) -> int:
    """The entry that most of `keys` lead to; -1: none."""
    for length in range(len(keys), 0, -1):
        number = entries.get(tuple(keys[:length]))
        if number is not None:
            return number
    return -1


def _line_starts(text: str) -> array[int]:
    return array("L", [0, *(end.end() for end in _LINE_END.finditer(text))])


def _read(
    text: str, starts: array[int], outline: Outline, entry: int, wanted: list[Sequence[str]]
) -> list[Place]:
    """Places at or below one entry."""
    if entry >= 0:
        depth, _, line, column = outline[entry]
        piece = text[starts[line] : _end(starts, outline, entry, len(text))]
        if not piece[:column].strip(" "):
            try:
                position = some_positions(piece, [keys[depth - 1 :] for keys in wanted])
                ends = [position.find(keys[depth - 1 :]) for keys in wanted]
                return [(end.line + line, end.column) for end in ends]
            except SyntaxProblem:
                pass  # not in block style: a piece makes no sense without what is around it
    position = some_positions(text, wanted)
    return [(end.line, end.column) for end in map(position.find, wanted)]


def _end(starts: array[int], outline: Outline, entry: int, otherwise: int) -> int:
    """Where the next entry begins that is not below this one."""
    depth = outline[entry][0]
    after = (it for it in outline[entry + 1 :] if it[0] <= depth)
    return next((starts[line] for _, _, line, _ in after), otherwise)
