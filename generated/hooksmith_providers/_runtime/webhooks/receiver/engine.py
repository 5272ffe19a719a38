"""What receivers of every kind share: claiming, running handlers, answering, counting; ASGI and WSGI."""

from __future__ import annotations

__lazy_modules__ = frozenset({"asyncio"})  # PEP 810: what does not await goes without it

import asyncio
import inspect
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..errors import KeysUnavailableError, SignatureError, WebhookError
from .asgi import ASGIReceiver
from .http import IncomingRequest, Reply
from .stores import IdempotencyStore, SQLiteStore, Taken
from .wsgi import WSGIReceiver

MAX_BODY = 10 * 2**20
_BUSY_SECONDS = "30"

logger = logging.getLogger("hooksmith")


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
    """Not verified, not an event, too large, of another method, to no address."""


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery with its handler, claimed."""

    event: Any
    handler: Callable[..., object]
    key: str | None
    token: str
    named: str
    """What it is, for the log."""
    more: tuple[Any, ...] = ()
    """What the handler takes beside the event."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Several deliveries in one request. Each is claimed when its turn comes."""

    jobs: tuple[Callable[[], Job | Reply], ...]


class Receiver(ABC):
    """Takes requests and hands what they deliver to handlers; an ASGI and a WSGI application.

    A kind of receiver says which requests are for it (`reject_early`), what they are (`_prepare`), and what is answered
    when their handler succeeded (`_answer`).
    """

    def __init__(
        self,
        *,
        store: IdempotencyStore | type[SQLiteStore] | None,
        max_body: int,
    ) -> None:
        self._store: IdempotencyStore | None = store() if isinstance(store, type) else store
        self.max_body = max_body
        self._counts = Counts()
        self._lock = threading.Lock()

    @property
    def counts(self) -> Counts:
        """What became of the requests so far, in this process."""
        return self._counts

    @abstractmethod
    def check(self) -> None:
        """Raise RuntimeError where the receiver must not start."""

    @abstractmethod
    def reject_early(self, method: str, path: str) -> Reply | None:
        """The answer to a request that is not for this receiver, whatever its body; None for the others."""

    @abstractmethod
    def _prepare(self, arrival: IncomingRequest) -> Job | Batch | Reply:
        """What is to be done, or the answer where nothing is."""

    @abstractmethod
    def _answer(self, job: Job, result: object) -> Reply:
        """The answer to what was handled; raises where `result` is nothing that can be answered."""

    def _acknowledge(self, job: Job, text: str) -> Reply:
        """The answer to what is not handled again."""
        return Reply(status=200, text=text)

    @abstractmethod
    def _count_handled(self, job: Job) -> None:
        """Count what was handled."""

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

    # --- one request

    def take(self, arrival: IncomingRequest) -> Reply:
        """Take one request; the handler runs in this thread."""
        prepared = self._prepare(arrival)
        if isinstance(prepared, Batch):
            return _of_all([self._run(job()) for job in prepared.jobs])
        return self._run(prepared)

    def _run(self, job: Job | Reply) -> Reply:
        if isinstance(job, Reply):
            return job
        try:
            result = job.handler(job.event, *job.more)
            if inspect.isawaitable(result):
                result = asyncio.run(_awaited(result))
            reply = self._answer(job, result)
        except Exception as error:
            return self._failed(job, error)
        except BaseException:
            self._release(job)
            raise
        return self._succeeded(job, reply)

    async def atake(self, arrival: IncomingRequest) -> Reply:
        """Take one request in an event loop; handlers that are no coroutine functions run in a thread."""
        from anyio.to_thread import run_sync

        prepared = await run_sync(self._prepare, arrival)
        if isinstance(prepared, Batch):
            return _of_all([await self._arun(await run_sync(job)) for job in prepared.jobs])
        return await self._arun(prepared)

    async def _arun(self, job: Job | Reply) -> Reply:
        from anyio import CancelScope
        from anyio.to_thread import run_sync

        if isinstance(job, Reply):
            return job
        try:
            result: object
            if inspect.iscoroutinefunction(job.handler):
                result = await job.handler(job.event, *job.more)
            else:
                result = await run_sync(job.handler, job.event, *job.more)
                if inspect.isawaitable(result):
                    result = await result
            reply = self._answer(job, result)
        except Exception as error:
            return await run_sync(self._failed, job, error)
        except BaseException:
            self._release(job)
            raise
        with CancelScope(
            shield=True
        ):  # what was done is remembered, even if nobody waits for the answer
            reply = await run_sync(self._succeeded, job, reply)
        return reply

    def refuse(self, status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
        """The answer to a request that is no delivery."""
        logger.warning("refused a request: %s", text)
        return self._refused(status, text, headers)

    def _refused(self, status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
        self._count(refused=1)
        return Reply(status=status, text=text, headers=headers or {})

    def _claim(self, job: Job) -> Job | Reply:
        """The job with its claim, or the answer where it cannot be claimed."""
        if self._store is None or job.key is None:
            return job
        try:
            token = self._store.claim(job.key)
        except Exception as error:
            return self._store_failed(error)
        if token is Taken.DONE:
            self._count(duplicates=1)
            return self._acknowledge(job, "handled before")
        if isinstance(token, Taken):
            self._count(busy=1)
            return self._again("being handled")
        return replace(job, token=token)

    def _succeeded(self, job: Job, reply: Reply) -> Reply:
        try:
            if self._store is not None and job.key is not None:
                self._store.commit(job.key, job.token)
        except Exception as error:
            return self._store_failed(error)
        self._count_handled(job)
        return reply

    def _failed(self, job: Job, error: Exception) -> Reply:
        logger.error("the handler of %s failed", job.named, exc_info=error)
        self._release(job)
        self._count(failed=1)
        return Reply(status=500, text="the handler failed")

    def _release(self, job: Job) -> None:
        if self._store is not None and job.key is not None:
            with suppress(Exception):  # the claim runs out by itself
                self._store.release(job.key, job.token)

    def _store_failed(self, error: Exception) -> Reply:
        logger.error("the store failed", exc_info=error)
        self._count(failed=1)
        return self._again("the store is not available")

    def _unproven(self, error: WebhookError) -> Reply:
        """The answer to what is not verified, or not what the sender sends."""
        if isinstance(error, SignatureError):
            logger.warning("refused a delivery: %s", error)
            return self._refused(400, f"not verified: {error.reason}")
        if isinstance(error, KeysUnavailableError):
            logger.error("cannot verify deliveries", exc_info=error)
            return self._again("the keys are not available")
        logger.warning("refused a verified delivery: %s", error)
        return self._refused(400, "not an event")

    def _again(self, text: str) -> Reply:
        return Reply(status=503, text=text, headers={"Retry-After": _BUSY_SECONDS})

    def _count(self, **more: int) -> None:
        with self._lock:
            new = {name: getattr(self._counts, name) + number for name, number in more.items()}
            self._counts = replace(self._counts, **new)


def _of_all(replies: list[Reply]) -> Reply:
    """The answer to a batch: that to the first that failed, so that all comes again; those that are done stay done."""
    failed = [reply for reply in replies if reply.status >= 300]
    if not failed:
        return Reply(status=200)
    text = f"{len(failed)} of {len(replies)}: {failed[0].text}"
    return replace(failed[0], text=text)


async def _awaited(result: Awaitable[object]) -> object:
    return await result
