"""Methods of a webhook receiver with an inbox: workers, engines' jobs, ingestion, reconciliation."""

from __future__ import annotations

import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from types import FrameType
from typing import Any

from ..outcomes import Retry
from ..receiver.event_dispatch import EventDispatcher
from ..receiver.execution import handlers_in_loop
from ..signatures.message import AnyHeaders
from .intake import Intake
from .processing import EventProcessor
from .protocol import Inbox
from .reconciliation import Fetch, Reconciliation
from .states import Claim, InboxError, State
from .worker import PRUNE_ROWS, Worker


class InboxReceiver:
    """Part of a webhook receiver that needs an inbox."""

    source: str = ""
    """The receiver's name in the inbox."""

    _engine: Any
    _reporter: Any
    _inbox: Inbox | None = None
    _intake: Intake[Any] | None = None
    _processor: EventProcessor | None = None
    _running: tuple[Worker, threading.Thread] | None = None

    def _use_inbox(
        self,
        inbox: Inbox,
        dispatcher: EventDispatcher[Any],
        ordering_key: Callable[[Any], str | None] | None,
        retry: Retry,
    ) -> None:
        self.source = dispatcher.source
        self._inbox = inbox
        self._processor = EventProcessor(dispatcher, self._reporter, retry)
        self._engine = self._intake = Intake(
            self._engine,
            dispatcher,
            inbox,
            self._reporter,
            source=self.source,
            ordering_key=ordering_key,
        )
        if inbox.engine is not None:
            inbox.engine.bind(self.process, self.sweep)
        on_inbox = self._reporter.hooks.on_inbox
        if on_inbox is not None:
            on_inbox(self._reporter.receiver, partial(inbox.backlog, self.source))

    @property
    def inbox(self) -> Inbox:
        """The inbox; raises InboxError if the receiver has none."""
        if self._inbox is None:
            raise InboxError("the receiver has no inbox: WebhookReceiver(webhook, inbox=…)")
        return self._inbox

    # --- events of a trusted origin

    def ingest(
        self, body: bytes, headers: AnyHeaders = (), *, tenant: str | None = None
    ) -> list[int]:
        """Store a delivery of a trusted origin, without a signature; return the row ids of its new events.

        Raises:
            EventParseError: The body is not an event.
            InboxError: The receiver has no inbox.
        """
        return list(self._required_intake.ingest([(body, headers)], tenant, None).ids)

    def reconcile(self, fetch: Fetch, *, name: str = "reconcile", tenant: str | None = None) -> int:
        """Store events of a provider's list that no delivery brought; return the number of new events.

        Each page is stored in one transaction with the cursor behind it. The next call continues there, also after a
        crash and in another process.

        Args:
            fetch: A list operation of a generated client, or a function from a cursor (None: the beginning) to an
                `EventPage`. If the operation has an argument `order`, the oldest events are asked for first.
            name: The cursor's name, if a receiver reconciles several lists.
            tenant: The tenant of the events.

        Raises:
            InboxError: The receiver has no inbox.
            TypeError: `fetch` returns no page, or is asynchronous.
            ValueError: A page has its own cursor again, or the stored cursor is of another list.
        """
        return self._reconciliation(name, tenant).run(fetch)

    async def areconcile(
        self, fetch: Fetch, *, name: str = "reconcile", tenant: str | None = None
    ) -> int:
        """Store events of a list, as an asynchronous client or a coroutine function gives it.

        Arguments, cursors and errors are those of `reconcile`.
        """
        return await self._reconciliation(name, tenant).arun(fetch)

    def _reconciliation(self, name: str, tenant: str | None) -> Reconciliation:
        return Reconciliation(
            self.inbox, self._required_intake, source=self.source, name=name, tenant=tenant
        )

    @property
    def _required_intake(self) -> Intake[Any]:
        assert self.inbox is not None
        assert self._intake is not None
        return self._intake

    # --- jobs of an engine

    def process(self, id_: int) -> State | None:
        """Process an event by its row id, then the events that wait behind its ordering key.

        Return the event's state; None if it was not due, or another worker has it.
        """
        claim = self.inbox.claim_one(self.source, id_)
        if claim is None:
            return None
        self._run_claim(id_, claim)
        stored = self.inbox.get(id_)
        return None if stored is None else stored.row.state

    def _run_claim(self, id_: int, claim: Claim | None) -> None:
        next_id: int | None = id_
        while next_id is not None and claim is not None:
            worker = Worker(self.inbox, self.source, self._required_processor)
            next_id = worker.run_one(claim).next_id
            claim = None if next_id is None else self.inbox.claim_one(self.source, next_id)

    async def aprocess(self, id_: int) -> State | None:
        """Process an event by its row id, in a thread; coroutine functions run in this event loop."""
        import asyncio

        from anyio.to_thread import run_sync

        loop = asyncio.get_running_loop()

        def process() -> State | None:
            with handlers_in_loop(loop):
                return self.process(id_)

        return await run_sync(process)

    @property
    def _required_processor(self) -> EventProcessor:
        assert self.inbox is not None
        assert self._processor is not None
        return self._processor

    def sweep(self, limit: int = 1000) -> int:
        """Enqueue overdue events again, and delete finished events after the retention; return the number enqueued.

        Needed every few seconds beside an engine. Workers of this package do it themselves.
        """
        self.inbox.prune(limit=PRUNE_ROWS)
        return self.inbox.sweep(self.source, limit)

    # --- workers

    def worker(self, **options: Any) -> Worker:
        """Return a worker of this receiver's events; options as for `Worker`."""
        return Worker(self.inbox, self.source, self._required_processor, **options)

    def work(
        self,
        *,
        concurrency: int = 8,
        poll: float = 1.0,
        drain: bool = False,
        stops_after_timeout: bool = False,
    ) -> None:
        """Process events in this thread until SIGINT or SIGTERM; with `drain`, until none is due.

        Args:
            concurrency: Events processed at the same time, each in a thread.
            poll: Seconds between two looks for due events, if nothing wakes the worker earlier.
            drain: Whether to return when no event is due.
            stops_after_timeout: Whether to return after a handler exceeded its limit in a thread that cannot be ended.

        Raises:
            InboxError: The receiver has no inbox.
        """
        worker = self.worker(
            concurrency=concurrency, poll=poll, stops_after_timeout=stops_after_timeout
        )
        with _stopped_by_signals(worker):
            worker.run(drain=drain)

    def start_worker(self, *, concurrency: int = 8, poll: float = 1.0, loop: Any = None) -> None:
        """Start a worker in a thread of this process; a second call does nothing.

        `loop`: the event loop for coroutine functions; None: a loop in a thread of its own.
        """
        if self._running is not None:
            return
        worker = self.worker(concurrency=concurrency, poll=poll, loop=loop)
        thread = threading.Thread(target=worker.run, name="hooksmith-worker", daemon=True)
        self._running = (worker, thread)
        thread.start()

    def stop_worker(self) -> None:
        """Stop the worker of this process: running handlers end, or their events return to pending."""
        if self._running is not None:
            worker, thread = self._running
            self._running = None
            worker.stop()
            thread.join()

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:
        """Run a worker while an ASGI application lives: `FastAPI(lifespan=receiver.lifespan)`."""
        import asyncio

        from anyio.to_thread import run_sync

        self.start_worker(loop=asyncio.get_running_loop())
        try:
            yield
        finally:
            await run_sync(self.stop_worker)


@contextmanager
def _stopped_by_signals(worker: Worker) -> Iterator[None]:
    """Let SIGINT and SIGTERM stop a worker, if this is the main thread: Python allows signal handlers only there."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        # In a thread: the signal may interrupt code that holds the locks that `stop` needs.
        threading.Thread(target=worker.stop).start()

    handlers = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
