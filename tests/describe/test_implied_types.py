"""`items` or `properties` without `type`: values of other JSON types are received; objects and arrays as described."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.documents import imported, openapi, operation, result_of
from support.wire import Wire

USER = {"required": ["id"], "properties": {"id": {"type": "string"}}}
PARTS = {
    "user": {"$ref": "#/components/schemas/User"},
    "heir": {"$ref": "#/components/schemas/Heir"},
    "list": {"items": {"type": "integer"}},
    "tuple": {"prefixItems": [{"type": "integer"}], "minItems": 1},
    "map": {"additionalProperties": {"type": "integer"}},
    "users": {"type": "array", "items": {"$ref": "#/components/schemas/User"}},
    "typed": {"type": "array", "items": {"type": "integer"}},
}
SCHEMAS = {
    "User": USER,
    "Typed": {"type": "object", **USER},
    "Heir": {"allOf": [{"$ref": "#/components/schemas/Typed"}], "properties": {"a": {}}},
    "Whole": {"properties": {name: PARTS[name] for name in PARTS}},
}


def content(schema: Any) -> Any:
    return {"content": {"application/json": {"schema": schema}}}


WHOLE = content({"$ref": "#/components/schemas/Whole"})
DOCUMENT = openapi(
    {
        "/list": {
            "get": operation(
                operationId="getList",
                tags=["things"],
                responses={"200": {"description": "Done.", **content(PARTS["list"])}},
            )
        },
        "/whole": {
            "get": operation(
                operationId="getWhole",
                tags=["things"],
                responses={"200": {"description": "Done.", **WHOLE}},
            ),
            "put": operation(
                operationId="putUser", tags=["things"], requestBody=content(PARTS["user"])
            ),
        },
    },
    webhooks={"changed": {"post": {"requestBody": WHOLE}}},
    components={"schemas": SCHEMAS},
)


@pytest.fixture(scope="module")
def package(case_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = result_of(DOCUMENT, tmp_path_factory.mktemp("implied"))
    with imported(made.files, case_home) as package:
        yield package


def received(package: Any, method: str, value: Any) -> Any:
    wire = Wire(httpx2.Response(200, json=value))
    transport = httpx2.Client(transport=httpx2.MockTransport(wire))
    client = package.MadeClient(base_url="https://x.example", http_client=transport)
    return getattr(client.things, method)()


@pytest.mark.parametrize("name", ["user", "list", "tuple", "map"])
@pytest.mark.parametrize("value", ["a", 1, 1.5, True, None])
def test_other_types(package: Any, name: str, value: Any) -> None:
    whole = received(package, "get_whole", {name: value})
    assert whole.to_dict() == {name: value}
    assert package.parse_event(json.dumps({name: value}).encode()).to_dict() == {name: value}


@pytest.mark.parametrize(
    ("name", "value"), [("user", [1]), ("list", {"a": 1}), ("tuple", {"a": 1}), ("map", [1])]
)
def test_arrays_for_objects_and_objects_for_arrays(package: Any, name: str, value: Any) -> None:
    assert received(package, "get_whole", {name: value}).to_dict() == {name: value}


def test_whole_replies(package: Any) -> None:
    assert received(package, "get_list", [1]) == [1]
    assert received(package, "get_list", "none") == "none"
    assert received(package, "get_whole", []) == []


def test_described_values_are_typed(package: Any) -> None:
    models = import_module(f"{package.__name__}.models")
    value = {
        "user": {"id": "a"},
        "list": [1],
        "tuple": [1, "a"],
        "map": {"a": 1},
        "users": [{"id": "b"}, 3],
    }
    whole = received(package, "get_whole", value)
    assert isinstance(whole.user, models.User)
    assert isinstance(whole.users[0], models.User)
    assert whole.users[1] == 3
    assert whole.tuple_[0] == 1
    assert whole.to_dict() == value


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"user": {}}, "/user/id"),
        ({"list": ["a"]}, "/list/0"),
        ({"map": {"a": "b"}}, "/map/a"),
        ({"users": [{"id": 1}]}, "/users/0/id"),
        ({"users": "a"}, "/users"),
        ({"typed": "a"}, "/typed"),
        ({"heir": "a"}, "/heir"),
    ],
)
def test_misfits_name_their_place_once(package: Any, value: Any, place: str) -> None:
    with pytest.raises(package.ReplyValidationError) as error:
        received(package, "get_whole", value)
    assert [detail.where for detail in error.value.details] == [place]


def test_what_is_sent_is_an_object(package: Any) -> None:
    wire = Wire(httpx2.Response(204))
    transport = httpx2.Client(transport=httpx2.MockTransport(wire))
    client = package.MadeClient(base_url="https://x.example", http_client=transport)
    client.things.put_user(id_="a")
    assert json.loads(wire.last.content) == {"id": "a"}


def test_json_schemas(package: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        schema = type(received(package, "get_whole", {})).model_json_schema()
    assert schema["properties"]["list"]["anyOf"][0] == {
        "type": "array",
        "items": {"type": "integer"},
    }
