"""`x-webhooks`, and a type that nobody declared."""

from __future__ import annotations

from typing import Any


def test_the_type_is_found(case: Any) -> None:
    assert case.events.CATALOGUE.type == "/event"
    assert {member.name: member.value for member in case.event_type} == {
        "PET_NEW": "pet.new",
        "PET_GONE": "pet.gone",
    }


def test_dispatch(case: Any) -> None:
    found = case.package.parse_event(b'{"event": "pet.new", "name": "Rex", "nickname": null}')
    assert type(found) is case.events.NewPetEvent
    assert found.nickname is None
    gone = case.package.parse_event(b'{"event": "pet.gone", "at": "2026-01-02T03:04:05Z"}')
    assert gone.at.tzinfo is not None
