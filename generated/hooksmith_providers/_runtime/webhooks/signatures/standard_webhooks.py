"""Standard Webhooks (standardwebhooks.com, specification 1.0.0): `v1` with a secret, `v1a` with an Ed25519 key."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from .fast_verification import UsualForm, fast_verifier
from .keys import Key, Secret, Secrets, from_base64, load_keys
from .message import Message, malformed, octets, standard_name
from .scheme import FastVerifier, Verifier, check_time, no_match, read_timestamp
from .secret_resolution import AnySecrets, bind_secrets

KeyKind = Literal["symmetric", "asymmetric"]

_PREFIXES = {"whsec_": "symmetric", "whpk_": "public", "whsk_": "private"}
_SEED_BYTES = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class StandardWebhooks:
    """Three headers: `webhook-id`, `webhook-timestamp` (Unix seconds) and `webhook-signature`, a list of signatures.

    Args:
        keys: The kinds of keys that are accepted. Secrets say their kind by a prefix: `whsec_` (base64 of a shared
            secret), `whpk_` (of an Ed25519 public key), `whsk_` (of a private one, which can also sign). Without a
            prefix they are of the first of these kinds.
        headers: The prefix of the headers' names. A delivery without such a signature is read by the headers of
            Standard Webhooks, `webhook-*`, which Svix is changing to.
        tolerance: Seconds between signing and now, either way; None: not checked.
    """

    keys: Sequence[KeyKind] = ("symmetric",)
    headers: str = "webhook"
    tolerance: float | None = 300

    def bind(self, secrets: AnySecrets) -> Verifier:
        """Return the verifier with these secrets; raises ValueError for a secret of another kind."""
        return bind_secrets(secrets, self._bind)

    def _bind(self, secrets: Secrets) -> Verifier:
        kinds = {"symmetric": "whsec_…", "asymmetric": "whpk_… or whsk_…"}
        form = " or ".join(kinds[kind] for kind in self.keys) + " (a prefix and base64)"
        loaded = load_keys(secrets, self._read, form)
        return StandardWebhooksVerifier(
            self.headers, [key for key in loaded if isinstance(key, _Key)]
        )

    def _read(self, secret: Secret) -> _Key | None:
        default = "symmetric" if self.keys[0] == "symmetric" else "public"
        if isinstance(secret, bytes):
            return _Key(secret, default)
        prefix, kind = next(
            ((prefix, kind) for prefix, kind in _PREFIXES.items() if secret.startswith(prefix)),
            ("", default),
        )
        value = from_base64(secret[len(prefix) :])
        accepted = "symmetric" if kind == "symmetric" else "asymmetric"
        if value is None or accepted not in self.keys:
            return None
        if kind != "symmetric" and len(value) not in (_SEED_BYTES, 2 * _SEED_BYTES):
            return None
        return _Key(value, kind)


class _Key(Key):
    """Key and its kind: symmetric, public or private."""

    __slots__ = ("kind",)

    def __init__(self, value: bytes, kind: str) -> None:
        super().__init__(value)
        self.kind = kind


class StandardWebhooksVerifier:
    """Verifier of `StandardWebhooks` with its keys."""

    waits = False
    signs_url = False
    reads_url = False

    def __init__(self, prefix: str, keys: Sequence[_Key]) -> None:
        self._id, self._time, self._signature = (
            f"{prefix}-{part}" for part in ("id", "timestamp", "signature")
        )
        self._keys = tuple(keys)
        self._hashes = [key.keyed_hash("sha256") for key in keys if key.kind == "symmetric"]
        self._public = [_public(key) for key in keys if key.kind != "symmetric"]
        self.verify_fast = self._fast_verifier(self._hashes[0]) if self._hashes else None

    def verify(self, message: Message, now: float, tolerance: float | None) -> None:
        id_name, time_name, signature_name = (
            standard_name(message.headers, name) for name in (self._id, self._time, self._signature)
        )
        lines = message.needed(signature_name)
        id_, stamp = message.one(id_name), message.one(time_name)
        check_time(read_timestamp(stamp, time_name), now, tolerance, time_name)
        entries = [entry.partition(",") for line in lines for entry in line.split()]
        if not any(comma for _, comma, _ in entries):
            raise malformed(signature_name, "is not a list of versions and signatures")
        text = _text(id_, stamp, message.body)
        is_match = False
        for version, _, signature in entries:
            if version == "v1":
                is_match |= self._is_keyed(text, signature)
            elif version == "v1a":
                is_match = is_match or self._is_signed(text, signature)
        if not is_match:
            raise no_match(signature_name)

    def sign(self, message: Message, now: float, id_: str) -> dict[str, str]:
        stamp = str(int(now))
        text = _text(id_, stamp, message.body)
        key = self._keys[0]
        if key.kind == "public":
            raise ValueError("a public key cannot sign: the secret should be whsk_…")
        entry = _keyed(self._hashes[0], text) if key.kind == "symmetric" else _signed(key, text)
        return {self._id: id_, self._time: stamp, self._signature: entry}

    def _fast_verifier(self, hashed: Callable[[bytes], bytes]) -> FastVerifier:
        form = UsualForm(
            is_hex=False,
            header=self._signature,
            line=("", "v1,"),
            signed=("", ".", "."),
            ticks=1,
            id_header=self._id,
            time_header=self._time,
        )
        return fast_verifier(hashed, form)

    def _is_keyed(self, text: bytes, signature: str) -> bool:
        versioned = octets("v1," + signature)
        is_match = False
        for hashed in self._hashes:
            is_match |= hmac.compare_digest(versioned, _keyed(hashed, text).encode())
        return is_match

    def _is_signed(self, text: bytes, signature: str) -> bool:
        decoded = from_base64(signature)
        return decoded is not None and any(_verifies(key, decoded, text) for key in self._public)


def _text(id_: str, stamp: str, body: bytes) -> bytes:
    return b".".join((octets(id_), octets(stamp), body))


def _keyed(hashed: Callable[[bytes], bytes], text: bytes) -> str:
    return "v1," + base64.b64encode(hashed(text)).decode("ascii")


def _signed(key: Key, text: bytes) -> str:
    signature = (
        _ed25519().Ed25519PrivateKey.from_private_bytes(key.reveal()[:_SEED_BYTES]).sign(text)
    )
    return "v1a," + base64.b64encode(signature).decode("ascii")


def _public(key: _Key) -> Any:
    module = _ed25519()
    if key.kind == "private":
        return module.Ed25519PrivateKey.from_private_bytes(key.reveal()[:_SEED_BYTES]).public_key()
    return module.Ed25519PublicKey.from_public_bytes(key.reveal()[:_SEED_BYTES])


def _verifies(key: Any, signature: bytes, text: bytes) -> bool:
    invalid: type[Exception] = import_module("cryptography.exceptions").InvalidSignature
    try:
        key.verify(signature, text)
    except invalid:
        return False
    return True


def _ed25519() -> Any:
    try:
        return import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
    except ImportError:
        raise ImportError(
            "signatures with public keys need the package cryptography: pip install 'hooksmith[signatures]'"
        ) from None
