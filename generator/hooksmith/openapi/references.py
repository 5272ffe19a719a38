"""References within a document, and property names of schemas."""

from __future__ import annotations

from typing import Any

from ..json_pointer import split
from .grammar import Node

_OPEN = frozenset({"oneOf", "anyOf", "if", "then", "else", "patternProperties"})
"""Keywords by which an object may have properties that neither `properties` nor `allOf` names."""


def properties_of(document: Node, schema: Any) -> set[str]:
    """Return the property names of an object, those of its `allOf` included; empty if it may have other properties."""
    names: set[str] = set()
    visited: set[int] = set()
    stack = [schema]
    while stack:
        part = follow(document, stack.pop())
        if not isinstance(part, dict) or id(part) in visited or _OPEN & part.keys():
            return set()
        if not (part.get("properties") or part.get("allOf")):
            return set()
        visited.add(id(part))
        names.update(part.get("properties") or ())
        stack += part.get("allOf") or ()
    return names


def follow(document: Node, node: Any) -> Any:
    """Return the value at the end of a node's references; the node if it has none; None if a target does not exist."""
    for _ in range(100):
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            return node
        node = resolved(document, node["$ref"])
    return None


def resolved(document: Node, reference: str) -> Any:
    """Return the value at a local reference, or None."""
    try:
        return resolve_local(document, reference)
    except (LookupError, ValueError, TypeError):
        return None


def resolve_local(document: Node, reference: str) -> Any:
    """Return the value at a local reference (`#/components/…`) of a bundled document.

    Raises:
        LookupError, ValueError, TypeError: The document has no value there.
    """
    value: Any = document
    for key in split(reference[1:]):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value
