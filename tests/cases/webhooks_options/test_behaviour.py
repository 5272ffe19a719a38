"""A webhook whose body is one of several classes that nothing tells apart."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

CARD = {"id": "1", "card": {"brand": "visa", "last4": "4242"}, "amount": 3}
TRANSFER = {"id": "2", "iban": "DE02120300000000202051", "amount": 4}


def parse(case: Any, body: Any, **options: Any) -> Any:
    return case.package.parse_event(json.dumps(body), **options)


@pytest.fixture
def webhook(case: Any) -> Any:
    return case.module("testing").webhook()


def deliver(receiver: Any, webhook: Any, body: Any) -> int:
    raw = json.dumps(body).encode()
    return int(receiver.receive(raw, webhook.sign(raw)).status)


@pytest.mark.parametrize(("body", "name"), [(CARD, "ByCard"), (TRANSFER, "ByTransfer")])
def test_the_class_that_fits_is_read(case: Any, body: Any, name: str) -> None:
    event = parse(case, body)
    assert type(event) is getattr(case.package, name)
    assert event.to_dict() == body
    assert case.events.CATALOGUE.type_of(event) == "payment"


def test_all_classes_are_events(case: Any) -> None:
    names = {option.__name__ for option in get_args(case.events.Event)}
    assert names == {"ByCard", "ByTransfer", "UnknownEvent", "DriftedEvent"}
    assert [kind.value for kind in case.event_type] == ["payment"]
    assert case.result.diagnostics == ()


def test_one_class_that_lacks_the_least_is_taken(case: Any) -> None:
    """Nothing that came is wrong: only the card lacks a property."""
    event = parse(case, {**CARD, "card": {"brand": "visa"}})
    assert type(event) is case.package.ByCard
    assert not hasattr(event.card, "last4")
    with pytest.raises(case.package.EventParseError) as caught:
        parse(case, {**CARD, "card": {"brand": "visa"}}, strict=True)
    assert [issue.where for issue in caught.value.issues] == ["/card/last4"]


@pytest.mark.parametrize(
    "body", [{"id": "3", "amount": 5}, {**TRANSFER, "amount": "lots"}, {**CARD, "card": 1}, {}]
)
def test_none_fits(case: Any, body: Any) -> None:
    event = parse(case, body)
    assert type(event) is case.package.DriftedEvent
    assert event.type == "payment"
    assert event.issues
    assert event.payload == body


def test_handlers_by_class(case: Any, webhook: Any) -> None:
    seen: list[Any] = []
    receiver = case.package.WebhookReceiver(webhook)
    receiver.on(case.package.ByCard)(seen.append)
    assert receiver.unhandled_types() == ("payment",)
    assert deliver(receiver, webhook, CARD) == 200
    assert deliver(receiver, webhook, TRANSFER) == 200
    assert [type(event).__name__ for event in seen] == ["ByCard"]
    assert receiver.counts.unhandled == 1
    assert deliver(receiver, webhook, {"id": "9"}) == 500, "drifted, and the type has a handler"
    receiver.on(case.package.ByTransfer)(seen.append)
    assert receiver.unhandled_types() == ()
    assert deliver(receiver, webhook, TRANSFER) == 200
    assert deliver(receiver, webhook, TRANSFER) == 200
    assert (receiver.counts.handled, receiver.counts.duplicates) == (2, 1)


def test_a_handler_of_the_type_takes_all_classes(case: Any, webhook: Any) -> None:
    seen: list[Any] = []
    receiver = case.package.WebhookReceiver(webhook)
    receiver.on(case.event_type.PAYMENT)(seen.append)
    assert receiver.unhandled_types() == ()
    assert [deliver(receiver, webhook, body) for body in (CARD, TRANSFER)] == [200, 200]
    assert len(seen) == 2


@pytest.mark.parametrize("name", ["ByCard", "ByTransfer"])
def test_examples(case: Any, name: str) -> None:
    delivery = case.module("testing").example(getattr(case.package, name))
    assert type(delivery.event).__name__ == name
    assert delivery.headers["X-Token"]
