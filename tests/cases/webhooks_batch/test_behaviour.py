"""A webhook whose body is a list of events."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

DELIVERED = {"event": "delivered", "event_id": "1", "email": "ada@example.com"}
BOUNCED = {"event": "bounced", "event_id": "2", "email": "bob@example.com", "reason": "full"}
OPENED = {"event": "opened", "event_id": "3"}
BATCH = [DELIVERED, BOUNCED, OPENED]


@pytest.fixture
def webhook(case: Any) -> Any:
    return case.module("testing").webhook()


def names(events: Any) -> list[str]:
    return [type(event).__name__ for event in events]


def deliver(receiver: Any, webhook: Any, body: Any) -> Any:
    raw = json.dumps(body).encode()
    return receiver.receive(raw, webhook.sign(raw))


def test_each_event_has_its_class(case: Any, webhook: Any) -> None:
    raw = json.dumps(BATCH).encode()
    events = webhook.unwrap_all(raw, webhook.sign(raw))
    assert names(events) == ["Delivered", "Bounced", "UnknownEvent"]
    assert events[1].reason == "full"
    assert (events[2].type, events[2].payload, events[2].raw) == ("opened", OPENED, raw)
    assert case.package.parse_events(raw) == events
    assert [kind.value for kind in case.event_type] == ["delivered", "bounced"]
    assert case.result.diagnostics == ()


def test_one_event_alone_is_read_by_both(case: Any) -> None:
    raw = json.dumps(DELIVERED)
    assert names(case.package.parse_events(raw)) == ["Delivered"]
    assert names([case.package.parse_event(raw)]) == ["Delivered"]


def test_a_batch_is_no_single_event(case: Any, webhook: Any) -> None:
    raw = json.dumps([DELIVERED]).encode()
    with pytest.raises(case.package.EventParseError, match="unwrap_all"):
        webhook.unwrap(raw, webhook.sign(raw))
    assert case.package.parse_events("[]") == []


def test_an_event_does_not_take_the_others_with_it(case: Any) -> None:
    drifted = {**BOUNCED, "reason": {"code": 5}}
    events = case.package.parse_events(json.dumps([DELIVERED, {"email": "?"}, drifted]))
    assert names(events) == ["Delivered", "UnknownEvent", "DriftedEvent"]
    assert (events[1].type, events[1].payload) == ("", {"email": "?"})
    assert events[2].issues[0].where == "/reason"
    assert events[2].payload == drifted


@pytest.mark.parametrize("body", ["[1]", '[{"event": "delivered"}, null]', "1", "[", ""])
def test_what_is_no_batch(case: Any, body: str) -> None:
    with pytest.raises(case.package.EventParseError):
        case.package.parse_events(body)


def test_strict(case: Any) -> None:
    with pytest.raises(case.package.EventParseError, match="not known"):
        case.package.parse_events(json.dumps(BATCH), strict=True)


class TestReceiver:
    def test_each_event_is_handled_once(self, case: Any, webhook: Any) -> None:
        seen: list[str] = []
        receiver = case.package.WebhookReceiver(webhook)
        receiver.fallback(lambda event: seen.append(type(event).__name__))
        assert deliver(receiver, webhook, BATCH).status == 200
        assert deliver(receiver, webhook, [OPENED, DELIVERED]).status == 200
        assert seen == ["Delivered", "Bounced", "UnknownEvent"]
        assert (receiver.counts.handled, receiver.counts.duplicates) == (3, 2)

    def test_an_event_twice_in_one_batch(self, case: Any, webhook: Any) -> None:
        seen: list[Any] = []
        receiver = case.package.WebhookReceiver(webhook)
        receiver.on(case.package.Delivered)(seen.append)
        assert deliver(receiver, webhook, [DELIVERED, DELIVERED]).status == 200
        assert len(seen) == 1

    @pytest.mark.parametrize("asynchronous", [False, True])
    def test_only_what_failed_is_handled_again(
        self, case: Any, webhook: Any, asynchronous: bool, tmp_path: Any
    ) -> None:
        seen: list[str] = []
        broken = {"bounced"}
        store = case.package.SQLiteStore(tmp_path / "handled.db")
        receiver = case.package.WebhookReceiver(webhook, store=store)

        @receiver.fallback
        def handle(event: Any) -> None:
            kind = case.events.CATALOGUE.type_of(event)
            if kind in broken:
                raise RuntimeError(kind)
            seen.append(kind)

        def send() -> Any:
            raw = json.dumps(BATCH).encode()
            headers = webhook.sign(raw)
            if asynchronous:
                return asyncio.run(receiver.areceive(raw, headers))
            return receiver.receive(raw, headers)

        reply = send()
        assert (reply.status, reply.text) == (500, "1 of 3: the handler failed")
        assert seen == ["delivered", "opened"]
        broken.clear()
        assert send().status == 200
        assert seen == ["delivered", "opened", "bounced"]
        assert receiver.counts.duplicates == 2

    def test_an_empty_batch_is_acknowledged(self, case: Any, webhook: Any) -> None:
        receiver = case.package.WebhookReceiver(webhook)
        assert deliver(receiver, webhook, []).status == 200
        assert deliver(receiver, webhook, [1]).status == 400


def test_examples_come_as_they_are_sent(case: Any) -> None:
    testing = case.module("testing")
    delivery = testing.example(case.package.Bounced, changes={"reason": "gone", "event_id": "b2"})
    assert json.loads(delivery.body) == [
        {"event": "bounced", "event_id": "b2", "email": "ada@example.com", "reason": "gone"}
    ]
    assert delivery.event.reason == "gone"
    assert testing.webhook().unwrap_all(delivery.body, delivery.headers) == [delivery.event]
