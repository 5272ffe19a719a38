"""Keys of HTTP message signatures: read, fetched, kept, fetched again, and never too often."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hooksmith_providers import mattr
from hooksmith_providers._runtime.webhooks.errors import (
    KeysUnavailableError,
    SignatureError,
    SignatureReason,
)
from hooksmith_providers._runtime.webhooks.signatures.http_message import HTTPMessageSignatures
from hooksmith_providers._runtime.webhooks.signatures.jwks import FetchedKeys, load_jwk
from hooksmith_providers._runtime.webhooks.signatures.message import Message
from support.signature_vectors import (
    MATTR_BODY,
    MATTR_HEADERS,
    MATTR_JWK,
    MATTR_PRIVATE_JWK,
    MATTR_TIME,
    MATTR_URL,
)

KID = str(MATTR_JWK["kid"])


class Source:
    """A source of keys that counts how often it is asked, and may be broken."""

    def __init__(self, *jwks: Any) -> None:
        self.jwks: Any = list(jwks)
        self.asked = 0
        self.now = 1000.0
        self.broken = False

    def __call__(self) -> Any:
        self.asked += 1
        if self.broken:
            raise OSError("unreachable")
        return {"keys": self.jwks}

    def keys(self, **arguments: float) -> FetchedKeys:
        return FetchedKeys(self, clock=lambda: self.now, **arguments)


def test_keys_are_fetched_once() -> None:
    source = Source(MATTR_JWK)
    keys = source.keys()
    assert source.asked == 0
    for _ in range(5):
        found = keys.find(KID)
        assert found is not None
        assert found.kid == KID
    assert source.asked == 1


def test_an_unknown_key_id_fetches_again_but_not_at_once() -> None:
    source = Source()
    keys = source.keys(pause=30)
    for number in range(100):
        assert keys.find(f"made-up-{number}") is None
    assert source.asked == 1
    source.jwks = [MATTR_JWK]
    assert keys.find(KID) is None
    source.now += 31
    assert keys.find(KID) is not None
    assert source.asked == 2


def test_old_keys_are_fetched_again_and_used_while_that_fails() -> None:
    source = Source(MATTR_JWK)
    keys = source.keys(pause=30, lifetime=100)
    assert keys.find(KID)
    source.now += 101
    source.broken = True
    assert keys.find(KID)
    assert source.asked == 2
    source.now += 31
    source.broken, source.jwks = False, []
    assert keys.find(KID) is None


def test_without_any_keys_there_is_no_verdict() -> None:
    source = Source(MATTR_JWK)
    source.broken = True
    keys = source.keys(pause=30)
    for _ in range(10):
        with pytest.raises(KeysUnavailableError) as raised:
            keys.find(KID)
        assert isinstance(raised.value.__cause__, OSError)
    assert source.asked == 1
    source.broken = False
    source.now += 31
    assert keys.find(KID)


def test_threads_share_a_request() -> None:
    source = Source(MATTR_JWK)
    keys = source.keys()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(keys.find(KID))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert None not in found
    assert source.asked == 1


def test_unusable_keys_of_a_set_are_passed_over() -> None:
    source = Source({"kty": "oct", "kid": "a"}, {"kty": "OKP", "crv": "Ed25519"}, "junk", MATTR_JWK)
    assert source.keys().find(KID)


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kid": 1},
        {**MATTR_JWK, "x": "!"},
        {**MATTR_JWK, "x": "AAAA"},
        {**MATTR_JWK, "x": None},
        {**MATTR_JWK, "crv": "Ed448"},
        {"kty": "EC", "crv": "P-256", "kid": "1", "x": "AQ", "y": "AQ"},
        {"kty": "RSA", "kid": "1", "n": "AQ", "e": "AQ"},
        {**MATTR_PRIVATE_JWK, "d": "AAAA"},
    ],
)
def test_unusable_jwks_raise_one_kind_of_error(jwk: Any) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        load_jwk(jwk)
    assert "nWGx" not in str(raised.value)


def encoded(number: int) -> str:
    return (
        base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
        .decode()
        .rstrip("=")
    )


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_other_kinds_of_keys(kind: str) -> None:
    """Keys that we cannot sign with: signed by the package that we verify with."""
    import http_message_signatures as package

    private: Any
    if kind == "RSA":
        private = rsa.generate_private_key(65537, 2048)
        numbers = private.public_key().public_numbers()
        jwk = {"kty": "RSA", "kid": "k", "n": encoded(numbers.n), "e": encoded(numbers.e)}
    else:
        private = ec.generate_private_key(ec.SECP256R1() if kind == "P-256" else ec.SECP384R1())
        numbers = private.public_key().public_numbers()
        jwk = {
            "kty": "EC",
            "crv": kind,
            "kid": "k",
            "x": encoded(numbers.x),
            "y": encoded(numbers.y),
        }
    assert hashes.SHA256.name == "sha256"

    class Request:
        method, url = "POST", MATTR_URL

        def __init__(self) -> None:
            self.headers: dict[str, str] = {}

    request = Request()
    package.HTTPMessageSigner(
        signature_algorithm=load_jwk(jwk).algorithm,
        key_resolver=package.MappingKeyResolver(public_keys={}, private_keys={"k": private}),
    ).sign(request, key_id="k", covered_component_ids=("@method",), body=b"{}")
    verifier = HTTPMessageSignatures().bind(jwk)
    verifier.verify(Message(b"{}", request.headers), 0, None)
    with pytest.raises(SignatureError):
        verifier.verify(Message(b"{}", {**request.headers, "Signature": "pyhms=:AAAA:"}), 0, None)
    with pytest.raises(ValueError, match="cannot sign"):
        verifier.sign(Message(b"{}", {}), 0, "")


class Tenant(ThreadingHTTPServer):
    """A tenant that publishes its keys, without asking for credentials."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.jwks: list[Any] = [MATTR_JWK]
        self.requests: list[str] = []
        self.status = 200


class Handler(BaseHTTPRequestHandler):
    server: Tenant

    def do_GET(self) -> None:
        self.server.requests.append(f"{self.path} {self.headers.get('authorization')}")
        body = json.dumps({"keys": self.server.jwks}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        return


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_from_client(tenant: Tenant) -> None:
    url = f"http://127.0.0.1:{tenant.server_address[1]}"
    with mattr.MATTRClient(base_url=url, max_retries=0) as client:
        webhook = mattr.Webhook.from_client(client, clock=lambda: MATTR_TIME)
        assert tenant.requests == []
        for _ in range(3):
            event = webhook.unwrap(MATTR_BODY, MATTR_HEADERS, url=MATTR_URL)
            assert isinstance(event, mattr.OpenIdCredentialIssued)
        assert tenant.requests == ["/v1/webhooks/jwks None"]
        other = {
            **MATTR_HEADERS,
            "signature-input": MATTR_HEADERS["signature-input"].replace(KID, "x"),
        }
        for _ in range(3):
            with pytest.raises(SignatureError) as raised:
                webhook.verify(MATTR_BODY, other, url=MATTR_URL)
            assert raised.value.reason is SignatureReason.UNKNOWN_KEY
        assert len(tenant.requests) == 1


def test_from_client_that_gets_no_keys(tenant: Tenant) -> None:
    tenant.status = 500
    url = f"http://127.0.0.1:{tenant.server_address[1]}"
    with mattr.MATTRClient(base_url=url, max_retries=0) as client:
        webhook = mattr.Webhook.from_client(client, clock=lambda: MATTR_TIME)
        with pytest.raises(KeysUnavailableError):
            webhook.verify(MATTR_BODY, MATTR_HEADERS, url=MATTR_URL)
