"""References within a document, and property names of schemas."""

from __future__ import annotations

from typing import Any

from ..json_pointer import split
from .grammar import Node

_OPEN = frozenset({"oneOf", "anyOf", "if", "then", "else", "patternProperties"})
"""Keywords by which an object may have properties that neither `properties` nor `allOf` names."""


def properties_of(document: Node, schema: Any) -> set[str]:
    """Return the property names of an object, those of its `allOf` included; empty if it may have other properties."""
    return _properties(document, schema, set())


def _properties(document: Node, schema: Any, visited: set[int]) -> set[str]:
    schema = follow(document, schema)
    if not isinstance(schema, dict) or id(schema) in visited or _OPEN & schema.keys():
        return set()
    visited.add(id(schema))
    parts = [_properties(document, part, visited) for part in schema.get("allOf") or ()]
    if not all(parts):
        return set()
    return {*(schema.get("properties") or {}), *(name for part in parts for name in part)}


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
