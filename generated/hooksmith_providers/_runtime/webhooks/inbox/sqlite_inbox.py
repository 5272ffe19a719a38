"""Inbox in a file of SQLite, for the threads and processes of one machine."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...representation import safe_repr
from .database import LEASE, RETENTION, Key, Operation, ResultT, Session, is_plain
from .group_commit import GroupCommit
from .sql_inbox import SQLInbox
from .sqlite_batch import add_plain
from .statements import SCHEMA_VERSION, SQLITE
from .states import Added, Cursor, InboxError, NewDelivery

POLL = 0.02
"""Seconds between two looks at the file for commits of other processes; a look takes 5 µs."""

LOCK_TIMEOUT = 5.0
"""Seconds that a write waits for another process's transaction."""

_OLDEST_SQLITE = (3, 35, 0)  # RETURNING


class _SQLiteSession:
    """Transaction of SQLite; every statement sees one time."""

    def __init__(self, connection: sqlite3.Connection, now: float) -> None:
        self.connection = connection
        self._now = now

    def execute(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement with named parameters; return its rows."""
        parameters["now"] = self._now
        return self.connection.execute(sql, parameters).fetchall()


class SQLiteInbox(SQLInbox):
    """Inbox in a file of SQLite: no server, one machine.

    An acknowledged delivery survives a killed process and a loss of power. Handlers run at least once. The file is
    in WAL mode and can be read by its owner alone (mode 0600): bodies of deliveries are personal data.

    Args:
        path: The file; its folder must exist.
        lease: Seconds that a claim holds without renewal.
        retention: Seconds until finished events are deleted. Longer than the sender repeats deliveries.
        hold_dead: Whether a dead event holds later events of its ordering key back until it is replayed or discarded.
        clock: Gives the Unix time in seconds.

    Raises:
        ValueError: `lease` or `retention` is not positive.
        InboxError: The file's tables are of a newer version, or SQLite is older than 3.35.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        lease: float = LEASE,
        retention: float = RETENTION,
        hold_dead: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(SQLITE, lease=lease, retention=retention, hold_dead=hold_dead)
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise InboxError(f"SQLite 3.35 or later is needed, not {sqlite3.sqlite_version}")
        if str(path) in ("", ":memory:"):
            raise ValueError("path: a file, for an inbox in memory would lose its events")
        self._path = Path(path)
        self._clock = clock
        self._inherited: list[sqlite3.Connection] = []
        self._open()
        self._create()
        _INBOXES.add(self)

    def _open(self) -> None:
        self._lock = threading.Lock()
        self._reader_lock = threading.Lock()
        self._wakeups = threading.Condition()
        self._wakeup_count = 0
        self._reader: sqlite3.Connection | None = None
        self._writer: GroupCommit | None = None
        self._is_closed = False

    def _reopen_after_fork(self) -> None:
        """Open new connections in a forked child: SQLite's must not be used, or closed, on both sides of a fork."""
        if self._reader is not None:
            self._inherited.append(self._reader)
        writer = self._writer
        if writer is not None and writer.connection is not None:
            self._inherited.append(writer.connection)
        self._open()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=LOCK_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -32768")  # KiB: the indexes of a million events
        return connection

    def _create(self) -> None:
        with suppress(
            FileExistsError
        ):  # closing a file that is open ends the locks of this process
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = self._connect()
        try:
            _use_write_ahead_log(connection)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > SCHEMA_VERSION:
                raise InboxError(
                    f"{self._path}: tables of version {version} are of a newer release"
                )
            if version < SCHEMA_VERSION:
                connection.executescript(
                    f"BEGIN IMMEDIATE; {self.schema()} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT"
                )
        finally:
            connection.close()

    # --- database

    @property
    def _group_commit(self) -> GroupCommit:
        with self._lock:
            if self._is_closed:
                raise InboxError("the inbox is closed")
            self._writer = self._writer or GroupCommit(self._connect, self._add_plain, self.wake)
            return self._writer

    def _add_plain(
        self, connection: sqlite3.Connection, deliveries: Sequence[NewDelivery]
    ) -> list[Added]:
        return add_plain(connection, deliveries, self._clock())

    def _in_session(self, operation: Operation[ResultT]) -> Callable[[sqlite3.Connection], ResultT]:
        return lambda connection: operation(_SQLiteSession(connection, self._clock()))

    def _write(self, operation: Operation[ResultT], *, is_durable: bool = False) -> ResultT:
        result: ResultT = self._group_commit.submit(
            self._in_session(operation), is_durable=is_durable
        ).result()
        return result

    def add(self, deliveries: Sequence[NewDelivery], *, cursor: Cursor | None = None) -> Added:
        """Store deliveries and a cursor in one transaction; return after the commit."""
        run, batch = self._addition(deliveries, cursor)
        added: Added = self._group_commit.submit(run, is_durable=True, batch=batch).result()
        return added

    async def aadd(
        self, deliveries: Sequence[NewDelivery], *, cursor: Cursor | None = None
    ) -> Added:
        """Store deliveries and a cursor in one transaction, without blocking the event loop."""
        run, batch = self._addition(deliveries, cursor)
        added: Added = await self._group_commit.submit_async(run, is_durable=True, batch=batch)
        return added

    def _addition(
        self, deliveries: Sequence[NewDelivery], cursor: Cursor | None
    ) -> tuple[Callable[[sqlite3.Connection], Added], NewDelivery | None]:
        """Return the operation that adds deliveries, and the delivery that a group may add with other deliveries."""
        run = self._in_session(lambda session: self._add(session, deliveries, cursor))
        return run, deliveries[0] if cursor is None and is_plain(deliveries) else None

    def _read(self, operation: Operation[ResultT]) -> ResultT:
        with self._reader_lock:
            if self._is_closed:
                raise InboxError("the inbox is closed")
            self._reader = self._reader or self._connect()
            return operation(_SQLiteSession(self._reader, self._clock()))

    def _session(self, connection: Any) -> Session:
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError(f"connection: a sqlite3.Connection, not a {type(connection).__name__}")
        return _SQLiteSession(connection, self._clock())

    def _lock_keys(self, session: Session, keys: Iterable[Key]) -> None:
        """Nothing to lock: SQLite has one writing transaction at a time."""

    def _announce(self, session: Session, source: str) -> None:
        """Nothing to send: `wait` sees every commit."""

    def _id_list(self, ids: Sequence[int]) -> str:
        return json.dumps(list(ids))

    async def acomplete(
        self, claim: Any, connection: Any, handled: tuple[str, ...], is_done: bool = True
    ) -> None:
        """Refuse asynchronous connections: sqlite3 has none."""
        raise TypeError("acomplete: use complete with a sqlite3.Connection")

    # --- waiting

    def wake(self) -> None:
        """Let every `wait` of this process return at once."""
        with self._wakeups:
            self._wakeup_count += 1
            self._wakeups.notify_all()

    def wait(self, source: str, timeout: float) -> None:
        """Return after a commit to the file, when an event is due, or after `timeout` seconds."""
        started = self._wakeup_count
        version = self._data_version()
        due_in = self.due_in(source)
        if due_in is not None:
            timeout = min(timeout, due_in)
        deadline = time.monotonic() + timeout
        while (rest := deadline - time.monotonic()) > 0:
            with self._wakeups:
                if self._wakeup_count != started or self._wakeups.wait(min(POLL, rest)):
                    return
            if self._data_version() != version:
                return

    def _data_version(self) -> int:
        """Return SQLite's number that changes with every commit of another connection."""
        (row,) = self._read(lambda session: session.execute("PRAGMA data_version"))
        return int(row[0])

    def close(self) -> None:
        """Commit queued operations, and close the file."""
        with self._lock, self._reader_lock:
            self._is_closed = True
            writer, self._writer = self._writer, None
            reader, self._reader = self._reader, None
        if writer is not None:
            writer.close()
        if reader is not None:
            reader.close()

    @safe_repr
    def __repr__(self) -> str:
        return f"SQLiteInbox({str(self._path)!r})"


_INBOXES: weakref.WeakSet[SQLiteInbox] = weakref.WeakSet()


def _reopen_all() -> None:
    for inbox in list(_INBOXES):
        inbox._reopen_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reopen_all)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to WAL mode. If another process switches at the same time, SQLite fails without waiting: try again."""
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return
