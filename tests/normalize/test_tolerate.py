"""Wrong but usable documents: what each fault is taken as, and that it is said with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hooksmith.errors import DocumentError, HooksmithError, UnresolvedReferenceError
from hooksmith.ir import (
    ANY,
    NULL,
    Array,
    Kind,
    LiteralOf,
    Map,
    Model,
    Named,
    Operation,
    Scalar,
    Type,
    Union,
)
from hooksmith.pipeline import Result
from support.documents import import_everything, imported, openapi, operation, result_of, schemas


def calls(result: Result) -> list[Operation]:
    return [one for resource in result.api.resources for one in resource.operations]


def only_warning(result: Result) -> tuple[str, str]:
    """Pointer and message of the one warning."""
    (found,) = result.diagnostics
    assert found.severity == "warning"
    assert found.place is not None
    assert found.place.line is not None
    return found.place.pointer, found.message


STRING, INTEGER = Scalar(Kind.STRING), Scalar(Kind.INTEGER)

PROPERTIES: list[tuple[str, Any, Type]] = [
    ("int", {"type": "int"}, INTEGER),
    ("date", {"type": "date"}, Scalar(Kind.DATE)),
    ("datetime", {"type": "datetime"}, Scalar(Kind.DATE_TIME)),
    ("capital", {"type": "String"}, STRING),
    ("component", {"type": "Other"}, Named("Other")),
    ("unknown type", {"type": "ZipFile"}, ANY),
    ("type is a mapping", {"type": {"type": "string"}}, ANY),
    ("null among types", {"type": ["string", None, "nope"]}, Union((STRING, NULL))),
    ("no value at all", {"type": "string", "enum": []}, STRING),
    ("enum is text", {"enum": "a"}, LiteralOf(("a",))),
    ("items are null", {"type": "array", "items": None}, Array(ANY)),
    ("no schema", None, ANY),
    ("text for a number", {"type": "integer", "minimum": "nope"}, INTEGER),
    (
        "properties are null",
        {"type": "object", "properties": None, "additionalProperties": "nope"},
        Map(ANY),
    ),
    ("not a list of options", {"oneOf": {"type": "string"}}, STRING),
    ("no option", {"type": "string", "anyOf": []}, STRING),
    ("nowhere", {"oneOf": [{"type": "string"}, 3]}, STRING),
    ("reference is no text", {"$ref": 3, "type": "string"}, STRING),
    ("reference to no schema", {"$ref": "#/info"}, ANY),
]


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [found[1:] for found in PROPERTIES],
    ids=[found[0] for found in PROPERTIES],
)
def test_schemas(schema: Any, wanted: Type, tmp_path: Path, case_home: Path) -> None:
    document = schemas(
        Thing={"type": "object", "properties": {"p": schema}},
        Other={"type": "object", "properties": {"x": {}}},
    )
    result = result_of(document, tmp_path)
    assert result.diagnostics
    assert all(
        found.place and found.place.pointer.startswith("/components/schemas/Thing")
        for found in result.diagnostics
    )
    model = next(one for one in result.api.definitions if one.name == "Thing")
    assert isinstance(model, Model)
    assert model.fields[0].type == wanted
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)


def test_required_as_a_flag(tmp_path: Path) -> None:
    thing = {
        "type": "object",
        "properties": {"a": {"type": "string", "required": True}, "b": {"required": False}},
        "required": "c",
    }
    result = result_of(schemas(Thing=thing), tmp_path)
    model = result.api.definitions[0]
    assert isinstance(model, Model)
    assert {field.wire: field.required for field in model.fields} == {
        "a": True,
        "b": False,
        "c": True,
    }
    assert {found.place.pointer for found in result.diagnostics if found.place} >= {
        "/components/schemas/Thing/properties/a/required"
    }


OPERATIONS: list[tuple[str, str, Any, str]] = [
    (
        "no place",
        "/a",
        operation(parameters=[{"name": "x", "schema": {}}]),
        "/paths/~1a/get/parameters/0",
    ),
    (
        "no name",
        "/a",
        operation(parameters=[{"in": "query", "schema": {}}]),
        "/paths/~1a/get/parameters/0",
    ),
    ("null parameters", "/a", operation(parameters=None), "/paths/~1a/get/parameters"),
    ("undeclared", "/a/{id}", operation(), "/paths/~1a~1{id}/get"),
    (
        "no place in the path",
        "/a",
        operation(parameters=[{"name": "x", "in": "path", "required": True}]),
        "/paths/~1a/get",
    ),
    (
        "other spelling",
        "/a/{petId}",
        operation(parameters=[{"name": "pet_id", "in": "path", "required": True}]),
        "/paths/~1a~1{petId}/get",
    ),
    ("fragment", "/a#b", operation(), "/paths/~1a#b"),
    ("no slash", "a", operation(), "/paths/a"),
    ("tags", "/a", operation(tags=[{"name": "x"}, None]), "/paths/~1a/get/tags"),
    ("one tag", "/a", operation(tags="x"), "/paths/~1a/get/tags"),
    ("no id", "/a", operation(operationId=""), "/paths/~1a/get/operationId"),
    ("id is a list", "/a", operation(operationId=["x"]), "/paths/~1a/get/operationId"),
    ("body says nothing", "/a", operation(requestBody={}), "/paths/~1a/get/requestBody"),
    (
        "body's schema",
        "/a",
        operation(requestBody={"schema": {"type": "object"}}),
        "/paths/~1a/get/requestBody",
    ),
    (
        "body is a schema",
        "/a",
        operation(requestBody={"$ref": "#/components/schemas/S"}),
        "/paths/~1a/get/requestBody",
    ),
    ("unknown scheme", "/a", operation(security=[{"nope": []}]), "/paths/~1a/get/security"),
    (
        "status",
        "/a",
        {"responses": {"200 OK": {"description": ""}}},
        "/paths/~1a/get/responses/200 OK",
    ),
    (
        "style",
        "/a",
        operation(parameters=[{"name": "x", "in": "query", "style": "pipe", "schema": {}}]),
        "/paths/~1a/get/parameters/0/style",
    ),
    ("flag as text", "/a", operation(deprecated="true"), "/paths/~1a/get/deprecated"),
]


@pytest.mark.parametrize(
    ("path", "call", "pointer"),
    [found[1:] for found in OPERATIONS],
    ids=[found[0] for found in OPERATIONS],
)
def test_operations(path: str, call: Any, pointer: str, tmp_path: Path, case_home: Path) -> None:
    """One warning at its place; the method exists, and what it sends begins with a slash and has no fragment."""
    result = result_of(
        openapi({path: {"get": call}}, components={"schemas": {"S": {"type": "string"}}}), tmp_path
    )
    assert only_warning(result)[0] == pointer
    (made,) = calls(result)
    assert made.path.startswith("/")
    assert "#" not in made.path
    assert sorted(one.field.wire for one in made.parameters if one.location == "path") == [
        name.strip("{}") for name in path.split("/") if name.startswith("{")
    ]
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)


def test_a_shared_parameter_that_the_path_has_no_place_for(tmp_path: Path) -> None:
    item = {
        "parameters": [
            {"name": "pet-id", "in": "path", "required": True, "schema": {"type": "integer"}}
        ],
        "get": operation(),
        "put": operation(),
    }
    result = result_of(openapi({"/a/{petId}": item}), tmp_path)
    assert [one.parameters[0].field.wire for one in calls(result)] == ["petId", "petId"]
    assert {one.parameters[0].field.type for one in calls(result)} == {INTEGER}


def test_an_id_that_is_used_twice(tmp_path: Path) -> None:
    """All that have it are named after their methods and paths, so that none of them has another's name."""
    document = openapi(
        {
            "/a": {"get": operation(operationId="x")},
            "/b/{id}": {
                "get": operation(
                    operationId="x",
                    parameters=[{"name": "id", "in": "path", "required": True, "schema": {}}],
                )
            },
        }
    )
    with pytest.raises(DocumentError, match="used twice"):
        result_of(document, tmp_path, strict=True)
    result = result_of(document, tmp_path)
    pointer, message = only_warning(result)
    assert pointer == "/paths/~1b~1{id}/get/operationId"
    assert "document.json" in message
    assert [one.name for one in calls(result)] == ["get_a", "get_b_by_id"]


def test_no_responses(tmp_path: Path) -> None:
    """OpenAPI 3.1 need not have them; 3.0 must."""
    document = openapi({"/a": {"get": {"operationId": "a"}}})
    assert result_of(document, tmp_path).diagnostics == ()
    document["openapi"] = "3.0.3"
    result = result_of(document, tmp_path)
    assert only_warning(result)[0] == "/paths/~1a/get"
    assert len(calls(result)) == 1


def test_strict(tmp_path: Path) -> None:
    document = openapi({"/a": {"get": operation(deprecated="true")}})
    with pytest.raises(DocumentError) as caught:
        result_of(document, tmp_path, strict=True)
    assert [found.severity for found in caught.value.diagnostics] == ["error"]


def test_root_lists(tmp_path: Path) -> None:
    document = openapi(
        {"/a": {"get": operation(tags=["x"])}},
        tags=["x", 3, {"description": "nameless"}],
        servers=[{}, {"url": "https://x.example"}],
    )
    result = result_of(document, tmp_path)
    assert [server.url for server in result.api.servers] == ["https://x.example"]
    assert {found.place.pointer for found in result.diagnostics if found.place} == {
        "/tags/0",
        "/tags/1",
        "/tags/2",
        "/servers/0",
    }


@pytest.mark.parametrize(
    "section",
    [
        "schemas",
        "parameters",
        "responses",
        "callbacks",
        "securitySchemes",
        "requestBodies",
        "headers",
    ],
)
@pytest.mark.parametrize("value", [None, [], "x", 3], ids=repr)
def test_sections_of_components(section: str, value: Any, tmp_path: Path) -> None:
    result = result_of(openapi({"/a": {"get": operation()}}, components={section: value}), tmp_path)
    assert only_warning(result)[0] == f"/components/{section}"


@pytest.mark.parametrize("value", [None, [], "x", 3], ids=repr)
@pytest.mark.parametrize(
    "key", ["info", "paths", "webhooks", "components", "servers", "tags", "security"]
)
def test_top_level(key: str, value: Any, tmp_path: Path) -> None:
    document = {**openapi({"/a": {"get": operation()}}), key: value}
    result = result_of(document, tmp_path)
    assert result.files
    assert all(
        found.place and found.place.pointer.startswith(f"/{key}") for found in result.diagnostics
    )


def test_references_in_a_circle(tmp_path: Path) -> None:
    with pytest.raises(UnresolvedReferenceError, match="circle"):
        result_of(
            schemas(A={"$ref": "#/components/schemas/B"}, B={"$ref": "#/components/schemas/A"}),
            tmp_path,
        )


@pytest.mark.parametrize(
    "reference", ["#/components/schemas/Nope", "#/paths/~1a/get/nope", "other.json#/A"]
)
def test_references_that_lead_nowhere_are_errors_with_both_ends(
    reference: str, tmp_path: Path
) -> None:
    with pytest.raises(HooksmithError) as caught:
        result_of(schemas(A={"type": "object", "properties": {"p": {"$ref": reference}}}), tmp_path)
    (found,) = caught.value.diagnostics
    assert reference in found.message
    assert found.place is not None
    assert found.place.pointer == "/components/schemas/A/properties/p"


@pytest.mark.parametrize(
    ("reference", "meant"),
    [
        ("#components/schemas/B", "#/components/schemas/B"),
        ("#components/schemas/B/properties/c", "#/components/schemas/B/properties/c"),
        ("other.json#definitions/D", "other.json#/definitions/D"),
    ],
)
def test_a_pointer_without_its_first_slash(reference: str, meant: str, tmp_path: Path) -> None:
    other = {"definitions": {"D": {"type": "object", "properties": {"d": {"type": "string"}}}}}
    (tmp_path / "other.json").write_text(json.dumps(other), "utf-8")
    b = {"type": "object", "properties": {"c": {"type": "object", "properties": {"d": {}}}}}
    wrong, right = (
        result_of(schemas(A={"type": "object", "properties": {"p": {"$ref": it}}}, B=b), tmp_path)
        for it in (reference, meant)
    )
    assert only_warning(wrong) == (
        "/components/schemas/A/properties/p",
        f"the $ref {reference!r} lacks a slash behind the #, and is taken as {meant!r}",
    )
    assert wrong.files == right.files


def test_each_pointer_without_its_first_slash_is_said(tmp_path: Path) -> None:
    """As often as it stands there; one that leads nowhere with the slash is still an error."""
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"D": {"type": "object", "properties": {"d": {"$ref": "#definitions/D"}}}},
        "properties": {"a": {"$ref": "#definitions/D"}, "b": {"$ref": "#definitions/D"}},
    }
    assert {it.place.pointer for it in result_of(schema, tmp_path).diagnostics if it.place} == {
        "/properties/a",
        "/properties/b",
        "/definitions/D/properties/d",
    }
    schema["properties"] = {"a": {"$ref": "#definitions/E"}}
    with pytest.raises(UnresolvedReferenceError, match="there is no 'E' at"):
        result_of(schema, tmp_path)


def test_a_reference_out_of_an_extension(tmp_path: Path) -> None:
    """What stands where OpenAPI has nothing is brought in as a component, with all that it refers to in turn."""
    document = openapi(
        {
            "/a": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"application/json": {"schema": {"$ref": "#/x-types/Pet"}}},
                        }
                    }
                }
            }
        }
    )
    document["x-types"] = {
        "Pet": {"type": "object", "properties": {"owner": {"$ref": "#/x-types/Owner"}}},
        "Owner": {"type": "string"},
    }
    result = result_of(document, tmp_path)
    assert result.diagnostics == ()
    assert calls(result)[0].replies[0].type == Named("Pet")
