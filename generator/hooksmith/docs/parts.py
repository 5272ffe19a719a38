"""Parts of a page: items with very many rows have several pages."""

from __future__ import annotations

from typing import NamedTuple

from .addresses import part_path


class Part(NamedTuple):
    """Where a page stands among the pages of a large item: 1 of 1 for most."""

    number: int
    total: int
    previous: str = ""
    next: str = ""


def part_of(stem: str, number: int, count: int) -> Part:
    """Return the place of a page among the pages of an item, with links to its neighbours."""
    return Part(
        number,
        count,
        part_path(stem, number - 1) if number > 1 else "",
        part_path(stem, number + 1) if number < count else "",
    )
