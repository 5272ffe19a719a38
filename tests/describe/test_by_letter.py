"""A JSON Schema document alone is read by the letter: defaults, null, JSON types, and what is written."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from support.documents import imported, result_of

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Config",
    "type": "object",
    "required": ["host", "mode"],
    "properties": {
        "host": {"type": "string"},
        "mode": {"type": "string", "enum": ["dev", "prod"], "default": "dev"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 8080},
        "ratio": {"type": "number", "default": 0.5},
        "debug": {"type": "boolean", "default": False},
        "level": {"enum": ["low", "high"], "default": "high"},
        "size": {"$ref": "#/$defs/Size", "default": "L"},
        "since": {"type": "string", "format": "date", "default": "2024-01-02"},
        "at": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "items": {"type": "string"}, "default": []},
        "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
        "pair": {"type": "array", "prefixItems": [{"type": "integer"}], "items": False},
        "tls": {"$ref": "#/$defs/Tls", "default": {"verify": False}},
        "note": {"type": "string"},
        "remark": {"type": ["string", "null"]},
        "wrong": {"type": "integer", "default": "none"},
        "tooSmall": {"type": "integer", "minimum": 1, "default": 0},
        "kind": {"const": "config"},
    },
    "$defs": {
        "Size": {"type": "string", "enum": ["S", "L"]},
        "Tls": {
            "type": "object",
            "properties": {
                "verify": {"type": "boolean", "default": True},
                "cert": {"type": ["string", "null"], "default": None},
            },
        },
    },
}
SMALLEST = {"host": "a", "mode": "prod"}


@pytest.fixture(scope="module")
def models(case_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = result_of(SCHEMA, tmp_path_factory.mktemp("letter"))
    with ExitStack() as stack:
        package = stack.enter_context(imported(made.files, case_home))
        yield import_module(f"{package.__name__}.models")


def valid(value: Any) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(value)


def read(model: Any, value: Any) -> Iterator[Any]:
    """The value read as plain data, as JSON, and as strict JSON."""
    yield model.model_validate(value)
    yield model.model_validate_json(json.dumps(value))
    yield model.model_validate_json(json.dumps(value), strict=True)


def test_defaults_are_applied(models: Any) -> None:
    for config in read(models.Config, SMALLEST):
        assert (config.port, config.ratio, config.debug) == (8080, 0.5, False)
        assert (config.level, config.size) == (models.ConfigLevel.HIGH, models.Size.L)
        assert type(config.level) is models.ConfigLevel
        assert config.since == date(2024, 1, 2)
        assert config.tags == []
        assert config.tls == models.Tls(verify=False)
        assert config.tls.cert is None
    assert models.Tls().verify is True


def test_a_default_that_breaks_its_schema_is_not_applied(models: Any) -> None:
    config = models.Config.model_validate(SMALLEST)
    assert config.wrong is None
    assert config.too_small is None


def test_a_required_property_with_a_default_is_required(models: Any) -> None:
    with pytest.raises(ValidationError, match="mode"):
        models.Config.model_validate({"host": "a"})


MISFITS = [
    *({name: None} for name in SCHEMA["properties"] if name != "remark"),
    *({"port": value} for value in ("3", True, 0)),
    *({"host": value} for value in (1, True)),
    *({"debug": value} for value in (1, "true", "yes")),
    *({"ratio": value} for value in ("0.5", True)),
    *({"since": value} for value in (0, "2024-02-30", "2024-01-02T00:00:00Z")),
    *({"at": value} for value in (0, "2024-01-02", "2024-01-02T00:00:00")),
    {"tags": [1]},
    {"limits": {"a": "1"}},
    {"pair": ["1"]},
    {"pair": [1, 2]},
    {"tls": {"verify": None}},
    {"tls": {"cert": 1}},
    {"kind": "other"},
]


@pytest.mark.parametrize("misfit", MISFITS, ids=json.dumps)
def test_nothing_is_converted_and_null_is_no_absence(models: Any, misfit: Any) -> None:
    value = SMALLEST | misfit
    with pytest.raises(ValidationError):
        models.Config.model_validate(value)
    with pytest.raises(ValidationError):
        models.Config.model_validate_json(json.dumps(value))


FITS = [
    {},
    {"port": 1, "ratio": 1, "debug": True, "level": "low", "size": "S"},
    {"since": "2024-02-29", "at": "2024-01-02T00:00:00Z", "tags": ["a"], "limits": {"a": 1}},
    {"pair": [1]},
    {"tls": {"verify": True, "cert": None}, "note": "a", "remark": None, "kind": "config"},
    {"other": [None]},
]


@pytest.mark.parametrize("value", FITS, ids=json.dumps)
def test_what_is_written_is_valid(models: Any, value: Any) -> None:
    for config in read(models.Config, SMALLEST | value):
        assert valid(config.to_dict())
        assert config.to_dict() == {"tags": [], "tls": {"verify": False}, **SMALLEST, **value}
        assert json.loads(config.to_json()) == config.to_dict()
        assert valid(config.model_dump(mode="json", by_alias=True))  # with all defaults
        assert valid(json.loads(TypeAdapter(models.Config).dump_json(config)))


def test_a_default_that_was_changed_in_place_is_written(models: Any) -> None:
    config = models.Config.model_validate(SMALLEST)
    config.tags.append("new")
    config.tls.verify = True
    assert config.to_dict() == {**SMALLEST, "tags": ["new"], "tls": {"verify": True}}
    assert models.Config.model_validate(SMALLEST).tags == []


def test_misfits_are_those_of_the_object_as_it_is_now(models: Any) -> None:
    config = models.Config.model_validate(SMALLEST)
    assert config.misfits() == ()
    config.port = 0
    config.tls.verify = "yes"
    assert {misfit.where for misfit in config.misfits()} == {"/port", "/tls/verify"}


def test_python_values_are_taken(models: Any) -> None:
    moment = datetime(2024, 1, 2, tzinfo=UTC)
    config = models.Config(
        host="a", mode=models.ConfigMode.DEV, since=date(2024, 1, 3), at=moment, tls=models.Tls()
    )
    assert config.to_dict() == {
        "host": "a",
        "mode": "dev",
        "since": "2024-01-03",
        "at": "2024-01-02T00:00:00Z",
        "tags": [],
        "tls": {},
    }
    with pytest.raises(ValidationError):
        models.Config(**SMALLEST, at=datetime(2024, 1, 2))
    with pytest.raises(ValidationError):
        models.Config(**SMALLEST, since=moment)


def test_the_json_schema_has_the_defaults(models: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        schema = models.Config.model_json_schema()
    found = {
        name: value["default"] for name, value in schema["properties"].items() if "default" in value
    }
    assert found == {
        "port": 8080,
        "ratio": 0.5,
        "debug": False,
        "level": "high",
        "size": "L",
        "since": "2024-01-02",
        "tags": [],
        "tls": {"verify": False},
    }
    assert schema["properties"]["note"] == {"title": "Note", "type": "string"}
    assert schema["required"] == ["host", "mode"]


def test_an_openapi_document_is_read_tolerantly(tmp_path: Path, case_home: Path) -> None:
    reply = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tls"}}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Made", "version": "1"},
        "paths": {"/": {"get": {"responses": {"200": {"description": "ok", **reply}}}}},
        "components": {"schemas": {"Tls": SCHEMA["$defs"]["Tls"]}},
    }
    with imported(result_of(document, tmp_path).files, case_home) as package:
        tls = import_module(f"{package.__name__}.models").Tls.from_json('{"verify": null}')
    assert (tls.verify, tls.cert) == (None, None)
