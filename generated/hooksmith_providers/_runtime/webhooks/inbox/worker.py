"""Worker: claims due events, runs their handlers in threads, renews leases, writes outcomes."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..outcomes import HandlerTimeoutError
from ..receiver.execution import handlers_in_loop
from .protocol import Inbox
from .states import Claim, Finished, Outcome, State

logger = logging.getLogger("hooksmith")

PRUNE_EVERY = 60.0
PRUNE_ROWS = 1000
"""Rows that a worker deletes in one pass."""

SWEEP_EVERY = 30.0

GRACE = 20.0

ERROR_PAUSE = 1.0
"""Seconds until the next claim, or the next write of an outcome, after the inbox failed."""


@dataclass(eq=False)
class Attempt:
    """Attempt at an event, under way in this process."""

    claim: Claim
    inbox: Inbox
    is_lost: threading.Event = field(default_factory=threading.Event)
    """Set when the lease has ended, or the time limit of the handler."""

    is_completed: bool = False
    """Whether the handler called `complete`."""

    deadline: float | None = None
    """Monotonic time at which the running handler exceeds its limit."""

    limit: float = 0.0
    on_timeout: Callable[[HandlerTimeoutError], Outcome] | None = None
    on_limit: Callable[[], None] | None = None
    """Called when a time limit starts."""

    def start_limit(
        self, seconds: float | None, on_timeout: Callable[[HandlerTimeoutError], Outcome]
    ) -> None:
        """Start the time limit of a handler; None: no limit. `on_timeout` gives the outcome."""
        self.on_timeout = on_timeout
        self.limit = seconds or 0.0
        self.deadline = None if seconds is None else time.monotonic() + seconds
        if seconds is not None and self.on_limit is not None:
            self.on_limit()

    def end_limit(self) -> None:
        """End the time limit of a handler."""
        self.deadline = None


Process = Callable[[Attempt], Outcome | None]
"""Runs the handlers of an event and returns the outcome; None: `complete` wrote it."""


def run_attempt(inbox: Inbox, attempt: Attempt, process: Process) -> Finished:
    """Run the handlers of a claimed event and write the outcome, unless the claim is lost."""
    outcome = process(attempt)
    if attempt.is_lost.is_set():
        return Finished(is_held=False)
    if outcome is None:
        finished = _written(attempt, lambda: inbox.settle(attempt.claim))
        if finished.is_held:
            return finished
        outcome = Outcome(
            state=State.PENDING, error="complete() was called, and its transaction not committed"
        )
    final = outcome
    finished = _written(attempt, lambda: inbox.finish(attempt.claim, final))
    if not finished.is_held:
        logger.warning(
            "event %s: the lease ended before its outcome was written", attempt.claim.row.id
        )
    return finished


def _written(attempt: Attempt, write: Callable[[], Finished]) -> Finished:
    """Write an outcome; if the inbox fails, again until the lease ends: the handler would run twice otherwise."""
    deadline = time.monotonic() + attempt.inbox.lease
    while True:
        try:
            return write()
        except Exception:
            if attempt.is_lost.is_set() or time.monotonic() >= deadline:
                raise
            logger.warning(
                "event %s: the inbox failed, its outcome is written again",
                attempt.claim.row.id,
                exc_info=True,
            )
        attempt.is_lost.wait(ERROR_PAUSE)


class Worker:
    """Worker of one source in this process.

    Args:
        inbox: Where events are.
        source: Whose events are processed.
        process: Runs the handlers of an event.
        concurrency: Events processed at the same time, each in a thread.
        poll: Seconds between two looks for due events, if nothing wakes the worker earlier.
        grace: Seconds that `stop` leaves to running handlers; then their events return to pending.
        loop: Event loop for coroutine functions; None: a loop in a thread of its own.
        stops_after_timeout: Whether to stop after a handler's time limit has passed and its thread cannot be ended.
    """

    def __init__(
        self,
        inbox: Inbox,
        source: str,
        process: Process,
        *,
        concurrency: int = 8,
        poll: float = 1.0,
        grace: float = GRACE,
        loop: asyncio.AbstractEventLoop | None = None,
        stops_after_timeout: bool = False,
    ) -> None:
        if concurrency < 1:
            raise ValueError(f"concurrency: 1 or more, not {concurrency}")
        if not poll > 0:
            raise ValueError(f"poll: seconds above 0, not {poll!r}")
        self._inbox = inbox
        self._source = source
        self._process = process
        self._concurrency = concurrency
        self._poll = poll
        self._grace = grace
        self._loop = loop
        self._stops_after_timeout = stops_after_timeout
        self._changed = threading.Condition()
        self._running: set[Attempt] = set()
        self._threads = 0
        self._attempts: queue.SimpleQueue[Attempt | None] = queue.SimpleQueue()
        self._is_stopping = threading.Event()
        self.has_timed_out = False
        """Whether a handler exceeded its limit in a thread that cannot be ended."""

    def run(self, *, drain: bool = False) -> None:
        """Process events until `stop`; with `drain`, until none is due and none is running."""
        keeper = threading.Thread(target=self._keep_leases, name="hooksmith-leases", daemon=True)
        keeper.start()
        upkeep = Upkeep(self._inbox, self._source)
        try:
            while not self._is_stopping.is_set():
                try:
                    if not self._step(drain):
                        break
                    upkeep.run()
                except Exception:
                    logger.exception("the inbox failed")
                    self._is_stopping.wait(ERROR_PAUSE)
        finally:
            self._finish_running()
            self._is_stopping.set()
            self._notify()
            keeper.join()

    def run_one(self, claim: Claim) -> Finished:
        """Process a claimed event in this thread; return the result of its outcome."""
        attempt = Attempt(claim, self._inbox, on_limit=self._notify)
        self._running.add(attempt)
        keeper = threading.Thread(target=self._keep_leases, name="hooksmith-leases", daemon=True)
        keeper.start()
        try:
            return run_attempt(self._inbox, attempt, self._process)
        finally:
            self._forget(attempt)
            self.stop()
            keeper.join()

    def stop(self) -> None:
        """Claim no further events; `run` returns when its running events have ended."""
        self._is_stopping.set()
        self._notify()
        self._inbox.wake()

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _step(self, drain: bool) -> bool:
        """Claim events for the free threads, or wait; False if `drain` has nothing more to do."""
        with self._changed:
            if len(self._running) >= self._concurrency:
                self._changed.wait(self._poll)
                return True
            is_idle = not self._running
            free = self._concurrency - len(self._running)
        claims = self._inbox.claim(self._source, free)
        for claim in claims:
            self._start(claim)
        if claims:
            return True
        if drain and is_idle:
            return False
        self._wait(drain)
        return True

    def _wait(self, drain: bool) -> None:
        if drain:
            with self._changed:
                if self._running:
                    self._changed.wait(self._poll)
        elif not self._is_stopping.is_set():
            self._inbox.wait(self._source, self._poll)

    def _start(self, claim: Claim) -> None:
        attempt = Attempt(claim, self._inbox, on_limit=self._notify)
        with self._changed:
            self._running.add(attempt)
            needs_thread = len(self._running) > self._threads
            self._threads += int(needs_thread)
            self._changed.notify_all()
        self._attempts.put(attempt)
        if needs_thread:
            threading.Thread(
                target=self._run_attempts, name="hooksmith-handlers", daemon=True
            ).start()

    def _run_attempts(self) -> None:
        """Run attempts in one thread, which keeps its thread-local connections; None ends it."""
        while (attempt := self._attempts.get()) is not None:
            try:
                with handlers_in_loop(self._loop):
                    run_attempt(self._inbox, attempt, self._process)
            except Exception:
                logger.exception("event %s: the outcome was not written", attempt.claim.row.id)
            if not self._forget(attempt):
                return

    def _forget(self, attempt: Attempt) -> bool:
        """Remove an attempt from the running attempts. Return False if it had ended before."""
        with self._changed:
            is_running = attempt in self._running
            self._running.discard(attempt)
            self._changed.notify_all()
        return is_running

    def _finish_running(self) -> None:
        """Wait for the running handlers; after the grace time, return their events to pending."""
        deadline = time.monotonic() + self._grace
        with self._changed:
            while self._running and (rest := deadline - time.monotonic()) > 0:
                self._changed.wait(rest)
            abandoned, threads = list(self._running), self._threads
        for attempt in abandoned:
            self._abandon(attempt, Outcome(state=State.PENDING, is_counted=False))
        for _ in range(threads):
            self._attempts.put(None)

    # --- leases and time limits

    def _keep_leases(self) -> None:
        """Renew leases every third of their time, and end attempts whose time limit has passed."""
        renew_at = time.monotonic() + self._inbox.lease / 3
        while True:
            with self._changed:
                if self._is_stopping.is_set() and not self._running:
                    return
                deadlines = [each.deadline for each in self._running if each.deadline is not None]
                self._changed.wait(max(0.0, min([renew_at, *deadlines]) - time.monotonic()))
                attempts = list(self._running)
            now = time.monotonic()
            for attempt in attempts:
                if attempt.deadline is not None and attempt.deadline <= now:
                    self._end(attempt)
            if now >= renew_at:
                renew_at = now + self._inbox.lease / 3
                self._renew(attempts)

    def _renew(self, attempts: list[Attempt]) -> None:
        current = [each for each in attempts if not (each.is_lost.is_set() or each.is_completed)]
        if not current:
            return
        try:
            held = self._inbox.renew([each.claim for each in current])
        except Exception:
            logger.exception("leases were not renewed")
            return
        for attempt in current:
            if attempt.claim.row.id not in held and not attempt.is_completed:
                attempt.is_lost.set()

    def _end(self, attempt: Attempt) -> None:
        """End an attempt whose handler exceeds its limit."""
        assert attempt.on_timeout is not None
        self._abandon(attempt, attempt.on_timeout(HandlerTimeoutError(attempt.limit)))
        self.has_timed_out = True
        if self._stops_after_timeout:
            self.stop()

    def _abandon(self, attempt: Attempt, outcome: Outcome) -> None:
        """Write an outcome while the handler still runs: its thread runs on, fenced off, and ends with it."""
        attempt.end_limit()
        attempt.is_lost.set()
        try:
            self._inbox.finish(attempt.claim, outcome)
        except Exception:
            logger.exception("event %s: the outcome was not written", attempt.claim.row.id)
        with self._changed:
            self._threads -= int(attempt in self._running)
        self._forget(attempt)


class Upkeep:
    """Work of a worker beside events: release keys, delete old rows."""

    def __init__(self, inbox: Inbox, source: str) -> None:
        self._inbox = inbox
        self._source = source
        self._sweep_at = 0.0
        self._prune_at = 0.0

    def run(self) -> None:
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_EVERY
            self._inbox.sweep(self._source)
        if now >= self._prune_at:
            is_last = self._inbox.prune(limit=PRUNE_ROWS) < PRUNE_ROWS
            self._prune_at = now + PRUNE_EVERY if is_last else now
