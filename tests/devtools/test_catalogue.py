"""Each provider of the catalogue: its entry is tried on a cut-out of its own document.

Deliveries have the form that the provider publishes and are signed here by hand; calls are those of its documentation.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx2
import pytest

from hooksmith.catalogue import catalogue_entry, catalogue_names
from hooksmith.extensions.signature_schemes import known_schemes
from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from support.documents import imported
from support.paths import TESTS

DOCUMENTS = TESTS / "documents" / "catalogue"
NOW = 1_700_000_000
JSON = {"Content-Type": "application/json"}


def packed(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def keyed(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def by_svix(body: bytes) -> dict[str, str]:
    """Svix documentation, "Verifying webhooks manually"."""
    signature = keyed(b"secret-of-the-endpoint", b"msg_1.%d.%s" % (NOW, body))
    return {
        **JSON,
        "svix-id": "msg_1",
        "svix-timestamp": str(NOW),
        "svix-signature": "v1," + base64.b64encode(signature).decode(),
    }


SVIX_SECRET = "whsec_" + base64.b64encode(b"secret-of-the-endpoint").decode()


def by_github(event: str, content_type: str) -> Callable[[bytes], dict[str, str]]:
    """GitHub documentation, "Validating webhook deliveries" and "Webhook events and payloads"."""
    return lambda body: {
        "Content-Type": content_type,
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": "sha256=" + keyed(b"It's a Secret to Everybody", body).hex(),
    }


def by_adyen(body: bytes) -> dict[str, str]:
    """adyen-node-api-library, hmacValidator.ts; the header is AfPWebhooks'."""
    signature = keyed(bytes.fromhex(ADYEN_KEY), body)
    return {**JSON, "HmacSignature": base64.b64encode(signature).decode()}


ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
OPENED = {"action": "opened", "issue": {"number": 1347, "title": "Found a bug"}}
TRANSFER = {
    "data": {
        "id": "2WT1N05XXY7P9XH9",
        "amount": {"currency": "EUR", "value": 1000},
        "category": "internal",
        "status": "received",
        "direction": "incoming",
    },
    "environment": "test",
    "timestamp": "2023-02-28T13:27:05+02:00",
    "type": "balancePlatform.transfer.created",
}
MAIL = {
    "type": "email.delivered",
    "created_at": "2024-02-22T23:41:12.126Z",
    "data": {"email_id": "56761188", "to": ["delivered@resend.dev"], "subject": "Hello"},
}
ENDPOINT = {
    "type": "endpoint.deleted",
    "data": {"appId": "app_1", "appUid": None, "endpointId": "ep_1"},
}
SESSION = {
    "object": "event",
    "type": "session.ended",
    "timestamp": 1654012591835,
    "instance_id": "ins_123",
    "data": {"id": "sess_1", "user_id": "user_1", "status": "ended", "abandon_at": 1656604591},
}


class Delivered(NamedTuple):
    """A delivery and the event in it: class, type, id, and a value as a path of attributes."""

    provider: str
    body: bytes
    sign: Callable[[bytes], dict[str, str]]
    secret: str
    event_class: str
    event_type: str
    event_id: str | None
    value: tuple[str, object]


DELIVERIES = (
    Delivered(
        "adyen",
        packed(TRANSFER),
        by_adyen,
        ADYEN_KEY,
        "TransferNotificationRequest",
        "balancePlatform.transfer.created",
        None,
        ("data.amount.value", 1000),
    ),
    Delivered(
        "clerk",
        packed(SESSION),
        by_svix,
        SVIX_SECRET,
        "SessionEnded",
        "session.ended",
        "msg_1",
        ("data.user_id", "user_1"),
    ),
    Delivered(
        "github",
        packed(OPENED),
        by_github("issues", "application/json"),
        "It's a Secret to Everybody",
        "WebhookIssuesOpened",
        "issues-opened",
        "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        ("issue.number", 1347),
    ),
    Delivered(
        "github",
        urlencode({"payload": json.dumps(OPENED)}).encode(),
        by_github("issues", "application/x-www-form-urlencoded"),
        "It's a Secret to Everybody",
        "WebhookIssuesOpened",
        "issues-opened",
        "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        ("issue.title", "Found a bug"),
    ),
    Delivered(
        "github",
        packed({"ref": "refs/heads/main", "before": "0", "after": "1"}),
        by_github("push", "application/json"),
        "It's a Secret to Everybody",
        "WebhookPush",
        "push",
        "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        ("ref", "refs/heads/main"),
    ),
    Delivered(
        "resend",
        packed(MAIL),
        by_svix,
        SVIX_SECRET,
        "EmailDeliveredEvent",
        "email.delivered",
        "msg_1",
        ("data.subject", "Hello"),
    ),
    Delivered(
        "svix",
        packed(ENDPOINT),
        by_svix,
        SVIX_SECRET,
        "EndpointDeletedEvent",
        "endpoint.deleted",
        "msg_1",
        ("data.endpoint_id", "ep_1"),
    ),
)


class Called(NamedTuple):
    """A call as code, and the request and reply that the provider documents."""

    provider: str
    client: str
    credentials: dict[str, str]
    resource: str
    method: str
    arguments: dict[str, Any]
    request: str
    authorization: str
    reply: dict[str, Any]
    value: tuple[str, object]
    body: bytes = b""


CALLS = (
    Called(
        "discord",
        "DiscordHTTPAPIPreviewClient",
        {"bot_token": "Bot MTk4NjIy"},
        "users",
        "get_my",
        {},
        "GET https://discord.com/api/v10/users/@me",
        "Bot MTk4NjIy",
        {"id": "80351110224678912", "username": "Nelly", "avatar": None},
        ("username", "Nelly"),
    ),
    Called(
        "mollie",
        "MollieClient",
        {"api_key": "test_dHar4XY7"},
        "payments_api",
        "get_payment",
        {"payment_id": "tr_5B8cwPMGnU"},
        "GET https://api.mollie.com/v2/payments/tr_5B8cwPMGnU",
        "Bearer test_dHar4XY7",
        {
            "resource": "payment",
            "id": "tr_5B8cwPMGnU",
            "amount": {"currency": "EUR", "value": "10.00"},
            "status": "open",
        },
        ("amount.value", "10.00"),
    ),
    Called(
        "pagerduty",
        "PagerDutyClient",
        {"api_key": "Token token=y_NbAkKc66ryYTWUXYEu"},
        "incidents",
        "get",
        {"id_": "PT4KHLK"},
        "GET https://api.pagerduty.com/incidents/PT4KHLK",
        "Token token=y_NbAkKc66ryYTWUXYEu",
        {"incident": {"id": "PT4KHLK", "incident_number": 1234, "status": "resolved"}},
        ("incident.incident_number", 1234),
    ),
    Called(
        "stripe",
        "StripeClient",
        {"token": "sk_test_4eC39HqL"},
        "customers",
        "post",
        {"email": "jenny@example.com", "metadata": {"order_id": "6735"}},
        "POST https://api.stripe.com/v1/customers",
        "Bearer sk_test_4eC39HqL",
        {"id": "cus_NffrFeUfNV2Hib", "object": "customer", "created": 1680893993},
        ("created", 1680893993),
        b"email=jenny%40example.com&metadata%5Border_id%5D=6735",
    ),
)


@contextmanager
def package_of(provider: str, home: Path) -> Iterator[ModuleType]:
    settings = Settings(
        package=provider,
        runtime="shared",
        formatter="none",
        signature=catalogue_entry(provider).signature,
    )
    with imported(generate(DOCUMENTS / f"{provider}.yaml", settings).files, home) as package:
        yield package


def value_at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name)
    return value


def test_every_entry_is_tried() -> None:
    tried = {each.provider for each in (*DELIVERIES, *CALLS)}
    assert tried == {*catalogue_names()} == {path.stem for path in DOCUMENTS.glob("*.yaml")}


@pytest.mark.parametrize("name", catalogue_names())
def test_every_fact_has_a_source(name: str) -> None:
    entry = catalogue_entry(name)
    facts = {"document": entry.document, "signature": entry.signature}
    assert entry.sources.keys() == {fact for fact, value in facts.items() if value}
    assert entry.signature is None or entry.signature in known_schemes()
    assert re.match(r"https://raw\.githubusercontent\.com/[\w./-]+\.(json|ya?ml)$", entry.document)


@pytest.mark.parametrize(
    "delivered", DELIVERIES, ids=lambda each: f"{each.provider} {each.event_type}"
)
def test_a_delivery_of_the_published_form(delivered: Delivered, case_home: Path) -> None:
    headers = delivered.sign(delivered.body)
    handled: list[tuple[Any, Any]] = []
    with package_of(delivered.provider, case_home) as package:
        webhook = package.Webhook(secret=delivered.secret, clock=lambda: NOW)
        event = webhook.unwrap(delivered.body, headers, strict=True)
        assert type(event).__name__ == delivered.event_class
        assert value_at(event, delivered.value[0]) == delivered.value[1]
        with pytest.raises(package.SignatureError):
            webhook.unwrap(delivered.body + b" ", headers)
        receiver = package.WebhookReceiver(webhook)

        @receiver.on_any
        def handle(event: Any, context: package.DeliveryContext) -> None:
            handled.append((event, context))

        assert receiver.receive(delivered.body, headers).status == 200
    ((taken, context),) = handled
    assert taken == event
    assert (context.type, context.event_id) == (delivered.event_type, delivered.event_id)


@pytest.mark.parametrize("called", CALLS, ids=lambda each: each.provider)
def test_a_call_of_the_published_form(called: Called, case_home: Path) -> None:
    requests: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        request.read()
        requests.append(request)
        return httpx2.Response(200, json=called.reply)

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    with package_of(called.provider, case_home) as package:
        client = getattr(package, called.client)(**called.credentials, http_client=http)
        found = getattr(getattr(client, called.resource), called.method)(**called.arguments)
        assert value_at(found, called.value[0]) == called.value[1]
    (request,) = requests
    assert f"{request.method} {request.url}" == called.request
    assert request.headers["authorization"] == called.authorization
    assert request.content == called.body
