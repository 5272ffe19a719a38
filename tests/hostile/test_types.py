"""Every node of a document, changed to each other JSON type: a diagnostic with a place, or a good package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hostile.types import VALUES, Change, changes, fault, representative, type_of
from support.documents import openapi, operation


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


PET = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "enum": ["cat"], "default": "cat"},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 5}, "uniqueItems": True},
        "owner": {"anyOf": [ref("Owner"), {"type": "null"}], "description": "Who."},
    },
    "additionalProperties": {"type": "integer", "minimum": 0},
}
DOCUMENT: Any = openapi(
    {
        "/pets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": operation(
                operationId="addPet",
                tags=["pets"],
                requestBody={"required": True, "content": {"application/json": {"schema": ref("Pet")}}},
                responses={
                    "200": {"description": "ok", "headers": {"X-Id": {"schema": {"type": "integer"}}},
                            "content": {"application/json": {"schema": ref("Pet"), "example": {"kind": "cat"}}}},
                },
                callbacks={"done": {"{$request.body#/url}": {"post": {"responses": {}}}}},
                security=[{"key": []}],
            ),
        }
    },
    servers=[{"url": "https://{region}.test", "variables": {"region": {"default": "eu"}}}],
    webhooks={"pet.added": {"post": {"requestBody": {"content": {"application/json": {"schema": ref("Pet")}}}}}},
    components={
        "schemas": {
            "Pet": {"allOf": [PET, {"title": "Pet"}]},
            "Owner": {"oneOf": [PET], "discriminator": {"propertyName": "kind", "mapping": {"cat": "Pet"}}},
        },
        "securitySchemes": {"key": {"type": "apiKey", "name": "k", "in": "header"}},
    },
    **{
        "x-hooksmith-events": {"type": "/kind", "id": {"header": "X-Id"}},
        "x-hooksmith-client": {"name": "Pets", "options": {"tenant": {"required": True}}},
        "x-hooksmith-signature": {"scheme": "static-header", "header": "X-Token"},
    },
)  # fmt: skip
ALL = list(changes(DOCUMENT))


def test_changes_are_of_every_node_to_each_other_type() -> None:
    assert {change.json_type for change in ALL} == set(VALUES)
    assert len(ALL) == 5 * len({change.path for change in ALL})
    assert len(ALL) >= 700
    for change in ALL[:50]:
        changed = change.apply(DOCUMENT)
        assert changed != DOCUMENT
        for step in change.path:
            changed = changed[step]
        assert type_of(changed) == change.json_type


@pytest.mark.parametrize("start", range(8))
def test_every_node_of_a_document_changed_to_each_other_type(start: int, tmp_path: Path) -> None:
    faults = {str(change): fault(DOCUMENT, change, tmp_path) for change in ALL[start::8]}
    assert {change: text for change, text in faults.items() if text} == {}


def test_an_object_that_stands_in_two_places(tmp_path: Path) -> None:
    """Swagger's responses have a schema for each media type that an operation produces."""
    document = {
        "swagger": "2.0",
        "info": {"title": "A", "version": "1"},
        "produces": ["application/json", "text/xml"],
        "paths": {
            "/a": {"get": {"responses": {"200": {"description": "", "schema": {"$ref": 4}}}}}
        },
    }
    assert fault(document, Change(("info", "title"), "number"), tmp_path) == ""


def test_long_documents_are_tried_by_places_that_differ() -> None:
    pairs = list(representative([DOCUMENT]))
    assert 300 < len(pairs) < len(ALL)
    assert {change.json_type for _, change in pairs} == set(VALUES)
