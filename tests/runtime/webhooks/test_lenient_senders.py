"""Senders that differ from their documents: forms for JSON, Standard Webhooks' headers of Svix, default ports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest

from hooksmith_providers._runtime.webhooks.errors import SignatureError, SignatureReason
from support.documents import imported, openapi, result_of
from support.signature_schemes import sign, verify

URL = "https://example.com/webhooks?a=1"
BODY = b"Body=hello&MessageSid=SM1"
NOW = 1_700_000_000
SECRET = "whsec_c2VjcmV0"


# --- forms for JSON ----------------------------------------------------------------------------------------------


def delivery(name: str, schema: Any) -> dict[str, Any]:
    header = {"name": "X-GitHub-Event", "in": "header", "schema": {"const": name}}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {
        "post": {
            "parameters": [header],
            "requestBody": body,
            "responses": {"200": {"description": "Taken."}},
        }
    }


def has(name: str) -> dict[str, Any]:
    return {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory, case_home: Path) -> Iterator[ModuleType]:
    document = openapi(
        webhooks={"push": delivery("push", has("ref")), "ping": delivery("ping", has("zen"))},
        **{"x-hooksmith-signature": "github"},
    )
    made = result_of(document, tmp_path_factory.mktemp("forge"))
    with imported(made.files, case_home) as package:
        yield package


def headers(forge: Any, body: bytes, media_type: str, event: str = "push") -> dict[str, str]:
    signed = forge.Webhook("secret").sign(body)
    return {**signed, "Content-Type": media_type, "X-GitHub-Event": event}


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("media_type", [FORM, f"{FORM}; charset=utf-8", FORM.upper()])
def test_a_form_that_carries_json(forge: Any, media_type: str) -> None:
    """GitHub sends `payload=…` by default, and its document has JSON alone."""
    body = urlencode({"payload": json.dumps({"ref": "refs/heads/é"})}).encode()
    event = forge.Webhook("secret").unwrap(body, headers(forge, body, media_type))
    assert type(event).__name__ == "Push"
    assert event.ref == "refs/heads/é"


def test_json_is_read_as_before(forge: Any) -> None:
    body = b'{"zen": "Keep it logically awesome."}'
    event = forge.Webhook("secret").unwrap(body, headers(forge, body, "application/json", "ping"))
    assert type(event).__name__ == "Ping"


@pytest.mark.parametrize(
    ("body", "media_type", "message"),
    [
        (b"a=1&b=2", FORM, f"the body is not JSON but {FORM}"),
        (b"<a/>", "application/xml", "the body is not JSON but application/xml"),
        (b"<a/>", "application/json", "the body is not JSON (line 1"),
        (b"payload=nonsense", FORM, f"the body is not JSON but {FORM}"),
        (b"<a/>", "bad \x1b[31m type", "the body is not JSON (line 1"),
    ],
)
def test_the_message_says_which_content_was_sent(
    forge: Any, body: bytes, media_type: str, message: str
) -> None:
    with pytest.raises(forge.EventParseError) as caught:
        forge.Webhook("secret").unwrap(body, headers(forge, body, media_type))
    assert str(caught.value).startswith(message)


def test_an_event_is_read_from_a_form_by_a_receiver(forge: Any) -> None:
    from starlette.testclient import TestClient

    seen: list[str] = []
    receiver = forge.WebhookReceiver(forge.Webhook("secret"))

    @receiver.on(forge.Push)
    async def on_push(event: Any) -> None:
        seen.append(event.ref)

    body = urlencode({"payload": json.dumps({"ref": "main"})}).encode()
    with TestClient(receiver.asgi) as client:
        assert client.post("/", content=body, headers=headers(forge, body, FORM)).status_code == 200
    assert seen == ["main"]


# --- Svix under the names of Standard Webhooks -------------------------------------------------------------------


def standard(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("svix-", "webhook-"): value for name, value in headers.items()}


def test_svix_under_the_headers_of_standard_webhooks() -> None:
    signed = sign("svix", SECRET, b"{}", now=NOW)
    verify("svix", SECRET, b"{}", signed, now=NOW)
    verify("svix", SECRET, b"{}", standard(signed), now=NOW)
    verify("svix", SECRET, b"{}", {**signed, **standard(signed)}, now=NOW)
    wrong = {**standard(signed), "webhook-id": "msg_2"}
    with pytest.raises(SignatureError) as caught:
        verify("svix", SECRET, b"{}", wrong, now=NOW)
    assert caught.value.header == "webhook-signature"
    with pytest.raises(SignatureError, match="has no header svix-signature"):
        verify("svix", SECRET, b"{}", {}, now=NOW)


def test_standard_webhooks_takes_no_headers_of_svix() -> None:
    signed = sign("svix", SECRET, b"{}", now=NOW)
    with pytest.raises(SignatureError, match="has no header webhook-signature"):
        verify("standard-webhooks", SECRET, b"{}", signed, now=NOW)


def test_the_id_is_the_one_that_was_signed(tmp_path: Path, case_home: Path) -> None:
    """An id beside the signed headers would make a repeated delivery look new."""
    body = {"required": True, "content": {"application/json": {"schema": has("a")}}}
    hook = {"post": {"requestBody": body, "responses": {"200": {"description": "Taken."}}}}
    document = openapi(webhooks={"done": hook}, **{"x-hooksmith-signature": "svix"})
    made = result_of(document, tmp_path)
    with imported(made.files, case_home) as package:
        catalogue = __import__(f"{package.__name__}.events", fromlist=["CATALOGUE"]).CATALOGUE
        signed = sign("svix", SECRET, b"{}", now=NOW)
        event = package.parse_event(b'{"a": "b"}')
        assert catalogue.id_of(event, signed) == "msg_1"
        assert catalogue.id_of(event, standard(signed)) == "msg_1"
        assert catalogue.id_of(event, {**standard(signed), "svix-id": "forged"}) == "msg_1"
        assert catalogue.id_of(event, {**signed, "webhook-id": "forged"}) == "msg_1"


# --- signed URLs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signed", "given"),
    [
        (URL, "https://example.com:443/webhooks?a=1"),
        ("https://example.com:443/webhooks?a=1", URL),
        ("http://example.com/", "http://example.com:80/"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("https://example.com", "https://example.com:443"),
    ],
)
@pytest.mark.parametrize("name", ["twilio", "square"])
def test_the_default_port_does_not_matter(name: str, signed: str, given: str) -> None:
    found = sign(name, "secret", BODY, now=NOW, url=signed)
    verify(name, "secret", BODY, found, now=NOW, url=given)


@pytest.mark.parametrize(
    "given",
    [
        "https://example.com:8443/webhooks?a=1",
        "https://example.com:80/webhooks?a=1",
        "http://example.com/webhooks?a=1",
        "https://example.com/webhooks?a=2",
        "https://example.org/webhooks?a=1",
        "example.com/webhooks?a=1",
    ],
)
@pytest.mark.parametrize("name", ["twilio", "square"])
def test_another_url_is_named_as_the_likely_cause(name: str, given: str) -> None:
    found = sign(name, "secret", BODY, now=NOW, url=URL)
    with pytest.raises(SignatureError, match="most likely another URL") as caught:
        verify(name, "secret", BODY, found, now=NOW, url=given)
    assert caught.value.reason is SignatureReason.NO_MATCHING_SIGNATURE
    assert "example" not in str(caught.value)


def test_a_scheme_without_a_url_says_nothing_of_it() -> None:
    found = sign("github", "secret", BODY, now=NOW)
    with pytest.raises(SignatureError, match="another secret") as caught:
        verify("github", "other", BODY, found, now=NOW)
    assert "URL" not in str(caught.value)
