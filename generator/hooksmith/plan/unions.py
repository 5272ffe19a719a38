"""Text of unions: `A | B`, joined, split, and wrapped in string literals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .literals import literal

FLAT = 200
"""Options that a union may have in one row: pyright refuses an expression nested 256 deep, as `a | b | …` is."""

_GROUP = 100

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]()]| \| ')
"""Strings, brackets, and the sign between the options of a union."""
_OPTION = re.compile(r'(?:"[^"]*"|[^"|])+')
_LINE = 88


def union(options: Iterable[str]) -> str:
    """Return `A | B`, each option once. Beyond FLAT options, brackets hold a hundred each; None stays outside."""
    distinct = list(dict.fromkeys(options))
    if len(distinct) <= FLAT:
        return " | ".join(distinct)
    groups = _groups([option for option in distinct if option != "None"])
    last = ["None"] if "None" in distinct else []
    return " | ".join([*(f"({' | '.join(group)})" for group in groups), *last])


def union_rows(options: Sequence[str]) -> tuple[str, ...]:
    """Return the options of `union(options)` as rows without the signs between them."""
    if len(options) <= FLAT:
        return tuple(options)
    groups = [list(group) for group in _groups(options)]
    for group in groups:
        group[0] = f"({group[0]}"
        group[-1] = f"{group[-1]})"
    return tuple(row for group in groups for row in group)


def _groups(options: Sequence[str]) -> list[Sequence[str]]:
    return [options[start : start + _GROUP] for start in range(0, len(options), _GROUP)]


def options_of(annotation: str) -> list[str]:
    """Return the options of a union's text: `list[A | B] | None` → `list[A | B]`, `None`."""
    options, depth, start = [], 0, 0
    for token in _TOKENS.finditer(annotation):
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(token[0], 0)
        if token[0] == " | " and not depth:
            options.append(annotation[start : token.start()])
            start = token.end()
    return [*options, annotation[start:]]


def quoted_type(expression: str) -> str:
    """Return an annotation as a string literal. A long union is wrapped in triple quotes."""
    lines = _lines(expression)
    return '"""\n    ' + "\n    ".join(lines) + '\n"""' if lines else literal(expression)


def quoted_value(expression: str) -> str:
    """Return the value of a `TypeAliasType` as a string literal, which pydantic compiles and pyright parses."""
    lines = _lines(expression)
    return '"""(\n    ' + "\n    ".join(lines) + '\n)"""' if lines else literal(expression)


def _lines(expression: str) -> list[str]:
    """Return the lines of a long union; empty if the annotation fits in a line, or has quotes that cannot be nested."""
    if (
        len(expression) <= _LINE
        or "\\" in expression
        or '"""' in expression
        or expression.endswith('"')
    ):
        return []
    lines: list[str] = []
    for option in map(str.strip, _OPTION.findall(expression)):
        if lines and len(lines[-1]) + len(option) <= _LINE:
            lines[-1] += f" | {option}"
        else:
            lines.append(f"| {option}" if lines else option)
    return lines
