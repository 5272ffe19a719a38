"""The engine of a receiver: claims events, runs their handlers, and chooses the reply.

A dispatcher gives the jobs of a request, a store remembers handled events, a reporter observes the outcomes.
"""

from __future__ import annotations

import contextvars
import math
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from ..errors import KeysUnavailableError, SignatureError, WebhookError
from ..outcomes import HandlerTimeoutError, PermanentFailure, RetryLater
from .deduplication import Deduplication, StoreError
from .execution import LOOP_THREAD, EventLoopError, arun_handler, is_in_event_loop, run_handler
from .http import IncomingRequest, Reply
from .job import Dispatcher, HandlerRun, Job, Jobs
from .reporting import Outcome, Reporter, logger
from .stores import AsyncIdempotencyStore, IdempotencyStore, Taken

BUSY_SECONDS = 30
"""The wait that a sender is asked for if an event is being handled elsewhere."""


@dataclass(slots=True)
class Result:
    """Outcome of a handler or an event, and its reply."""

    outcome: Outcome
    reply: Reply


class Engine:
    """Turns requests into replies.

    Args:
        dispatcher: Gives the jobs of a request.
        store: Remembers handled events; None: duplicates are handled again.
        reporter: Counts, logs and hands outcomes to hooks.
        max_body: The most bytes of a body.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        store: IdempotencyStore | AsyncIdempotencyStore | None,
        reporter: Reporter,
        max_body: int,
    ) -> None:
        self._dispatcher = dispatcher
        self._deduplication = Deduplication(store)
        self._reporter = reporter
        self._max_body = max_body

    def handle(self, request: IncomingRequest) -> Reply:
        """Return the reply to a request. Plain handlers run in this thread, coroutine functions in `LOOP_THREAD`."""
        if self._deduplication.is_async:
            if is_in_event_loop():
                raise EventLoopError(
                    "receive() runs in an event loop, with an async store: use areceive()"
                )
            return LOOP_THREAD.run(self.ahandle(request))
        start = time.perf_counter()
        jobs = self._jobs(request, start)
        if isinstance(jobs, Reply):
            return jobs
        if not jobs.is_batch:
            return self._handle(jobs.jobs[0], start)
        return _combined([self._handle(job, start) for job in jobs.jobs], jobs.acknowledgement)

    async def ahandle(self, request: IncomingRequest) -> Reply:
        """Return the reply to a request without blocking the event loop; plain handlers run in a thread."""
        start = time.perf_counter()
        if self._dispatcher.may_block(request):
            jobs = await _in_thread(self._jobs, request, start)
        else:
            jobs = self._jobs(request, start)
        if isinstance(jobs, Reply):
            return jobs
        if jobs.is_batch:
            return _combined(
                [await self._ahandle(job, start) for job in jobs.jobs], jobs.acknowledgement
            )
        job = jobs.jobs[0]
        if len(job.runs) != 1:
            return await self._ahandle(job, start)
        return self._reported(job, await self._arun(job, job.runs[0]), start)

    def reject(
        self,
        status: int,
        text: str,
        headers: dict[str, str] | None = None,
        *,
        start: float | None = None,
    ) -> Reply:
        """Count and log the rejection of a request, and return its reply."""
        logger.warning("refused a request: %s", text)
        return self._refused(status, text, start, headers)

    # --- requests

    def _jobs(self, request: IncomingRequest, start: float) -> Jobs | Reply:
        rejection = self.check(request, start)
        if rejection is not None:
            return rejection
        try:
            return self._dispatcher.jobs(request)
        except WebhookError as error:
            return self.rejection_for(error, start)

    def check(self, request: IncomingRequest, start: float) -> Reply | None:
        """Return the rejection of a body that is too large; raises RuntimeError if the receiver must not start."""
        self._dispatcher.check()
        if len(request.body) > self._max_body:
            return self.reject(413, "the body is too large", start=start)
        return None

    def rejection_for(self, error: WebhookError, start: float) -> Reply:
        """Count and log a delivery that is not verified or not an event, and return its reply."""
        if isinstance(error, SignatureError):
            logger.warning("refused a delivery: %s", error)
            return self._refused(400, f"not verified: {error.reason}", start)
        if isinstance(error, KeysUnavailableError):
            logger.error("cannot verify deliveries", exc_info=error)
            return retry_later("the keys are not available")
        logger.warning("refused a verified delivery: %s", error)
        return self._refused(400, "not an event", start)

    def _refused(
        self, status: int, text: str, start: float | None, headers: dict[str, str] | None = None
    ) -> Reply:
        self._reporter.record(Outcome.REFUSED, status, start, reason=text)
        return Reply(status=status, text=text, headers=headers or {})

    # --- events

    def _handle(self, job: Job, start: float) -> Reply:
        results = [self._run(job, run) for run in job.runs] or [_without_handler(job)]
        return self._reported(job, _worst(results), start)

    async def _ahandle(self, job: Job, start: float) -> Reply:
        results = [await self._arun(job, run) for run in job.runs] or [_without_handler(job)]
        return self._reported(job, _worst(results), start)

    def _reported(self, job: Job, result: Result, start: float) -> Reply:
        self._reporter.record(
            result.outcome,
            result.reply.status,
            start,
            event_type=job.event_type,
            event_id=job.event_id,
            is_unknown=job.is_unknown,
            is_drifted=job.drift is not None,
        )
        return result.reply

    # --- handlers

    def _run(self, job: Job, run: HandlerRun) -> Result:
        """Claim the event for a handler, run the handler and commit, in this thread."""
        if run.timeout is not None and not run.is_async:
            return self._run_limited(job, run, run.timeout)
        return self._run_in_thread(job, run)

    def _run_in_thread(self, job: Job, run: HandlerRun) -> Result:
        try:
            token = self._deduplication.claim(run.key)
            if isinstance(token, Taken):
                return _taken(job, token)
            try:
                result = _success(job, run_handler(run))
            except EventLoopError:
                self._deduplication.release(run.key, token)
                raise
            except Exception as error:
                result = _failure(job, error)
                if result.outcome is not Outcome.DROPPED:
                    self._deduplication.release(run.key, token)
                    return result
            except BaseException:
                self._deduplication.release(run.key, token)
                raise
            self._deduplication.commit(run.key, token)
        except StoreError as error:
            return _store_failed(error)
        return result

    def _run_limited(self, job: Job, run: HandlerRun, seconds: float) -> Result:
        """Run a plain handler in a thread, which holds the claim until its end, after the time limit too."""
        results: list[Result] = []

        def work() -> None:
            results.append(self._run_in_thread(job, run))

        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(work,), name="hooksmith-handler", daemon=True
        )
        thread.start()
        thread.join(seconds)
        return results[0] if results else _timed_out(job, seconds)

    async def _arun(self, job: Job, run: HandlerRun) -> Result:
        """Claim, run and commit without blocking the event loop."""
        if not run.is_async:
            return await self._arun_plain(job, run)
        deduplication = self._deduplication
        is_prompt = deduplication.is_prompt
        try:
            if is_prompt:
                token = deduplication.claim(run.key)
            else:
                token = await deduplication.aclaim(run.key)
            if isinstance(token, Taken):
                return _taken(job, token)
            try:
                is_plain = run.around is None and run.timeout is None
                value = await run.call() if is_plain else await arun_handler(run)
                result = Result(Outcome.HANDLED, job.replies.success(value))
            except Exception as error:
                result = _failure(job, error)
                if result.outcome is not Outcome.DROPPED:
                    await deduplication.arelease(run.key, token)
                    return result
            except BaseException:
                await deduplication.arelease(run.key, token)
                raise
            if is_prompt:
                deduplication.commit(run.key, token)
            else:
                await deduplication.acommit(run.key, token)
        except StoreError as error:
            return _store_failed(error)
        return result

    async def _arun_plain(self, job: Job, run: HandlerRun) -> Result:
        """Run a plain handler in a thread: claim, handler and commit in one hop, unless the store is async."""
        if self._deduplication.is_async:
            return await self._arun(job, replace(run, call=_threaded(run), is_async=True))
        if run.timeout is None:
            result: Result = await _in_thread(self._run_in_thread, job, run)
            return result
        from anyio import move_on_after
        from anyio.to_thread import run_sync

        with move_on_after(run.timeout):
            return await run_sync(self._run_in_thread, job, run, abandon_on_cancel=True)
        return _timed_out(job, run.timeout)


def _threaded(run: HandlerRun) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await _in_thread(run_handler, replace(run, around=None))

    return call


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    from anyio.to_thread import run_sync

    return await run_sync(function, *arguments)


def _success(job: Job, value: object) -> Result:
    return Result(Outcome.HANDLED, job.replies.success(value))


def _failure(job: Job, error: Exception) -> Result:
    """Return the result of a handler's exception."""
    if isinstance(error, PermanentFailure):
        logger.error("%s cannot be handled: %s", job.description, error.reason or "no reason given")
        return Result(Outcome.DROPPED, job.replies.acknowledgement)
    if isinstance(error, RetryLater):
        seconds = math.ceil(error.seconds)
        return Result(
            Outcome.DEFERRED, retry_later("the handler asks for a later attempt", seconds)
        )
    if isinstance(error, HandlerTimeoutError):
        logger.error("%s: %s", job.description, error)
        return Result(Outcome.FAILED, Reply(status=500, text="the handler exceeded its time limit"))
    logger.error("the handler of %s failed", job.description, exc_info=error)
    return Result(Outcome.FAILED, Reply(status=500, text="the handler failed"))


def _timed_out(job: Job, seconds: float) -> Result:
    logger.error(
        "%s: the handler exceeded its limit of %g s; its thread goes on", job.description, seconds
    )
    return Result(Outcome.FAILED, retry_later("the handler exceeded its time limit"))


def _taken(job: Job, reason: Taken) -> Result:
    if reason is Taken.DONE:
        return Result(Outcome.DUPLICATE, job.replies.duplicate)
    return Result(Outcome.BUSY, retry_later("being handled"))


def _store_failed(error: StoreError) -> Result:
    logger.error("the store failed", exc_info=error.__cause__)
    return Result(Outcome.FAILED, retry_later("the store is not available"))


def _without_handler(job: Job) -> Result:
    """Acknowledge an event without a handler, unless it is drifted and its type has a handler."""
    if not job.is_expected:
        return Result(Outcome.UNHANDLED, job.replies.acknowledgement)
    logger.error(
        "%s drifted from its model at %s and has no handler for that: not acknowledged",
        job.description,
        job.drift or "/",
    )
    return Result(Outcome.FAILED, Reply(status=500, text="no handler"))


def retry_later(text: str, seconds: int = BUSY_SECONDS) -> Reply:
    """Return a reply that asks the sender to repeat the delivery in `seconds`."""
    return Reply(status=503, text=text, headers={"Retry-After": str(seconds)})


_ORDER = (
    Outcome.FAILED,
    Outcome.DEFERRED,
    Outcome.BUSY,
    Outcome.DROPPED,
    Outcome.HANDLED,
    Outcome.DUPLICATE,
    Outcome.UNHANDLED,
)


def _worst(results: list[Result]) -> Result:
    """Return the result that the sender must know of: a failure first, a duplicate only if all are."""
    return min(results, key=lambda result: _ORDER.index(result.outcome))


def _combined(replies: list[Reply], acknowledgement: Reply) -> Reply:
    """Return the reply to a batch. It is repeated if one event failed; its handled events stay handled."""
    failures = [reply for reply in replies if reply.status >= 300]
    if not failures:
        return acknowledgement
    return replace(failures[0], text=f"{len(failures)} of {len(replies)}: {failures[0].text}")
