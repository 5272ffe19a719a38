"""Unions as they are spelled, and taken apart again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

FLAT = 200
"""Options that a union may have in one row: pyright reads no expression that is nested 256 deep, as `a | b | …` is."""

_GROUP = 100

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]()]| \| ')
"""Strings, whose text is nobody's concern, brackets, and what stands between the options of a union."""


def union(options: Iterable[str]) -> str:
    """`A | B`, each once; very many are in brackets by the hundred, but for None."""
    found = list(dict.fromkeys(options))
    if len(found) <= FLAT:
        return " | ".join(found)
    groups = _groups([option for option in found if option != "None"])
    last = ["None"] if "None" in found else []
    return " | ".join([*(f"({' | '.join(group)})" for group in groups), *last])


def union_rows(options: Sequence[str]) -> tuple[str, ...]:
    """As `union`, a row an option, without the signs between them."""
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
    """The options of a union as they are spelled: `list[A | B] | None` has two."""
    found, depth, start = [], 0, 0
    for token in _TOKENS.finditer(annotation):
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(token[0], 0)
        if token[0] == " | " and not depth:
            found.append(annotation[start : token.start()])
            start = token.end()
    return [*found, annotation[start:]]
