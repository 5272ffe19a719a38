"""Dispatch of webhooks: verified and parsed deliveries → jobs with the handlers of their events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar

from ..errors import SignatureError, SignatureReason
from ..unexpected_events import DriftedEvent, UnknownEvent
from ..webhook import BaseWebhook
from .delivery_context import DeliveryContext
from .execution import bound_call
from .handler_table import HandlerTable, UnhandledTypesError
from .handlers import Handler
from .http import IncomingRequest, Reply
from .job import HandlerRun, Job, Jobs, Replies
from .own_url import OwnURL
from .reporting import ReceiverHooks

EventT = TypeVar("EventT")

LARGE_BODY = 256 * 1024
"""Bytes; verifying and parsing a larger body takes milliseconds, so under ASGI it runs in a thread."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedEvent(Generic[EventT]):
    """An event of a verified delivery, with its context."""

    event: EventT
    delivery: DeliveryContext


class EventDispatcher(Generic[EventT]):
    """Dispatcher of a webhook receiver. An inbox uses `events` and `job` apart, before and after it stores an event."""

    def __init__(
        self,
        webhook: BaseWebhook[EventT],
        table: HandlerTable[EventT],
        *,
        name: str,
        own_url: OwnURL,
        exhaustive: bool,
        hooks: ReceiverHooks,
        has_store: bool,
        late: float | None = None,
    ) -> None:
        self.needs_url = own_url.url is None and webhook.reads_url
        self._waits = webhook.waits
        self._webhook = webhook
        self._table = table
        self._name = name
        self._own_url = own_url
        self._exhaustive = exhaustive
        self._hooks = hooks
        self._has_store = has_store
        self._late = late
        catalogue = webhook.catalogue.name
        self.source = catalogue if name == catalogue else f"{catalogue}:{name}"
        self._key_prefix = f"{self.source}:"
        self._replies = _replies(webhook.catalogue.acknowledgement)

    @property
    def acknowledgement(self) -> Reply:
        """The reply to an event that needs no repetition."""
        return self._replies.acknowledgement

    def check(self) -> None:
        """Raise UnhandledTypesError if the receiver is exhaustive, and events have no handler."""
        types = self._table.unhandled_types() if self._exhaustive else ()
        if types:
            raise UnhandledTypesError(types)

    def reject_early(self, method: str, path: str) -> Reply | None:
        """Return the rejection of a request that is no POST."""
        if method == "POST":
            return None
        return Reply(status=405, text="only POST", headers={"Allow": "POST"})

    def is_unknown(self, event_type: str) -> bool:
        """Return whether the document does not have an event type."""
        return event_type not in self._webhook.catalogue.models

    def may_block(self, request: IncomingRequest) -> bool:
        """Return whether verification waits for keys, or the body is large."""
        return self._waits or len(request.body) > LARGE_BODY

    def jobs(self, request: IncomingRequest) -> Jobs:
        """Verify and parse a delivery, and return the jobs of its events; raises WebhookError."""
        event = self._webhook.unwrap_fast(request.body, request.headers)
        if event is not None:
            return Jobs(
                jobs=(self._fast_job(event, request),), acknowledgement=self.acknowledgement
            )
        events = self.events(request)
        return Jobs(
            jobs=tuple(self.job(each.event, each.delivery) for each in events),
            is_batch=events[0].delivery.position is not None if events else True,
            acknowledgement=self.acknowledgement,
        )

    def events(self, request: IncomingRequest) -> list[ReceivedEvent[EventT]]:
        """Verify and parse a delivery, and return its events; raises WebhookError."""
        unwrapped = self._webhook.unwrap_delivery(
            request.body,
            request.headers,
            method=request.method,
            url=self._own_url.of(request.url),
            late=self._late,
        )
        if unwrapped.tenant is not None:
            request = replace(request, tenant=unwrapped.tenant)
        events, secret_name = unwrapped.events, unwrapped.secret_name
        received = self._received(events, request, datetime.now(UTC), secret_name)
        if unwrapped.is_late and any(each.delivery.event_id is None for each in received):
            raise SignatureError(
                SignatureReason.TIMESTAMP_OUTSIDE_TOLERANCE,
                "the delivery is late and has no id, so a repetition would not be recognized",
                is_late=True,
            )
        return received

    def parsed(
        self, request: IncomingRequest, received_at: datetime | None = None
    ) -> list[ReceivedEvent[EventT]]:
        """Parse a delivery that is trusted, or was verified before it was stored; raises EventParseError."""
        events = self._webhook.catalogue.parse_all(request.body, request.headers)
        return self._received(events, request, received_at or datetime.now(UTC))

    def _received(
        self,
        events: list[EventT],
        request: IncomingRequest,
        received_at: datetime,
        secret_name: str | None = None,
    ) -> list[ReceivedEvent[EventT]]:
        is_alone = len(events) == 1
        return [
            ReceivedEvent(
                event=event,
                delivery=self.context(
                    event, request, received_at, None if is_alone else position, secret_name
                ),
            )
            for position, event in enumerate(events)
        ]

    def context(
        self,
        event: EventT,
        request: IncomingRequest,
        received_at: datetime,
        position: int | None = None,
        secret_name: str | None = None,
    ) -> DeliveryContext:
        """Return the context of an event. `position`: its position in a batch."""
        catalogue, headers = self._webhook.catalogue, request.headers
        return DeliveryContext(
            type=catalogue.type_of(event, headers),
            event_id=catalogue.id_of(event, headers, position),
            receiver=self._name,
            received_at=received_at,
            body=request.body,
            raw_headers=headers,
            tenant=request.tenant,
            position=position,
            secret_name=secret_name,
        )

    def _fast_job(self, event: EventT, request: IncomingRequest) -> Job:
        """Return the job of a delivery of one event; its context is made if a handler, middleware or hook needs it."""
        catalogue, headers = self._webhook.catalogue, request.headers
        event_type = catalogue.type_of(event, headers)
        handlers = self._table.handlers_of(event, event_type)
        if (
            self._hooks.around_handler
            or self._table.middlewares
            or any(each.needs_context for each in handlers)
        ):
            return self.job(event, self.context(event, request, datetime.now(UTC)))
        event_id = catalogue.id_of(event, headers)
        key = None
        if event_id is not None and self._has_store:
            tenant = "" if request.tenant is None else f"{request.tenant}:"
            key = f"{self._key_prefix}{tenant}{event_id}"
        is_alone = len(handlers) == 1
        runs = [
            HandlerRun(
                call=partial(handler.function, event),
                is_async=handler.is_async,
                key=key if is_alone or key is None else f"{key}#{handler.name}",
                name=handler.name,
                timeout=handler.timeout,
                retry=handler.retry,
            )
            for handler in handlers
        ]
        return Job(
            event_type=event_type, event_id=event_id, runs=tuple(runs), replies=self._replies
        )

    def job(self, event: EventT, delivery: DeliveryContext) -> Job:
        """Return the job of an event: its handlers, bound to the event and its delivery."""
        handlers = self._table.handlers_of(event, delivery.type)
        is_drifted = isinstance(event, DriftedEvent)
        drift = (
            (event.issues[0].where if event.issues else "")
            if isinstance(event, DriftedEvent)
            else None
        )
        return Job(
            event_type=delivery.type,
            event_id=delivery.event_id,
            runs=tuple(
                self._run(handler, event, delivery, is_one_of_several=len(handlers) > 1)
                for handler in handlers
            ),
            is_unknown=isinstance(event, UnknownEvent),
            drift=drift,
            is_expected=is_drifted and not handlers and self._table.is_expected(delivery.type),
            replies=self._replies,
        )

    def _run(
        self, handler: Handler, event: EventT, delivery: DeliveryContext, *, is_one_of_several: bool
    ) -> HandlerRun:
        call, is_async = bound_call(handler, event, delivery, self._table.middlewares)
        key = None
        if delivery.event_id is not None and self._has_store:
            key = f"{self._key_prefix}{_tenant(delivery)}{delivery.event_id}"
            key = f"{key}#{handler.name}" if is_one_of_several else key
        around = self._hooks.around_handler
        return HandlerRun(
            call=call,
            is_async=is_async,
            key=key,
            name=handler.name,
            timeout=handler.timeout,
            retry=handler.retry,
            around=None if around is None else partial(around, delivery),
        )


def _replies(acknowledgement: tuple[str, str] | None) -> Replies:
    """Return the replies to events, with the media type and body that the sender expects."""
    if acknowledgement is None:
        return Replies()
    media_type, body = acknowledgement
    reply = Reply(status=200, content=body.encode(), media_type=media_type)
    return Replies(success=lambda result: reply, acknowledgement=reply, duplicate=reply)


def _tenant(delivery: DeliveryContext) -> str:
    return "" if delivery.tenant is None else f"{delivery.tenant}:"
