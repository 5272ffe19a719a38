"""One document in seven files."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from support.wire import Wire, reply


def test_names_come_from_the_ends_of_references(case: Any) -> None:
    names = {definition.name for definition in case.api.definitions}
    assert {"Pet", "Owner", "OrderDto", "Choice", "OrderedReply"} <= names
    assert list(case.models.Pet.model_fields) == ["name", "kind", "owner"]


def test_two_kinds_of_kind(case: Any) -> None:
    """Two schemas of one name, from two files, stay two."""
    found = case.models.OrderedReply.model_validate({"by": "company", "of": "cat"})
    assert type(found.by) is not type(found.of)
    assert [member.value for member in type(found.by)] == ["person", "company"]
    assert [member.value for member in type(found.of)] == ["cat", "dog"]


def test_a_circle_through_files(case: Any) -> None:
    pet = {"name": "Rex", "kind": "dog", "owner": {"name": "Ada", "pets": [{"name": "Tom"}]}}
    wire = Wire(reply([pet]))
    (found,) = wire.client(case, base_url="https://x.example").pets.list_pets()
    assert type(found.owner.pets[0]) is type(found)
    assert found.to_dict() == pet


def test_a_schema_document_with_an_id(case: Any) -> None:
    wire = Wire(reply({"by": "person", "of": "dog"}))
    orders = wire.client(case, base_url="https://x.example").orders
    assert orders.order(pet={"name": "Rex"}, note="n").by == "person"
    assert wire.last.content == b'{"pet":{"name":"Rex"},"note":"n"}'
    with pytest.raises(case.package.RequestError):
        orders.order(pet={"name": "Rex"}, note="longer than ten")
    with pytest.raises(ValidationError, match="extra"):
        case.models.OrderDto(pet={"name": "x"}, surprise=1)


def test_an_event_from_a_file(case: Any) -> None:
    found = case.package.parse_event(b'{"type": "pet.sold", "pet": {"name": "Rex"}}')
    assert found.pet.name == "Rex"
