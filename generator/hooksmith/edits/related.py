"""Which units of a document have to do with which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any


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
