"""A document with more schemas than one module should hold, in which modules need each other in every way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESOURCES = "orders users invoices".split()
FILLERS = 60
"""Schemas that one resource alone uses, for each resource."""


def large_document(**further: Any) -> dict[str, Any]:
    """`further`: more schemas, by name."""
    schemas: dict[str, Any] = {}
    for resource in RESOURCES:
        schemas |= _own(resource)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1"},
        "servers": [{"url": "https://large.example"}],
        "paths": {f"/{resource}": {"get": _operation(resource)} for resource in RESOURCES},
        "webhooks": {f"{kind}.created": {"post": _delivery(kind)} for kind in ("order", "user")},
        "components": {"schemas": {**schemas, **_common(), **further}},
    }


def write_document(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "large.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def _own(resource: str) -> dict[str, Any]:
    """Of one resource: its object, which extends a common one, and a chain of schemas below it."""
    name = resource[:-1].capitalize()
    parts = {
        f"{name}Part{_letters(number)}": _object(next=_ref(f"{name}Part{_letters(number + 1)}"))
        for number in range(FILLERS)
    }
    last = {f"{name}Part{_letters(FILLERS)}": _object(tree=_ref("Tree"))}
    whole = {
        "allOf": [
            _ref("Base"),
            _object(part=_ref(f"{name}PartAa"), money=_ref("Money"), about=_ref("Subject")),
        ]
    }
    return {
        name: whole,
        f"{name}List": _object(data={"type": "array", "items": _ref(name)}),
        **parts,
        **last,
    }


def _common() -> dict[str, Any]:
    """Of all resources: a base, an alias of what stands in other modules, and types that lead back to themselves."""
    return {
        "Base": _object(
            id={"type": "string"},
            made_at={"type": "string", "format": "date-time"},
            owner=_ref("Owner"),
        ),
        "Owner": _object(name={"type": "string"}),
        "Money": _object(amount={"type": "integer"}),
        "Subject": {"oneOf": [_ref("Money"), _ref("Owner"), {"type": "string"}]},
        "Tree": {
            "type": "object",
            "additionalProperties": _ref("Forest"),
            "properties": {"back": _ref("Subject")},
        },
        "Forest": {"anyOf": [_ref("Tree"), {"type": "array", "items": _ref("Forest")}]},
    }


def _letters(number: int) -> str:
    return chr(ord("A") + number // 26) + chr(ord("a") + number % 26)


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _operation(resource: str) -> dict[str, Any]:
    content = {"application/json": {"schema": _ref(f"{resource[:-1].capitalize()}List")}}
    return {
        "operationId": f"list_{resource}",
        "tags": [resource],
        "responses": {"200": {"description": "ok", "content": content}},
    }


def _delivery(kind: str) -> dict[str, Any]:
    body = _object(type={"const": f"{kind}.created"}, data=_ref(kind.capitalize()))
    body |= {"title": f"{kind.capitalize()}Created", "required": ["type", "data"]}
    return {
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "ok"}},
    }
