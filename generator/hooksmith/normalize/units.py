"""A document in units, each of which can be told by itself: components, path items, webhooks, other sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..json_pointer import escape, split

_DEPTH = {"components": 3, "paths": 2, "webhooks": 2, "x-webhooks": 2, "definitions": 2}
"""How many keys lead to a unit; of other sections, their own."""


def unit_of(pointer: str) -> str:
    """The unit that a pointer leads into; the whole document's is empty."""
    tokens = pointer.split("/", 4)
    return "/".join(tokens[: _DEPTH.get(tokens[1], 1) + 1]) if len(tokens) > 1 else ""


def units(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The units of an OpenAPI document in its order: pointer and value. A section without members is one itself."""
    for key, value in data.items():
        yield from _members(f"/{escape(key)}", value, _DEPTH.get(key, 1) - 1)


def _members(pointer: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth and isinstance(value, dict) and value:
        for key, member in value.items():
            yield from _members(f"{pointer}/{escape(key)}", member, depth - 1)
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


def is_head(unit: str) -> bool:
    """Whether all others may depend on a unit: a section such as `info`, and what is referred to by name alone."""
    return unit.count("/") == 1 or unit.startswith("/components/securitySchemes/")
