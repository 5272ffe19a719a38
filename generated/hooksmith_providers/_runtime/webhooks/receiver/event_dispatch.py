"""Dispatch of webhooks: verified and parsed deliveries → jobs with the handlers of their events."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeVar

from ..catalogue import Catalogue
from ..errors import SignatureError, SignatureReason
from ..unexpected_events import DriftedEvent, UnknownEvent
from ..webhook import BaseWebhook
from .delivery_context import DeliveryContext
from .execution import bound_call
from .handlers import Handler, Handlers, Registration
from .http import IncomingRequest, Reply
from .job import HandlerRun, Job, Jobs
from .own_url import OwnURL
from .reporting import ReceiverHooks

EventT = TypeVar("EventT")

LARGE_BODY = 256 * 1024
"""Bytes; verifying and parsing a larger body takes milliseconds, so under ASGI it runs in a thread."""


class UnhandledTypesError(RuntimeError):
    """Events of the document have no handler; `types` are their types."""

    def __init__(self, types: tuple[str, ...]) -> None:
        shown = ", ".join(types[:5]) + (f" and {len(types) - 5} more" if len(types) > 5 else "")
        super().__init__(f"no handler for {shown}")
        self.types = types


class HandlerTable(Handlers[EventT]):
    """The handlers of a receiver, by event type. Registrations are checked against a catalogue."""

    def __init__(self, catalogue: Catalogue[EventT]) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._by_key: dict[object, list[Handler]] = {}
        self._prefixes: list[tuple[str, Handler]] = []
        self._of_any: list[Handler] = []
        self._chosen: dict[tuple[type[Any], str], tuple[Handler, ...]] = {}
        """The choice of `handlers_of`, by class and event type of the document."""
        self._fallback: Handler | None = None

    def add(self, registration: Registration) -> None:
        """Add a registration; raises KeyError for an event outside the document, ValueError for a repetition."""
        handler = registration.handler
        self._chosen.clear()
        self.check_events(registration.events, registration.prefix)
        if registration.prefix == "":
            _check_names("on_any", handler, self._all())
            self._of_any.append(handler)
        elif registration.prefix is not None:
            self._add_prefix(registration.prefix, handler)
        elif not registration.events:
            self._fallback = handler
        for key in [key for event in registration.events for key in self._keys(event)]:
            others = [*self._by_key.get(key, ()), *self._by_prefix(key), *self._of_any]
            _check_names(key, handler, others)
            self._by_key.setdefault(key, []).append(handler)
        super().add(registration)

    def handlers_of(self, event: object, event_type: str) -> tuple[Handler, ...]:
        """Return the handlers of an event: its own, those of its prefixes, or the fallback; those of `on_any` last."""
        key = (type(event), event_type)
        handlers = self._chosen.get(key)
        if handlers is None:
            handlers = tuple(self._choose(event, event_type))
            if (
                event_type in self._catalogue.models
            ):  # types of unknown events would grow without end
                self._chosen[key] = handlers
        return handlers

    def _choose(self, event: object, event_type: str) -> list[Handler]:
        if isinstance(event, DriftedEvent):
            handlers = list(self._by_key.get(DriftedEvent, ()))
            if not handlers and self.is_expected(event_type):
                return []
        else:
            key = UnknownEvent if isinstance(event, UnknownEvent) else event_type
            handlers = [
                *self._by_key.get(key, ()),
                *self._by_key.get((event_type, type(event)), ()),
                *self._by_prefix(event_type),
            ]
        if not handlers and self._fallback is not None:
            handlers.append(self._fallback)
        return handlers + self._of_any

    def is_expected(self, event_type: str) -> bool:
        """Return whether an event type, or a class of it, has a handler of its own or by a prefix."""
        return any(
            key == event_type or (isinstance(key, tuple) and key[0] == event_type)
            for key in self._by_key
        ) or any(event_type.startswith(prefix) for prefix, _ in self._prefixes)

    def unhandled_types(self) -> tuple[str, ...]:
        """Return the event types of the document without a handler of their own or by a prefix."""
        return tuple(each for each in self._catalogue.models if not self._is_handled(each))

    def _is_handled(self, event_type: str) -> bool:
        if event_type in self._by_key or not self.is_expected(event_type):
            return event_type in self._by_key
        if any(event_type.startswith(prefix) for prefix, _ in self._prefixes):
            return True
        classes = self._catalogue.options_of(event_type)
        return all((event_type, each) in self._by_key for each in classes)

    def _keys(self, event: type[Any] | str) -> tuple[object, ...]:
        """Return the keys of an event: its types; for unknown and drifted events the class."""
        if event in (UnknownEvent, DriftedEvent):
            return (event,)
        if not isinstance(event, str):
            return tuple(self._key(each, event) for each in self._catalogue.types_of(event))
        if event not in self._catalogue.models:
            raise KeyError(f"the document has no event {str(event)!r}{self._hint(event)}")
        return (str(event),)

    def _key(self, event_type: str, event: type[Any]) -> object:
        """Return the type, and the class if the type has several."""
        return (event_type, event) if self._catalogue.has_options(event_type) else event_type

    def check_events(self, events: tuple[Any, ...], prefix: str | None) -> None:
        """Raise KeyError for an event or a prefix that the document does not have."""
        for event in events:
            self._keys(event)
        if prefix and not self._types_with(prefix):
            hint = self._hint(prefix)
            raise KeyError(f"the document has no event that begins with {prefix!r}{hint}")

    def _types_with(self, prefix: str) -> list[str]:
        return [each for each in self._catalogue.models if each.startswith(prefix)]

    def _add_prefix(self, prefix: str, handler: Handler) -> None:
        for event_type in self._types_with(prefix):
            others = [*self._by_key.get(event_type, ()), *self._by_prefix(event_type)]
            _check_names(event_type, handler, [*others, *self._of_any])
        self._prefixes.append((prefix, handler))

    def _by_prefix(self, key: object) -> list[Handler]:
        event_type = key[0] if isinstance(key, tuple) else key
        if not isinstance(event_type, str):
            return []
        return [each for prefix, each in self._prefixes if event_type.startswith(prefix)]

    def _all(self) -> list[Handler]:
        """Return every registered handler."""
        by_key = [handler for handlers in self._by_key.values() for handler in handlers]
        by_prefix = [handler for _, handler in self._prefixes]
        fallback = [] if self._fallback is None else [self._fallback]
        return [*by_key, *by_prefix, *self._of_any, *fallback]

    def _hint(self, event_type: str) -> str:
        close = difflib.get_close_matches(event_type, self._catalogue.models, n=1)
        return f"; did you mean {close[0]!r}?" if close else ""


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
            return Jobs(jobs=(self._fast_job(event, request),))
        events = self.events(request)
        return Jobs(
            jobs=tuple(self.job(each.event, each.delivery) for each in events),
            is_batch=events[0].delivery.position is not None if events else True,
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
        return Job(event_type=event_type, event_id=event_id, runs=tuple(runs))

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


def _check_names(key: object, handler: Handler, others: list[Handler]) -> None:
    """Raise ValueError unless the handlers of one event have different names, which stand in their keys."""
    for other in others:
        if other.function == handler.function:
            raise ValueError(f"{key} has this handler already")
        if other.name == handler.name:
            raise ValueError(
                f"{key} has a handler of the same name already: {handler.name}; "
                "give the functions different names"
            )


def _tenant(delivery: DeliveryContext) -> str:
    return "" if delivery.tenant is None else f"{delivery.tenant}:"
