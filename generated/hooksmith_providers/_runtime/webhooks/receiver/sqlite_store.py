"""The store of handled deliveries in a file of SQLite."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...representation import safe_repr
from .loop_turns import LoopTurns, Work
from .stores import LEASE, RETENTION, SWEEP_SECONDS, Taken, Tokens, check_seconds

_CHECKPOINT_COMMITS = 1000


class SQLiteStore:
    """A store in a file of SQLite, for the threads of several processes of one machine.

    The file is in WAL mode. If the machine loses power, the last commits may be lost, and those deliveries are handled
    once more; deliveries are never lost.

    Args:
        path: The file; None: in memory, for this process alone.
        lease: Seconds that a claim holds; it is renewed while its handler runs.
        retention: Seconds that a handled delivery is remembered. Longer than the sender repeats a delivery.
        clock: Gives the Unix time in seconds.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        lease: float = LEASE,
        retention: float = RETENTION,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = str(path) if path is not None else ":memory:"
        check_seconds(lease=lease, retention=retention)
        self.lease = lease
        self.retention = retention
        self._clock = clock
        self._tokens = Tokens()
        self._turns = LoopTurns()
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._prompt: sqlite3.Connection | None = None
        """A connection that does not wait for a lock of the file."""
        self._process: int | None = None
        self._swept = 0.0
        self._commits = 0
        with self._lock:
            self._open()

    def claim(self, key: str) -> str | Taken:
        with self._lock:
            return self._claim(self._open(), key)

    async def aclaim(self, key: str) -> str | Taken:
        """Claim a delivery without blocking the event loop."""
        token: str | Taken = await self._turns.run(self, self._claim, key)
        return token

    def _claim(self, connection: sqlite3.Connection, key: str) -> str | Taken:
        now, token = self._clock(), self._tokens.new()
        self._sweep(connection, now)
        claimed = connection.execute(_CLAIM, (key, token, now + self.lease, now)).fetchone()
        if claimed is not None:
            return token
        row = connection.execute("SELECT token FROM deliveries WHERE key = ?", (key,)).fetchone()
        return Taken.DONE if row is not None and row[0] is None else Taken.BUSY

    def commit(self, key: str, token: str) -> None:
        with self._lock:
            self._commit(self._open(), key)
            self._checkpoint_if_due()

    async def acommit(self, key: str, token: str) -> None:
        """Record that the delivery was handled, without blocking the event loop."""
        await self._turns.run(self, self._commit, key)

    def _commit(self, connection: sqlite3.Connection, key: str) -> None:
        connection.execute(_COMMIT, (key, self._clock() + self.retention))
        self._commits += 1

    def try_all(self, work: Sequence[Work]) -> list[Any] | None:
        """Do all work in one transaction; None if a thread or process has the file locked, or a checkpoint is due.

        In WAL mode with `synchronous=NORMAL` a transaction does not wait for the disk; a checkpoint does.
        """
        if self._commits >= _CHECKPOINT_COMMITS or not self._lock.acquire(blocking=False):
            return None
        try:
            connection = self._open()
            return _in_transaction(self._prompt or connection, work)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            return None
        finally:
            self._lock.release()

    def do_all(self, work: Sequence[Work]) -> list[Any]:
        """Do all work in one transaction; wait while another process has the file locked."""
        with self._lock:
            results = _in_transaction(self._open(), work)
            self._checkpoint_if_due()
        return results

    def _checkpoint_if_due(self) -> None:
        if self._commits >= _CHECKPOINT_COMMITS:
            self._commits = 0
            self._open().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def renew(self, key: str, token: str) -> None:
        """Extend a claim by the lease, from now on."""
        with self._lock:
            self._open().execute(_RENEW, (self._clock() + self.lease, key, token))

    def release(self, key: str, token: str) -> None:
        with self._lock:
            self._open().execute("DELETE FROM deliveries WHERE key = ? AND token = ?", (key, token))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._process == os.getpid():
                for connection in (self._prompt, self._connection):
                    if connection is not None:
                        connection.close()
            self._connection = self._prompt = None

    def __del__(self) -> None:
        if hasattr(self, "_connection"):  # absent after wrong arguments
            self.close()

    def _open(self) -> sqlite3.Connection:
        """Return the connection of this process: a connection must not be carried across a fork."""
        if self._connection is None or self._process != os.getpid():
            self._process = os.getpid()
            self._connection = self._connected(timeout=30)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(_TABLE)
            self._prompt = None if self._path == ":memory:" else self._connected(timeout=0)
        return self._connection

    def _connected(self, timeout: float) -> sqlite3.Connection:
        """Return a new connection that waits for a lock up to `timeout` seconds."""
        connection = sqlite3.connect(
            self._path, timeout=timeout, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = NORMAL")
        # Checkpoints, which wait for the disk, run in `commit`: claims may run in the event loop.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        return connection

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        """Delete expired rows, once a minute."""
        if now - self._swept >= SWEEP_SECONDS:
            self._swept = now
            connection.execute("DELETE FROM deliveries WHERE expires <= ?", (now,))

    @safe_repr
    def __repr__(self) -> str:
        return f"SQLiteStore({self._path!r})"


def _in_transaction(connection: sqlite3.Connection, work: Sequence[Work]) -> list[Any]:
    if len(work) == 1:
        return [function(connection, key) for function, key in work]
    connection.execute("BEGIN IMMEDIATE")
    try:
        results = [function(connection, key) for function, key in work]
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return results


# A row without a token was handled. `expires`: the end of its claim, or of its retention.
_TABLE = """
CREATE TABLE IF NOT EXISTS deliveries (
    key TEXT PRIMARY KEY, token TEXT, expires REAL NOT NULL
) WITHOUT ROWID
"""
_CLAIM = """
INSERT INTO deliveries (key, token, expires) VALUES (?1, ?2, ?3)
ON CONFLICT (key) DO UPDATE SET token = ?2, expires = ?3 WHERE expires <= ?4
RETURNING key
"""
_COMMIT = """
INSERT INTO deliveries (key, token, expires) VALUES (?1, NULL, ?2)
ON CONFLICT (key) DO UPDATE SET token = NULL, expires = ?2
"""
_RENEW = "UPDATE deliveries SET expires = ? WHERE key = ? AND token = ?"
