"""Processing of a claimed event: its delivery parsed again, its handlers run, the outcome of the attempt."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import WebhookError
from ..outcomes import HandlerTimeoutError, PermanentFailure, Retry, RetryLater
from ..receiver.delivery_context import DeliveryContext
from ..receiver.event_dispatch import EventDispatcher
from ..receiver.execution import run_handler
from ..receiver.http import IncomingRequest
from ..receiver.job import HandlerRun, Job
from ..receiver.reporting import Outcome as ReportedOutcome
from ..receiver.reporting import Reporter, logger
from .states import Outcome, State, StoredEvent
from .worker import Attempt

LONGEST_ERROR = 2000
"""Characters of an error text in a row."""


class Progress:
    """Progress of an attempt through the handlers of an event: the `completion` of its delivery context."""

    def __init__(self, attempt: Attempt, retry: Retry) -> None:
        self._attempt = attempt
        self._retry = retry
        self._current: HandlerRun | None = None
        self.runs: tuple[HandlerRun, ...] = ()
        self.handled = list(attempt.claim.row.handled)
        self.failures: list[tuple[HandlerRun, Exception]] = []

    def begin(self, runs: tuple[HandlerRun, ...]) -> None:
        """Set the handlers that have not succeeded at an earlier attempt."""
        self.runs = tuple(run for run in runs if run.name not in self.handled)

    def start(self, run: HandlerRun) -> None:
        """Set the running handler."""
        self._current = run

    @property
    def max_attempts(self) -> int:
        """The number of attempts until the event is dead."""
        return max(((run.retry or self._retry).max_attempts for run in self.runs), default=1)

    def _names(self) -> tuple[tuple[str, ...], bool]:
        """Return the handlers that have succeeded if the running one does, and whether these are all."""
        assert self._current is not None
        is_last = not self.failures and self._current is self.runs[-1]
        return (*self.handled, self._current.name), is_last

    def complete(self, connection: Any) -> None:
        """Record the running handler's success on a connection; raises LeaseLostError."""
        names, is_last = self._names()
        self._attempt.inbox.complete(self._attempt.claim, connection, names, is_last)
        self._attempt.is_completed = self._attempt.is_completed or is_last

    async def acomplete(self, connection: Any) -> None:
        """Record the running handler's success on an asynchronous connection; raises LeaseLostError."""
        names, is_last = self._names()
        await self._attempt.inbox.acomplete(self._attempt.claim, connection, names, is_last)
        self._attempt.is_completed = self._attempt.is_completed or is_last


class EventProcessor:
    """Processes the events of a receiver.

    Args:
        dispatcher: Parses deliveries and finds handlers.
        reporter: Counts and logs outcomes.
        retry: Retry policy of handlers without one of their own.
    """

    def __init__(self, dispatcher: EventDispatcher[Any], reporter: Reporter, retry: Retry) -> None:
        self._dispatcher = dispatcher
        self._reporter = reporter
        self._retry = retry

    def __call__(self, attempt: Attempt) -> Outcome | None:
        """Return the outcome of an attempt; None: a handler's `complete` wrote it."""
        start = time.perf_counter()
        progress = Progress(attempt, self._retry)
        try:
            event, delivery = self._read(attempt.claim, progress)
        except WebhookError as error:
            outcome = Outcome(state=State.DEAD, error=f"unreadable: {error}")
            return self._reported(attempt, None, outcome, ReportedOutcome.FAILED, start)
        job = self._dispatcher.job(event, delivery)
        if not job.runs:
            return self._reported(attempt, job, *_without_handler(job), start)
        progress.begin(job.runs)
        return self._reported(attempt, job, *self._run_all(attempt, job, progress), start)

    def _read(self, stored: StoredEvent, progress: Progress) -> tuple[Any, DeliveryContext]:
        """Parse a stored delivery with the current models; return the event and its context."""
        row = stored.row
        request = IncomingRequest(
            body=stored.body, headers=list(stored.headers), tenant=row.tenant or None
        )
        received_at = datetime.fromtimestamp(row.received_at, UTC)
        events = self._dispatcher.parsed(request, received_at)
        if row.position >= len(events):
            raise WebhookError(f"the delivery has {len(events)} events, and none at {row.position}")
        if not row.type and len(events) > 1:
            raise WebhookError(f"the delivery is a batch of {len(events)} events: ingest it again")
        received = events[row.position]
        delivery = replace(
            received.delivery,
            id=row.id,
            ordering_key=row.ordering_key,
            claims=row.attempts,
            is_replayed=row.replays > 0,
            completion=progress,
        )
        return received.event, delivery

    # --- handlers

    def _run_all(
        self, attempt: Attempt, job: Job, progress: Progress
    ) -> tuple[Outcome | None, ReportedOutcome]:
        row = attempt.claim.row
        limit = progress.max_attempts
        if row.attempts > limit:
            # The attempt counts at the claim: the ones before ended without an outcome.
            error = row.error or f"the worker died at each of {limit} attempts"
            return self._unfinished(progress, State.DEAD, error), ReportedOutcome.FAILED
        for run in progress.runs:
            if attempt.is_lost.is_set():
                break
            self._run(attempt, job, progress, run)
        if progress.failures:
            return self._outcome_of_failures(attempt, job, progress, progress.failures)
        if attempt.is_completed:
            return None, ReportedOutcome.HANDLED
        return Outcome(state=State.DONE, handled=tuple(progress.handled)), ReportedOutcome.HANDLED

    def _run(self, attempt: Attempt, job: Job, progress: Progress, run: HandlerRun) -> None:
        progress.start(run)
        if not run.is_async:
            attempt.start_limit(
                run.timeout,
                lambda error: self._outcome_of_failures(attempt, job, progress, [(run, error)])[0],
            )
        try:
            run_handler(run)
        except Exception as error:
            progress.failures.append((run, error))
        else:
            progress.handled.append(run.name)
        finally:
            attempt.end_limit()

    def _outcome_of_failures(
        self,
        attempt: Attempt,
        job: Job,
        progress: Progress,
        failures: Sequence[tuple[HandlerRun, Exception]],
    ) -> tuple[Outcome, ReportedOutcome]:
        """Return the outcome of failed handlers: an ordinary failure first, then RetryLater, then PermanentFailure."""
        run, error = min(failures, key=lambda failure: _rank(failure[1]))
        text = error_text(error)
        if isinstance(error, PermanentFailure):
            logger.error(
                "%s cannot be handled: %s", job.description, error.reason or "no reason given"
            )
            return self._unfinished(progress, State.DEAD, text), ReportedOutcome.DROPPED
        if isinstance(error, RetryLater):
            delay = error.seconds
            outcome = self._unfinished(progress, State.PENDING, text, delay, is_counted=False)
            return outcome, ReportedOutcome.DEFERRED
        retry = run.retry or self._retry
        attempts = attempt.claim.row.attempts
        logger.error(
            "the handler of %s failed at attempt %d of %d",
            job.description,
            attempts,
            retry.max_attempts,
            exc_info=None if isinstance(error, HandlerTimeoutError) else error,
        )
        if attempts >= retry.max_attempts:
            return self._unfinished(progress, State.DEAD, text), ReportedOutcome.FAILED
        outcome = self._unfinished(progress, State.PENDING, text, retry.delay(attempts))
        return outcome, ReportedOutcome.FAILED

    def _unfinished(
        self,
        progress: Progress,
        state: State,
        error: str,
        delay: float = 0.0,
        *,
        is_counted: bool = True,
    ) -> Outcome:
        return Outcome(
            state=state,
            error=error[:LONGEST_ERROR],
            delay=delay,
            is_counted=is_counted,
            handled=tuple(progress.handled),
        )

    def _reported(
        self,
        attempt: Attempt,
        job: Job | None,
        outcome: Outcome | None,
        reported: ReportedOutcome,
        start: float,
    ) -> Outcome | None:
        """Count and log an outcome, and return it. `job`: None if the event is unreadable."""
        row = attempt.claim.row
        self._reporter.record(
            reported,
            200,
            start,
            event_type=row.type or None,
            event_id=row.event_id,
            is_unknown=job is not None and job.is_unknown,
            is_drifted=job is not None and job.drift is not None,
            reason="" if outcome is None else outcome.error,
        )
        return outcome


def _without_handler(job: Job) -> tuple[Outcome, ReportedOutcome]:
    if not job.is_expected:
        return Outcome(state=State.IGNORED), ReportedOutcome.UNHANDLED
    error = f"drifted from its model at {job.drift or '/'}, and no handler of DriftedEvent"
    logger.error("%s %s", job.description, error)
    return Outcome(state=State.DEAD, error=error), ReportedOutcome.FAILED


def _rank(error: Exception) -> int:
    if isinstance(error, PermanentFailure):
        return 2
    return 1 if isinstance(error, RetryLater) else 0


def error_text(error: Exception) -> str:
    """Return an error's class, message, and the place where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
