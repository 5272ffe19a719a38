"""A delivery that is repeated with other unsigned headers has the same id: no header makes a replay a new event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hooksmith.extensions.signature_schemes import known_schemes
from hooksmith_providers import scalekit, workos
from hooksmith_providers._runtime.webhooks.catalogue import Catalogue, InHeader
from hooksmith_providers._runtime.webhooks.errors import SignatureError, SignatureReason
from hooksmith_providers._runtime.webhooks.receiver.reporting import Counts
from hooksmith_providers._runtime.webhooks.receiver.webhook_receiver import WebhookReceiver
from hooksmith_providers._runtime.webhooks.webhook import BaseWebhook
from hooksmith_providers.workos import UserCreated
from hooksmith_providers.workos.testing import example
from support.signature_schemes import scheme, secret_of
from support.signature_vectors import STANDARD_SECRET

ID_HEADERS = {"svix": "svix-id", "standard-webhooks": "webhook-id"}
URL = "https://example.com/hooks"
BODY = example(UserCreated).body
Pairs = list[tuple[Any, Any]]


def receiver_of(name: str) -> tuple[WebhookReceiver[Any], Pairs]:
    """A receiver of a scheme's deliveries, whose ids are in a header, and the headers of a delivery."""
    header = ID_HEADERS.get(name, "X-Delivery-Id")
    events = workos.events.CATALOGUE
    catalogue: Catalogue[Any] = Catalogue(
        name="acme", models=events.models, type=events.type, id=InHeader(header)
    )
    webhook: BaseWebhook[Any] = BaseWebhook(
        scheme(name).bind(secret_of(name)), catalogue, tolerance=300
    )
    signed = webhook.sign(BODY, id_="msg_1", url=URL)
    receiver = WebhookReceiver(webhook, url=URL)
    receiver.fallback(print)
    return receiver, list(({header: "msg_1"} | signed).items())


def with_lines(pairs: Pairs, name: str, *values: str) -> Pairs:
    """Headers with further lines of a name before its own."""
    return [*((name, value) for value in values), *pairs]


def as_bytes(pairs: Pairs) -> Pairs:
    return [(name.lower().encode(), value.encode()) for name, value in pairs]


@pytest.mark.parametrize("name", known_schemes())
@pytest.mark.parametrize("form", [list, as_bytes])
def test_empty_and_equal_lines_make_no_other_id(
    name: str, form: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver, pairs = receiver_of(name)
    header = ID_HEADERS.get(name, "X-Delivery-Id")
    assert receiver.receive(BODY, form(pairs)).status == 200
    for values in [("",), (" ",), ("\t", ""), ("msg_1",), ("", "msg_1"), (" msg_1 ",)]:
        for changed in (
            with_lines(pairs, header, *values),
            [*pairs, *with_lines([], header, *values)],
        ):
            assert receiver.receive(BODY, form(changed)).status == 200
    assert receiver.counts == Counts(handled=1, duplicates=12)


@pytest.mark.parametrize("name", known_schemes())
@pytest.mark.parametrize("other", ["msg_2", "MSG_1", "msg_1\x0b"])
def test_lines_that_differ_are_refused(name: str, other: str) -> None:
    receiver, pairs = receiver_of(name)
    header = ID_HEADERS.get(name, "X-Delivery-Id")
    for changed in (with_lines(pairs, header, other), [*pairs, (header, other)]):
        assert receiver.receive(BODY, changed).status == 400
    assert receiver.counts == Counts(refused=2)


@pytest.mark.parametrize("header", ["svix-id", "webhook-id"])
def test_the_other_spelling_of_standard_webhooks_is_no_id(header: str) -> None:
    """A delivery signed with `webhook-*` may have a `svix-id` of anybody, and the reverse."""
    receiver, pairs = receiver_of("svix")
    assert receiver.receive(BODY, pairs).status == 200
    if header != "svix-id":
        assert receiver.receive(BODY, with_lines(pairs, header, "msg_2")).status == 200
    renamed = [(name.replace("svix", "webhook"), value) for name, value in pairs]
    for changed in (renamed, with_lines(renamed, "svix-id", "msg_3")):
        assert receiver.receive(BODY, changed).status == 200
    assert receiver.counts.handled == 1


def test_a_type_in_a_header_has_one_value() -> None:
    catalogue: Catalogue[Any] = Catalogue(
        name="acme", models=workos.events.CATALOGUE.models, type=InHeader("X-Event")
    )
    headers = [("X-Event", ""), ("X-Event", "user.created"), ("X-Event", "user.created")]
    assert isinstance(catalogue.parse(BODY, headers), UserCreated)
    with pytest.raises(SignatureError) as error:
        catalogue.parse(BODY, [*headers, ("x-event", "user.deleted")])
    assert error.value.reason is SignatureReason.MALFORMED_HEADER


def test_an_id_in_the_body_is_that_of_the_event_a_handler_gets() -> None:
    """JSON may repeat a name: the id is the last, as in the event itself."""
    webhook = workos.Webhook("secret")
    seen: list[str] = []
    receiver = workos.WebhookReceiver(webhook)
    receiver.fallback(lambda event: seen.append(event.id))
    payload = json.loads(BODY)
    for first in ('""', "null", '"event_2"'):
        body = BODY.replace(b"{", f'{{"id": {first}, '.encode(), 1)
        assert receiver.receive(body, webhook.sign(body)).status == 200
    assert seen == [payload["id"]]
    assert receiver.counts.duplicates == 2


FORM = "application/x-www-form-urlencoded"


def test_json_stays_json_whatever_type_an_unsigned_header_declares() -> None:
    """Else a replay as a form would be another event: one without an id, or one that a text in it spells."""
    webhook = scalekit.Webhook(STANDARD_SECRET)
    body = b'{"id":"evt_1","type":"user.login","x":"payload={%22type%22:%22user.logout%22,%22y%22:%22"}'
    headers = webhook.sign(body)
    plain = webhook.unwrap(body, headers)
    declared = webhook.unwrap(body, {**headers, "Content-Type": FORM})
    assert type(plain) is type(declared)
    assert webhook.catalogue.type_of(declared, {}) == "user.login"
