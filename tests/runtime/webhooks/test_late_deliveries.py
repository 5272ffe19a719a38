"""Deliveries that are repeated with their first timestamp, beyond the tolerance."""

from __future__ import annotations

from typing import Any

import pytest

from hooksmith_providers.workos import MemoryStore, UserCreated, Webhook, WebhookReceiver
from hooksmith_providers.workos.testing import example

NOW = 2_000_000_000.0
WEBHOOK = Webhook("secret", clock=lambda: NOW)


def deliver(receiver: Any, age: float, id_: str = "event_1", *, secret: str = "secret") -> int:
    delivery = example(UserCreated, webhook=WEBHOOK, changes={"id": id_})
    headers = Webhook(secret).sign(delivery.body, timestamp=NOW - age)
    return int(receiver.receive(delivery.body, headers).status)


def test_late_deliveries_are_accepted_once() -> None:
    seen: list[str] = []
    receiver = WebhookReceiver(WEBHOOK, late="accept", store=MemoryStore(retention=1000))
    receiver.on(UserCreated)(lambda event: seen.append(event.id))
    assert deliver(receiver, 900) == 200
    assert deliver(receiver, 900) == 200
    assert deliver(receiver, 10, "event_2") == 200
    assert seen == ["event_1", "event_2"]
    assert receiver.counts.duplicates == 1


def test_but_no_older_than_repetitions_are_recognized() -> None:
    receiver = WebhookReceiver(WEBHOOK, late="accept", store=MemoryStore(retention=1000))
    assert deliver(receiver, 1001) == 400
    assert deliver(receiver, -900) == 400, "signed in the future"
    assert deliver(receiver, 900, secret="other") == 400


def test_and_not_without_an_id() -> None:
    receiver = WebhookReceiver(WEBHOOK, late="accept")
    body = b'{"event": "user.teleported"}'
    assert receiver.receive(body, WEBHOOK.sign(body, timestamp=NOW - 900)).status == 400
    assert receiver.receive(body, WEBHOOK.sign(body)).status == 200


def test_by_default_they_are_refused() -> None:
    assert deliver(WebhookReceiver(WEBHOOK), 900) == 400


def test_misuse() -> None:
    with pytest.raises(TypeError, match="states its retention"):
        WebhookReceiver(WEBHOOK, late="accept", store=None)
    with pytest.raises(ValueError, match="late: 'refuse' or 'accept'"):
        WebhookReceiver(WEBHOOK, late="sometimes")  # type: ignore[arg-type]
