"""References within one document, and the properties of the schemas that they lead to."""

from __future__ import annotations

from typing import Any

from ..json_pointer import split
from .grammar import Node

_ELSEWHERE = frozenset({"oneOf", "anyOf", "if", "then", "else", "patternProperties"})
"""Where an object may have properties that `properties` and `allOf` do not name."""


def properties_of(document: Node, schema: Any) -> set[str]:
    """The names of an object's properties with those of its parts; empty where it may have others besides."""
    return _properties(document, schema, set())


def _properties(document: Node, schema: Any, passed: set[int]) -> set[str]:
    schema = follow(document, schema)
    if not isinstance(schema, dict) or id(schema) in passed or _ELSEWHERE & schema.keys():
        return set()
    passed.add(id(schema))
    parts = [_properties(document, part, passed) for part in schema.get("allOf") or ()]
    if not all(parts):
        return set()
    return {*(schema.get("properties") or {}), *(name for part in parts for name in part)}


def follow(document: Node, node: Any) -> Any:
    """What a node is, or what its `$ref`s lead to; None where they lead nowhere."""
    for _ in range(100):
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            return node
        node = resolved(document, node["$ref"])
    return None


def resolved(document: Node, reference: str) -> Any:
    """What a reference leads to, or None."""
    try:
        return resolve_local(document, reference)
    except (LookupError, ValueError, TypeError):
        return None


def resolve_local(document: Node, reference: str) -> Any:
    """Return the value at a local reference (`#/components/…`) of a bundled document.

    Raises LookupError, ValueError or TypeError if there is none.
    """
    value: Any = document
    for key in split(reference[1:]):
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value
