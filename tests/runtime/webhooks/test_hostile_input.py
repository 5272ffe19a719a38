"""Any bytes, as headers or as body, give a verdict or our own errors."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hooksmith.extensions.signature_schemes import known_schemes
from hooksmith_providers import mattr, scalekit, socotra, workos
from hooksmith_providers._runtime.webhooks.catalogue import DriftedEvent, UnknownEvent
from hooksmith_providers._runtime.webhooks.errors import (
    EventParseError,
    SignatureError,
    WebhookError,
)
from hooksmith_providers._runtime.webhooks.signatures.message import Message
from support.signature_schemes import scheme, secret_of, sign
from support.signature_vectors import MATTR_PRIVATE_JWK, STANDARD_SECRET

NAMES = ["mattr", "scalekit", "socotra", "workos"]
WEBHOOKS: dict[str, Any] = {
    "mattr": mattr.Webhook([MATTR_PRIVATE_JWK]),
    "scalekit": scalekit.Webhook(STANDARD_SECRET),
    "socotra": socotra.Webhook(socotra.HMAC(header="X-Signature"), "secret"),
    "workos": workos.Webhook("secret"),
}

pieces = st.sampled_from(
    [
        b"t=",
        b"v1=",
        b"v1,",
        b"v1a,",
        b",",
        b" ",
        b";",
        b"=",
        b":",
        b'"',
        b"(",
        b")",
        b"sig1",
        b"\x00",
        b"\xff",
        b"sha256=",
        b"v0=",
        b"content-digest",
        b"created=1",
        b'keyid="x"',
        b"9" * 20,
        b"\xc3\xa9",
        b"%",
        b"\\",
    ]
)
junk = st.one_of(
    st.binary(max_size=200),
    st.lists(st.one_of(pieces, st.binary(max_size=5)), max_size=12).map(b"".join),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def headers_of(call: Any) -> list[str]:
    """The headers that a scheme reads: those that it signs with."""
    return list(call(b"{}"))


@pytest.mark.parametrize("name", known_schemes())
@given(body=st.binary(max_size=100), data=st.data())
def test_headers(name: str, body: bytes, data: st.DataObject) -> None:
    secret = secret_of(name)
    signed = sign(name, secret, body, now=1, url="https://e.com")
    given_headers = [
        (key.encode(), data.draw(junk | st.just(value.encode()))) for key, value in signed.items()
    ]
    untouched = all(
        value.encode() == dict(given_headers)[key.encode()] for key, value in signed.items()
    )
    verifier = scheme(name).bind(secret)
    try:
        verifier.verify(Message(body, given_headers, "POST", "https://e.com"), 1, 300)
    except SignatureError:
        assert not untouched


@pytest.mark.parametrize("name", NAMES)
@given(body=junk, values=st.lists(junk, min_size=6, max_size=6), text=st.booleans())
def test_unwrap(name: str, body: bytes, values: list[bytes], text: bool) -> None:
    webhook = WEBHOOKS[name]
    names = headers_of(lambda raw: webhook.sign(raw, url="https://e.com"))
    headers: list[tuple[Any, Any]] = [
        (key.encode(), value) for key, value in zip(names, values, strict=False)
    ]
    if text:
        headers = [(key.decode(), value.decode("latin-1")) for key, value in headers]
    with pytest.raises(SignatureError):
        webhook.unwrap(body, headers, url="https://e.com")


def outcome(name: str, body: bytes, *, strict: bool = False) -> object:
    """What a verified body becomes; EventParseError is returned, anything else it may raise is not expected."""
    webhook = WEBHOOKS[name]
    try:
        return webhook.unwrap(body, webhook.sign(body), strict=strict)
    except EventParseError as error:
        return error


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("strict", [False, True])
@given(body=st.one_of(junk, json_values.map(lambda value: json.dumps(value).encode())))
@example(body=b"[" * 100_000)
@example(body=b'{"a":' * 100_000)
@example(body=b'{"event": ' + b"9" * 5000 + b"}")
@example(body=b'{"event": 1e999999}')
@example(body=b'\xef\xbb\xbf{"event": "user.created"}')
@example(body=b'{"event": "\\ud800"}')
@example(body=b'{"event": NaN}')
@example(body=b"")
@example(body=b"\xff\xfe{\x00}\x00")
def test_verified_bodies(name: str, strict: bool, body: bytes) -> None:
    found = outcome(name, body, strict=strict)
    assert isinstance(found, EventParseError | UnknownEvent | DriftedEvent)
    if isinstance(found, UnknownEvent | DriftedEvent):
        assert not strict
        assert found.raw == body


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_events_with_anything_in_a_field(name: str, data: st.DataObject) -> None:
    """No verified delivery of a known type is lost, whatever the provider puts into it."""
    testing = importlib.import_module(f"hooksmith_providers.{name}.testing")
    catalogue = WEBHOOKS[name].catalogue
    kind = data.draw(st.sampled_from(sorted(catalogue.models)))
    payload = testing.EXAMPLES.payload(kind)
    for path in data.draw(
        st.lists(st.sampled_from(sorted(paths(payload, catalogue.type))), max_size=3)
    ):
        put(payload, path, data.draw(json_values))
    body = json.dumps(payload).encode()
    found = outcome(name, body)
    if isinstance(found, DriftedEvent):
        assert found.type == kind
        assert found.issues
        assert isinstance(found.event, catalogue.models[kind])
        assert found.raw == body
        assert isinstance(outcome(name, body, strict=True), WebhookError)
    else:
        assert isinstance(found, catalogue.models[kind])


def paths(value: Any, kept: str, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All places in a payload but those on the way to its type."""
    found = [] if kept.startswith("/" + "/".join(map(str, path))) else [path]
    entries = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in entries:
        found += paths(item, kept, (*path, key))
    return [each for each in found if each]


def put(payload: Any, path: tuple[Any, ...], value: Any) -> None:
    *parents, last = path
    for key in parents:
        if not isinstance(payload, dict | list) or (
            isinstance(payload, list) and not (isinstance(key, int) and key < len(payload))
        ):
            return
        payload = payload[key] if isinstance(payload, list) else payload.get(key)
    if isinstance(payload, dict) or (
        isinstance(payload, list) and isinstance(last, int) and last < len(payload)
    ):
        payload[last] = value
