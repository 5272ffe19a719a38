"""Base of generated `Webhook` classes: deliveries are verified, and parsed as typed events."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from ..models.reading import MAX_DEPTH, checked_depth
from ..representation import safe_repr
from .catalogue import Catalogue
from .errors import SignatureError
from .signatures.message import AnyHeaders, Message, raw_body
from .signatures.scheme import FastVerifier, Verifier, checked_tolerance

EventT = TypeVar("EventT")

Clock = Callable[[], float]
"""Gives the Unix time in seconds, as `time.time` does."""


def _no_verdict(body: bytes, headers: AnyHeaders, now: float, tolerance: float | None) -> bool:
    """Give no verdict, for schemes without a usual form."""
    return False


@dataclass(frozen=True, slots=True)
class UnwrappedDelivery(Generic[EventT]):
    """Events of a verified delivery, the name of the secret if it has one, and the tenant that a resolver states."""

    events: list[EventT]
    secret_name: str | None = None
    tenant: str | None = None
    is_late: bool = False


class BaseWebhook(Generic[EventT]):
    """Verifies deliveries, parses them, and signs deliveries for tests."""

    def __init__(
        self,
        verifier: Verifier,
        catalogue: Catalogue[EventT],
        *,
        tolerance: float | None,
        clock: Clock = time.time,
        max_depth: int = MAX_DEPTH,
    ) -> None:
        self._verifier = verifier
        self._verify_fast: FastVerifier = verifier.verify_fast or _no_verdict
        self._tolerance = checked_tolerance(tolerance)
        self._clock = clock
        self.catalogue = replace(catalogue, max_depth=checked_depth(max_depth))

    @property
    def waits(self) -> bool:
        """Whether verification may wait for the network, as for keys."""
        return self._verifier.waits

    @property
    def signs_url(self) -> bool:
        """Whether signatures may cover the URL, so that verification needs the URL that the sender called."""
        return self._verifier.signs_url

    @property
    def reads_url(self) -> bool:
        """Whether verification reads the URL of a delivery."""
        return self._verifier.reads_url

    def unwrap(
        self,
        body: bytes | bytearray | memoryview,
        headers: AnyHeaders,
        *,
        method: str = "POST",
        url: str | None = None,
        strict: bool = False,
    ) -> EventT:
        """Verify a delivery and read it.

        An event of a type that is not in the document comes as `UnknownEvent`, one that breaks its model as
        `DriftedEvent`; with `strict` both are errors. Constraints of the document are asserted with `strict` alone.

        Args:
            body: The raw body, exactly as received.
            headers: A mapping, pairs, ASGI's headers or a WSGI environ; names in any case.
            method: The request's method, for schemes that sign it.
            url: The URL that the sender called, for schemes that sign it.
            strict: Whether unknown and drifted events, and events that break a constraint of the document, are errors.

        Raises:
            SignatureError: The delivery is not proven to be the sender's; `reason` says which check failed.
            EventParseError: It is, but the body is not JSON, or not an event.
            KeysUnavailableError: The sender's keys cannot be fetched, so there is no verdict.
            TypeError: The body was decoded or parsed before.
        """
        raw = body if type(body) is bytes else raw_body(body)
        now = self._clock()
        if not self._verify_fast(raw, headers, now, self._tolerance):
            message = Message(raw, headers, method, url)
            self._verifier.verify(message, now, self._tolerance)
            headers = message.headers
        return self.catalogue.parse(raw, headers, strict=strict)

    def unwrap_fast(self, body: bytes, headers: AnyHeaders) -> EventT | None:
        """Return the event of a delivery in the usual form; None gives no verdict, and `unwrap_delivery` decides."""
        if type(body) is bytes and self._verify_fast(body, headers, self._clock(), self._tolerance):
            return self.catalogue.parse_fast(body)
        return None

    def unwrap_all(
        self,
        body: bytes | bytearray | memoryview,
        headers: AnyHeaders,
        *,
        method: str = "POST",
        url: str | None = None,
        strict: bool = False,
    ) -> list[EventT]:
        """Verify a delivery and return all its events: those of a batch (a JSON array), or a single event.

        An object of a batch without a type is an `UnknownEvent` without a type. Arguments and errors are those of
        `unwrap`,
        which refuses a batch.
        """
        return self.unwrap_delivery(body, headers, method=method, url=url, strict=strict).events

    def unwrap_delivery(
        self,
        body: bytes | bytearray | memoryview,
        headers: AnyHeaders,
        *,
        method: str = "POST",
        url: str | None = None,
        strict: bool = False,
        late: float | None = None,
    ) -> UnwrappedDelivery[EventT]:
        """Verify a delivery and return its events, with the name of the secret that matched, and the tenant.

        Arguments and errors are those of `unwrap`. `late`: seconds that a delivery may be old beyond the tolerance;
        `is_late` of the result tells whether it is. None: the tolerance decides.
        """
        raw, now = raw_body(body), self._clock()
        if self._verify_fast(raw, headers, now, self._tolerance):
            return UnwrappedDelivery(self.catalogue.parse_all(raw, headers, strict=strict))
        message = Message(raw, headers, method, url)
        is_late = False
        try:
            self._verifier.verify(message, now, self._tolerance)
        except SignatureError as error:
            if late is None or not error.is_late:
                raise
            self._verifier.verify(message, now, late)
            is_late = True
        events = self.catalogue.parse_all(raw, message.headers, strict=strict)
        return UnwrappedDelivery(events, message.secret_name, message.tenant, is_late)

    def verify(
        self,
        body: bytes | bytearray | memoryview,
        headers: AnyHeaders,
        *,
        method: str = "POST",
        url: str | None = None,
    ) -> None:
        """Verify a delivery without parsing it. Arguments and errors are those of `unwrap`."""
        raw, now = raw_body(body), self._clock()
        if not self._verify_fast(raw, headers, now, self._tolerance):
            self._verifier.verify(Message(raw, headers, method, url), now, self._tolerance)

    def sign(
        self,
        body: bytes | bytearray | memoryview,
        *,
        timestamp: datetime | float | None = None,
        id_: str | None = None,
        method: str = "POST",
        url: str | None = None,
    ) -> dict[str, str]:
        """The headers that make a body a delivery of this sender, for tests.

        Args:
            body: The raw body that will be sent.
            timestamp: When it is signed, Unix time in seconds; None: now.
            id_: The delivery's id, for schemes that sign one; None: a random one.
            method: The method it will be sent with.
            url: The URL it will be sent to, for schemes that sign it.

        Raises:
            ValueError: The key can only verify.
        """
        moment = timestamp.timestamp() if isinstance(timestamp, datetime) else timestamp
        message = Message(raw_body(body), {}, method, url)
        return self._verifier.sign(
            message,
            self._clock() if moment is None else moment,
            id_ or f"msg_{secrets.token_hex(12)}",
        )

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(tolerance={self._tolerance})"
