"""Group commit for SQLite: one thread runs the operations of all threads, many in one transaction.

A commit that survives a loss of power waits for the disk. Operations that arrive meanwhile share the next commit.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

LARGEST_GROUP = 256
"""Operations in one transaction."""


class _Job:
    __slots__ = ("future", "is_durable", "operation", "outcome")

    def __init__(self, operation: Callable[[sqlite3.Connection], Any], is_durable: bool) -> None:
        self.operation = operation
        self.is_durable = is_durable
        self.future: Future[Any] = Future()
        self.outcome: tuple[Any, Exception | None] = (None, None)

    def run(self, connection: sqlite3.Connection) -> None:
        """Run the operation; undo it alone if it fails."""
        connection.execute("SAVEPOINT job")
        try:
            self.outcome = (self.operation(connection), None)
        except Exception as error:
            connection.execute("ROLLBACK TO job")
            self.outcome = (None, error)
        connection.execute("RELEASE job")

    def publish(self) -> None:
        """Give the caller the result, after the commit."""
        result, error = self.outcome
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class GroupCommit:
    """Writer of a file: a connection and its thread.

    Args:
        connect: Opens the connection, in autocommit mode.
        after_commit: Called in the thread after every commit.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], after_commit: Callable[[], None]
    ) -> None:
        self._connect = connect
        self._after_commit = after_commit
        self._jobs: deque[_Job] = deque()
        self._condition = threading.Condition()
        self._is_closed = False
        self._is_full = False
        self._connection: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="hooksmith-inbox", daemon=True)
        self._thread.start()

    def submit(
        self, operation: Callable[[sqlite3.Connection], Any], *, is_durable: bool
    ) -> Future[Any]:
        """Queue an operation; the future has its result after the commit."""
        job = _Job(operation, is_durable)
        with self._condition:
            if self._is_closed:
                raise sqlite3.ProgrammingError("the inbox is closed")
            self._jobs.append(job)
            self._condition.notify()
        return job.future

    def close(self) -> None:
        """Commit queued operations, and end the thread."""
        with self._condition:
            self._is_closed = True
            self._condition.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            try:
                self._commit(group)
            except Exception as error:
                for job in group:
                    job.future.set_exception(error)
                continue
            for job in group:
                job.publish()
            self._after_commit()
        if self._connection is not None:
            self._connection.close()

    def _next_group(self) -> list[_Job]:
        """Wait for jobs; return none if the writer is closed."""
        with self._condition:
            while not self._jobs and not self._is_closed:
                self._condition.wait()
            size = min(len(self._jobs), LARGEST_GROUP)
            group = [self._jobs.popleft() for _ in range(size)]
        return [job for job in group if job.future.set_running_or_notify_cancel()] or (
            self._next_group() if group else []
        )

    def _commit(self, group: list[_Job]) -> None:
        connection = self._connection = self._connection or self._connect()
        is_full = any(job.is_durable for job in group)
        if is_full != self._is_full:
            connection.execute(f"PRAGMA synchronous = {'FULL' if is_full else 'NORMAL'}")
            self._is_full = is_full
        connection.execute("BEGIN IMMEDIATE")
        try:
            for job in group:
                job.run(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
