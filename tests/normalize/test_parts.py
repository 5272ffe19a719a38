"""Documents in parts: references where OpenAPI has none, to other files and within one."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from hooksmith.errors import HooksmithError
from hooksmith.ir import Alias
from hooksmith.normalize.diagnostics import MAX_SIMILAR
from hooksmith.pipeline import generate, ledger
from hooksmith.settings import Settings
from support.documents import imported, openapi
from support.made import Made
from support.made import generate as made

SETTINGS = Settings(package="made", runtime="shared", operation_names="document", formatter="none")

WHOLE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1", "description": "About pets."},
    "tags": [{"name": "pets", "description": "All pets."}],
    "servers": [{"url": "https://pets.example"}],
    "security": [{"key": []}],
    "paths": {
        "/pets/{id}": {
            "get": {
                "operationId": "get_pet",
                "summary": "Read a pet.",
                "tags": ["pets"],
                "parameters": [
                    {"$ref": "#/components/parameters/Id"},
                    {"name": "deep", "in": "query", "schema": {"type": "boolean"}},
                ],
                "responses": {
                    "200": {
                        "description": "A pet.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                        },
                    },
                    "404": {"description": "None."},
                },
            },
            "put": {
                "operationId": "put_pet",
                "tags": ["pets"],
                "parameters": [{"$ref": "#/components/parameters/Id"}],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    },
                },
                "responses": {"204": {"description": "Done."}},
            },
        }
    },
    "components": {
        "parameters": {
            "Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        },
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "kind": {"type": "string", "enum": ["cat", "dog"]},
                    "owner": {"$ref": "#/components/schemas/Owner"},
                },
            },
            "Owner": {"type": "object", "properties": {"city": {"type": "string"}}},
            "Home": {"anyOf": [{"$ref": "#/components/schemas/Owner"}, {"type": "string"}]},
            "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"age": {}}}]},
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
    },
}

PARTS = [
    "/info",
    "/info/description",
    "/tags",
    "/tags/0",
    "/tags/0/description",
    "/servers",
    "/servers/0",
    "/security",
    "/paths",
    "/paths/~1pets~1{id}",
    "/paths/~1pets~1{id}/get",
    "/paths/~1pets~1{id}/put",
    "/paths/~1pets~1{id}/get/tags",
    "/paths/~1pets~1{id}/get/summary",
    "/paths/~1pets~1{id}/get/parameters",
    "/paths/~1pets~1{id}/get/parameters/1",
    "/paths/~1pets~1{id}/get/responses",
    "/paths/~1pets~1{id}/get/responses/200",
    "/paths/~1pets~1{id}/get/responses/200/content",
    "/paths/~1pets~1{id}/put/requestBody",
    "/paths/~1pets~1{id}/put/requestBody/content",
    "/components",
    "/components/parameters",
    "/components/schemas",
    "/components/schemas/Pet/properties",
    "/components/schemas/Pet/properties/kind/enum",
    "/components/schemas/Pet/required",
    "/components/schemas/Home/anyOf",
    "/components/schemas/Cat/allOf",
    "/components/securitySchemes",
    "/components/securitySchemes/key",
]


def split_out(document: Any, pointer: str, folder: Path) -> None:
    """Replace the value at `pointer` by a reference to a file of its own; references in it lead to the root."""
    *parents, last = [key.replace("~1", "/") for key in pointer.split("/")[1:]]
    holder = document
    for key in parents:
        holder = holder[int(key)] if isinstance(holder, list) else holder[key]
    key = int(last) if isinstance(holder, list) else last
    (folder / "parts").mkdir(exist_ok=True)
    text = json.dumps(holder[key]).replace('"#/', '"../openapi.yaml#/')
    (folder / "parts" / "part.json").write_text(text, "utf-8")
    holder[key] = {"$ref": "parts/part.json"}


def written(document: Any, folder: Path) -> Path:
    path = folder / "openapi.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    return path


def interface(result: Made) -> Any:
    """The operations, definitions, servers and credentials of a package, without the order of definitions."""
    api = result.api
    operations = {
        operation.name: (
            operation.method,
            operation.path,
            [(each.field.wire, each.location) for each in operation.parameters],
            operation.body and operation.body.type,
            [(reply.status, reply.type) for reply in (*operation.replies, *operation.errors)],
            operation.summary,
        )
        for resource in api.resources
        for operation in resource.operations
    }
    fields = {
        definition.name: [
            (field.wire, field.required) for field in getattr(definition, "fields", ())
        ]
        for definition in api.definitions
    }
    aliases = {each.name: each.type for each in api.definitions if isinstance(each, Alias)}
    descriptions = [resource.description for resource in api.resources]
    schemes = [scheme.name for scheme in api.security_schemes]
    return (
        operations,
        fields,
        aliases,
        descriptions,
        api.servers,
        schemes,
        api.security,
        api.title,
        api.description,
    )


@pytest.mark.parametrize("pointer", PARTS)
def test_any_part_may_stand_in_a_file_of_its_own(pointer: str, tmp_path: Path) -> None:
    whole = made(written(WHOLE, tmp_path), SETTINGS)
    document = json.loads(json.dumps(WHOLE))
    split_out(document, pointer, tmp_path)
    result = made(written(document, tmp_path), SETTINGS)
    assert interface(result) == interface(whole)
    assert result.diagnostics == ()


def test_keys_beside_a_reference_to_a_map_win(tmp_path: Path) -> None:
    document = json.loads(json.dumps(WHOLE))
    schemas = document["components"]["schemas"]
    schemas["Cat"] = {
        "type": "object",
        "properties": {"$ref": "#/components/schemas/Pet/properties", "name": {"type": "integer"}},
    }
    result = made(written(document, tmp_path), SETTINGS)
    (cat,) = (each for each in result.api.definitions if each.name == "Cat")
    types = {field.wire: str(field.type) for field in getattr(cat, "fields", ())}
    assert set(types) == {"name", "kind", "owner"}
    assert "INTEGER" in types["name"]


def test_an_operation_by_reference_sends_and_reads(tmp_path: Path, case_home: Path) -> None:
    document = json.loads(json.dumps(WHOLE))
    split_out(document, "/paths/~1pets~1{id}/get", tmp_path)
    result = made(written(document, tmp_path), SETTINGS)
    with imported(result.files, case_home) as package:
        operations = importlib.import_module(f"{package.__name__}.operations.pets")
        constant = operations.GET_PET
        assert constant.path == "/pets/{id}"
        pet = constant.replies["200"].adapter.inner.validate_json('{"name": "Tom", "kind": "cat"}')
        assert (pet.name, pet.kind) == ("Tom", "cat")


def test_a_chain_of_references_to_path_items(tmp_path: Path) -> None:
    paths: dict[str, Any] = {f"/p{i}": {"$ref": f"#/paths/~1p{i + 1}"} for i in range(600)}
    paths["/p600"] = {"get": {"responses": {"200": {"description": ""}}}}
    result = made(written({**WHOLE, "paths": paths}, tmp_path), SETTINGS)
    count = sum(len(resource.operations) for resource in result.api.resources)
    assert count == 601


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/paths/~1a", {"$ref": "#/paths/~1a"}),
        ("/paths/~1a", {"get": {"$ref": "#/paths/~1a/get"}}),
        ("/paths", {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1b"}}),
        ("/components/schemas/A", {"properties": {"$ref": "#/components/schemas/A/properties"}}),
    ],
)
def test_a_part_that_contains_itself_is_an_error_with_a_place(
    place: str, value: Any, tmp_path: Path
) -> None:
    document: Any = {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": {}}}
    *parents, last = [key.replace("~1", "/") for key in place.split("/")[1:]]
    holder = document
    for key in parents:
        holder = holder[key]
    holder[last] = value
    with pytest.raises(HooksmithError, match=r"itself|in a circle"):
        made(written(document, tmp_path), SETTINGS)


def test_references_that_multiply_are_an_error_with_a_place(tmp_path: Path) -> None:
    """Two callbacks a path item, each of which refers to the next path item: 2^20 operations from 4 KB."""
    paths: dict[str, Any] = {}
    for index in range(20):
        next_item = {"{$request.body#/url}": {"$ref": f"#/paths/~1p{index + 1}"}}
        operation = {
            "responses": {"200": {"description": ""}},
            "callbacks": {"a": next_item, "b": next_item},
        }
        paths[f"/p{index}"] = {"post": operation}
    paths["/p20"] = {"post": {"responses": {"200": {"description": ""}}}}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps({**WHOLE, "paths": paths}), "utf-8")
    with pytest.raises(HooksmithError, match="references multiply this"):
        made(path, SETTINGS)


def test_a_reference_to_the_whole_file_without_a_key(tmp_path: Path) -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tree",
        "type": "object",
        "properties": {"left": {"$ref": "#/"}, "right": {"$ref": "#"}},
    }
    path = tmp_path / "tree.json"
    path.write_text(json.dumps(schema), "utf-8")
    result = made(path, SETTINGS)
    (tree,) = result.api.definitions
    left, right = (field.type for field in getattr(tree, "fields", ()))
    assert left == right
    assert "Tree" in str(left)
    (warning,) = result.diagnostics
    assert "the $ref '#/' names a key without a name; taken as the whole file" in warning.message


def test_an_id_that_is_a_fragment_is_an_anchor_with_a_warning(tmp_path: Path) -> None:
    schema = {
        "title": "Person",
        "type": "object",
        "properties": {"home": {"$ref": "#address"}},
        "$defs": {"Address": {"$id": "#address", "type": "object", "properties": {"city": {}}}},
    }
    path = tmp_path / "person.json"
    path.write_text(json.dumps(schema), "utf-8")
    result = made(path, SETTINGS)
    names = {definition.name for definition in result.api.definitions}
    assert names == {"Person", "Address"}
    (warning,) = result.diagnostics
    assert "an anchor up to draft 7 only" in warning.message
    assert warning.hint == "write `$anchor: address` there"


def test_similar_warnings_become_one_and_the_report_has_all(tmp_path: Path) -> None:
    count = MAX_SIMILAR + 1
    schemas = {f"S{i}": {"type": f"strng{i}"} for i in range(count)}
    document = openapi(components={"schemas": schemas})
    path = written(document, tmp_path)
    (warning,) = generate(path, SETTINGS).diagnostics
    assert warning.message.endswith(f"(and {count - 1} more like this; --report lists them all)")
    assert warning.place is not None
    assert warning.place.pointer == "/components/schemas/S0/type"
    warnings = ledger(path, SETTINGS).as_json()["warnings"]
    assert [each["pointer"] for each in warnings] == [
        f"/components/schemas/S{i}/type" for i in range(count)
    ]
    few = {**document, "components": {"schemas": dict(list(schemas.items())[:MAX_SIMILAR])}}
    assert len(generate(written(few, tmp_path), SETTINGS).diagnostics) == MAX_SIMILAR


def test_one_schema_by_reference_instead_of_a_list(tmp_path: Path) -> None:
    document = json.loads(json.dumps(WHOLE))
    document["components"]["schemas"]["Home"] = {"anyOf": {"$ref": "owner.yaml"}}
    (tmp_path / "owner.yaml").write_text("properties: {city: {$ref: city.yaml}}", "utf-8")
    (tmp_path / "city.yaml").write_text("type: integer", "utf-8")
    result = made(written(document, tmp_path), SETTINGS)
    assert result.diagnostics == ()
    assert "    city: City | None" in result.files["models.py"]


def test_a_text_in_a_file_of_markdown_is_left_out_with_a_warning(tmp_path: Path) -> None:
    document = json.loads(json.dumps(WHOLE))
    document["paths"]["/pets/{id}"]["get"]["description"] = {"$ref": "pets.md"}
    (tmp_path / "pets.md").write_text("# Pets", "utf-8")
    (warning,) = made(written(document, tmp_path), SETTINGS).diagnostics
    assert warning.message == "description: a mapping is of the wrong type, and left out"
