"""Group commit for SQLite: one thread runs the operations of all threads and tasks, many in one transaction.

A commit that survives a loss of power waits for the disk. Operations that arrive meanwhile share the next commit.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

LARGEST_GROUP = 256
"""Operations in one transaction."""

Run = Callable[[sqlite3.Connection], Any]
RunAll = Callable[[sqlite3.Connection, Sequence[Any]], Sequence[Any]]


@dataclass(slots=True, eq=False)
class Job:
    """Operation and its outcome.

    Args:
        run: The operation.
        is_durable: Whether its commit must survive a loss of power.
        batch: Value for `run_batch` of the writer, which runs the values of a group together instead of `run`.
        loop: The event loop of `future`; None: `future` is of a thread.
    """

    run: Run
    is_durable: bool
    future: Any
    batch: Any = None
    loop: asyncio.AbstractEventLoop | None = None
    result: Any = None
    error: BaseException | None = None


class GroupCommit:
    """Writer of a file: a connection and its thread.

    Args:
        connect: Opens the connection, in autocommit mode.
        run_batch: Runs the batch values of a group; returns their results in order.
        after_commit: Called in the thread after every commit.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        run_batch: RunAll,
        after_commit: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._run_batch = run_batch
        self._after_commit = after_commit
        self._jobs: deque[Job] = deque()
        self._condition = threading.Condition()
        self._is_closed = False
        self._is_full = False
        self.connection: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="hooksmith-inbox", daemon=True)
        self._thread.start()

    def submit(self, run: Run, *, is_durable: bool, batch: Any = None) -> Future[Any]:
        """Queue an operation; the future has its result after the commit."""
        future: Future[Any] = Future()
        self._queue(Job(run=run, is_durable=is_durable, future=future, batch=batch))
        return future

    def submit_async(self, run: Run, *, is_durable: bool, batch: Any = None) -> asyncio.Future[Any]:
        """Queue an operation; the future of the running event loop has its result after the commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._queue(Job(run=run, is_durable=is_durable, future=future, batch=batch, loop=loop))
        return future

    def _queue(self, job: Job) -> None:
        with self._condition:
            if self._is_closed:
                raise sqlite3.ProgrammingError("the inbox is closed")
            self._jobs.append(job)
            self._condition.notify()

    def close(self) -> None:
        """Commit queued operations, and end the thread."""
        with self._condition:
            self._is_closed = True
            self._condition.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._commit(group)
            _publish(group)
            self._after_commit()
        if self.connection is not None:
            self.connection.close()

    def _next_group(self) -> list[Job]:
        """Wait for jobs; return none if the writer is closed."""
        with self._condition:
            while not self._jobs and not self._is_closed:
                self._condition.wait()
            return [self._jobs.popleft() for _ in range(min(len(self._jobs), LARGEST_GROUP))]

    def _commit(self, group: Sequence[Job]) -> None:
        """Run a group in one transaction; if a job fails, each in its own. Without a transaction, all fail."""
        try:
            connection = self._begin(is_durable=any(job.is_durable for job in group))
        except Exception as error:
            for job in group:
                job.error = error
            return
        try:
            self._run_group(connection, group)
        except Exception as error:
            if len(group) == 1:
                group[0].error = error
                return
            for job in group:
                self._commit([job])

    def _begin(self, *, is_durable: bool) -> sqlite3.Connection:
        """Begin a transaction; wait for that of another process."""
        connection = self.connection = self.connection or self._connect()
        if is_durable != self._is_full:
            connection.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'NORMAL'}")
            self._is_full = is_durable
        connection.execute("BEGIN IMMEDIATE")
        return connection

    def _run_group(self, connection: sqlite3.Connection, group: Sequence[Job]) -> None:
        try:
            batched = [job for job in group if job.batch is not None]
            results = self._run_batch(connection, [job.batch for job in batched])
            for job, result in zip(batched, results, strict=True):
                job.result = result
            for job in group:
                if job.batch is None:
                    job.result = job.run(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _publish(group: Sequence[Job]) -> None:
    """Give the callers their results; those of an event loop in one call, which wakes the loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = defaultdict(list)
    for job in group:
        if job.loop is not None:
            by_loop[job.loop].append(job)
        elif job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
    for loop, jobs in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(_resolve, jobs)


def _resolve(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.future.done():  # cancelled: the caller has gone, the commit stands
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
