"""Deliveries over HTTP → handlers: verified, read, handled once, answered so that the sender does right."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar, overload

from .events import DriftedEvent, UnknownEvent
from .receiver_asgi import ASGIReceiver
from .receiver_wsgi import WSGIReceiver
from .signatures.message import AnyHeaders
from .stores import IdempotencyStore, SQLiteStore, Taken
from .webhook import BaseWebhook
from .webhook_errors import EventParseError, KeysUnavailableError, SignatureError

EventT = TypeVar("EventT")
ModelT = TypeVar("ModelT")
HandlerT = TypeVar("HandlerT", bound=Callable[..., object])

MAX_BODY = 10 * 2**20
_BUSY_SECONDS = "30"

logger = logging.getLogger("hooksmith")


class UnhandledTypesError(RuntimeError):
    """Events of the document have no handler; `types` are their wire values."""

    def __init__(self, types: tuple[str, ...]) -> None:
        shown = ", ".join(types[:5]) + (f" and {len(types) - 5} more" if len(types) > 5 else "")
        super().__init__(f"no handler for {shown}")
        self.types = types


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What became of the requests so far."""

    handled: int = 0
    """A handler, or the fallback, succeeded."""
    unhandled: int = 0
    """Acknowledged without a handler."""
    unknown: int = 0
    """Of a type that the document does not know; handled or not."""
    drifted: int = 0
    """At odds with the model of its type; handled or not."""
    duplicates: int = 0
    """Handled before: acknowledged, and not handled again."""
    busy: int = 0
    """Being handled elsewhere: the sender was asked to come again."""
    failed: int = 0
    """A handler or the store failed, or a drifted event had no handler: the sender was asked to come again."""
    refused: int = 0
    """Not verified, not an event, too large, not POST."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the sender is answered."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """`text` and a line's end; nothing where there is no text."""
        return f"{self.text}\n".encode() if self.text else b""


@dataclass(frozen=True, slots=True)
class _Job:
    """An event with its handler, claimed."""

    event: Any
    handler: Callable[[Any], object]
    key: str | None
    token: str
    named: str
    """The event's type and id, for the log."""


class WebhookReceiver(Generic[EventT]):
    """Takes deliveries and hands their events to handlers.

    It is an ASGI and a WSGI application; `asgi` and `wsgi` are the same as applications of one kind. The sender is
    answered 200 only after the handler succeeded and that was stored; 500 where it failed, so that the sender tries
    again; 400 for what is not verified or not an event, 405 and 413.

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
        self._webhook = webhook
        self._store: IdempotencyStore | None = store() if isinstance(store, type) else store
        self.max_body = max_body
        self._url = url
        self._exhaustive = exhaustive
        self._handlers: dict[object, Callable[[Any], object]] = {}
        self._fallback: Callable[[EventT], object] | None = None
        self._counts = Counts()
        self._lock = threading.Lock()

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
        return tuple(kind for kind in self._webhook.catalogue.models if kind not in self._handlers)

    def check(self) -> None:
        """Raise UnhandledTypesError where the receiver is to be exhaustive and is not."""
        types = self.unhandled_types() if self._exhaustive else ()
        if types:
            raise UnhandledTypesError(types)

    @property
    def counts(self) -> Counts:
        """What became of the requests so far, in this process."""
        return self._counts

    def _keys(self, event: type[Any] | str) -> tuple[object, ...]:
        """Known events go by their wire values, unknown and drifted ones by their class."""
        if event in (UnknownEvent, DriftedEvent):
            return (event,)
        if not isinstance(event, str):
            return self._webhook.catalogue.types_of(event)
        if event not in self._webhook.catalogue.models:
            raise KeyError(f"the document has no event {str(event)!r}")
        return (str(event),)

    # --- applications

    @cached_property
    def asgi(self) -> ASGIReceiver:
        """The receiver as an ASGI application; raises UnhandledTypesError."""
        self.check()
        return ASGIReceiver(self)

    @cached_property
    def wsgi(self) -> WSGIReceiver:
        """The receiver as a WSGI application; raises UnhandledTypesError."""
        self.check()
        return WSGIReceiver(self)

    def __call__(self, *arguments: Any) -> Any:
        """As an application of either kind: ASGI gives three arguments, WSGI two."""
        return self.asgi(*arguments) if len(arguments) == 3 else self.wsgi(*arguments)

    # --- one delivery

    def receive(
        self, body: bytes, headers: AnyHeaders, *, method: str = "POST", url: str | None = None
    ) -> Reply:
        """Take one delivery, from a view of any framework; the handler runs in this thread."""
        job = self._prepare(body, headers, method, url)
        if isinstance(job, Reply):
            return job
        try:
            result = job.handler(job.event)
            if inspect.isawaitable(result):
                asyncio.run(_awaited(result))
        except Exception as error:
            return self._failed(job, error)
        except BaseException:
            self._release(job)
            raise
        return self._succeeded(job)

    async def areceive(
        self, body: bytes, headers: AnyHeaders, *, method: str = "POST", url: str | None = None
    ) -> Reply:
        """Take one delivery in an event loop; handlers that are no coroutine functions run in a thread."""
        from anyio.to_thread import run_sync

        job = await run_sync(self._prepare, body, headers, method, url)
        if isinstance(job, Reply):
            return job
        try:
            if inspect.iscoroutinefunction(job.handler):
                await job.handler(job.event)
            else:
                result = await run_sync(job.handler, job.event)
                if inspect.isawaitable(result):
                    await result
        except Exception as error:
            return await run_sync(self._failed, job, error)
        except BaseException:
            self._release(job)
            raise
        return await run_sync(self._succeeded, job)

    def refuse(self, status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
        """The answer to a request that is no delivery."""
        logger.warning("refused a request: %s", text)
        return self._refused(status, text, headers)

    def _refused(self, status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
        self._count(refused=1)
        return Reply(status=status, text=text, headers=headers or {})

    def _prepare(
        self, body: bytes, headers: AnyHeaders, method: str, url: str | None
    ) -> _Job | Reply:
        self.check()
        if len(body) > self.max_body:
            return self.refuse(413, "the body is too large")
        try:
            event = self._webhook.unwrap(body, headers, method=method, url=self._url or url)
        except SignatureError as error:
            logger.warning("refused a delivery: %s", error)
            return self._refused(400, f"not verified: {error.reason}")
        except EventParseError as error:
            logger.warning("refused a verified delivery: %s", error)
            return self._refused(400, "not an event")
        except KeysUnavailableError:
            logger.exception("cannot verify deliveries")
            return self._again("the keys are not available")
        return self._job(event, headers)

    def _job(self, event: EventT, headers: AnyHeaders) -> _Job | Reply:
        unknown, drifted = isinstance(event, UnknownEvent), isinstance(event, DriftedEvent)
        catalogue = self._webhook.catalogue
        kind = catalogue.type_of(event)
        id_ = catalogue.id_of(event, headers)
        handler = self._handler(event, kind)
        if handler is None and isinstance(event, DriftedEvent) and kind in self._handlers:
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
            return _Job(event, handler, None, "", _named(kind, id_))
        return self._claim(_Job(event, handler, f"{catalogue.name}:{id_}", "", _named(kind, id_)))

    def _claim(self, job: _Job) -> _Job | Reply:
        """The job with its claim, or the answer where it cannot be claimed."""
        if self._store is None or job.key is None:
            return job
        try:
            token = self._store.claim(job.key)
        except Exception as error:
            return self._store_failed(error)
        if token is Taken.DONE:
            self._count(duplicates=1)
            return Reply(status=200, text="handled before")
        if isinstance(token, Taken):
            self._count(busy=1)
            return self._again("being handled")
        return replace(job, token=token)

    def _handler(self, event: EventT, kind: str) -> Callable[[Any], object] | None:
        key: object = type(event) if isinstance(event, UnknownEvent | DriftedEvent) else kind
        return self._handlers.get(key, self._fallback)

    def _succeeded(self, job: _Job) -> Reply:
        try:
            if self._store is not None and job.key is not None:
                self._store.commit(job.key, job.token)
        except Exception as error:
            return self._store_failed(error)
        unknown, drifted = isinstance(job.event, UnknownEvent), isinstance(job.event, DriftedEvent)
        self._count(handled=1, unknown=int(unknown), drifted=int(drifted))
        return Reply(status=200)

    def _failed(self, job: _Job, error: Exception) -> Reply:
        logger.error("the handler of %s failed", job.named, exc_info=error)
        self._release(job)
        self._count(failed=1)
        return Reply(status=500, text="the handler failed")

    def _release(self, job: _Job) -> None:
        if self._store is not None and job.key is not None:
            with suppress(Exception):  # the claim runs out by itself
                self._store.release(job.key, job.token)

    def _store_failed(self, error: Exception) -> Reply:
        logger.error("the store failed", exc_info=error)
        self._count(failed=1)
        return self._again("the store is not available")

    def _again(self, text: str) -> Reply:
        return Reply(status=503, text=text, headers={"Retry-After": _BUSY_SECONDS})

    def _count(self, **more: int) -> None:
        with self._lock:
            new = {name: getattr(self._counts, name) + number for name, number in more.items()}
            self._counts = replace(self._counts, **new)


def _named(kind: str, id_: str | None) -> str:
    return kind if id_ is None else f"{kind} {id_!r}"


async def _awaited(result: Awaitable[object]) -> object:
    return await result
