"""Assertions of schemas: sent values, and values of a JSON Schema alone, satisfy all of them."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import TypeAdapter, ValidationError

from support.documents import imported, openapi, operation, result_of, schemas
from support.wire import Wire

YES = {"$ref": "#/components/schemas/Yes"}
NO = {"$ref": "#/components/schemas/No"}

KEYWORDS: list[tuple[dict[str, Any], Any, Any]] = [
    ({"type": "string", "not": NO}, "a", None),
    ({"type": "string", "not": YES}, None, "a"),
    ({"type": "string", "if": YES, "then": {"minLength": 2}}, "ab", "a"),
    ({"type": "string", "if": NO, "else": {"minLength": 2}}, "ab", "a"),
    ({"type": "string", "if": {"minLength": 2}, "then": NO, "else": YES}, "a", "ab"),
    ({"type": "array", "contains": YES}, [1], []),
    ({"type": "array", "contains": NO}, None, [1]),
    ({"type": "array", "not": {"items": NO}}, [1], []),
    ({"type": "array", "not": {"prefixItems": [NO, YES]}}, [1, 2], []),
    ({"type": "object", "propertyNames": NO}, {}, {"a": 1}),
    ({"type": "object", "propertyNames": YES}, {"a": 1}, None),
    ({"type": "object", "dependentSchemas": {"a": NO}}, {"b": 1}, {"a": 1}),
    ({"type": "object", "not": {"properties": {"a": NO}}}, {"a": 1}, {"b": 1}),
    ({"type": "object", "not": {"patternProperties": {"^a": NO}}}, {"a": 1}, {"b": 1}),
    ({"type": "object", "not": {"additionalProperties": NO}}, {"a": 1}, {}),
    ({"type": "string", "not": {"allOf": [YES, {"minLength": 2}]}}, "a", "ab"),
    ({"type": "string", "not": {"anyOf": [NO, {"minLength": 2}]}}, "a", "ab"),
    ({"type": "string", "not": {"oneOf": [YES, {"minLength": 2}]}}, "ab", "a"),
    ({"type": "string", "not": {**YES, "minLength": 2}}, "a", "ab"),
    ({"type": "string", "not": {**NO, "minLength": 2}}, "ab", None),
]


ASSERTED: list[tuple[Any, list[Any], list[Any]]] = [
    ({"minimum": 3}, [3, "a", None], [2]),
    ({"pattern": "^a"}, ["ab", 1], ["b"]),
    ({"required": ["a"]}, [{"a": 1}, [], "a"], [{}]),
    ({"type": "object", "required": ["a"]}, [{"a": 1}], [{}, {"b": 1}]),
    ({"type": "object", "minProperties": 1, "required": ["a"]}, [{"a": None}], [{"b": 1}]),
    (
        {"type": "string", "anyOf": [{"format": "email"}, {"pattern": "^a"}]},
        ["ab", "a@b"],
        [1, None],
    ),
    ({"type": "string", "anyOf": [{"minLength": 3}, {"pattern": "^a"}]}, ["abc", "a"], ["b", 1]),
    ({"type": "integer", "oneOf": [{"minimum": 5}, {"maximum": 3}]}, [2, 7], [4, "a"]),
    ({"type": "integer", "oneOf": [{"minimum": 3}, {"maximum": 5}]}, [2, 7], [4]),
    ({"type": "boolean", "not": {"const": True}}, [False], [True]),
    ({"oneOf": [{"type": "string"}, {"type": "array"}], "minLength": 2}, ["ab", []], ["a"]),
    ({"anyOf": [{"type": "string"}, {"type": "object"}], "not": {"const": "a"}}, ["b"], ["a"]),
    (
        {"allOf": [{"multipleOf": 2}], "anyOf": [{"multipleOf": 3}], "type": "integer"},
        [6],
        [2, 3],
    ),
    ({"type": "array", "items": False}, [[]], [[1]]),
    ({"type": "object", "properties": {"old": False}}, [{}], [{"old": 1}]),
    (
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "patternProperties": {"^x": {"type": "string"}},
            "additionalProperties": False,
        },
        [{"a": 1}, {"x1": "t"}],
        [{"b": 1}, {"x1": 1}],
    ),
    (
        {
            "type": "array",
            "prefixItems": [{"type": "string"}],
            "items": {"type": "integer"},
            "minItems": 3,
        },
        [["a", 1, 2]],
        [["a", 1], ["a"], ["a", "b", "c"]],
    ),
    ({"enum": [0.5, 1, 2]}, [0.5, 1], [1.5, "a"]),
    ({"const": 0.25}, [0.25], [0.5]),
    ({"enum": [0.5, "a"]}, [0.5, "a"], [1, "b"]),
    ({"const": {"a": 1}}, [{"a": 1}], [{"a": 2}, {"a": True}, 1]),
    ({"enum": [[1], {"a": 1}]}, [[1], {"a": 1}], [[2], [True], 1]),
    ({"const": True}, [True], [1, "a"]),
    ({"enum": [False, 1]}, [False, 1], [0, True]),
    ({"const": 1}, [1], [True]),
    (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "if": {"properties": {"a": {"const": "x"}}, "required": ["a"]},
            "then": {"properties": {"b": {"type": "integer"}}},
            "unevaluatedProperties": False,
        },
        [{"a": "x", "b": 1}, {"a": "y"}],
        [{"a": "y", "b": 1}, {"a": "x", "c": 1}],
    ),
    (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "dependentSchemas": {"a": {"properties": {"b": {}}}},
            "unevaluatedProperties": False,
        },
        [{"a": "x", "b": 1}],
        [{"b": 1}],
    ),
    (
        {
            "type": "array",
            "prefixItems": [{"type": "string"}],
            "contains": {"const": 1},
            "unevaluatedItems": False,
        },
        [["a", 1], ["a", 1, 1]],
        [["a", 2, 1]],
    ),
]


@pytest.mark.parametrize(("schema", "valid", "invalid"), ASSERTED)
def test_by_the_letter(
    schema: Any, valid: list[Any], invalid: list[Any], tmp_path: Path, case_home: Path
) -> None:
    holder = {"type": "object", "properties": {"value": schema}, "required": ["value"]}
    made = result_of(schemas(Holder=holder), tmp_path)
    with imported(made.files, case_home) as package:
        adapter = TypeAdapter(import_module(f"{package.__name__}.models").Holder)
        for value in valid:
            adapter.validate_json(json.dumps({"value": value}), strict=True)
        for value in invalid:
            with pytest.raises(ValidationError):
                adapter.validate_json(json.dumps({"value": value}), strict=True)


@pytest.mark.parametrize(("schema", "valid", "invalid"), ASSERTED)
def test_sent_and_received(
    schema: Any, valid: list[Any], invalid: list[Any], tmp_path: Path, case_home: Path
) -> None:
    """An operation refuses to send what does not fit."""
    holder = {"type": "object", "properties": {"value": schema}, "required": ["value"]}
    content = {"content": {"application/json": {"schema": holder}}}
    document = openapi(
        {
            "/": {
                "put": operation(
                    requestBody={**content, "required": True},
                    tags=["things"],
                    operationId="setThing",
                )
            }
        }
    )
    made = result_of(document, tmp_path)
    with imported(made.files, case_home) as package:
        for value in valid:
            assert json.loads(sent(package, value)) == {"value": value}
        for value in invalid:
            with pytest.raises(package.RequestError):
                sent(package, value)


def sent(package: Any, value: Any) -> bytes:
    """The body that the only operation of a package sends."""
    wire = Wire()
    transport = httpx2.Client(transport=httpx2.MockTransport(wire))
    client = package.MadeClient(base_url="https://x.example", http_client=transport)
    client.things.set_thing(value=value)
    return wire.last.content


@pytest.mark.parametrize(("schema", "valid", "invalid"), KEYWORDS)
def test_a_reference_to_a_boolean_schema(
    schema: dict[str, Any], valid: Any, invalid: Any, tmp_path: Path, case_home: Path
) -> None:
    holder = {"type": "object", "properties": {"value": schema}}
    made = result_of(schemas(Holder=holder, Yes=True, No=False), tmp_path)
    with imported(made.files, case_home) as package:
        adapter = TypeAdapter(import_module(f"{package.__name__}.models").Holder)
        if valid is not None:
            adapter.validate_python({"value": valid})
        if invalid is not None:
            with pytest.raises(ValidationError):
                adapter.validate_python({"value": invalid})
