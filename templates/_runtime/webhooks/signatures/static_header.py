"""The static header: a shared secret that every delivery carries."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from .keys import Key, Secrets, SecretText
from .message import Message, octets
from .scheme import FastVerifier, no_match


@dataclass(frozen=True, kw_only=True, slots=True)
class StaticHeader:
    """A header that every delivery carries, compared in constant time with the secret.

    It proves the sender, not the body: whoever reads one delivery can make others.
    """

    header: str
    tolerance: None = None

    def bind(self, secrets: Secrets) -> StaticHeaderVerifier:
        """The scheme with the values that are accepted."""
        return StaticHeaderVerifier(self.header, SecretText().load(secrets))


class StaticHeaderVerifier:
    """A `StaticHeader` with the values that are accepted."""

    waits = False
    signs_url = False
    verify_fast: FastVerifier | None = None

    def __init__(self, header: str, keys: tuple[Key, ...]) -> None:
        self._header = header
        self._keys = keys

    def verify(self, message: Message, now: float, tolerance: float | None) -> None:
        given = [octets(value) for value in message.needed(self._header)]
        found = False
        for key in self._keys:
            for value in given:
                found |= hmac.compare_digest(value, key.reveal())
        if not found:
            raise no_match(self._header)

    def sign(self, message: Message, now: float, id_: str) -> dict[str, str]:
        return {self._header: self._keys[0].reveal().decode("latin-1")}
