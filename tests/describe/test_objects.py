"""Properties that a document declares in pieces, or only requires."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hooksmith.ir import ANY, Array, Kind, Model, Scalar
from support.documents import imported, openapi, operation, result_of, schemas
from support.wire import Wire, reply

RULES = {
    "type": "object",
    "properties": {"inbound": {"type": "array", "items": {"type": "string"}}},
}


def exchange(schema: Any) -> Any:
    """A document whose only operation sends and receives a schema."""
    content = {"content": {"application/json": {"schema": schema}}}
    put = operation(
        operationId="setThing",
        tags=["things"],
        requestBody={**content, "required": True},
        responses={"200": {"description": "Done.", **content}},
    )
    return openapi({"/": {"put": put}}, components={"schemas": {"Rules": RULES}})


def things(package: Any, *replies: Any) -> tuple[Wire, Any]:
    wire = Wire(*map(reply, replies))
    transport = httpx2.Client(transport=httpx2.MockTransport(wire))
    return wire, package.MadeClient(base_url="https://x.example", http_client=transport).things


@pytest.mark.parametrize("places", ["beside", "part", "before"])
def test_a_part_that_only_asserts_keeps_the_type(
    places: str, tmp_path: Path, case_home: Path
) -> None:
    base = {"$ref": "#/components/schemas/Rules"}
    limit = {"inbound": {"minItems": 1}}
    schema = {
        "beside": {"allOf": [base], "properties": limit},
        "part": {"allOf": [base, {"type": "object", "properties": limit}]},
        "before": {"allOf": [{"type": "object", "properties": limit}, base]},
    }[places]
    made = result_of(exchange(schema), tmp_path)
    sent = next(it for it in made.api.definitions if it.name == "SetThingRequest")
    assert isinstance(sent, Model)
    assert isinstance(sent.fields[0].type, Array)
    assert sent.fields[0].type.items == Scalar(Kind.STRING)
    with imported(made.files, case_home) as package:
        _, api = things(package, {"inbound": []})
        assert api.set_thing(inbound=["a"]).inbound == []
        for misfit in ([], [1]):
            with pytest.raises(package.RequestError):
                api.set_thing(inbound=misfit)


@pytest.mark.parametrize(
    ("limit", "misfit"),
    [
        ({"items": {"maxLength": 3}}, ["abcd"]),
        ({"type": "array", "items": {"maxLength": 3}, "maxItems": 1}, ["a", "b"]),
        ({"items": True, "minItems": 1}, []),
    ],
)
def test_assertions_on_what_is_inside_keep_the_type(
    limit: Any, misfit: Any, tmp_path: Path, case_home: Path
) -> None:
    schema = {"allOf": [{"$ref": "#/components/schemas/Rules"}], "properties": {"inbound": limit}}
    made = result_of(exchange(schema), tmp_path)
    with imported(made.files, case_home) as package:
        wire, api = things(package, {"inbound": ["a"]})
        api.set_thing(inbound=["a"])
        assert json.loads(wire.last.content) == {"inbound": ["a"]}
        for each in (misfit, [1]):
            with pytest.raises(package.RequestError):
                api.set_thing(inbound=each)


def test_items_in_two_parts_are_combined(tmp_path: Path) -> None:
    strings = {"type": "array", "items": {"type": "string"}}
    made = result_of(schemas(Both={"allOf": [strings, {"items": {"minLength": 2}}]}), tmp_path)
    (both,) = made.api.definitions
    assert "min_length=2" in made.files["models.py"]
    assert both.name == "Both"


def test_a_required_name_without_a_property_is_an_argument(tmp_path: Path, case_home: Path) -> None:
    schema = {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}}}
    made = result_of(exchange(schema), tmp_path)
    with imported(made.files, case_home) as package:
        wire, api = things(package, {"a": "x"})
        received = api.set_thing(a="x", b=[1])
        assert json.loads(wire.last.content) == {"a": "x", "b": [1]}
        assert received.to_dict() == {"a": "x"}  # what the document forgot may be absent
        with pytest.raises(TypeError):
            api.set_thing(a="x")
        models = import_module(f"{package.__name__}.models")
        assert "b" not in models.SetThingReply.model_fields


def test_a_base_class_may_require_a_property_of_its_subclasses(
    tmp_path: Path, case_home: Path
) -> None:
    base = {"type": "object", "required": ["kind"], "properties": {"id": {"type": "string"}}}
    document = schemas(
        Base=base,
        Sub={
            "allOf": [{"$ref": "#/components/schemas/Base"}],
            "properties": {"kind": {"type": "string"}},
        },
    )
    made = result_of(document, tmp_path)
    by_name = {it.name: it for it in made.api.definitions if isinstance(it, Model)}
    assert [(field.wire, field.type) for field in by_name["Base"].fields][1] == ("kind", ANY)
    assert [field.name for field in by_name["Sub"].fields] == ["kind"]
    with imported(made.files, case_home) as package:
        models = import_module(f"{package.__name__}.models")
        assert issubclass(models.Sub, models.Base)
        assert models.Sub(kind="k").to_dict() == {"kind": "k"}
