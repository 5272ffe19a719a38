"""Intake of a receiver with an inbox: verified deliveries → rows, acknowledged after the commit."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from ..errors import EventParseError, WebhookError
from ..receiver.engine import Engine, retry_later
from ..receiver.event_dispatch import EventDispatcher, ReceivedEvent
from ..receiver.http import IncomingRequest, Reply
from ..receiver.reporting import Outcome as Reported
from ..receiver.reporting import Reporter
from ..signatures.message import AnyHeaders, header_pairs
from .protocol import Inbox
from .states import Added, Cursor, NewDelivery, NewEvent, State

logger = logging.getLogger("hooksmith")

EventT = TypeVar("EventT")

DROPPED_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that are not stored: credentials of the request."""


class Intake(Generic[EventT]):
    """Stores deliveries in an inbox.

    Args:
        engine: Rejects requests that are no deliveries.
        dispatcher: Verifies and parses deliveries.
        inbox: Where they are stored.
        reporter: Counts and logs outcomes.
        source: The receiver's name in the inbox.
        ordering_key: Gives the key of events that are processed in the order of arrival; None: no order.
    """

    def __init__(
        self,
        engine: Engine,
        dispatcher: EventDispatcher[EventT],
        inbox: Inbox,
        reporter: Reporter,
        *,
        source: str,
        ordering_key: Callable[[EventT], str | None] | None,
    ) -> None:
        self._engine = engine
        self._dispatcher = dispatcher
        self._inbox = inbox
        self._reporter = reporter
        self._source = source
        self._ordering_key = ordering_key

    def handle(self, request: IncomingRequest) -> Reply:
        """Store a delivery and return the reply, after the commit."""
        start = time.perf_counter()
        delivery = self._delivery(request, start)
        if isinstance(delivery, Reply):
            return delivery
        try:
            added = self._inbox.add([delivery])
        except Exception as error:
            return self._failed(delivery, error, start)
        return self._stored(delivery, added, start)

    async def ahandle(self, request: IncomingRequest) -> Reply:
        """Store a delivery and return the reply, without blocking the event loop."""
        start = time.perf_counter()
        if self._dispatcher.may_block(request):
            from anyio.to_thread import run_sync

            delivery = await run_sync(self._delivery, request, start)
        else:
            delivery = self._delivery(request, start)
        if isinstance(delivery, Reply):
            return delivery
        try:
            added = await self._inbox.aadd([delivery])
        except Exception as error:
            return self._failed(delivery, error, start)
        return self._stored(delivery, added, start)

    def reject(
        self,
        status: int,
        text: str,
        headers: dict[str, str] | None = None,
        *,
        start: float | None = None,
    ) -> Reply:
        """Count and log the rejection of a request, and return its reply."""
        return self._engine.reject(status, text, headers, start=start)

    def ingest(
        self,
        bodies: Sequence[tuple[bytes, AnyHeaders]],
        tenant: str | None,
        cursor: Cursor | None = None,
        *,
        is_lenient: bool = False,
    ) -> Added:
        """Store events of a trusted origin, without a signature, and a cursor in the same transaction.

        `is_lenient`: whether a body that is no event is stored dead.

        Raises:
            EventParseError: A body is not an event.
        """
        deliveries = []
        for body, headers in bodies:
            request = IncomingRequest(body=body, headers=headers, tenant=tenant)
            try:
                events = self._dispatcher.parsed(request)
            except EventParseError as error:
                if not is_lenient:
                    raise
                deliveries.append(self._unreadable(request, error))
            else:
                deliveries.append(self._new_delivery(request, events))
        return self._inbox.add(deliveries, cursor=cursor)

    # --- deliveries

    def _delivery(self, request: IncomingRequest, start: float) -> NewDelivery | Reply:
        rejection = self._engine.check(request, start)
        if rejection is not None:
            return rejection
        try:
            events = self._dispatcher.events(request)
        except EventParseError as error:
            return self._unreadable(request, error)
        except WebhookError as error:
            return self._engine.rejection_for(error, start)
        return self._new_delivery(request, events)

    def _new_delivery(
        self, request: IncomingRequest, events: Sequence[ReceivedEvent[EventT]]
    ) -> NewDelivery:
        return NewDelivery(
            source=self._source,
            tenant=_tenant(request, events),
            headers=_stored_headers(request.headers),
            body=request.body,
            events=tuple(
                NewEvent(
                    position=position,
                    type=each.delivery.type,
                    event_id=each.delivery.event_id,
                    ordering_key=self._key(each.event),
                )
                for position, each in enumerate(events)
            ),
        )

    def _key(self, event: EventT) -> str | None:
        """Return an event's ordering key. A function that fails must not refuse a delivery: no key."""
        if self._ordering_key is None:
            return None
        try:
            key: Any = self._ordering_key(event)
        except Exception:
            logger.exception(
                "ordering_key failed for a %s: stored without a key", type(event).__name__
            )
            return None
        if key is None or isinstance(key, str):
            return key
        logger.error("ordering_key gave a %s, not text: stored without a key", type(key).__name__)
        return None

    def _unreadable(self, request: IncomingRequest, error: EventParseError) -> NewDelivery:
        """Store a verified body that is no event as dead: the sender would only repeat it.

        Its digest is its id, so that a repetition is a duplicate.
        """
        digest = hashlib.sha256(request.body).hexdigest()
        event = NewEvent(
            position=0,
            type="",
            event_id=f"sha256:{digest}",
            state=State.DEAD,
            error=f"unreadable: {error}",
        )
        return NewDelivery(
            source=self._source,
            tenant=request.tenant or "",
            headers=_stored_headers(request.headers),
            body=request.body,
            events=(event,),
        )

    # --- replies

    def _stored(self, delivery: NewDelivery, added: Added, start: float) -> Reply:
        is_new = bool(added.ids)
        self._report(delivery, Reported.STORED if is_new else Reported.DUPLICATE, 200, start)
        acknowledgement = self._dispatcher.acknowledgement
        if is_new or acknowledgement.body:
            return acknowledgement
        return Reply(status=200, text="stored before")

    def _failed(self, delivery: NewDelivery, error: Exception, start: float) -> Reply:
        logger.error("the inbox failed", exc_info=error)
        self._report(delivery, Reported.FAILED, 503, start)
        return retry_later("the inbox is not available")

    def _report(self, delivery: NewDelivery, outcome: Reported, status: int, start: float) -> None:
        for event in delivery.events:
            self._reporter.record(
                outcome,
                status,
                start,
                event_type=event.type or None,
                event_id=event.event_id,
                is_unknown=bool(event.type) and self._dispatcher.is_unknown(event.type),
                reason=event.error,
            )


def _tenant(request: IncomingRequest, events: Sequence[ReceivedEvent[Any]]) -> str:
    """Return the tenant that the caller, or a resolver of secrets, states."""
    for each in events[:1]:
        return each.delivery.tenant or ""
    return request.tenant or ""


def _stored_headers(headers: AnyHeaders) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in header_pairs(headers) if pair[0] not in DROPPED_HEADERS)
