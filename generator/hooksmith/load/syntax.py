"""Error and limits that the YAML and the JSON reader share."""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 200
"""Levels of nesting. Published documents stay under 30; walks over a document may recurse this far."""

MAX_ALIASED = 250_000
"""Values that YAML aliases may add to those written out."""

MAX_ALIASED_TEXT = 10_000_000
"""Characters of scalars that YAML aliases may add to those written out."""


class SyntaxProblem(Exception):
    """The text cannot be used. `line` and `column` count from 1; None if the problem has no single place."""

    def __init__(
        self, message: str, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint


def too_deep(line: int | None = None, column: int | None = None) -> SyntaxProblem:
    """Return the error of a document that is nested more than MAX_DEPTH levels deep."""
    return SyntaxProblem(f"nested more than {MAX_DEPTH} levels deep", line, column)


def is_too_deep(data: Any) -> bool:
    """Return whether arrays and objects are nested more than MAX_DEPTH levels deep."""
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
