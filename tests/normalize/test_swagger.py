"""Swagger 2.0 → OpenAPI 3.1: every construct of the document beside this file, by what it becomes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from hooksmith.config import Settings
from hooksmith.load.library import load
from hooksmith.normalize.bundle import bundle
from hooksmith.normalize.bundled_document import Bundle
from hooksmith.normalize.diagnostics import Findings
from hooksmith.normalize.dialects import upgrade
from hooksmith.normalize.repair import tolerate
from hooksmith.normalize.swagger2 import upgrade_swagger
from hooksmith.openapi.references import resolve_local
from support.documents import import_everything, imported, normal_of, result_of
from support.made import generate

DOCUMENT = Path(__file__).parent / "documents" / "swagger.yaml"


@pytest.fixture(scope="module")
def bundled() -> tuple[Bundle, Findings]:
    result = bundle(load(DOCUMENT))
    findings = Findings(result)
    upgrade_swagger(result, findings)
    tolerate(result, findings)
    upgrade(result.document)
    return result, findings


@pytest.fixture
def document(bundled: tuple[Bundle, Findings]) -> Any:
    return bundled[0].document


SETTINGS = Settings(package="made", runtime="shared", operation_names="document", formatter="none")


def parameter(document: Any, path: str, method: str, name: str) -> Any:
    return next(
        one for one in document["paths"][path][method]["parameters"] if one.get("name") == name
    )


def test_the_result_is_valid(document: Any) -> None:
    checked = copy.deepcopy(document)
    for item in checked["paths"].values():
        for operation in item.values():
            if (
                isinstance(operation, dict) and "parameters" in operation
            ):  # the validator does not follow these
                followed = [
                    resolve_local(checked, one["$ref"]) if "$ref" in one else one
                    for one in operation["parameters"]
                ]
                operation["parameters"] = followed
    assert [error.message for error in OpenAPIV31SpecValidator(checked).iter_errors()] == []


def test_servers_prefer_https(document: Any) -> None:
    assert [server["url"] for server in document["servers"]] == [
        "https://pets.example.com/v2",
        "http://pets.example.com/v2",
    ]


@pytest.mark.parametrize(
    ("name", "style", "explode"),
    [
        ("multi", "form", True),
        ("csv", "form", False),
        ("ssv", "spaceDelimited", False),
        ("pipes", "pipeDelimited", False),
    ],
)
def test_collection_formats(document: Any, name: str, style: str, explode: bool) -> None:
    found = parameter(document, "/pets", "get", name)
    assert (found["style"], found["explode"], found["schema"]["type"]) == (style, explode, "array")


def test_tabs_cannot_be_said(bundled: tuple[Bundle, Findings]) -> None:
    result, findings = bundled
    assert parameter(result.document, "/pets", "get", "tsv")["schema"] == {"type": "string"}
    (found,) = findings.diagnostics
    assert "'tsv'" in found.message
    assert found.place is not None
    assert found.place.pointer == "/paths/~1pets/get/parameters/4"
    assert (
        DOCUMENT.read_text("utf-8")
        .splitlines()[(found.place.line or 0) - 1]
        .strip()
        .startswith("- {in: query, name: tsv")
    )


def test_bodies(document: Any) -> None:
    pets = document["paths"]["/pets"]
    assert pets["post"]["requestBody"] == {"$ref": "#/components/requestBodies/PetBody"}
    assert [one["name"] for one in pets["post"]["parameters"]] == ["dry"]
    assert list(pets["put"]["requestBody"]["content"]) == ["application/xml"], (
        "the operation consumes something else"
    )
    assert "PetBody" not in document["components"]["parameters"]


def test_forms(document: Any) -> None:
    image = document["paths"]["/pets/{petId}/image"]["post"]["requestBody"]
    schema = image["content"]["multipart/form-data"]["schema"]
    assert schema["properties"]["file"] == {
        "type": "string",
        "format": "binary",
        "description": "The picture.",
    }
    assert list(schema["properties"]) == ["file", "note", "labels"]
    assert schema["required"] == ["file"]
    form = document["paths"]["/pets/{petId}"]["post"]["requestBody"]["content"][
        "application/x-www-form-urlencoded"
    ]
    assert {name: one["explode"] for name, one in form["encoding"].items()} == {
        "labels": True,
        "labels2": False,
    }


def test_replies(document: Any) -> None:
    ok = document["paths"]["/pets"]["get"]["responses"]["200"]
    assert list(ok["content"]) == ["application/json", "application/xml"]
    assert ok["content"]["application/json"]["example"] == [{"petType": "cat", "name": "x"}]
    assert ok["headers"]["X-Total"]["schema"] == {"type": "integer"}
    image = document["paths"]["/pets/{petId}/image"]["post"]["responses"]["200"]
    assert image["content"] == {"image/png": {"schema": {"type": "string", "format": "binary"}}}
    deep = document["paths"]["/pets/{petId}"]["post"]["responses"]["200"]["content"][
        "application/json"
    ]["schema"]
    assert resolve_local(document, deep["$ref"])["type"] == "array"


def test_security(document: Any) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["basic"] == {"type": "http", "scheme": "basic"}
    assert schemes["key"] == {"type": "apiKey", "in": "header", "name": "X-Key"}
    flows = {name: next(iter(schemes[name]["flows"])) for name in ("implicit", "app", "code", "pw")}
    assert flows == {
        "implicit": "implicit",
        "app": "clientCredentials",
        "code": "authorizationCode",
        "pw": "password",
    }


def test_schemas(document: Any) -> None:
    pet = document["components"]["schemas"]["Pet"]
    assert pet["discriminator"] == {"propertyName": "petType"}
    assert pet["properties"]["name"]["type"] == ["string", "null"]
    assert document["components"]["parameters"]["Limit"]["schema"] == {
        "type": "integer",
        "exclusiveMaximum": 100,
        "default": 10,
    }


def test_the_package(case_home: Path) -> None:
    result = generate(
        DOCUMENT,
        SETTINGS,
    )
    calls = {
        operation.name: operation
        for resource in result.api.resources
        for operation in resource.operations
    }
    assert set(calls) == {"list_pets", "add_pet", "put_pet", "upload_image", "update_pet"}
    assert [one.field.wire for one in calls["list_pets"].parameters] == [
        "limit",
        "multi",
        "csv",
        "ssv",
        "tsv",
        "pipes",
        "X-Trace",
    ]
    assert calls["update_pet"].security == (("app",), ("basic", "key"))
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)


def test_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "defs.json").write_text(
        '{"Name": {"type": "string"}, '
        '"Pet": {"type": "object", "x-nullable": true, "properties": {"n": {"$ref": "#/Name"}}}}'
    )
    document = {
        "swagger": "2.0",
        "info": {"title": "Made", "version": "1"},
        "definitions": {"Pet": {"$ref": "defs.json#/Pet"}},
        "paths": {
            "/a": {
                "get": {
                    "responses": {
                        "200": {"description": "", "schema": {"$ref": "#/definitions/Pet"}}
                    }
                }
            }
        },
    }
    result = result_of(document, tmp_path)
    assert result.diagnostics == ()
    assert {"Pet", "Name"} <= {definition.name for definition in result.api.definitions}


def test_what_is_of_version_2_in_a_document_of_version_3(tmp_path: Path) -> None:
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Made", "version": "1"},
        "paths": {
            "/a/{id}": {
                "post": {
                    "parameters": [
                        {"in": "path", "name": "id", "required": True, "type": "integer"},
                        {"in": "body", "name": "b", "schema": {"$ref": "#/definitions/Pet"}},
                    ],
                    "responses": {
                        "200": {"description": "", "schema": {"$ref": "#/definitions/Pet"}}
                    },
                }
            }
        },
        "definitions": {"Pet": {"type": "object", "properties": {"n": {"type": "string"}}}},
    }
    normal = normal_of(document, tmp_path)
    assert len(normal.diagnostics) == 4
    (call,) = [
        one
        for resource in result_of(document, tmp_path).api.resources
        for one in resource.operations
    ]
    assert call.body is not None
    assert call.body.media_type == "application/json"
    assert call.parameters[0].field.wire == "id"
    assert call.replies[0].type is not None
