"""Constraints of received values: in the class and its JSON Schema, asserted on demand alone."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from hooksmith_providers import scalekit
from hooksmith_providers.scalekit import testing
from support.documents import imported, openapi, result_of

ID = {"type": "string", "pattern": "^evt_", "minLength": 5, "maxLength": 32}
ENTRY = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"$ref": "#/components/schemas/Id"}},
}
EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["type", "id"],
    "minProperties": 2,
    "if": {"required": ["card"]},
    "then": {"required": ["name"]},
    "properties": {
        "type": {"const": "made"},
        "id": {"$ref": "#/components/schemas/Id"},
        "card": {"type": "string"},
        "name": {"type": ["string", "null"], "maxLength": 3},
        "count": {"type": "integer", "minimum": 0, "exclusiveMaximum": 9},
        "ratio": {"type": "number", "multipleOf": 0.5},
        "tags": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "minLength": 1},
        },
        "labels": {
            "type": "object",
            "maxProperties": 1,
            "additionalProperties": {"type": "string", "pattern": "^[a-z]"},
        },
        "pair": {
            "type": "array",
            "prefixItems": [{"type": "integer", "minimum": 1}, {"type": "string", "maxLength": 1}],
            "items": {"type": "integer", "maximum": 5},
            "minItems": 2,
            "maxItems": 3,
        },
        "either": {
            "anyOf": [
                {"type": "string", "maxLength": 2},
                {"type": "integer", "maximum": 2},
                {"type": "array", "items": {"type": "integer", "maximum": 2}},
            ]
        },
        "entry": {"$ref": "#/components/schemas/Entry"},
        "entries": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}},
        "tree": {"$ref": "#/components/schemas/Tree"},
        "open": {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "additionalProperties": {"type": "integer", "maximum": 5},
        },
        "any": {"not": {"const": 7}},
    },
}
TREE = {
    "oneOf": [
        {"type": "string", "maxLength": 1},
        {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    ]
}
SCHEMAS = {"Id": ID, "Entry": ENTRY, "Made": EVENT, "Tree": TREE}
CONTENT = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Made"}}}}
DOCUMENT = openapi(
    webhooks={"made": {"post": {"requestBody": CONTENT}}}, components={"schemas": SCHEMAS}
)
WHOLE = {"type": "made", "id": "evt_1"}

MISFITS: list[tuple[dict[str, Any], str]] = [
    ({"id": "e"}, "/id"),
    ({"id": "evt_" + "x" * 32}, "/id"),
    ({"name": "long"}, "/name"),
    ({"count": -1}, "/count"),
    ({"count": 9}, "/count"),
    ({"ratio": 0.3}, "/ratio"),
    ({"tags": []}, "/tags"),
    ({"tags": ["a", "a"]}, "/tags"),
    ({"tags": ["a", ""]}, "/tags/1"),
    ({"labels": {"a": "b", "b": "c"}}, "/labels"),
    ({"labels": {"a~/": "B"}}, "/labels/a~0~1"),
    ({"pair": [0, "a"]}, "/pair/0"),
    ({"pair": [1, "ab"]}, "/pair/1"),
    ({"pair": [1, "a", 6]}, "/pair/2"),
    ({"either": "abc"}, "/either"),
    ({"either": 3}, "/either"),
    ({"either": [1, 3]}, "/either/1"),
    ({"entry": {"id": "x"}}, "/entry/id"),
    ({"entries": [{"id": "evt_1"}, {"id": "other"}]}, "/entries/1/id"),
    ({"tree": ["a", ["ab"]]}, "/tree/1/0"),
    ({"open": {"b": 6}}, "/open/b"),
    ({"any": 7}, "/any"),
    ({"card": "1"}, ""),
]


@pytest.fixture(scope="module")
def models(case_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    files = result_of(DOCUMENT, tmp_path_factory.mktemp("described")).files
    with imported(files, case_home) as package:
        yield package


@pytest.mark.parametrize(("value", "place"), MISFITS)
def test_misfits_are_read_and_listed(models: Any, value: dict[str, Any], place: str) -> None:
    event = models.parse_event(json.dumps(WHOLE | value).encode())
    assert type(event) is models.Made
    assert event.to_dict() == WHOLE | value
    assert {misfit.where for misfit in event.misfits()} == {place}
    assert not any("evt_x" in misfit.problem for misfit in event.misfits())


@pytest.mark.parametrize(("value", "place"), MISFITS)
def test_misfits_are_refused_by_strict(models: Any, value: dict[str, Any], place: str) -> None:
    body = json.dumps(WHOLE | value)
    with pytest.raises(models.EventParseError) as refused:
        models.parse_event(body.encode(), strict=True)
    assert {issue.where for issue in refused.value.issues} == {place}
    with pytest.raises(ValidationError) as error:
        models.Made.model_validate_json(body, strict=True)
    places = {"".join(f"/{token}" for token in each["loc"]) for each in error.value.errors()}
    assert places == {place.replace("~0", "~").replace("~1", "/")}
    with pytest.raises(ValidationError):
        models.Made.model_validate(WHOLE | value, strict=True)
    assert models.Made.model_validate(WHOLE | value).to_dict() == WHOLE | value


def test_what_fits_has_no_misfits(models: Any) -> None:
    value = {
        **WHOLE,
        "card": "1",
        "name": None,
        "count": 0,
        "ratio": 1.5,
        "tags": ["a", "b"],
        "labels": {"a": "b"},
        "pair": [1, "a", 5],
        "either": [2],
        "entry": {"id": "evt_2"},
        "tree": ["a", ["b"]],
        "open": {"a": "a", "b": 5},
        "any": 8,
        "other": "x",
    }
    event = models.parse_event(json.dumps(value).encode(), strict=True)
    assert event.misfits() == ()
    assert event.to_dict() == value


def test_a_drifted_event_lists_the_misfits_of_its_readable_part(models: Any) -> None:
    drifted = models.parse_event(b'{"type": "made", "id": "x", "count": "many"}')
    assert type(drifted) is models.DriftedEvent
    assert {misfit.where for misfit in drifted.event.misfits()} == {"/id"}


def test_reading_does_no_work_for_constraints(models: Any) -> None:
    """The validator of a described annotation is that of the annotation without it."""
    id_annotation = models.Made.model_fields["id"].annotation
    metadata = models.Made.model_fields["id"].metadata
    assert [mark.schema for mark in metadata] == [
        {key: value for key, value in ID.items() if key != "type"}
    ]
    described = TypeAdapter(Annotated[(id_annotation, *metadata)])
    assert described.validator.__repr__() == TypeAdapter(str).validator.__repr__()
    assert "maxLength" not in repr(models.Made.__pydantic_validator__)


def test_the_json_schema_has_the_constraints(models: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        schema = models.Made.model_json_schema()
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(WHOLE)
    for value, place in MISFITS:
        assert not validator.is_valid(WHOLE | value), place


def test_scalekits_envelope() -> None:
    event = testing.EXAMPLES.payload(scalekit.UserSignup)
    assert scalekit.UserSignup.model_fields["id"].metadata[0].schema["pattern"] == "^evt_"
    body = json.dumps(event | {"id": "event_1"}).encode()
    read = scalekit.parse_event(body)
    assert isinstance(read, scalekit.UserSignup)
    assert [misfit.where for misfit in read.misfits()] == ["/id"]
    with pytest.raises(scalekit.EventParseError):
        scalekit.parse_event(body, strict=True)
