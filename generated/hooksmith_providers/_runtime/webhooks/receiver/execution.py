"""Running handlers: plain functions in threads, coroutine functions in a loop, with middleware and time limits."""

from __future__ import annotations

__lazy_modules__ = frozenset({"asyncio"})  # PEP 810: plain handlers run without it

import asyncio
import inspect
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

from ..outcomes import HandlerTimeoutError
from .delivery_context import DeliveryContext
from .handlers import AsyncMiddleware, Handler, Middleware, is_coroutine_function
from .job import HandlerRun

T = TypeVar("T")

_USE_ARECEIVE = "receive() runs in an event loop and meets a coroutine function: use areceive()"


class EventLoopError(RuntimeError):
    """`receive` was called in an event loop, and would block it: use `areceive`."""


class LoopThread:
    """An event loop in a thread of its own, for coroutine functions under WSGI.

    It lives as long as the process, so that connections and pools of handlers survive a delivery.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process: int | None = None

    def run(self, awaitable: Awaitable[T]) -> T:
        """Return the result of an awaitable; blocks the calling thread."""
        return asyncio.run_coroutine_threadsafe(_awaited(awaitable), self._started()).result()

    def _started(self) -> asyncio.AbstractEventLoop:
        """Return the loop of this process; a thread does not survive a fork."""
        with self._lock:
            if self._loop is None or self._process != os.getpid():
                self._loop, self._process = asyncio.new_event_loop(), os.getpid()
                threading.Thread(
                    target=self._loop.run_forever, name="hooksmith-handlers", daemon=True
                ).start()
            return self._loop


LOOP_THREAD = LoopThread()

_THREAD = threading.local()


@contextmanager
def handlers_in_loop(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    """Let the coroutine functions that this thread calls run in a loop of another thread; None: in `LOOP_THREAD`."""
    _THREAD.loop = loop
    try:
        yield
    finally:
        _THREAD.loop = None


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable


def is_in_event_loop() -> bool:
    """Return whether this thread runs an event loop of asyncio."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def bound_call(
    handler: Handler,
    event: Any,
    delivery: DeliveryContext,
    middleware: Sequence[Middleware | AsyncMiddleware],
) -> tuple[Callable[[], Any], bool]:
    """Return the call of a handler within its middleware, and whether that call is a coroutine function."""
    call: Callable[[], Any] = (
        partial(handler.function, event, delivery)
        if handler.takes_context
        else partial(handler.function, event)
    )
    is_async = handler.is_async
    for layer in reversed((*middleware, *handler.middleware)):
        is_layer_async = is_coroutine_function(layer)
        call = _layer(layer, event, delivery, _as_kind(call, is_async, is_layer_async))
        is_async = is_layer_async
    return call, is_async


def _layer(
    layer: Any, event: Any, delivery: DeliveryContext, call_next: Callable[[], Any]
) -> Callable[[], Any]:
    return lambda: layer(event, delivery, call_next)


def _as_kind(call: Callable[[], Any], is_async: bool, is_wanted_async: bool) -> Callable[[], Any]:
    if is_wanted_async and not is_async:

        async def call_in_thread() -> object:
            from anyio.to_thread import run_sync

            return await run_sync(call_blocking, call)

        return call_in_thread
    return call if is_wanted_async else lambda: call_blocking(call)


def call_blocking(call: Callable[[], Any]) -> object:
    """Return the result of a call in this thread; an awaitable is awaited in the loop that this thread works for."""
    result = call()
    return await_blocking(result) if inspect.isawaitable(result) else result


def await_blocking(awaitable: Awaitable[object]) -> object:
    """Return the result of an awaitable, awaited in the loop that this thread works for.

    Raises:
        EventLoopError: This thread runs an event loop, which would be blocked.
    """
    if is_in_event_loop():
        if inspect.iscoroutine(awaitable):
            awaitable.close()
        raise EventLoopError(_USE_ARECEIVE)
    return _await_from_thread(awaitable)


def _await_from_thread(awaitable: Awaitable[object]) -> object:
    """Await in the loop of the server if this is one of its worker threads; otherwise in `LOOP_THREAD`."""
    loop: asyncio.AbstractEventLoop | None = getattr(_THREAD, "loop", None)
    if loop is not None:
        return asyncio.run_coroutine_threadsafe(_awaited(awaitable), loop).result()
    from anyio import NoEventLoopError, from_thread

    try:
        return from_thread.run(_awaited, awaitable)
    except NoEventLoopError:
        return LOOP_THREAD.run(awaitable)


def run_handler(run: HandlerRun) -> object:
    """Run a handler and return its result; blocks this thread.

    Raises:
        EventLoopError: The handler is a coroutine function, and this thread runs an event loop.
        HandlerTimeoutError: A coroutine function exceeded its time limit.
    """
    with run.around() if run.around is not None else nullcontext():
        if not run.is_async:
            return call_blocking(run.call)
        if is_in_event_loop():
            raise EventLoopError(_USE_ARECEIVE)
        return _await_from_thread(_limited(run))


async def arun_handler(run: HandlerRun) -> object:
    """Run a coroutine function and return its result; raises HandlerTimeoutError."""
    if run.around is None:
        return await _limited(run)
    with run.around():
        return await _limited(run)


def _limited(run: HandlerRun) -> Coroutine[Any, Any, object]:
    return run.call() if run.timeout is None else _within_limit(run.call, run.timeout)


async def _within_limit(call: Callable[[], Awaitable[object]], seconds: float) -> object:
    from anyio import move_on_after

    with move_on_after(seconds) as scope:
        return await call()
    assert scope.cancelled_caught
    raise HandlerTimeoutError(seconds)
