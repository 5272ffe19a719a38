"""Public keys as JSON Web Keys (RFC 7517): given, or fetched and cached."""

from __future__ import annotations

import base64
import binascii
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, TypeAlias

from ...representation import safe_repr
from ..errors import KeysUnavailableError

Jwk: TypeAlias = Mapping[str, Any]
"""A JSON Web Key, with the names of RFC 7517: `kty`, `kid`, `crv`, `x` …"""


@dataclass(frozen=True, slots=True)
class LoadedKey:
    """Key with its id and algorithm (a class of http-message-signatures).

    `public`, and `private` if the JWK has a private part, are objects of cryptography.
    """

    kid: str
    algorithm: Any
    public: Any
    private: Any = None

    @safe_repr
    def __repr__(self) -> str:
        return f"LoadedKey({self.kid!r})"


class KeySource(Protocol):
    """Source of keys."""

    waits: bool

    def find(self, kid: str) -> LoadedKey | None:
        """Return the key of this id; None if there is none."""
        raise NotImplementedError

    def signer(self) -> LoadedKey | None:
        """Return the first key that can sign; None if there is none."""
        raise NotImplementedError


class GivenKeys:
    """Keys that the caller gives. Raises ValueError for an unusable JWK."""

    waits = False

    def __init__(self, jwks: Jwk | Iterable[Jwk]) -> None:
        keys = [load_jwk(jwk) for jwk in listed(jwks)]
        if not keys:
            raise ValueError("there is no key in jwks")
        self._keys = {key.kid: key for key in keys}

    def find(self, kid: str) -> LoadedKey | None:
        return self._keys.get(kid)

    def signer(self) -> LoadedKey | None:
        return next((key for key in self._keys.values() if key.private is not None), None)


class FetchedKeys:
    """Keys that are fetched when they are first needed, and kept.

    They are fetched again for a key id that is not among them, and once a day, for keys are withdrawn too; but never
    twice within `pause` seconds, so that deliveries with made-up key ids cannot drive requests. Keys that have become
    old are used on while they cannot be fetched. Threads share one request.

    Args:
        fetch: Gives the JWKs, or a set of them (`{"keys": [...]}`); keys that cannot be used are passed over.
        pause: Seconds.
        lifetime: Seconds after which keys are fetched again.
        clock: Seconds, of any origin.
    """

    waits = True

    def __init__(
        self,
        fetch: Callable[[], Jwk | Iterable[Jwk]],
        *,
        pause: float = 30,
        lifetime: float = 86_400,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._pause = pause
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, LoadedKey] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._problem: Exception | None = None

    def find(self, kid: str) -> LoadedKey | None:
        """Return the key of this id; raises KeysUnavailableError if keys were never fetched."""
        key = self._keys.get(kid)
        if key is not None and not self._is_old():
            return key
        with self._lock:
            if kid not in self._keys or self._is_old():
                self._refresh()
        if self._fetched is None:
            raise KeysUnavailableError("the sender's keys cannot be fetched") from self._problem
        return self._keys.get(kid)

    def signer(self) -> LoadedKey | None:
        return None

    def _is_old(self) -> bool:
        return self._fetched is None or self._clock() - self._fetched > self._lifetime

    def _refresh(self) -> None:
        now = self._clock()
        if self._tried is not None and now - self._tried < self._pause:
            return
        self._tried = now
        try:
            members = listed(self._fetch())
        except Exception as error:
            # Whatever the fetch raises means the same here: no keys now. It is shown as the cause.
            self._problem = error
            return
        self._keys = {key.kid: key for key in map(_usable, members) if key is not None}
        self._fetched, self._problem = now, None


def listed(jwks: object) -> list[Jwk]:
    """Return the JWKs of a list, of a set (`{"keys": [...]}`), or of a single JWK."""
    keys = jwks.get("keys", [jwks]) if isinstance(jwks, Mapping) else jwks
    if not isinstance(keys, Iterable):
        raise ValueError("jwks is a list of JSON Web Keys")
    return [key for key in keys if isinstance(key, Mapping)]


def _usable(jwk: Jwk) -> LoadedKey | None:
    try:
        return load_jwk(jwk)
    except ValueError:
        return None


def load_jwk(jwk: Jwk) -> LoadedKey:
    """Return the key of a JWK: Ed25519, P-256, P-384 or RSA. Raises ValueError, which hides the key."""
    algorithms, ec, ed25519, rsa = _modules()
    kid = jwk.get("kid")
    if not isinstance(kid, str):
        raise ValueError("a JWK has no kid, by which signatures name it")
    private = None
    match jwk.get("kty"), jwk.get("crv"):
        case ("OKP", "Ed25519"):
            algorithm = algorithms.ED25519
            public = ed25519.Ed25519PublicKey.from_public_bytes(_octets(jwk, "x", 32))
            if "d" in jwk:
                private = ed25519.Ed25519PrivateKey.from_private_bytes(_octets(jwk, "d", 32))
        case ("EC", "P-256" | "P-384" as curve):
            p256 = curve == "P-256"
            algorithm = algorithms.ECDSA_P256_SHA256 if p256 else algorithms.ECDSA_P384_SHA384
            numbers = ec.EllipticCurvePublicNumbers(
                _number(jwk, "x"), _number(jwk, "y"), ec.SECP256R1() if p256 else ec.SECP384R1()
            )
            public = numbers.public_key()
        case ("RSA", _):
            pkcs1 = jwk.get("alg") == "RS256"
            algorithm = algorithms.RSA_V1_5_SHA256 if pkcs1 else algorithms.RSA_PSS_SHA512
            public = rsa.RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n")).public_key()
        case _:
            raise ValueError("a JWK is of no supported kind: Ed25519, P-256, P-384 or RSA")
    return LoadedKey(kid, algorithm, public, private)


def _octets(jwk: Jwk, name: str, length: int | None = None) -> bytes:
    """Return the bytes of a base64url member (RFC 7515, section 2)."""
    value = jwk.get(name)
    if not isinstance(value, str):
        raise ValueError(f"a JWK has no {name}")
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{name} of a JWK is not base64url") from None
    if length is not None and len(decoded) != length:
        raise ValueError(f"{name} of a JWK should have {length} bytes")
    return decoded


def _number(jwk: Jwk, name: str) -> int:
    return int.from_bytes(_octets(jwk, name), "big")


def _modules() -> tuple[Any, Any, Any, Any]:
    package = "cryptography.hazmat.primitives.asymmetric"
    optional("http_message_signatures")
    return (
        import_module("http_message_signatures.algorithms"),
        import_module(f"{package}.ec"),
        import_module(f"{package}.ed25519"),
        import_module(f"{package}.rsa"),
    )


def optional(name: str) -> Any:
    """Import a module of an extra; raises ImportError with the command that installs it."""
    try:
        return import_module(name)
    except ImportError:
        raise ImportError(
            "HTTP message signatures need the package http-message-signatures: "
            "pip install 'hooksmith[http-signatures]'"
        ) from None
