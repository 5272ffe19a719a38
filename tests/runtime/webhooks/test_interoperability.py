"""Both directions against the official libraries, on made-up bodies: what one signs the other accepts, and no more."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import http_message_signatures
import pytest
import standardwebhooks
import svix.webhooks
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from hooksmith_providers import mattr, scalekit, workos
from hooksmith_providers._runtime.webhooks.errors import SignatureError
from hooksmith_providers._runtime.webhooks.signatures.jwks import load_jwk
from support.signature_schemes import sign, verify
from support.signature_vectors import MATTR_PRIVATE_JWK, MATTR_URL, STANDARD_SECRET

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from workos.webhooks._verification import verify_header

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def now() -> int:
    """Unix time of this very test: other libraries look at the clock themselves."""
    return int(datetime.now(UTC).timestamp())


HEADER = "WorkOS-Signature"


def accepts(check: Callable[[], object]) -> bool:
    """Whether a check of another library lets a delivery pass; they raise errors of all kinds."""
    try:
        check()
    except Exception:
        return False
    return True


def refuses(check: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    with pytest.raises(SignatureError):
        check(*args, **kwargs)


class TestWorkOS:
    webhook = workos.Webhook("secret")

    def theirs(self, body: bytes, header: str, secret: str = "secret") -> bool:
        return accepts(
            lambda: verify_header(event_body=body, event_signature=header, secret=secret)
        )

    @given(texts)
    def test_they_accept_what_we_sign(self, text: str) -> None:
        body = text.encode()
        header = self.webhook.sign(body)[HEADER]
        assert self.theirs(body, header)
        assert not self.theirs(body + b"x", header)
        assert not self.theirs(body, header, "other")

    @given(texts, texts.filter(bool), st.integers(-(10**6), 10**6))
    def test_we_refuse_what_they_refuse(self, text: str, junk: str, seconds: int) -> None:
        body = text.encode()
        for header in (
            self.webhook.sign(body, timestamp=now() + seconds)[HEADER],
            junk,
            f"t={junk}, v1={junk}",
        ):
            if self.theirs(body, header):
                self.webhook.verify(body, {HEADER: header})
            else:
                refuses(self.webhook.verify, body, {HEADER: header})


@pytest.mark.parametrize(
    ("library", "name", "prefix"),
    [
        (standardwebhooks.Webhook, "standard-webhooks", "webhook"),
        (svix.webhooks.Webhook, "svix", "svix"),
    ],
    ids=["standardwebhooks", "svix"],
)
class TestStandardWebhooks:
    @given(texts)
    def test_both_ways(self, library: Any, name: str, prefix: str, text: str) -> None:
        body, theirs = text.encode(), library(STANDARD_SECRET)
        options = {"json_parse": False} if library is standardwebhooks.Webhook else {}
        moment = now()
        ours = sign(name, STANDARD_SECRET, body, now=moment)
        theirs.verify(body, ours, **options)
        assert not accepts(lambda: theirs.verify(body + b"x", ours, **options))
        signature = theirs.sign("msg_2", datetime.fromtimestamp(moment, UTC), text)
        headers = {
            f"{prefix}-id": "msg_2",
            f"{prefix}-timestamp": str(moment),
            f"{prefix}-signature": signature,
        }
        verify(name, STANDARD_SECRET, body, headers, now=moment)
        refuses(verify, name, STANDARD_SECRET, body + b"x", headers, now=moment)

    @given(texts, texts, st.sampled_from(["id", "timestamp", "signature"]))
    def test_we_refuse_what_they_refuse(
        self, library: Any, name: str, prefix: str, text: str, junk: str, part: str
    ) -> None:
        body, theirs = text.encode(), library(STANDARD_SECRET)
        options = {"json_parse": False} if library is standardwebhooks.Webhook else {}
        headers = {**sign(name, STANDARD_SECRET, body, now=now()), f"{prefix}-{part}": junk}
        if not accepts(lambda: theirs.verify(body, headers, **options)):
            refuses(verify, name, STANDARD_SECRET, body, headers, now=now())


def test_scalekit_is_standard_webhooks() -> None:
    theirs = standardwebhooks.Webhook(STANDARD_SECRET)
    theirs.verify(b"{}", scalekit.Webhook(STANDARD_SECRET).sign(b"{}"))


class TestHTTPMessageSignatures:
    webhook = mattr.Webhook([MATTR_PRIVATE_JWK], clock=now)

    def resolver(self) -> Any:
        key = load_jwk(MATTR_PRIVATE_JWK)
        assert isinstance(key.private, Ed25519PrivateKey)
        assert isinstance(key.public, Ed25519PublicKey)
        return http_message_signatures.MappingKeyResolver(
            public_keys={key.kid: key.public}, private_keys={key.kid: key.private}
        )

    def theirs(self, body: bytes, headers: dict[str, str]) -> bool:
        verifier = http_message_signatures.HTTPMessageVerifier(
            signature_algorithm=http_message_signatures.algorithms.ED25519,
            key_resolver=self.resolver(),
        )
        request = SimpleNamespace(method="POST", url=MATTR_URL, headers=headers)
        return accepts(
            lambda: verifier.verify(request, require_components=("content-digest",), body=body)
        )

    @given(st.binary(max_size=300))
    def test_they_accept_what_we_sign(self, body: bytes) -> None:
        headers = self.webhook.sign(body, url=MATTR_URL)
        assert self.theirs(body, headers)
        assert not self.theirs(body + b"x", headers)

    @given(
        st.binary(max_size=300),
        st.sets(st.sampled_from(["@method", "@path", "@authority", "x-a"]), max_size=4),
    )
    def test_we_accept_what_they_sign(self, body: bytes, covered: set[str]) -> None:
        request = SimpleNamespace(method="POST", url=MATTR_URL, headers={"X-A": "1"})
        signer = http_message_signatures.HTTPMessageSigner(
            signature_algorithm=http_message_signatures.algorithms.ED25519,
            key_resolver=self.resolver(),
        )
        components = tuple(sorted(covered))
        signer.sign(
            request,
            key_id=str(MATTR_PRIVATE_JWK["kid"]),
            covered_component_ids=components,
            body=body,
        )
        self.webhook.verify(body, request.headers, url=MATTR_URL)
        refuses(self.webhook.verify, body + b"x", request.headers, url=MATTR_URL)
        for name in covered & {"x-a"}:
            refuses(
                self.webhook.verify, body, {**request.headers, name: "2", "X-A": "2"}, url=MATTR_URL
            )

    @given(
        st.binary(max_size=50),
        texts,
        st.sampled_from(["Signature", "Signature-Input", "Content-Digest"]),
    )
    def test_we_refuse_what_they_refuse(self, body: bytes, junk: str, part: str) -> None:
        headers = {**self.webhook.sign(body, url=MATTR_URL), part: junk}
        assert not self.theirs(body, headers)
        refuses(self.webhook.verify, body, headers, url=MATTR_URL)
