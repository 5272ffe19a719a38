"""Statements of rendered modules as spans of lines, for the formatter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
TOKEN = re.compile(rf"{STRING}|[()\[\]{{}},|]")
PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Span:
    """A statement for black: lines `start` to `end`, exclusive, counted from 0, indented by `indent` columns."""

    start: int
    end: int
    indent: int


def statements(lines: list[str], numbers: list[int]) -> Iterator[Span]:
    """Yield the statements that contain the numbered lines."""
    end = 0
    for number in numbers:
        if number < end:
            continue
        start = number
        while (outer := _opener(lines, start)) is not None:
            start = outer
        end = _end(lines, start)
        yield Span(start, end, _indent(lines[start]))


def _opener(lines: list[str], number: int) -> int | None:
    """Return the line that opens the brackets around line `number`; None if the line begins a statement."""
    indent = _indent(lines[number])
    is_closing = lines[number].lstrip()[:1] in (")", "]", "}")
    for above in range(number - 1, -1, -1):
        line = lines[above]
        if line.lstrip()[:1] not in ("", "#") and (
            _indent(line) < indent or (is_closing and _indent(line) == indent)
        ):
            return above if line[-1] in PAIRS else None
    return None


def _end(lines: list[str], start: int) -> int:
    """Return the number after the last line of the statement that begins at `start`: all its brackets are closed."""
    depth = 0
    for number in range(start, len(lines)):
        if lines[number].lstrip().startswith("#"):
            continue
        for token in TOKEN.finditer(lines[number]):
            depth += (token[0] in PAIRS) - (token[0] in ")]}")
        if depth <= 0:
            return number + 1
    return len(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
