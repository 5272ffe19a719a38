"""Events told apart by a constant in the body."""

from __future__ import annotations

import json
from typing import Any

import pytest

CREATED = {
    "id": "evt_1",
    "created": "2026-01-02T03:04:05.123456789Z",
    "type": "user.created",
    "data": {"name": "Ada"},
}


def parse(case: Any, body: Any, **options: Any) -> Any:
    return case.package.parse_event(json.dumps(body).encode(), **options)


def test_each_type_has_its_class(case: Any) -> None:
    found = parse(case, CREATED)
    assert type(found) is case.package.UserCreated
    assert found.data.name == "Ada"
    assert found.created.year == 2026
    match found:
        case case.package.UserCreated(data=data):
            assert type(data) is case.models.User
    paid = parse(
        case,
        {"id": "e", "created": "2026-01-02T03:04:05Z", "type": "order.paid", "data": {"amount": 3}},
    )
    assert type(paid) is case.package.OrderPaid
    assert paid.data.amount == 3


def test_the_type_is_what_the_body_says_not_the_webhooks_key(case: Any) -> None:
    assert [member.value for member in case.event_type] == [
        "user.created",
        "user.deleted",
        "order.paid",
    ]
    assert case.event_type.ORDER_PAID == "order.paid"


def test_an_envelope_is_shared(case: Any) -> None:
    for name in ("UserCreated", "UserDeleted", "OrderPaid"):
        assert issubclass(getattr(case.package, name), case.models.Envelope)


def test_an_unknown_type(case: Any) -> None:
    body = {"id": "e", "type": "user.renamed", "data": {"x": [1]}}
    found = parse(case, body)
    assert type(found) is case.package.UnknownEvent
    assert (found.type, found.payload) == ("user.renamed", body)
    with pytest.raises(case.package.EventParseError, match="not known"):
        parse(case, body, strict=True)


def test_an_event_that_departs_from_its_document(case: Any) -> None:
    body = {**CREATED, "data": {"nick": "ada"}}
    found = parse(case, body)
    assert type(found) is case.package.DriftedEvent
    assert [issue.where for issue in found.issues] == ["/data/name"]
    assert found.payload == body
    with pytest.raises(case.package.EventParseError) as caught:
        parse(case, body, strict=True)
    assert "ada" not in str(caught.value)


def test_unknown_fields_survive(case: Any) -> None:
    body = {**CREATED, "new": {"a": None}, "data": {"name": "Ada", "age": 36}}
    found = parse(case, body)
    assert found.model_extra == {"new": {"a": None}}
    assert {**found.to_dict(), "created": body["created"]} == body


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"type": 3}', b"{", b'{"type": null}']
)
def test_what_is_no_event(case: Any, body: bytes) -> None:
    with pytest.raises(case.package.EventParseError):
        case.package.parse_event(body)


def test_a_parsed_body_is_refused(case: Any) -> None:
    with pytest.raises(TypeError, match="as it was received"):
        case.package.parse_event(CREATED)


def test_docs(case: Any) -> None:
    assert "- `user.created`: `UserCreated`. A user was created." in case.files["api.md"]
    assert "eprecated" in case.files["events.py"] + case.files["event_types.py"]


def test_no_client_without_calls(case: Any) -> None:
    assert "client.py" not in case.files
    assert not [name for name in case.package.__all__ if name.endswith("Client")]
