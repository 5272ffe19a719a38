"""Deliveries over HTTP → handlers: verified, read, handled once, answered so that the sender does right."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar, overload

from ..catalogue import DriftedEvent, UnknownEvent
from ..errors import WebhookError
from ..signatures.message import AnyHeaders
from ..webhook import BaseWebhook
from .engine import MAX_BODY, Batch, Counts, Job, Receiver, logger
from .http import IncomingRequest, Reply
from .stores import IdempotencyStore, SQLiteStore

__all__ = ["MAX_BODY", "Counts", "Reply", "UnhandledTypesError", "WebhookReceiver"]

EventT = TypeVar("EventT")
ModelT = TypeVar("ModelT")
HandlerT = TypeVar("HandlerT", bound=Callable[..., object])


class UnhandledTypesError(RuntimeError):
    """Events of the document have no handler; `types` are their wire values."""

    def __init__(self, types: tuple[str, ...]) -> None:
        shown = ", ".join(types[:5]) + (f" and {len(types) - 5} more" if len(types) > 5 else "")
        super().__init__(f"no handler for {shown}")
        self.types = types


class WebhookReceiver(Receiver, Generic[EventT]):
    """Takes deliveries and hands their events to handlers.

    It is an ASGI and a WSGI application; `asgi` and `wsgi` are the same as applications of one kind. The sender is
    answered 200 only after the handler succeeded and that was stored; 500 where it failed, so that the sender tries
    again; 400 for what is not verified or not an event, 405 and 413. The events of a batch are handled one after
    another, each remembered by its own id; where one fails, the sender is answered as for that one, and when it sends
    the batch again only those are handled that were not.

    Args:
        webhook: What verifies and reads deliveries.
        store: Remembers what was handled; None: every delivery is handled, duplicates too. The default remembers in
            this process alone: give `SQLiteStore(path)` or a `RedisStore` where there are several, or restarts.
        max_body: Bytes that a body may have.
        url: The URL that the sender calls, where it is signed and is not the one that arrives here, as behind a proxy.
        exhaustive: Whether to refuse to start while events of the document have no handler of their own.
    """

    def __init__(
        self,
        webhook: BaseWebhook[EventT],
        *,
        store: IdempotencyStore | type[SQLiteStore] | None = SQLiteStore,
        max_body: int = MAX_BODY,
        url: str | None = None,
        exhaustive: bool = False,
    ) -> None:
        if not isinstance(webhook, BaseWebhook):
            raise TypeError(f"webhook: a Webhook, not a {type(webhook).__name__}")
        super().__init__(store=store, max_body=max_body)
        self._webhook = webhook
        self._url = url
        self._exhaustive = exhaustive
        self._handlers: dict[object, Callable[[Any], object]] = {}
        self._fallback: Callable[[EventT], object] | None = None

    # --- handlers

    @overload
    def on(
        self, *events: type[ModelT]
    ) -> Callable[[Callable[[ModelT], Any]], Callable[[ModelT], Any]]: ...
    @overload
    def on(self, *events: str) -> Callable[[HandlerT], HandlerT]: ...
    def on(self, *events: Any) -> Callable[[Any], Any]:
        """Register the handler of some events, by their classes or types; it may be a coroutine function.

        It gets events that fit their model. `UnknownEvent` and `DriftedEvent` are classes like others here; a drifted
        event without a handler is not acknowledged, if its type has one.
        """
        if any(inspect.isroutine(event) for event in events):
            raise TypeError("name the events: @receiver.on(SomeEvent), not @receiver.on")
        keys = [key for event in events for key in self._keys(event)]

        def register(handler: Callable[[Any], object]) -> Callable[[Any], object]:
            for key in keys:
                if key in self._handlers:
                    raise ValueError(f"{key} has a handler already")
                self._handlers[key] = handler
            return handler

        return register

    def fallback(self, handler: Callable[[EventT], Any]) -> Callable[[EventT], Any]:
        """Register the handler of every event that has none, unknown and drifted ones too."""
        self._fallback = handler
        return handler

    def unhandled_types(self) -> tuple[str, ...]:
        """The events of the document without a handler of their own, in its order."""
        return tuple(kind for kind in self._webhook.catalogue.models if not self._is_handled(kind))

    def _is_handled(self, kind: str) -> bool:
        """Whether a type has a handler, or each of its classes, where it has several."""
        if kind in self._handlers or not self._is_wanted(kind):
            return kind in self._handlers
        classes = self._webhook.catalogue.options_of(kind)
        return all((kind, each) in self._handlers for each in classes)

    def _is_wanted(self, kind: str) -> bool:
        """Whether a type has a handler, or one of its classes has."""
        return any(
            key == kind or (isinstance(key, tuple) and key[0] == kind) for key in self._handlers
        )

    def check(self) -> None:
        """Raise UnhandledTypesError where the receiver is to be exhaustive and is not."""
        types = self.unhandled_types() if self._exhaustive else ()
        if types:
            raise UnhandledTypesError(types)

    def _keys(self, event: type[Any] | str) -> tuple[object, ...]:
        """Known events go by their wire values, unknown and drifted ones by their class."""
        if event in (UnknownEvent, DriftedEvent):
            return (event,)
        if not isinstance(event, str):
            return tuple(self._key(kind, event) for kind in self._webhook.catalogue.types_of(event))
        if event not in self._webhook.catalogue.models:
            close = difflib.get_close_matches(event, self._webhook.catalogue.models, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise KeyError(f"the document has no event {str(event)!r}{hint}")
        return (str(event),)

    def _key(self, kind: str, event: type[Any]) -> object:
        """A type, and the class where events of that type may be of several."""
        return (kind, event) if self._webhook.catalogue.has_options(kind) else kind

    # --- one delivery

    def receive(
        self, body: bytes, headers: AnyHeaders, *, method: str = "POST", url: str | None = None
    ) -> Reply:
        """Take one delivery, from a view of any framework; the handler runs in this thread."""
        return self.take(IncomingRequest(body=body, headers=headers, method=method, url=url))

    async def areceive(
        self, body: bytes, headers: AnyHeaders, *, method: str = "POST", url: str | None = None
    ) -> Reply:
        """Take one delivery in an event loop; handlers that are no coroutine functions run in a thread."""
        return await self.atake(IncomingRequest(body=body, headers=headers, method=method, url=url))

    def reject_early(self, method: str, path: str) -> Reply | None:
        """Deliveries are posted, whatever the path."""
        return None if method == "POST" else self.refuse(405, "only POST", {"Allow": "POST"})

    def _prepare(self, arrival: IncomingRequest) -> Job | Batch | Reply:
        self.check()
        if len(arrival.body) > self.max_body:
            return self.refuse(413, "the body is too large")
        try:
            events = self._webhook.unwrap_all(
                arrival.body, arrival.headers, method=arrival.method, url=self._url or arrival.url
            )
        except WebhookError as error:
            return self._unproven(error)
        if len(events) == 1:
            return self._job(events[0], arrival.headers)
        return Batch(
            tuple(
                partial(self._job, event, arrival.headers, index)
                for index, event in enumerate(events)
            )
        )

    def _job(self, event: EventT, headers: AnyHeaders, index: int | None = None) -> Job | Reply:
        """What is to be done with an event; `index`: its place in a batch."""
        unknown, drifted = isinstance(event, UnknownEvent), isinstance(event, DriftedEvent)
        catalogue = self._webhook.catalogue
        kind = catalogue.type_of(event, headers)
        id_ = catalogue.id_of(event, headers, index)
        handler = self._handler(event, kind)
        if handler is None and isinstance(event, DriftedEvent) and self._is_wanted(kind):
            self._count(drifted=1, failed=1)
            logger.error(
                "%s drifted from its model%s and has no handler for that: not acknowledged",
                _named(kind, id_),
                "".join(f" at {issue.where or '/'}" for issue in event.issues[:1]),
            )
            return Reply(status=500, text="no handler")
        if handler is None:
            self._count(unhandled=1, unknown=int(unknown), drifted=int(drifted))
            return Reply(status=200)
        if self._store is None or id_ is None:
            return Job(event, handler, None, "", _named(kind, id_))
        return self._claim(Job(event, handler, f"{catalogue.name}:{id_}", "", _named(kind, id_)))

    def _handler(self, event: EventT, kind: str) -> Callable[[Any], object] | None:
        if isinstance(event, UnknownEvent | DriftedEvent):
            return self._handlers.get(type(event), self._fallback)
        found = self._handlers.get(kind) or self._handlers.get((kind, type(event)))
        return found or self._fallback

    def _answer(self, job: Job, result: object) -> Reply:
        return Reply(status=200)

    def _count_handled(self, job: Job) -> None:
        unknown, drifted = isinstance(job.event, UnknownEvent), isinstance(job.event, DriftedEvent)
        self._count(handled=1, unknown=int(unknown), drifted=int(drifted))


def _named(kind: str, id_: str | None) -> str:
    return kind if id_ is None else f"{kind} {id_!r}"
