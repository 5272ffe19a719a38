"""Stores of handled deliveries, in memory and in SQLite; `redis_stores` has those in Redis.

A delivery is claimed before its handler runs and committed after the handler succeeded. A claim expires, so that a
delivery whose process died can be claimed again when the sender repeats it.
"""

from __future__ import annotations

import inspect
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ...representation import safe_repr

T = TypeVar("T")

LEASE = 30.0
RETENTION = 7 * 86_400.0
_SWEEP_SECONDS = 60.0
_CHECKPOINT_COMMITS = 1000


class Taken(Enum):
    """Why a delivery cannot be claimed."""

    DONE = "done"
    """It was handled and committed."""

    BUSY = "busy"
    """It is being handled, or its process died less than a lease ago."""


class IdempotencyStore(Protocol):
    """A store of handled deliveries. Every method may be called from many threads.

    Optional attributes: `renew(key, token)` and `lease`, in seconds: the receiver then renews a claim while its
    handler runs; `retention` (seconds that a handled delivery is remembered); `may_block` (False: the methods never
    wait, so they run in the event loop), `try_claim(key)`, which returns None instead of waiting, and
    `try_commit(key, token)`, which returns False instead.
    """

    def claim(self, key: str) -> str | Taken:
        """Claim a delivery; return the token for `commit` or `release`, or why it cannot be claimed."""
        raise NotImplementedError

    def commit(self, key: str, token: str) -> None:
        """Record that the delivery was handled: every later claim gives DONE."""
        raise NotImplementedError

    def release(self, key: str, token: str) -> None:
        """End the claim without a commit: the delivery can be claimed again at once."""
        raise NotImplementedError


class AsyncIdempotencyStore(Protocol):
    """An `IdempotencyStore` whose methods are coroutine functions."""

    async def claim(self, key: str) -> str | Taken:
        """Claim a delivery; return the token for `commit` or `release`, or why it cannot be claimed."""
        raise NotImplementedError

    async def commit(self, key: str, token: str) -> None:
        """Record that the delivery was handled: every later claim gives DONE."""
        raise NotImplementedError

    async def release(self, key: str, token: str) -> None:
        """End the claim without a commit: the delivery can be claimed again at once."""
        raise NotImplementedError


def checked_store(store: Any) -> IdempotencyStore | AsyncIdempotencyStore | None:
    """Return a store; a class is called. Raises TypeError for an object without a store's methods."""
    if inspect.isclass(store):
        store = store()
    for method in ("claim", "commit", "release") if store is not None else ():
        if not callable(getattr(store, method, None)):
            raise TypeError(f"store: an object with claim, commit and release, not {store!r:.60}")
    return store  # type: ignore[no-any-return]


def check_seconds(**settings: float) -> None:
    """Raise ValueError for a setting in seconds that is not above 0."""
    for name, seconds in settings.items():
        if not seconds > 0:
            raise ValueError(f"{name}: seconds above 0, not {seconds!r}")


class MemoryStore:
    """A store in the memory of this process, for one process; a restart forgets it.

    Args:
        lease: Seconds that a claim holds; it is renewed while its handler runs.
        retention: Seconds that a handled delivery is remembered. Longer than the sender repeats a delivery.
        clock: Gives seconds, of any origin.
    """

    may_block = False

    def __init__(
        self,
        *,
        lease: float = LEASE,
        retention: float = RETENTION,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_seconds(lease=lease, retention=retention)
        self.lease = lease
        self.retention = retention
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[str, float]] = {}
        """Key → the token of its claim, or an empty text once it is handled, and the end of either."""
        self._swept = clock()

    def claim(self, key: str) -> str | Taken:
        now, token = self._clock(), secrets.token_hex(16)
        with self._lock:
            if now - self._swept >= _SWEEP_SECONDS:
                self._sweep(now)
            entry = self._entries.get(key)
            if entry is not None and entry[1] > now:
                return Taken.BUSY if entry[0] else Taken.DONE
            self._entries[key] = (token, now + self.lease)
        return token

    def commit(self, key: str, token: str) -> None:
        with self._lock:
            self._entries[key] = ("", self._clock() + self.retention)

    def renew(self, key: str, token: str) -> None:
        """Extend a claim by the lease, from now on."""
        with self._lock:
            if self._entries.get(key, ("", 0.0))[0] == token:
                self._entries[key] = (token, self._clock() + self.lease)

    def release(self, key: str, token: str) -> None:
        with self._lock:
            if self._entries.get(key, ("", 0.0))[0] == token:
                del self._entries[key]

    def _sweep(self, now: float) -> None:
        self._swept = now
        self._entries = {key: entry for key, entry in self._entries.items() if entry[1] > now}

    @safe_repr
    def __repr__(self) -> str:
        return f"MemoryStore({len(self._entries)} keys)"


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
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process: int | None = None
        self._swept = 0.0
        self._commits = 0
        with self._lock:
            self._open()

    def claim(self, key: str) -> str | Taken:
        with self._lock:
            return self._claim(self._open(), key)

    def try_claim(self, key: str) -> str | Taken | None:
        """Claim a delivery if no thread or process has the file locked; None if it is locked."""
        return self._without_waiting(lambda connection: self._claim(connection, key))

    def _claim(self, connection: sqlite3.Connection, key: str) -> str | Taken:
        now, token = self._clock(), secrets.token_hex(16)
        self._sweep(connection, now)
        claimed = connection.execute(_CLAIM, (key, token, now + self.lease, now)).fetchone()
        if claimed is not None:
            return token
        row = connection.execute("SELECT token FROM deliveries WHERE key = ?", (key,)).fetchone()
        return Taken.DONE if row is not None and row[0] is None else Taken.BUSY

    def commit(self, key: str, token: str) -> None:
        with self._lock:
            self._commit(self._open(), key)
            if self._commits >= _CHECKPOINT_COMMITS:
                self._commits = 0
                self._open().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def try_commit(self, key: str, token: str) -> bool:
        """Commit if no thread or process has the file locked, and no checkpoint is due; return whether it did.

        In WAL mode with `synchronous=NORMAL` a commit does not wait for the disk; a checkpoint does.
        """
        if self._commits >= _CHECKPOINT_COMMITS - 1:
            return False
        return self._without_waiting(lambda connection: self._commit(connection, key)) is not None

    def _commit(self, connection: sqlite3.Connection, key: str) -> bool:
        connection.execute(_COMMIT, (key, self._clock() + self.retention))
        self._commits += 1
        return True

    def _without_waiting(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Return the result of `work`; None if a thread or a process has the file locked."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            connection = self._open()
            connection.execute("PRAGMA busy_timeout = 0")
            try:
                return work(connection)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                return None
            finally:
                connection.execute("PRAGMA busy_timeout = 30000")
        finally:
            self._lock.release()

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
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        if hasattr(self, "_connection"):  # absent after wrong arguments
            self.close()

    def _open(self) -> sqlite3.Connection:
        """Return the connection of this process: a connection must not be carried across a fork."""
        if self._connection is None or self._process != os.getpid():
            self._connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._process = os.getpid()
            self._connection.execute("PRAGMA busy_timeout = 30000")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            # Checkpoints, which wait for the disk, run in `commit`: claims may run in the event loop.
            self._connection.execute("PRAGMA wal_autocheckpoint = 0")
            self._connection.execute(_TABLE)
        return self._connection

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        """Delete expired rows, once a minute."""
        if now - self._swept >= _SWEEP_SECONDS:
            self._swept = now
            connection.execute("DELETE FROM deliveries WHERE expires <= ?", (now,))

    @safe_repr
    def __repr__(self) -> str:
        return f"SQLiteStore({self._path!r})"


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
