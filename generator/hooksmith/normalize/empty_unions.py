"""Unions whose options lead back to the union alone: no value has such a type."""

from __future__ import annotations

from typing import Any

from ..errors import UnresolvedReferenceError
from ..json_pointer import escape
from ..openapi.grammar import Node
from .diagnostics import Findings

_SCHEMAS = "#/components/schemas/"
_TYPED = frozenset({"type", "const", "enum", "properties", "allOf"})
"""Keywords that describe a value beside the options of a union."""


def refuse_empty_unions(document: Node, findings: Findings) -> None:
    """Raise UnresolvedReferenceError if a component is a union, or a reference, that leads to itself alone."""
    schemas = document.get("components", {}).get("schemas", {})
    pending = {f"{_SCHEMAS}{escape(name)}": schema for name, schema in schemas.items()}
    pending = {pointer: schema for pointer, schema in pending.items() if _steps(schema)}
    while True:
        described = [
            pointer
            for pointer, schema in pending.items()
            if any(step not in pending for step in _steps(schema))
        ]
        if not described:
            break
        for pointer in described:
            del pending[pointer]
    for pointer in pending:
        raise UnresolvedReferenceError.at(
            findings.place(pointer[1:]),
            "the options of this union lead to nothing but itself",
            hint="one of the options must stand for a value",
        )


def _steps(schema: Any) -> set[str]:
    """Return the references that a value of the schema must match one of; empty if the schema describes a value."""
    if not isinstance(schema, dict):
        return set()
    if isinstance(schema.get("$ref"), str):
        return {schema["$ref"]}
    options = schema.get("oneOf") or schema.get("anyOf")
    if not isinstance(options, list) or not _TYPED.isdisjoint(schema):
        return set()
    steps = [_steps(option) for option in options]
    return set().union(*steps) if all(steps) else set()
