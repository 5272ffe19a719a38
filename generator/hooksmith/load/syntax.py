"""What the two readers, YAML and JSON, share: their error, their limits, and where values stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

MAX_DEPTH = 200
"""Levels of nesting. Published documents stay under 30; walks over a document may recurse this far."""

MAX_ALIASED = 1_000_000
"""Values that YAML aliases may add to those written out."""


class SyntaxProblem(Exception):
    """The text cannot be used. `line` and `column` count from 1; None: nowhere in particular."""

    def __init__(
        self, message: str, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint


class Position(NamedTuple):
    """Where a value begins, or its key if it has one; `children` by key, or by index as text."""

    line: int
    column: int
    children: dict[str, Position]

    def find(self, keys: Iterable[str]) -> Position:
        """The position below this one under `keys`, as far down as they lead."""
        position = self
        for key in keys:
            if key not in position.children:
                break
            position = position.children[key]
        return position


def too_deep(line: int | None = None, column: int | None = None) -> SyntaxProblem:
    """The error of a document that is nested beyond any use."""
    return SyntaxProblem(f"nested more than {MAX_DEPTH} levels deep", line, column)


def is_too_deep(data: Any) -> bool:
    """Whether arrays and objects stand in one another more than MAX_DEPTH levels deep."""
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for value in level
            if isinstance(value, (dict, list))
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True
