"""HTTP message signatures (RFC 9421) with digests of the body (RFC 9530), on the package http-message-signatures."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from ..errors import SignatureError, SignatureReason
from .jwks import FetchedKeys, GivenKeys, Jwk, KeySource, LoadedKey, optional
from .message import Message, header_pairs, malformed
from .scheme import FastVerifier, check_time, no_match

_INPUT, _SIGNATURE, _DIGEST = "Signature-Input", "Signature", "Content-Digest"
_DIGESTS = {"sha-256": "sha256", "sha-512": "sha512"}
_MOST_SIGNATURES = 8
_REPLACED = (_INPUT.lower(), _SIGNATURE.lower())
_WITHOUT_URL = frozenset({"@method"})
_PLACEHOLDER = "https://url.invalid/"


@dataclass(frozen=True, kw_only=True, slots=True)
class HTTPMessageSignatures:
    """Signatures with public keys in `Signature-Input` and `Signature`, over parts of the request that they name.

    One right signature is enough. It must cover `require`, and the body must have the digest it covers (SHA-256 or
    SHA-512). It says when it was made, and may say when it expires.

    Args:
        require: Components that a signature must cover; `content-digest` is always one of them.
        tolerance: Seconds between signing and now, either way; None: not checked, nor is the end of its validity.
    """

    require: Sequence[str] = ("content-digest",)
    tolerance: float | None = 300

    def bind(self, keys: Jwk | Iterable[Jwk] | Callable[[], Any]) -> HTTPMessageVerifier:
        """Return the verifier with these keys: JWKs, or a callable that fetches them when they are needed."""
        source: KeySource = FetchedKeys(keys) if callable(keys) else GivenKeys(keys)
        return HTTPMessageVerifier(tuple(dict.fromkeys(("content-digest", *self.require))), source)


class HTTPMessageVerifier:
    """Verifier of `HTTPMessageSignatures` with its keys."""

    signs_url = True
    reads_url = True
    verify_fast: FastVerifier | None = None

    def __init__(self, require: Sequence[str], keys: KeySource) -> None:
        self._require = require
        self._keys = keys
        self.waits = keys.waits

    def verify(self, message: Message, now: float, tolerance: float | None) -> None:
        inputs = _dictionary(message, _INPUT)
        signatures = _dictionary(message, _SIGNATURE)
        labels = [label for label in inputs if label in signatures][:_MOST_SIGNATURES]
        if not labels:
            raise malformed(_INPUT, f"has no label in common with {_SIGNATURE}")
        problems: list[SignatureError] = []
        for label in labels:
            try:
                return self._verify(
                    message, label, inputs[label], signatures[label], now, tolerance
                )
            except SignatureError as error:
                problems.append(error)
        raise problems[0]

    def _verify(
        self,
        message: Message,
        label: str,
        signature_input: Any,
        signature: Any,
        now: float,
        tolerance: float | None,
    ) -> None:
        """Verify one signature: its parameters, then the body, then the signature."""
        components, parameters = _parts(signature_input)
        self._check_coverage(components, message)
        _check_times(parameters, now, tolerance)
        key = self._key(parameters)
        _check_digest(message)
        _check_signature(message, label, signature_input, signature, key)

    def _check_coverage(self, components: Sequence[str], message: Message) -> None:
        for name in self._require:
            if name not in components:
                raise SignatureError(
                    SignatureReason.NOT_COVERED,
                    f"the signature does not cover {name}",
                    header=_INPUT,
                )
        derived = {name for name in components if name.startswith("@")}
        if message.url is None and derived - _WITHOUT_URL:
            raise SignatureError(
                SignatureReason.URL_NEEDED,
                f"the signature covers {', '.join(sorted(derived - _WITHOUT_URL))}: give the delivery's URL as url=",
                header=_INPUT,
            )

    def _key(self, parameters: dict[str, Any]) -> LoadedKey:
        kid = parameters.get("keyid")
        if not isinstance(kid, str):
            raise malformed(_INPUT, "has no keyid")
        key = self._keys.find(kid)
        if key is None:
            raise SignatureError(
                SignatureReason.UNKNOWN_KEY,
                "the sender publishes no key of this keyid",
                header=_INPUT,
            )
        return key

    def sign(self, message: Message, now: float, id_: str) -> dict[str, str]:
        """Sign method, digest and, if there is a URL, the request target. The scheme has no id, so `id_` is unused."""
        key = self._keys.signer()
        if key is None:
            raise ValueError("a public key cannot sign: give a JWK with its private part, d")
        request = _Request(message.method.upper(), message.url or _PLACEHOLDER, {})
        package = optional("http_message_signatures")
        resolver = package.MappingKeyResolver(public_keys={}, private_keys={key.kid: key.private})
        target = ("@request-target",) if message.url else ()
        package.HTTPMessageSigner(signature_algorithm=key.algorithm, key_resolver=resolver).sign(
            request,
            key_id=key.kid,
            created=datetime.fromtimestamp(int(now), UTC),
            label="sig1",
            covered_component_ids=("@method", *target),
            body=message.body,
        )
        return dict(request.headers)


@dataclass(slots=True)
class _Request:
    """Request in the form that the package signs and verifies."""

    method: str
    url: str
    headers: Any


class _Lines:
    """Header lines; a name may be repeated."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = list(pairs)

    def items(self) -> list[tuple[str, str]]:
        return self._pairs


def _dictionary(message: Message, name: str) -> dict[str, Any]:
    """Return a header that is a dictionary (RFC 9651, section 3.2); raises SignatureError."""
    text = ", ".join(message.needed(name))
    try:
        members: Any = optional("http_sf").parse(text.encode("ascii"), tltype="dictionary")
    except (ValueError, TypeError, RecursionError):
        members = None
    if not isinstance(members, dict) or not members:
        raise malformed(name, "is no dictionary of structured fields")
    return members


def _parts(member: Any) -> tuple[list[str], dict[str, Any]]:
    """Return the names of a signature's components without parameters, and the signature's parameters."""
    inner, parameters = member
    if not isinstance(inner, list):
        raise malformed(_INPUT, "has a member that is no inner list")
    names = [name for name, qualifiers in inner if isinstance(name, str) and not qualifiers]
    qualified = [
        name
        for name, qualifiers in inner
        if isinstance(name, str) and qualifiers and name[:1] == "@"
    ]
    return [*names, *qualified], dict(parameters)


def _check_times(parameters: dict[str, Any], now: float, tolerance: float | None) -> None:
    created, expires = parameters.get("created"), parameters.get("expires")
    if type(created) is not int or not (expires is None or type(expires) is int):
        raise malformed(_INPUT, "has no time of creation")
    if tolerance is None:
        return
    check_time(created, now, tolerance, _INPUT)
    if expires is not None and expires < now:
        raise SignatureError(
            SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE, "the signature has expired", header=_INPUT
        )


def _check_digest(message: Message) -> None:
    """Raise SignatureError unless every known digest is that of the body (RFC 9530, section 2)."""
    members = _dictionary(message, _DIGEST)
    digests = [(name, member) for name, member in members.items() if name in _DIGESTS]
    if not digests:
        raise malformed(_DIGEST, "has neither sha-256 nor sha-512")
    for name, member in digests:
        value = member[0]
        expected = hashlib.new(_DIGESTS[name], message.body).digest()
        if not isinstance(value, bytes) or not hmac.compare_digest(value, expected):
            raise SignatureError(
                SignatureReason.DIGEST_MISMATCH,
                "the body does not have the digest that was signed",
                header=_DIGEST,
            )


def _check_signature(
    message: Message, label: str, signature_input: Any, signature: Any, key: LoadedKey
) -> None:
    """Raise SignatureError unless the signature of this label is right."""
    package, fields = optional("http_message_signatures"), optional("http_sf")
    try:
        lines = [
            *(pair for pair in header_pairs(message.headers) if pair[0] not in _REPLACED),
            ("signature-input", fields.ser({label: signature_input})),
            ("signature", fields.ser({label: signature})),
        ]
        request = _Request(message.method.upper(), message.url or _PLACEHOLDER, _Lines(lines))
        resolver = package.MappingKeyResolver(public_keys={key.kid: key.public}, private_keys={})
        verifier = _verifier_class()(signature_algorithm=key.algorithm, key_resolver=resolver)
        verifier.verify(request, max_age=None)
    except Exception:
        # The package refuses bad input in several ways; each is the same verdict.
        raise no_match(_SIGNATURE) from None


@cache
def _verifier_class() -> Any:
    """Return the package's verifier without its clock: the times are verified before."""
    base: Any = optional("http_message_signatures").HTTPMessageVerifier

    class Verifier(base):  # type: ignore[misc]
        def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
            return

    return Verifier
