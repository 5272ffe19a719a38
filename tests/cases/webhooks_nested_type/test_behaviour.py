"""The type stands inside another object of the body."""

from __future__ import annotations

import json
from typing import Any


def parse(case: Any, body: Any) -> Any:
    return case.package.parse_event(json.dumps(body))


def test_types(case: Any) -> None:
    assert [member.value for member in case.event_type] == ["item.added", "item.removed"]


def test_dispatch(case: Any) -> None:
    added = parse(case, {"meta": {"eventType": "item.added", "id": "1"}, "item": "x"})
    assert type(added) is case.package.ItemAdded
    assert added.meta.event_type == "item.added"
    removed = parse(case, {"meta": {"eventType": "item.removed", "id": "2"}})
    assert type(removed) is case.package.ItemRemoved
    unknown = parse(case, {"meta": {"eventType": "item.moved", "id": "3"}})
    assert unknown.type == "item.moved"


def test_where_things_stand(case: Any) -> None:
    catalogue = case.events.CATALOGUE
    assert (catalogue.type, catalogue.id) == ("/meta/eventType", "/meta/id")
