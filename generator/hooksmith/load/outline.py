"""Where the outermost keys of a YAML text stand, so that a part of it can be read again without the rest."""

from __future__ import annotations

from typing import NamedTuple

OUTLINED = 3
"""The depth down to which keys are in an outline: that of `#/components/schemas/NAME`."""

OutlineEntry = tuple[int, str, int, int]
"""How deep a key stands (from 1), the key, its line and column (from 0)."""

Outline = list[OutlineEntry]
"""Keys in the order of the text."""


class Block(NamedTuple):
    """The lines of a key and of what is below it, from 0: `first`, and `last`, the one behind. `column`: the key's."""

    first: int
    last: int
    column: int


def blocks(outline: Outline, lines: int) -> dict[tuple[str, ...], Block]:
    """Keys from the root → their block; `lines`: how many the text has. What stands in a list has no such way to it."""
    found: dict[tuple[str, ...], Block] = {}
    path: tuple[str, ...] = ()
    starts: list[tuple[int, int]] = []
    for depth, key, line, column in [*outline, (1, "", lines, 0)]:
        if len(path) < depth - 1:
            continue
        while len(path) >= depth:
            first, left = starts.pop()
            found[path] = Block(first, line, left)
            path = path[:-1]
        path = (*path, key)
        starts.append((line, column))
    return found
