"""Base of every receiver: an engine, as an ASGI and a WSGI application."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from .asgi import ASGIReceiver
from .engine import Engine
from .http import IncomingRequest, Reply
from .job import Dispatcher
from .reporting import Counts, ReceiverHooks, Reporter
from .sqlite_store import SQLiteStore
from .stores import AsyncIdempotencyStore, IdempotencyStore, MemoryStore, checked_store
from .wsgi import WSGIReceiver

MAX_BODY = 10 * 2**20

Store = IdempotencyStore | AsyncIdempotencyStore | type[MemoryStore | SQLiteStore] | None
"""A store, the class of a store without arguments, or None."""


class RequestHandler(Protocol):
    """Turns requests into replies."""

    def handle(self, request: IncomingRequest) -> Reply:
        """Return the reply to a request."""
        raise NotImplementedError

    async def ahandle(self, request: IncomingRequest) -> Reply:
        """Return the reply to a request without blocking the event loop."""
        raise NotImplementedError

    def reject(self, status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
        """Count and log the rejection of a request, and return its reply."""
        raise NotImplementedError


class _Application:
    """A receiver, called as an application: ASGI gives three arguments, WSGI two.

    Servers tell ASGI 3 from ASGI 2 by whether the call is a coroutine function (uvicorn, hypercorn). This object has
    the attributes by which `inspect.iscoroutinefunction` decides; `inspect.markcoroutinefunction` needs Python 3.12.
    """

    __name__ = "__call__"
    __code__ = ASGIReceiver.__call__.__code__
    __defaults__ = None
    __kwdefaults__ = None

    def __init__(self, receiver: Receiver) -> None:
        self.__annotations__ = {}
        self._receiver = receiver

    def __call__(self, *arguments: Any) -> Any:
        receiver = self._receiver
        return receiver.asgi(*arguments) if len(arguments) == 3 else receiver.wsgi(*arguments)


class _ApplicationMethod:
    """Descriptor of `__call__`, which gives the `_Application` of a receiver."""

    def __get__(self, receiver: Receiver | None, owner: type[Receiver]) -> Any:
        return self if receiver is None else receiver._application


class Receiver:
    """Receiver of requests for a dispatcher."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        name: str,
        store: Store,
        max_body: int,
        hooks: ReceiverHooks | None,
    ) -> None:
        if max_body < 0:
            raise ValueError(f"max_body: a number of bytes, not {max_body}")
        self.name = name
        self.max_body = max_body
        self.needs_url = dispatcher.needs_url
        self._dispatcher = dispatcher
        self._reporter = Reporter(name, hooks or ReceiverHooks())
        self._engine: RequestHandler = Engine(
            dispatcher, checked_store(store), self._reporter, max_body
        )

    @property
    def counts(self) -> Counts:
        """Events and rejected requests by outcome, since the start of this process."""
        return self._reporter.counts

    def check(self) -> None:
        """Raise RuntimeError if the receiver must not start: it is exhaustive, and events have no handler."""
        self._dispatcher.check()

    def reject_early(self, method: str, path: str) -> Reply | None:
        """Return the rejection of a request by its method or path; None: the body is needed."""
        rejection = self._dispatcher.reject_early(method, path)
        if rejection is None:
            return None
        return self._engine.reject(rejection.status, rejection.text, rejection.headers)

    def reject(self, status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
        """Count and log the rejection of a request, and return its reply."""
        return self._engine.reject(status, text, headers)

    def handle(self, request: IncomingRequest) -> Reply:
        """Return the reply to a request; plain handlers run in this thread."""
        return self._engine.handle(request)

    def ahandle(self, request: IncomingRequest) -> Awaitable[Reply]:
        """Return the reply to a request without blocking the event loop; plain handlers run in a thread."""
        return self._engine.ahandle(request)

    @cached_property
    def asgi(self) -> ASGIReceiver:
        """The receiver as an ASGI application; raises RuntimeError if it must not start."""
        self.check()
        return ASGIReceiver(self)

    @cached_property
    def wsgi(self) -> WSGIReceiver:
        """The receiver as a WSGI application; raises RuntimeError if it must not start."""
        self.check()
        return WSGIReceiver(self)

    @cached_property
    def _application(self) -> _Application:
        return _Application(self)

    if TYPE_CHECKING:

        def __call__(self, *arguments: Any) -> Any:
            """Serve a request as an application of either kind: ASGI has three arguments, WSGI two."""

    else:
        __call__ = _ApplicationMethod()
