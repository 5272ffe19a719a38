"""The usual form of a delivery, which is proven without being read: nothing that `verify` would refuse is."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hooksmith.extensions.signature_schemes import known_schemes
from hooksmith_providers._runtime.webhooks.errors import SignatureError
from hooksmith_providers._runtime.webhooks.signatures.hmac_signatures import HMAC, SignedAt
from hooksmith_providers._runtime.webhooks.signatures.message import Message
from hooksmith_providers._runtime.webhooks.signatures.static_header import StaticHeader
from hooksmith_providers._runtime.webhooks.webhook import BaseWebhook
from hooksmith_providers.workos import Webhook
from support.signature_schemes import scheme

NOW = 1_700_000_000
BODY = b'{"name": "\xc3\xa9", "n": 1}'
SECRET = "whsec_c2VjcmV0"
OF_ANOTHER_FORM = {"square", "twilio"}
"""They sign the URL."""

USUAL = sorted(set(known_schemes()) - OF_ANOTHER_FORM)
Headers = dict[str, str]


def bound(name: str, secret: Any = SECRET) -> Any:
    return scheme(name).bind(secret.encode().hex() if name == "adyen" else secret)


def signed(verifier: Any, now: float = NOW) -> Headers:
    headers: Headers = verifier.sign(Message(BODY, {}), now, "msg_1")
    return headers


def environ(headers: Headers) -> Headers:
    keys = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    return {"REQUEST_METHOD": "POST", **keys}


@pytest.mark.parametrize("name", USUAL)
def test_what_the_schemes_sign_is_of_the_usual_form(name: str) -> None:
    verifier = bound(name)
    headers = signed(verifier)
    lower = {name.lower(): value for name, value in headers.items()}
    pairs = list(headers.items())
    octets = [(name.lower().encode(), value.encode()) for name, value in pairs]
    for each in (headers, lower, environ(headers), pairs, octets):
        assert verifier.verify_fast(BODY, each, NOW, 300.0)
        assert not verifier.verify_fast(BODY + b" ", each, NOW, 300.0)
        assert not bound(name, "whsec_b3RoZXI=").verify_fast(BODY, each, NOW, 300.0)


@pytest.mark.parametrize("name", sorted(OF_ANOTHER_FORM))
def test_what_signs_more_than_the_usual_has_no_usual_form(name: str) -> None:
    assert bound(name).verify_fast is None
    assert StaticHeader(header="X-Token").bind("secret").verify_fast is None


def test_a_time_that_no_line_can_have_is_not_left_out() -> None:
    """The line of a plain signature has no pairs, so that every delivery lacks its time."""
    verifier = HMAC(
        header="X-Signature", signed="{timestamp}.{body}", timestamp=SignedAt(pair="t")
    ).bind("secret")
    signature = hmac.digest(b"secret", b"." + BODY, "sha256").hex()
    assert verifier.verify_fast is None
    with pytest.raises(SignatureError):
        verifier.verify(Message(BODY, {"X-Signature": signature}), NOW, 300.0)


@pytest.mark.parametrize("where", [SignedAt(header="X-Time"), SignedAt(pair="t")])
def test_a_time_that_is_not_signed_does_not_stand_for_the_beginning_of_the_body(
    where: SignedAt,
) -> None:
    syntax: Any = "pairs" if where.pair else "plain"
    verifier = HMAC(header="X-Sign", syntax=syntax, key="v1", timestamp=where).bind("secret")
    signature = hmac.digest(b"secret", b"%d" % NOW + BODY, "sha256").hex()
    paired = {"X-Sign": f"t={NOW},v1={signature}"}
    headers = paired if where.pair else {"X-Sign": signature, "X-Time": str(NOW)}
    assert verifier.verify_fast is None or not verifier.verify_fast(BODY, headers, NOW, 300.0)
    with pytest.raises(SignatureError):
        verifier.verify(Message(BODY, headers), NOW, 300.0)


def test_deliveries_under_another_key_are_left_to_verify() -> None:
    old, new = signed(bound("workos", "old")), signed(bound("workos", "new"))
    both = bound("workos", ["new", "old"])
    assert both.verify_fast(BODY, new, NOW, 300.0)
    assert not both.verify_fast(BODY, old, NOW, 300.0)
    both.verify(Message(BODY, old), NOW, 300.0)


@pytest.mark.parametrize(
    "others",
    [
        [("workos-signature", "t=1, v1=00")],
        [(b"WORKOS-SIGNATURE", b"t=1, v1=00")],
        [("x", "y", "z")],
        [()],
        [None],
        [(["x"] * 16, "")],
        [("WorkOS-Signature", 1)],
    ],
)
def test_pairs_that_are_not_plain_are_left_to_verify(others: list[Any]) -> None:
    verifier = bound("workos")
    pairs: list[Any] = list(signed(verifier).items())
    assert verifier.verify_fast(BODY, [("X-Other-Name-16c", ""), *pairs], NOW, 300.0)
    assert not verifier.verify_fast(BODY, [*others, *pairs], NOW, 300.0)
    assert not verifier.verify_fast(BODY, [*pairs, *others], NOW, 300.0)
    assert not verifier.verify_fast(BODY, others, NOW, 300.0)


def test_a_webhook_asks_for_the_usual_form_first() -> None:
    webhook: BaseWebhook[Any] = Webhook("secret", clock=lambda: float(NOW))
    headers = webhook.sign(BODY)
    webhook.verify(BODY, headers)
    webhook.verify(BODY, [(name.upper(), value) for name, value in headers.items()])
    webhook.verify(BODY, {"WORKOS-SIGNATURE": headers["WorkOS-Signature"]})
    with pytest.raises(SignatureError):
        webhook.verify(BODY + b" ", headers)


# --- senders that sign odd things

odd = st.one_of(
    st.text(alphabet="0123456789+-_. \t,=tv\u0663é", max_size=24),
    st.integers(NOW - 400, NOW + 400).map(str),
    st.integers((NOW - 400) * 1000, (NOW + 400) * 1000).map(str),
)


def digest(text: str) -> bytes:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    return hmac.digest(key, text.encode("latin-1", "replace") + BODY, "sha256")


def plain(text: str) -> str:
    octets = text.encode("latin-1", "replace") + BODY
    return hmac.new(SECRET.encode(), octets, hashlib.sha256).hexdigest()


def workos(stamp: str, _: str) -> Headers:
    return {"WorkOS-Signature": f"t={stamp}, v1={plain(stamp + '.')}"}


def stripe(stamp: str, _: str) -> Headers:
    return {"Stripe-Signature": f"t={stamp},v1={plain(stamp + '.')}"}


def slack(stamp: str, _: str) -> Headers:
    signature = "v0=" + plain(f"v0:{stamp}:")
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}


def standard(stamp: str, id_: str) -> Headers:
    signature = "v1," + base64.b64encode(digest(f"{id_}.{stamp}.")).decode()
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}


SENDERS: dict[str, Callable[[str, str], Headers]] = {
    "workos": workos,
    "stripe": stripe,
    "slack": slack,
    "standard-webhooks": standard,
}


@pytest.mark.parametrize("name", sorted(SENDERS))
@given(stamp=odd, id_=odd, tolerance=st.sampled_from([None, 300.0]))
@example(stamp=str(NOW), id_="msg_1", tolerance=300.0)
@example(stamp=str(NOW), id_=" msg_1", tolerance=300.0)
@example(stamp=str(NOW * 1000), id_="msg_1", tolerance=300.0)
@example(stamp=str(NOW - 301), id_="msg_1", tolerance=300.0)
@example(stamp=str((NOW + 301) * 1000), id_="msg_1", tolerance=300.0)
@example(stamp=f"+{NOW}", id_="msg_1", tolerance=300.0)
@example(stamp=f"{NOW}"[:5] + "_" + f"{NOW}"[5:], id_="msg_1", tolerance=300.0)
@example(stamp="0" * 19, id_="msg_1", tolerance=None)
@example(stamp=str(NOW), id_="", tolerance=None)
def test_what_is_proven_at_once_is_what_verify_accepts(
    name: str, stamp: str, id_: str, tolerance: float | None
) -> None:
    verifier = bound(name)
    headers = SENDERS[name](stamp, id_)
    if verifier.verify_fast(BODY, headers, float(NOW), tolerance):
        verifier.verify(Message(BODY, headers), float(NOW), tolerance)


@pytest.mark.parametrize("name", USUAL)
@given(data=st.data())
def test_a_damaged_delivery_is_never_proven_at_once(name: str, data: st.DataObject) -> None:
    verifier = bound(name)
    headers = signed(verifier)
    damaged = data.draw(st.sampled_from(sorted(headers)))
    value = headers[damaged]
    place = data.draw(st.integers(0, len(value)))
    piece = data.draw(st.text(alphabet="0a,= \x00é", min_size=1, max_size=3))
    cut = data.draw(st.integers(place, len(value)))
    headers[damaged] = value[:place] + piece + value[cut:]
    if headers[damaged] != value:
        assert not verifier.verify_fast(BODY, headers, float(NOW), None)
