"""The static header: a shared secret that every delivery carries."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from .keys import Key, Secrets, SecretText
from .message import Message, octets
from .scheme import FastVerifier, Verifier, no_match
from .secret_resolution import AnySecrets, bind_secrets


@dataclass(frozen=True, kw_only=True, slots=True)
class StaticHeader:
    """Header of every delivery, compared in constant time with the secret.

    The header proves the sender, not the body: a reader of one delivery can forge others.
    """

    header: str
    tolerance: None = None

    def bind(self, secrets: AnySecrets) -> Verifier:
        """Return the verifier with the accepted values."""
        return bind_secrets(secrets, self._bind)

    def _bind(self, secrets: Secrets) -> Verifier:
        return StaticHeaderVerifier(self.header, SecretText().load(secrets))


class StaticHeaderVerifier:
    """Verifier of a `StaticHeader` with the accepted values."""

    waits = False
    signs_url = False
    reads_url = False
    verify_fast: FastVerifier | None = None

    def __init__(self, header: str, keys: tuple[Key, ...]) -> None:
        self._header = header
        self._keys = keys

    def verify(self, message: Message, now: float, tolerance: float | None) -> None:
        values = [octets(value) for value in message.needed(self._header)]
        is_match = False
        for key in self._keys:
            for value in values:
                is_match |= hmac.compare_digest(value, key.reveal())
        if not is_match:
            raise no_match(self._header)

    def sign(self, message: Message, now: float, id_: str) -> dict[str, str]:
        return {self._header: self._keys[0].reveal().decode("latin-1")}
