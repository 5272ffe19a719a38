"""Verification of callbacks by a signature scheme."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol, TypeVar

from ..webhooks.signatures.message import AnyHeaders, Message, raw_body
from ..webhooks.signatures.scheme import Verifier, checked_tolerance
from ..webhooks.webhook import Clock

Keys_contra = TypeVar("Keys_contra", contravariant=True)


class Verifies(Protocol):
    """Verifier of an API's requests: a `Webhook`, or a `CallbackVerifier`."""

    def verify(
        self, body: bytes, headers: AnyHeaders, *, method: str = ..., url: str | None = ...
    ) -> None:
        """Raise SignatureError or KeysUnavailableError unless a request is verified."""


class _Scheme(Protocol[Keys_contra]):
    @property
    def tolerance(self) -> float | None: ...
    def bind(self, keys: Keys_contra, /) -> Verifier: ...


class CallbackVerifier:
    """Verifies callbacks by a signature scheme, and signs callbacks for tests.

    Args:
        scheme: How they are signed, such as `HMAC(header=…)`.
        keys: One secret, or several while they are rotated; or what else the scheme takes.
        clock: Gives the Unix time in seconds.
    """

    def __init__(
        self, scheme: _Scheme[Keys_contra], keys: Keys_contra, *, clock: Clock = time.time
    ) -> None:
        self._verifier = scheme.bind(keys)
        self._tolerance = checked_tolerance(scheme.tolerance)
        self._clock = clock

    def verify(
        self, body: bytes, headers: AnyHeaders, *, method: str = "POST", url: str | None = None
    ) -> None:
        """Raise SignatureError or KeysUnavailableError unless a callback is verified."""
        message = Message(raw_body(body), headers, method, url)
        self._verifier.verify(message, self._clock(), self._tolerance)

    def sign(
        self,
        body: bytes,
        *,
        timestamp: datetime | float | None = None,
        id_: str = "msg_example",
        method: str = "POST",
        url: str | None = None,
    ) -> dict[str, str]:
        """Return the headers that sign a body as the API does; `timestamp` is Unix time, None: now."""
        moment = timestamp.timestamp() if isinstance(timestamp, datetime) else timestamp
        message = Message(raw_body(body), {}, method, url)
        return self._verifier.sign(message, self._clock() if moment is None else moment, id_)
