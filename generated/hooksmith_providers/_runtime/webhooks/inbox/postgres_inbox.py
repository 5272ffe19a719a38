"""Inbox in PostgreSQL, for many machines; needs psycopg 3 (`pip install 'hooksmith[postgres]'`)."""

from __future__ import annotations

import json
import os
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from .database import LEASE, RENUDGE, RETENTION, Key, Operation, ResultT, Session, is_plain
from .protocol import Engine
from .sql_inbox import SQLInbox
from .statements import POSTGRES, add_plain_of_postgres
from .states import (
    Added,
    Claim,
    Cursor,
    InboxError,
    LeaseLostError,
    NewDelivery,
)

if TYPE_CHECKING:
    from psycopg import AsyncConnection, Connection
    from psycopg_pool import ConnectionPool

CHANNEL = "hooksmith_inbox"
TRIES = 3
"""Tries of a transaction that PostgreSQL ends for a deadlock of overlapping batches, or by a restart."""

_CONNECTION_LOST = ("08", "57P")
"""Classes of SQLSTATE after which connections are opened again: connection exception, operator intervention."""

_SCHEMA_LOCK = 0x686F6F6B
_LISTEN_AGAIN = 5.0
"""Seconds without notifications after the listening connection failed."""


class _PostgresSession:
    """Transaction of PostgreSQL."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection

    def execute(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement with named parameters; return its rows."""
        from psycopg.rows import tuple_row

        with self.connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(_placeholders(sql), parameters, prepare=True)
            return cursor.fetchall() if cursor.description is not None else []


@cache
def _placeholders(sql: str) -> Any:
    """Return a statement with psycopg's placeholders: `:name` → `%(name)s`."""
    return re.sub(r":([a-z_0-9]+)\b", r"%(\1)s", sql.replace("%", "%%"))


class PostgresInbox(SQLInbox):
    """Inbox in PostgreSQL: many machines, and effects exactly once in the user's own transaction.

    Args:
        database: Connection string of libpq, or a `psycopg_pool.ConnectionPool`; a pool stays the caller's to close.
        engine: Queue of a job library; None: workers of this package claim events.
        lease: Seconds that a claim holds without renewal.
        retention: Seconds until finished events are deleted. Longer than the sender repeats deliveries.
        hold_dead: Whether a dead event holds later events of its ordering key back until it is replayed or discarded.
        renudge: Seconds until `sweep` enqueues an overdue event again.
        create: Whether to create missing tables; otherwise they must exist (`hooksmith inbox schema`).
        connections: Largest number of connections, if `database` is a connection string.

    Raises:
        InboxError: psycopg is not installed, or the tables do not exist and `create` is false.
        TypeError: `database` is neither text nor a pool.
        ValueError: A duration is not positive.
    """

    def __init__(
        self,
        database: str | ConnectionPool[Any],
        *,
        engine: Engine | None = None,
        lease: float = LEASE,
        retention: float = RETENTION,
        hold_dead: bool = False,
        renudge: float = RENUDGE,
        create: bool = True,
        connections: int = 10,
    ) -> None:
        super().__init__(
            POSTGRES,
            lease=lease,
            retention=retention,
            hold_dead=hold_dead,
            engine=engine,
            renudge=renudge,
        )
        _require_psycopg()
        if not (isinstance(database, str) or hasattr(database, "connection")):
            raise TypeError(
                f"database: a connection string or a pool, not a {type(database).__name__}"
            )
        self._database = database
        self._connections = connections
        self._create = create
        self._add_statement = add_plain_of_postgres()
        self._has_tables = False
        self._inherited: list[object] = []
        self._open()
        _INBOXES.add(self)

    def _open(self) -> None:
        self._lock = threading.Lock()
        self._own_pool: ConnectionPool[Any] | None = None
        self._is_closed = False
        self._listener: Connection[Any] | None = None
        self._listen_at = 0.0
        self._wakeups = threading.Event()

    def _reopen_after_fork(self) -> None:
        """Open new connections in a forked child: both sides of a fork would write to the same sockets."""
        self._inherited += [self._own_pool, self._listener]
        self._open()

    # --- connections

    @property
    def _pool(self) -> ConnectionPool[Any]:
        if not isinstance(self._database, str):
            return self._database
        with self._lock:
            if self._is_closed:
                raise InboxError("the inbox is closed")
            if self._own_pool is None:
                self._own_pool = _new_pool(self._database, self._connections)
            return self._own_pool

    def _ensure_tables(self) -> None:
        if self._has_tables:
            return
        with self._pool.connection() as connection, connection.transaction():
            (exists,) = _one(connection, "SELECT to_regclass('inbox_events') IS NOT NULL")
            if not exists and not self._create:
                raise InboxError(
                    "the table inbox_events does not exist: create it with `hooksmith inbox schema`"
                )
            if not exists:
                # Two processes at once: CREATE TABLE IF NOT EXISTS alone can fail for one of them.
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_SCHEMA_LOCK])
                connection.execute(self.schema())
        self._has_tables = True

    def _write(self, operation: Operation[ResultT], *, is_durable: bool = False) -> ResultT:
        def run(connection: Connection[Any]) -> ResultT:
            with connection.transaction():
                if not is_durable:
                    # Without waiting for the disk: a claim or outcome lost with the server is repeated.
                    connection.execute("SET LOCAL synchronous_commit TO off")
                return operation(_PostgresSession(connection))

        return self._run(run)

    def _read(self, operation: Operation[ResultT]) -> ResultT:
        return self._run(lambda connection: operation(_PostgresSession(connection)))

    def _run(self, run: Callable[[Connection[Any]], ResultT]) -> ResultT:
        """Run a function with a connection; again after a deadlock, or if the server has closed the connection."""
        from psycopg import OperationalError
        from psycopg_pool import PoolTimeout

        for is_last in (*[False] * (TRIES - 1), True):
            try:
                self._ensure_tables()
                with self._pool.connection() as connection:
                    return run(connection)
            except OperationalError as error:
                if is_last or isinstance(error, PoolTimeout):
                    raise
                if error.sqlstate is None or error.sqlstate.startswith(_CONNECTION_LOST):
                    self._pool.check()
        raise AssertionError("the last try returns or raises")

    def add(self, deliveries: Sequence[NewDelivery], *, cursor: Cursor | None = None) -> Added:
        """Store deliveries and a cursor in one transaction; return after the commit."""
        if cursor is not None or not is_plain(deliveries):
            return super().add(deliveries, cursor=cursor)
        if self.engine is not None and self.engine.transactional:
            return self._write(
                lambda session: self._add_plain(session, deliveries[0]), is_durable=True
            )
        added = self._read(lambda session: self._add_plain(session, deliveries[0]))
        self._after_commit(added.due)
        return added

    def _add_plain(self, session: Session, delivery: NewDelivery) -> Added:
        """Add a plain delivery in one statement, which is a transaction of its own on connections in autocommit."""
        (event,) = delivery.events
        ((id_, duplicates, delivery_id, _),) = session.execute(
            self._add_statement,
            source=delivery.source,
            tenant=delivery.tenant,
            headers=json.dumps(delivery.headers),
            body=delivery.body,
            position=event.position,
            event_id=event.event_id,
            type=event.type,
            is_nudged=int(self.engine is not None),
            channel=CHANNEL,
        )
        if duplicates == 0:
            self._enqueue_within(session, [id_])
            return Added(ids=(id_,), due=(id_,))
        session.execute(self._sql.drop_delivery, id=delivery_id)
        return Added(ids=(), duplicates=1)

    async def aadd(
        self, deliveries: Sequence[NewDelivery], *, cursor: Cursor | None = None
    ) -> Added:
        """Store deliveries and a cursor in one transaction, in a thread."""
        from anyio.to_thread import run_sync

        return await run_sync(lambda: self.add(deliveries, cursor=cursor))

    def _session(self, connection: Any) -> Session:
        from psycopg import Connection

        if not isinstance(connection, Connection):
            raise TypeError(
                f"connection: a psycopg.Connection, not a {type(connection).__name__}; "
                "of SQLAlchemy's session: session.connection().connection.driver_connection"
            )
        return _PostgresSession(connection)

    def _lock_keys(self, session: Session, keys: Iterable[Key]) -> None:
        for key in sorted(set(keys)):
            session.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))", key="\x1f".join(key)
            )

    def _announce(self, session: Session, source: str) -> None:
        if (
            self.engine is not None
        ):  # its own workers are notified; commits of notifications wait for one another
            return
        session.execute("SELECT pg_notify(:channel, :source)", channel=CHANNEL, source=source)

    def _id_list(self, ids: Sequence[int]) -> list[int]:
        return list(ids)

    async def acomplete(
        self,
        claim: Claim,
        connection: AsyncConnection[Any],
        handled: tuple[str, ...],
        is_done: bool = True,
    ) -> None:
        """Record handlers' success on the caller's asynchronous connection; raises LeaseLostError."""
        from psycopg import AsyncConnection

        if not isinstance(connection, AsyncConnection):
            raise TypeError(
                f"connection: a psycopg.AsyncConnection, not a {type(connection).__name__}"
            )
        cursor = await connection.execute(
            _placeholders(self._sql.complete if is_done else self._sql.record),
            {"id": claim.row.id, "token": claim.token, "handled": json.dumps(handled)},
        )
        if await cursor.fetchone() is None:
            raise LeaseLostError(f"the lease of event {claim.row.id} has ended")

    # --- waiting

    def wake(self) -> None:
        """Let every `wait` of this process return at once."""
        self._wakeups.set()

    def wait(self, source: str, timeout: float) -> None:
        """Return after a notification of PostgreSQL, when an event is due, or after `timeout` seconds.

        Without a listening connection (a pooler in transaction mode has none), return after `timeout` seconds.
        """
        due_in = self.due_in(source)
        if due_in is not None:
            timeout = min(timeout, due_in)
        deadline = time.monotonic() + timeout
        while (rest := deadline - time.monotonic()) > 0:
            if self._wakeups.is_set():
                self._wakeups.clear()
                return
            if self._is_notified(source, min(rest, 0.1)):
                return

    def _is_notified(self, source: str, timeout: float) -> bool:
        """Wait for a notification about a source."""
        import psycopg

        if self._listener is None and time.monotonic() < self._listen_at:
            self._wakeups.wait(timeout)
            return False
        try:
            if self._listener is None:
                self._listener = self._listen()
                return True  # events of the time before LISTEN
            return any(
                each.payload == source
                for each in list(self._listener.notifies(timeout=timeout, stop_after=1))
            )
        except psycopg.Error:
            self._listener = None
            self._listen_at = time.monotonic() + _LISTEN_AGAIN
            return False

    def _listen(self) -> Connection[Any]:
        import psycopg

        with self._pool.connection() as connection:
            conninfo = connection.info.dsn
            password = connection.info.password
        listener = psycopg.connect(
            conninfo, autocommit=True, **({"password": password} if password else {})
        )
        listener.execute(f"LISTEN {CHANNEL}")
        return listener

    def close(self) -> None:
        """Close the connections that the inbox opened."""
        with self._lock:
            self._is_closed = True
            pool, self._own_pool = self._own_pool, None
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
        if pool is not None:
            pool.close()

    def __repr__(self) -> str:
        return "PostgresInbox()"


def _require_psycopg() -> None:
    try:
        import psycopg
        import psycopg_pool
    except ImportError as error:
        raise InboxError(
            f"{error.name} is not installed: pip install 'hooksmith[postgres]'"
        ) from error
    del psycopg, psycopg_pool


def _new_pool(conninfo: str, connections: int) -> ConnectionPool[Any]:
    from psycopg_pool import ConnectionPool

    return ConnectionPool(
        conninfo,
        min_size=1,
        max_size=connections,
        open=True,
        timeout=5,
        kwargs={"autocommit": True},
        name="hooksmith-inbox",
    )


def _one(connection: Connection[Any], sql: str) -> Any:
    from psycopg.rows import tuple_row

    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(sql.encode()).fetchone()


_INBOXES: weakref.WeakSet[PostgresInbox] = weakref.WeakSet()


def _reopen_all() -> None:
    for inbox in list(_INBOXES):
        inbox._reopen_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reopen_all)
