"""The receiver of webhooks: deliveries over HTTP → handlers of typed events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, TypeVar, overload

from ...omit import OMIT, Omit
from ..inbox.inbox_receiver import InboxReceiver
from ..inbox.protocol import Inbox
from ..outcomes import Retry
from ..signatures.message import AnyHeaders
from ..webhook import BaseWebhook
from .base_receiver import MAX_BODY, Receiver, Store
from .event_dispatch import EventDispatcher
from .handler_table import HandlerTable, UnhandledTypesError
from .handlers import Handlers, HandlerT, MiddlewareT, Register
from .http import IncomingRequest, Reply
from .own_url import own_url
from .reporting import Counts, ReceiverHooks
from .stores import MemoryStore, checked_store

__all__ = ["MAX_BODY", "Counts", "Reply", "UnhandledTypesError", "WebhookReceiver"]

EventT = TypeVar("EventT")
ModelT = TypeVar("ModelT")


class WebhookReceiver(InboxReceiver, Receiver, Generic[EventT]):
    """Takes deliveries and hands their events to handlers.

    It is an ASGI and a WSGI application; `asgi` and `wsgi` are the same as applications of one kind. The reply is 200
    after every handler succeeded and the store recorded that; 500 if a handler failed, so that the sender repeats the
    delivery; 400 for a delivery that is not verified or not an event; 405 and 413. A handler that raises
    `PermanentFailure` is answered 200, and `RetryLater` 503 with `Retry-After`. The events of a batch are handled one
    after the other, each remembered by its own id: if one fails, the sender repeats the batch, and the handled events
    are not handled again.

    Args:
        webhook: Verifies and parses deliveries.
        store: Remembers handled events; None: duplicates are handled again. The default, `MemoryStore`, is for one
            process: use `SQLiteStore(path)` or a store in Redis for several processes, and to survive restarts.
        name: The receiver's name in logs, hooks and keys of the store; None: the API's name. Receivers that share a
            store need different names to get the same event each.
        max_body: The most bytes of a body.
        url: The URL that the sender calls. If signatures cover the URL, `url` or `hosts` is required.
        hosts: Instead of `url`, the host names that a request may name, with a port if only that port is admitted. The
            URL is that of the request then. `*` admits any host, as in development: deliveries to other receivers too.
        exhaustive: Whether to refuse to start while events of the document have no handler of their own.
        hooks: Functions that observe deliveries.
        inbox: Stores events before the reply; workers handle them later. Instead of a store.
        ordering_key: With an inbox, gives an event's key: events of a key are handled one at a time, in the order of
            arrival. None, or a function that gives None: no order.
        retry: With an inbox, the retry policy of handlers without one of their own.
        late: Whether to accept rightly signed deliveries that are older than the webhook's tolerance, such as those
            that a gateway repeats with their first timestamp. They may be as old as the store or the inbox recognizes
            repetitions (`retention`); their events need an id.

    Raises:
        TypeError: An argument is of another type, both `store` and `inbox` are passed, or signatures cover the URL
            and neither `url` nor `hosts` is passed.
    """

    def __init__(
        self,
        webhook: BaseWebhook[EventT],
        *,
        store: Store | Omit = OMIT,
        name: str | None = None,
        max_body: int = MAX_BODY,
        url: str | None = None,
        hosts: Sequence[str] | None = None,
        exhaustive: bool = False,
        hooks: ReceiverHooks | None = None,
        inbox: Inbox | None = None,
        ordering_key: Callable[[EventT], str | None] | None = None,
        retry: Retry | None = None,
        late: Literal["refuse", "accept"] = "refuse",
    ) -> None:
        if not isinstance(webhook, BaseWebhook):
            raise TypeError(f"webhook: a Webhook, not a {type(webhook).__name__}")
        own_store = checked_store(_checked_storage(store, inbox, ordering_key, retry))
        own_name = name or webhook.catalogue.name
        self._handlers: HandlerTable[EventT] = HandlerTable(webhook.catalogue)
        self._events = EventDispatcher(
            webhook,
            self._handlers,
            name=own_name,
            own_url=own_url(url, hosts, is_signed=webhook.signs_url),
            exhaustive=exhaustive,
            hooks=hooks or ReceiverHooks(),
            has_store=own_store is not None,
            late=_late_seconds(late, own_store if inbox is None else inbox),
        )
        super().__init__(
            self._events, name=own_name, store=own_store, max_body=max_body, hooks=hooks
        )
        if inbox is not None:
            self._use_inbox(inbox, self._events, ordering_key, retry or Retry())

    # --- handlers

    @overload
    def on(
        self, *events: type[ModelT], timeout: float | None = None, retry: Retry | None = None
    ) -> Register[ModelT]: ...
    @overload
    def on(
        self, *events: str, timeout: float | None = None, retry: Retry | None = None
    ) -> Callable[[HandlerT], HandlerT]: ...
    def on(self, *events: Any, timeout: float | None = None, retry: Retry | None = None) -> Any:
        """Register a handler of events, by their classes or types. It may be a coroutine function.

        A handler takes the event, and as an optional second parameter the `DeliveryContext`. An event may have several
        handlers: all must succeed, and each is remembered on its own. Events reach their handlers if they fit their
        model; `UnknownEvent` and `DriftedEvent` are classes of events as well. A drifted event without a handler is not
        acknowledged if its type has one.

        Args:
            events: Classes or types of events.
            timeout: The handler's time limit in seconds; None: no limit. A plain function is not interrupted: the
                sender is asked to repeat the delivery, and the claim holds until the function ends.
            retry: With an inbox, the handler's retry policy; None: the receiver's.

        Raises:
            KeyError: The document has no such event.
            TypeError: The handler takes neither one nor two parameters.
            ValueError: The handler is registered for the event already.
        """
        return self._handlers.on(*events, timeout=timeout, retry=retry)

    def on_prefix(self, prefix: str, *, timeout: float | None = None) -> Register[EventT]:
        """Register a handler of every event whose type begins with `prefix`, such as `user.`.

        It runs in addition to the event's own handlers. Unknown events of such a type are included.

        Raises:
            KeyError: The document has no such event.
        """
        return self._handlers.on_prefix(prefix, timeout=timeout)

    @property
    def on_any(self) -> Register[EventT]:
        """Decorator of a handler of every event, in addition to the event's own handlers or the fallback.

        Unknown events are included, and drifted events of types without a handler.
        """
        return self._handlers.on_any

    @property
    def fallback(self) -> Register[EventT]:
        """Decorator of the handler of events without a handler, and of drifted events of types without a handler."""
        return self._handlers.fallback

    def middleware(self, function: MiddlewareT) -> MiddlewareT:
        """Register a function around every handler: `(event, delivery, call_next)`, plain or a coroutine function."""
        return self._handlers.middleware(function)

    def include(self, handlers: Handlers[Any]) -> None:
        """Register the handlers of another module; raises KeyError for an event that the document does not have."""
        self._handlers.include(handlers)

    def unhandled_types(self) -> tuple[str, ...]:
        """Return the event types of the document without a handler of their own, in the document's order."""
        return self._handlers.unhandled_types()

    # --- one delivery

    def receive(
        self,
        body: bytes,
        headers: AnyHeaders,
        *,
        method: str = "POST",
        url: str | None = None,
        tenant: str | None = None,
    ) -> Reply:
        """Return the reply to a delivery, in a view of any framework.

        Plain handlers run in this thread, coroutine functions in a loop that lives as long as the process.

        Raises:
            RuntimeError: A handler is a coroutine function, and this thread runs an event loop: use `areceive`.
        """
        return self.handle(_request(body, headers, method, url, tenant))

    async def areceive(
        self,
        body: bytes,
        headers: AnyHeaders,
        *,
        method: str = "POST",
        url: str | None = None,
        tenant: str | None = None,
    ) -> Reply:
        """Return the reply to a delivery without blocking the event loop; plain handlers run in a thread."""
        return await self.ahandle(_request(body, headers, method, url, tenant))


def _request(
    body: bytes, headers: AnyHeaders, method: str, url: str | None, tenant: str | None
) -> IncomingRequest:
    return IncomingRequest(body=body, headers=headers, method=method, url=url, tenant=tenant)


def _checked_storage(
    store: Store | Omit, inbox: Inbox | None, ordering_key: object, retry: object
) -> Store:
    """Return the store, which is none if there is an inbox; raises TypeError for arguments that exclude each other."""
    if inbox is None:
        if ordering_key is not None or retry is not None:
            raise TypeError("ordering_key and retry need an inbox")
        return MemoryStore if isinstance(store, Omit) else store
    if not isinstance(store, Omit) and store is not None:
        raise TypeError("store and inbox: a receiver has one of them")
    if not hasattr(inbox, "aadd"):
        raise TypeError(f"inbox: a SQLiteInbox or PostgresInbox, not a {type(inbox).__name__}")
    return None


def _late_seconds(late: str, memory: object) -> float | None:
    """Return the greatest age of late deliveries in seconds: the time for which repetitions are recognized.

    Raises:
        TypeError: Neither a store nor an inbox states its `retention`.
        ValueError: `late` is another text.
    """
    if late not in ("refuse", "accept"):
        raise ValueError(f"late: 'refuse' or 'accept', not {late!r}")
    if late == "refuse":
        return None
    retention = getattr(memory, "retention", None)
    if not isinstance(retention, int | float):
        raise TypeError("late='accept' needs a store or an inbox that states its retention")
    return float(retention)
