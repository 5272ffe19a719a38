"""Names that clash with Python, with pydantic, with us and with one another."""

from __future__ import annotations

import builtins
import inspect
import json
import keyword
from typing import Any

from support.wire import Wire, reply

WIRE = {
    "id": "t1", "class": "c", "def": "d", "None": "n", "list": ["a"], "other_list": [1], "str": "s", "type": "t",
    "int": 3, "date": "2026-01-02", "day": "2026-01-03", "model_config": "mc", "model_fields": "mf", "schema": "sc",
    "copy": "cp", "json": {"a": 1}, "dict": {"b": 2}, "validate": True, "self": "se", "_private": "p",
    "__dunder__": "du", "StartTime": "2026-01-02T03:04:05Z", "StartTime<": "2026-01-02T03:04:06Z",
    "StartTime>": "2026-01-02T03:04:07Z", "asc": "1", "Asc": "2", "ASC": "3", "nextCursor": "4", "next_cursor": "5",
    "@type": "6", "$ref-like": "7", "1st": "8", "": "9", "a b": "10", "a-b": "11", "größe": 12, "名前": "13",
    "to_dict": "14", "from_json": "15", "Field": "16", "Timestamp": "17", "Literal": "fixed",
}  # fmt: skip


def test_every_property_has_a_field_of_its_own(case: Any) -> None:
    thing = case.models.Thing
    assert [wire for _, wire in fields(thing)] == list(WIRE)
    for name, _ in fields(thing):
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not name.startswith(("_", "model_c", "model_f")) or name.endswith("_")


def fields(model: Any) -> list[tuple[str, str]]:
    """Name and wire name of each field."""
    generator = model.model_config.get("alias_generator") or (lambda name: name)
    found = []
    for name, info in model.model_fields.items():
        found.append((name, info.alias if info.alias is not None else generator(name)))
    return found


def test_round_trip(case: Any) -> None:
    thing = case.models.Thing.model_validate(WIRE)
    assert thing.to_dict() == WIRE
    assert not thing.model_extra
    assert case.models.Thing.from_json(thing.to_json()) == thing


def test_fields_read_well(case: Any) -> None:
    thing = case.models.Thing.model_validate(WIRE)
    assert thing.id == "t1"
    assert thing.class_ == "c"
    assert thing.model_config_ == "mc"
    assert thing.schema_ == "sc"
    assert thing.copy_ == "cp"
    assert thing.start_time_less_than.isoformat() == "2026-01-02T03:04:06+00:00"
    assert thing.start_time_greater_than.isoformat() == "2026-01-02T03:04:07+00:00"
    assert (thing.nextCursor, thing.next_cursor_, thing.größe) == ("4", "5", 12)
    assert callable(thing.to_dict)


def test_no_schema_is_dropped(case: Any) -> None:
    """One class for each of the schemas that differ in case or signs only."""
    defined = {
        frozenset(wire for _, wire in fields(model))
        for model in vars(case.models).values()
        if inspect.isclass(model)
        and model.__module__ == case.models.__name__
        and hasattr(model, "model_fields")
    }
    for property_ in "a b c d e f g h i j k l lower upper dash joined".split():
        assert frozenset({property_}) in defined, property_


def test_the_schema_that_is_spelled_like_its_class_keeps_the_name(case: Any) -> None:
    assert "StartTime" in {wire for _, wire in fields(case.models.Thing)}
    assert list(case.models.ThingItem.model_fields) == ["joined"]


def test_schemas_refer_to_the_right_one(case: Any) -> None:
    definitions = {definition.pointer: definition.name for definition in case.api.definitions}
    lower = definitions["/components/schemas/thing"]
    assert case.models.PageThing.model_validate({"i": {"lower": "x"}}).i.lower == "x"
    assert list(getattr(case.models, lower).model_fields) == ["lower"]
    assert case.models.Optional.model_validate({"c": {"b": "y"}}).c.b == "y"


def test_arguments_shadow_nothing(case: Any) -> None:
    things = case.resource("things")
    for name in ("get_thing", "put_thing", "delete_no_by_id_operation_id"):
        arguments = list(inspect.signature(getattr(things, name)).parameters)[1:]
        assert len(arguments) == len(set(arguments))
        for argument in arguments:
            assert not keyword.iskeyword(argument)
            assert not hasattr(builtins, argument), argument


def test_arguments_reach_their_places(case: Any) -> None:
    wire = Wire(reply(WIRE))
    client = wire.client(case, base_url="https://x.example")
    names = list(inspect.signature(client.things.get_thing).parameters)
    values = {name: f"v{index}" for index, name in enumerate(names) if name != "options"}
    values["top"] = 5  # type: ignore[assignment]
    client.things.get_thing(**values)
    assert wire.last.url.path == "/things/v0"
    sent = dict(wire.last.url.params)
    assert list(sent) == [
        "id", "class", "self", "options", "StartTime", "StartTime<", "StartTime>", "filter[name]", "$top", "1st",
    ]  # fmt: skip
    assert sent["id"] == "v1"
    assert sent["StartTime>"] == "v7"
    assert wire.last.headers["X-Request-ID"] == values["x_request_id"]


def test_a_body_beside_a_parameter_of_the_same_name(case: Any) -> None:
    wire = Wire()
    client = wire.client(case, base_url="https://x.example")
    names = list(inspect.signature(client.things.put_thing).parameters)
    assert names[0] == "id_"
    client.things.put_thing(**{name: name.upper() for name in names if name != "options"})
    assert wire.last.url.path == "/things/ID_"
    assert set(json.loads(wire.last.content)) == {"id", "options", "name", "self", "import"}


def test_resources(case: Any) -> None:
    client = Wire().client(case, base_url="https://x.example")
    assert client.class_.import_() is None
    assert client.close_.close() is None
    assert callable(client.close)


def test_tags_that_differ_in_case_are_one_resource(case: Any) -> None:
    things = Wire().client(case, base_url="https://x.example").things
    assert things.count_things() is None
    assert callable(things.get_thing)
