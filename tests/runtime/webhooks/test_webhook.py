"""The user's side of a `Webhook`: what it takes, what it refuses, what it never shows."""

from __future__ import annotations

import pickle
import traceback
from collections import UserDict
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import httpx2
import pytest
from starlette.datastructures import Headers as StarletteHeaders
from werkzeug.datastructures import EnvironHeaders
from werkzeug.datastructures import Headers as WerkzeugHeaders

from hooksmith_providers import mattr, scalekit, socotra, workos
from hooksmith_providers._runtime.webhooks.errors import (
    EventParseError,
    Issue,
    KeysUnavailableError,
    SignatureError,
    SignatureReason,
    WebhookError,
)
from hooksmith_providers._runtime.webhooks.signatures.keys import Key
from hooksmith_providers.workos.testing import example

SECRET = "whsec_very-secret-indeed"
MOMENT = 1_800_000_000


def clock() -> float:
    """The moment at which the delivery below was signed."""
    return MOMENT


WEBHOOK = workos.Webhook(SECRET, clock=clock)
DELIVERY = example(workos.UserCreated, webhook=WEBHOOK)
SIGNATURE = DELIVERY.headers["WorkOS-Signature"]
ENVIRON = {"REQUEST_METHOD": "POST", "HTTP_WORKOS_SIGNATURE": SIGNATURE, "wsgi.version": (1, 0)}


@pytest.mark.parametrize(
    "headers",
    [
        {"WorkOS-Signature": SIGNATURE},
        {"workos-signature": SIGNATURE},
        {"WORKOS-SIGNATURE": f"  {SIGNATURE}\t"},
        {b"WorkOS-Signature": SIGNATURE.encode()},
        {"WorkOS-Signature": [SIGNATURE]},
        [("Host", "x"), ("WorkOS-SIGNATURE", SIGNATURE)],
        [(b"host", b"x"), (b"workos-signature", SIGNATURE.encode())],
        [("workos-signature", "t=1, v1=x"), ("workos-signature", SIGNATURE)],
        (pair for pair in [("workos-signature", SIGNATURE)]),
        MappingProxyType({"WorkOS-Signature": SIGNATURE}),
        UserDict({"workos-signature": SIGNATURE}),
        ENVIRON,
        httpx2.Headers({"workos-signature": SIGNATURE}),
        StarletteHeaders({"workos-signature": SIGNATURE}),
        WerkzeugHeaders({"workos-signature": SIGNATURE}),
        EnvironHeaders(ENVIRON),
    ],
    ids=lambda headers: type(headers).__name__,
)
def test_headers_of_any_kind(headers: Any) -> None:
    tolerant = workos.Webhook(SECRET, tolerance=None)
    assert isinstance(tolerant.unwrap(DELIVERY.body, headers), workos.UserCreated)


def test_headers_that_can_be_read_once_only() -> None:
    webhook = scalekit.Webhook("whsec_c2VjcmV0c2VjcmV0")
    webhook.verify(b"{}", iter(webhook.sign(b"{}").items()))


@pytest.mark.parametrize("headers", [{}, [], {"x": "y"}, {"REQUEST_METHOD": "POST"}])
def test_missing_header(headers: Any) -> None:
    with pytest.raises(SignatureError, match="WorkOS-Signature") as raised:
        WEBHOOK.verify(DELIVERY.body, headers)
    assert raised.value.reason is SignatureReason.MISSING_HEADER
    assert raised.value.header == "WorkOS-Signature"


@pytest.mark.parametrize("body", [bytearray(DELIVERY.body), memoryview(DELIVERY.body)])
def test_bodies_that_are_bytes(body: Any) -> None:
    WEBHOOK.verify(body, DELIVERY.headers)
    assert WEBHOOK.unwrap(body, DELIVERY.headers) == DELIVERY.event


@pytest.mark.parametrize("body", [{"event": "user.created"}, [], None, DELIVERY.event, "text"])
def test_parsed_bodies_are_refused_with_a_reason(body: Any) -> None:
    for call in (WEBHOOK.unwrap, WEBHOOK.verify):
        with pytest.raises(TypeError, match="exactly as received"):
            call(body, DELIVERY.headers)
    with pytest.raises(TypeError, match="exactly as received"):
        WEBHOOK.sign(body)


def test_all_errors_are_of_one_family() -> None:
    for error in (SignatureError, EventParseError, KeysUnavailableError):
        assert issubclass(error, WebhookError)


@pytest.mark.parametrize(
    "error",
    [
        SignatureError(SignatureReason.UNKNOWN_KEY, "m", header="h"),
        EventParseError("m", (Issue("/a", "b"),)),
        KeysUnavailableError("m"),
    ],
)
def test_errors_pickle(error: WebhookError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


class TestSecrets:
    def test_nothing_shows_the_secret_or_the_signature(self) -> None:
        expected = WEBHOOK.sign(DELIVERY.body, timestamp=1)["WorkOS-Signature"].rpartition("=")[2]
        tolerant = workos.Webhook(SECRET, tolerance=None)
        with pytest.raises(SignatureError) as raised:
            tolerant.unwrap(DELIVERY.body, {"WorkOS-Signature": "t=1, v1=" + "0" * 64})
        shown = "".join(
            traceback.TracebackException.from_exception(raised.value, capture_locals=True).format()
        )
        ours = shown[shown.index("_runtime") :]
        for hidden in (SECRET, expected):
            assert hidden not in ours
            assert hidden not in repr(tolerant)
            assert hidden not in str(raised.value)
        assert repr(tolerant) == "Webhook(tolerance=None)"

    def test_keys_show_nothing(self) -> None:
        key = Key(b"secret")
        assert "secret" not in repr(key)
        with pytest.raises(TypeError):
            pickle.dumps(key)

    @pytest.mark.parametrize("secret", ["", b"", [], [""], ["good", ""]])
    def test_empty_secrets_are_refused(self, secret: Any) -> None:
        with pytest.raises(ValueError, match="secret"):
            workos.Webhook(secret)

    @pytest.mark.parametrize("secret", ["whsec_not base64!", "whsec_", "whpk_AAAA", "whsk_AAAA"])
    def test_unusable_secrets_are_refused_and_not_shown(self, secret: str) -> None:
        with pytest.raises(ValueError, match="whsec_…") as raised:
            scalekit.Webhook(secret)
        assert "not base64!" not in str(raised.value)
        assert raised.value.__cause__ is None

    def test_a_secret_is_text_or_bytes(self) -> None:
        with pytest.raises(TypeError, match="str or bytes"):
            workos.Webhook([1])  # type: ignore[list-item]
        assert workos.Webhook(SECRET.encode()).sign(b"", timestamp=1) == WEBHOOK.sign(
            b"", timestamp=1
        )

    def test_rotation(self) -> None:
        both = workos.Webhook(["new", SECRET], clock=clock)
        both.verify(DELIVERY.body, DELIVERY.headers)
        workos.Webhook("new", clock=clock).verify(b"x", both.sign(b"x"))
        with pytest.raises(SignatureError):
            workos.Webhook(["new", "newer"], clock=clock).verify(DELIVERY.body, DELIVERY.headers)


class TestArguments:
    @pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf")])
    def test_tolerance(self, tolerance: float) -> None:
        with pytest.raises(ValueError, match="tolerance"):
            workos.Webhook(SECRET, tolerance=tolerance)

    def test_timestamps_to_sign_with(self) -> None:
        moment = datetime(2026, 1, 2, tzinfo=UTC)
        assert WEBHOOK.sign(b"", timestamp=moment) == WEBHOOK.sign(
            b"", timestamp=moment.timestamp()
        )

    def test_ids_to_sign_with(self) -> None:
        webhook = scalekit.Webhook("whsec_c2VjcmV0c2VjcmV0")
        assert webhook.sign(b"", id_="mine")["webhook-id"] == "mine"
        assert webhook.sign(b"")["webhook-id"] != webhook.sign(b"")["webhook-id"]


class TestUnestablished:
    body = b'{"type": "policy.create"}'

    def test_the_user_states_the_scheme(self) -> None:
        with pytest.raises(TypeError):
            socotra.Webhook()  # type: ignore[call-arg]

    def test_hmac(self) -> None:
        scheme = socotra.HMAC(
            header="X-Sig", digest="sha512", encoding="base64", signed="{timestamp}.{body}",
            timestamp=socotra.SignedAt(header="X-Time"), tolerance=5,
        )  # fmt: skip
        webhook = socotra.Webhook(scheme, "secret")
        webhook.verify(self.body, webhook.sign(self.body))
        with pytest.raises(SignatureError) as raised:
            webhook.verify(self.body, webhook.sign(self.body, timestamp=1))
        assert raised.value.reason is SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE

    def test_static_header(self) -> None:
        webhook = socotra.Webhook(socotra.StaticHeader(header="X-Token"), ["new", "old"])
        for value in ("new", "old"):
            webhook.verify(self.body, {"x-token": value})
        for value in ("other", "", "newx"):
            with pytest.raises(SignatureError):
                webhook.verify(self.body, {"x-token": value})

    def test_no_scheme_without_body_is_taken_for_hmac(self) -> None:
        with pytest.raises(ValueError, match="would not prove the body"):
            socotra.HMAC(header="X-Sig", signed="{url}")


def test_mattr_needs_usable_keys() -> None:
    for jwks in ([], {"keys": []}, [{"kty": "OKP"}], [{"kty": "oct", "kid": "1"}]):
        with pytest.raises(ValueError, match=r"key|JWK"):
            mattr.Webhook(jwks)
