"""Dictionaries in place of models: accepted as their TypedDicts say, refused in one error."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NotRequired, get_type_hints

import pytest
from pydantic import TypeAdapter

from support.wire import Wire, reply

TEXT = {"type": "text", "text": "Hello"}
ADDRESS = {"email": "ada@example.com"}


def letters(case: Any) -> tuple[Wire, Any]:
    wire = Wire(reply({"id": "l_1"}, 201))
    return wire, wire.client(case, base_url="https://x.example").letters


def problems(case: Any, **arguments: Any) -> list[str]:
    """Return the problems of a letter that is not sent."""
    wire, calls = letters(case)
    with pytest.raises(case.package.RequestError) as caught:
        calls.send_letter(**{"to": ADDRESS, "blocks": [TEXT], **arguments})
    assert not wire.requests
    return [str(detail) for detail in caught.value.details]


def test_dictionaries_and_models_are_mixed(case: Any) -> None:
    wire, calls = letters(case)
    calls.send_letter(
        to={**ADDRESS, "displayName": "Ada", "since": datetime(2026, 1, 2, tzinfo=UTC)},
        copies=[case.models.AddressInput(email="bob@example.com"), ADDRESS],
        by_name={"ada": {**ADDRESS, "kind": "work"}},
        blocks=[TEXT, case.models.Text(text="Bye"), {"type": "image", "url": "x", "detail": "low"}],
        labels={"any": "key"},
        options_={"draft": True, "beta": [1]},
        route={"from": {"str": "a"}, "x-hop": 1},
    )
    assert json.loads(wire.last.content) == {
        "to": {**ADDRESS, "displayName": "Ada", "since": "2026-01-02T00:00:00Z"},
        "copies": [{"email": "bob@example.com"}, ADDRESS],
        "byName": {"ada": {**ADDRESS, "kind": "work"}},
        "blocks": [
            TEXT,
            {"type": "text", "text": "Bye"},
            {"type": "image", "url": "x", "detail": "low"},
        ],
        "labels": {"any": "key"},
        "options": {"draft": True, "beta": [1]},
        "route": {"from": {"str": "a"}, "x-hop": 1},
    }


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            {"to": {"emial": "ada@example.com"}},
            "body/to/email: Field required; is 'emial' meant?",
        ),
        (
            {"copies": [ADDRESS, {**ADDRESS, "knd": "work"}]},
            "body/copies/1: 'knd' is no property of AddressInput; is 'kind' meant?",
        ),
        (
            {"by_name": {"a": {**ADDRESS, "phone": "1"}}},
            "body/byName/a: 'phone' is no property of AddressInput",
        ),
        (
            {"to": {**ADDRESS, "display_name": "Ada"}},
            "body/to: 'display_name' is no property of AddressInput; is 'displayName' meant?",
        ),
        (
            {"route": {"from_": {}, "x-hop": 1}},
            "body/route/from: Field required; is 'from_' meant?",
        ),
        (
            {"blocks": [TEXT, {"type": "txt", "text": "a"}]},
            "body/blocks/1/type: Input should be 'text', 'image' or 'rule'",
        ),
        (
            {"blocks": [{"type": "image", "url": "a", "detail": "medium"}]},
            "body/blocks/0/detail: Input should be 'low' or 'high'",
        ),
        ({"blocks": [{"type": "text"}]}, "body/blocks/0/text: Field required"),
        ({"blocks": ["text"]}, "body/blocks/0: Input should be an object"),
    ],
)
def test_a_wrong_dictionary_is_one_error(
    case: Any, arguments: dict[str, Any], problem: str
) -> None:
    assert problems(case, **arguments) == [problem]


def test_a_model_carries_further_properties(case: Any) -> None:
    wire, calls = letters(case)
    address = case.models.AddressInput(email="ada@example.com", phone="1")
    calls.send_letter(to=address, blocks=[])
    assert json.loads(wire.last.content)["to"] == {"email": "ada@example.com", "phone": "1"}


def test_a_dictionary_refers_to_itself(case: Any) -> None:
    wire = Wire()
    outlines = wire.client(case, base_url="https://x.example").outlines
    outlines.set_outline(body=[{"title": "a", "children": [{"title": "b"}]}])
    assert json.loads(wire.last.content) == [{"title": "a", "children": [{"title": "b"}]}]
    with pytest.raises(case.package.RequestError) as caught:
        outlines.set_outline(body=[{"title": "a", "children": [{"title": "b", "child": []}]}])
    assert [str(detail) for detail in caught.value.details] == [
        "body/0/children/0: 'child' is no property of Heading; is 'children' meant?"
    ]


def test_what_a_typed_dict_says_at_run_time(case: Any) -> None:
    params = case.module("params")
    hints = get_type_hints(params.ImageParams, include_extras=True)
    assert hints["url"] is str
    assert hints["detail"] == NotRequired[hints["detail"].__args__[0]]
    assert "AddressParams" in vars(params)
    assert "SentParams" not in vars(params), "only what is sent has a dictionary"
    assert "LabelsParams" not in vars(params), "a map is a dictionary already"
    route = TypeAdapter(params.RouteParams)
    assert route.validate_python({"from": {"place": "a"}, "x-hop": 1})["x-hop"] == 1
    blocks = TypeAdapter(params.BlockParams)
    assert blocks.validate_python(TEXT) == TEXT


def test_the_hints_of_methods_resolve(case: Any) -> None:
    client = letters(case)[1]
    hints = get_type_hints(client.send_letter)
    assert hints["return"] is case.models.Sent
    assert case.module("params").AddressParams in hints["to"].__args__
