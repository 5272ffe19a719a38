"""Where values stand in a YAML text of which the outermost keys are known: only what is around them is read again."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence

from .outline import Block, Outline, blocks
from .syntax import SyntaxProblem
from .yaml_reader import some_positions

_LINE_END = re.compile(r"\r\n?|\n")

Place = tuple[int, int]
"""Line and column, from 1."""

Keys = tuple[str, ...]
"""What leads to a value from the root."""


def some_places(text: str, outline: Outline, wanted: Sequence[Sequence[str]]) -> list[Place]:
    """Where each of the `wanted` keys leads, or as far down as they lead, as `positions` has it."""
    found = _places_in_blocks(text, outline, wanted)
    left = [index for index in range(len(wanted)) if index not in found]
    if left:
        position = some_positions(text, [wanted[index] for index in left])
        ends = [position.find(wanted[index]) for index in left]
        found |= {index: (end.line, end.column) for index, end in zip(left, ends, strict=True)}
    return [found[index] for index in range(len(wanted))]


def _places_in_blocks(
    text: str, outline: Outline, wanted: Sequence[Sequence[str]]
) -> dict[int, Place]:
    """The places that can be told from single blocks of the text, by index in `wanted`."""
    starts = _line_starts(text)
    known = blocks(outline, len(starts))
    found: dict[int, Place] = {}
    below: dict[Keys, list[int]] = defaultdict(list)
    for index, keys in enumerate(wanted):
        outer = _outermost(known, keys)
        if outer and len(keys) == len(outer):
            found[index] = known[outer].first + 1, known[outer].column + 1
        elif outer:
            below[outer].append(index)
    for outer, indexes in below.items():
        block = known[outer]
        piece = text[starts[block.first] : _end(text, starts, block)]
        places = _read(piece, block, [wanted[index][len(outer) - 1 :] for index in indexes])
        found |= zip(indexes, places, strict=False)
    return found


def _outermost(known: Mapping[Keys, Block], keys: Sequence[str]) -> Keys:
    """The block that most of `keys` lead to; empty: none."""
    ways = (tuple(keys[:length]) for length in range(len(keys), 0, -1))
    return next((way for way in ways if way in known), ())


def _line_starts(text: str) -> array[int]:
    return array("L", [0, *(end.end() for end in _LINE_END.finditer(text))])


def _end(text: str, starts: array[int], block: Block) -> int:
    return starts[block.last] if block.last < len(starts) else len(text)


def _read(piece: str, block: Block, wanted: list[Sequence[str]]) -> list[Place]:
    """Places below a block's key, which `wanted` begin with; none where its text makes no sense by itself.

    So it is in flow style, with an alias of something outside, or behind something else on its line.
    """
    if piece[: block.column].strip(" "):
        return []
    try:
        position = some_positions(piece, wanted)
    except SyntaxProblem:
        return []
    return [(end.line + block.first, end.column) for end in map(position.find, wanted)]
