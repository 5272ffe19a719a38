"""A document in units: components, path items, webhooks, and the sections that have none of these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ..pointer import escape, split
from ..yaml12 import Outline

_MAPS = frozenset({"paths", "webhooks", "x-webhooks", "definitions"})
"""Sections whose members are units; those of `components` are one step further down."""

Span = tuple[int, int]
"""Lines of a text, from 0: the first, and the one behind the last."""


def units(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The units of an OpenAPI document in its order: pointer and value. See `normalize.bundle.unit_of`."""
    for key, value in data.items():
        here = f"/{escape(key)}"
        if key in _MAPS:
            yield from _members(here, value)
        elif key == "components" and isinstance(value, dict) and value:
            for section, members in value.items():
                yield from _members(f"{here}/{escape(section)}", members)
        else:
            yield here, value


def _members(pointer: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, member in value.items():
            yield f"{pointer}/{escape(key)}", member
    else:
        yield pointer, value


def assembled(parts: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The document that has these units."""
    document: dict[str, Any] = {}
    for pointer, value in parts:
        *parents, last = split(pointer)
        holder = document
        for key in parents:
            holder = holder.setdefault(key, {})
        holder[last] = value
    return document


def is_head(pointer: str) -> bool:
    """Whether all others may depend on a unit: a section such as `info`, and what is referred to by name alone."""
    return pointer.count("/") == 1 or pointer.startswith("/components/securitySchemes/")


def references_in(value: Any) -> Iterator[str]:
    """What the `$ref`s in a value are, wherever they stand."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    for member in value if isinstance(value, list) else ():
        yield from references_in(member)


def closure(start: Iterable[str], related: Mapping[str, Collection[str]]) -> set[str]:
    """All that `start` leads to, itself included."""
    found = set(start)
    stack = list(found)
    while stack:
        for other in related.get(stack.pop(), ()):
            if other not in found:
                found.add(other)
                stack.append(other)
    return found


def inverted(related: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Who is referred to by whom."""
    found: dict[str, set[str]] = {}
    for here, others in related.items():
        for other in others:
            found.setdefault(other, set()).add(here)
    return found


def spans(outline: Outline, lines: int) -> dict[str, Span]:
    """Where the units of YAML in block style stand, by the places of their keys; `lines`: how many the text has."""
    found: dict[str, Span] = {}
    path: list[tuple[str, int]] = []
    for depth, key, line, _ in [*outline, (1, "", lines, 0)]:
        while len(path) >= depth:
            pointer, start = path.pop()
            found[pointer] = (start, line)
        path.append((f"{path[-1][0] if path else ''}/{escape(key)}", line))
    return found
