"""Where values stand in a YAML text of which the outermost keys are known: only what is around them is read again."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from .syntax import SyntaxProblem
from .yaml12 import Outline, OutlineEntry, some_positions

_LINE_END = re.compile(r"\r\n?|\n")

Place = tuple[int, int]
"""Line and column, from 1."""


def some_places(text: str, outline: Outline, wanted: Sequence[Sequence[str]]) -> list[Place]:
    """Where each of the `wanted` keys leads, or as far down as they lead, as `positions` has it."""
    found = _places_in_pieces(text, outline, wanted)
    left = [index for index in range(len(wanted)) if index not in found]
    if left:
        position = some_positions(text, [wanted[index] for index in left])
        ends = [position.find(wanted[index]) for index in left]
        found |= {index: (end.line, end.column) for index, end in zip(left, ends, strict=True)}
    return [found[index] for index in range(len(wanted))]


def _places_in_pieces(
    text: str, outline: Outline, wanted: Sequence[Sequence[str]]
) -> dict[int, Place]:
    """The places that can be told from single pieces of the text, by index in `wanted`."""
    entries = _entries(outline)
    found: dict[int, Place] = {}
    below: dict[int, list[int]] = defaultdict(list)
    for index, keys in enumerate(wanted):
        entry = _outermost(entries, keys)
        if entry >= 0 and len(keys) == outline[entry][0]:
            found[index] = outline[entry][2] + 1, outline[entry][3] + 1
        elif entry >= 0:
            below[entry].append(index)
    starts = _line_starts(text) if below else array("L")
    for entry, indexes in below.items():
        piece = _piece(text, starts, outline, entry)
        places = _read(piece, outline[entry], [wanted[index] for index in indexes])
        found |= zip(indexes, places, strict=False)
    return found


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


def _piece(text: str, starts: array[int], outline: Outline, entry: int) -> str:
    """The lines of an entry and what is below it."""
    depth, _, first, _ = outline[entry]
    after = (line for other, _, line, _ in islice(outline, entry + 1, None) if other <= depth)
    last = next(after, len(starts))
    end = starts[last] if last < len(starts) else len(text)
    return text[starts[first] : end]


def _read(piece: str, entry: OutlineEntry, wanted: list[Sequence[str]]) -> list[Place]:
    """Places at or below an entry; none where its piece of the text makes no sense by itself.

    So it is in flow style, with an alias of something outside, or behind something else on its line.
    """
    depth, _, line, column = entry
    if piece[:column].strip(" "):
        return []
    below = [keys[depth - 1 :] for keys in wanted]
    try:
        position = some_positions(piece, below)
    except SyntaxProblem:
        return []
    return [(end.line + line, end.column) for end in map(position.find, below)]
