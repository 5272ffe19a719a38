"""Which deliveries were handled already: deliveries come at least once, handlers should run once.

A delivery is claimed before its handler runs and committed after it succeeded. A claim runs out, so that a delivery
whose receiver died in between can be claimed again when the sender repeats it.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

LEASE = 300.0
RETENTION = 7 * 86_400.0


class Taken(Enum):
    """Why a delivery cannot be claimed."""

    DONE = "done"
    """It was handled and committed."""

    BUSY = "busy"
    """Another thread or process is at it, or died at it less than a lease ago."""


class IdempotencyStore(Protocol):
    """What a receiver needs of a store. All methods are called from many threads."""

    def claim(self, key: str) -> str | Taken:
        """Claim a delivery: a token for `commit` or `release`, or why it cannot be claimed."""
        raise NotImplementedError

    def commit(self, key: str, token: str) -> None:
        """The delivery was handled: every later claim gives DONE."""
        raise NotImplementedError

    def release(self, key: str, token: str) -> None:
        """The delivery was not handled: it can be claimed again at once."""
        raise NotImplementedError


class SQLiteStore:
    """A store in a file of SQLite, for the threads of several processes of one machine.

    The file is in WAL mode. Should the machine itself lose power, the last commits may be lost, and those deliveries
    handled once more; they are never lost themselves.

    Args:
        path: The file; None: in memory, for this process alone.
        lease: Seconds that a claim holds. Longer than any handler takes.
        retention: Seconds that a handled delivery is remembered. Longer than the sender goes on repeating it.
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
        self._lease = lease
        self._retention = retention
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process: int | None = None
        self._swept = 0.0
        with self._lock:
            self._open()

    def claim(self, key: str) -> str | Taken:
        now, token = self._clock(), secrets.token_hex(16)
        with self._lock:
            connection = self._open()
            self._sweep(connection, now)
            claimed = connection.execute(_CLAIM, (key, token, now + self._lease, now)).fetchone()
            if claimed is not None:
                return token
            row = connection.execute(
                "SELECT token FROM deliveries WHERE key = ?", (key,)
            ).fetchone()
        return Taken.DONE if row is not None and row[0] is None else Taken.BUSY

    def commit(self, key: str, token: str) -> None:
        with self._lock:
            self._open().execute(_COMMIT, (key, self._clock() + self._retention))

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
        if hasattr(self, "_connection"):  # not where the arguments were wrong
            self.close()

    def _open(self) -> sqlite3.Connection:
        """The connection of this process: one must not be carried across a fork."""
        if self._connection is None or self._process != os.getpid():
            self._connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._process = os.getpid()
            self._connection.execute("PRAGMA busy_timeout = 30000")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(_TABLE)
        return self._connection

    def _sweep(self, connection: sqlite3.Connection, now: float) -> None:
        """Forget what has expired, once a minute."""
        if now - self._swept >= 60:
            self._swept = now
            connection.execute("DELETE FROM deliveries WHERE expires <= ?", (now,))

    def __repr__(self) -> str:
        return f"SQLiteStore({self._path!r})"


# A row without a token was handled. `expires`: when its claim, or the memory of it, runs out.
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


class RedisClient(Protocol):
    """What we need of a `redis.Redis`."""

    def set(self, name: str, value: str, *, px: int, nx: bool = ...) -> Any:
        """SET name value PX px [NX]."""
        raise NotImplementedError

    def get(self, name: str) -> Any:
        """GET name."""
        raise NotImplementedError

    def eval(self, script: str, numkeys: int, *keys_and_args: str) -> Any:
        """EVAL script."""
        raise NotImplementedError


class RedisStore:
    """A store in Redis, for the processes of several machines.

    Args:
        client: A `redis.Redis`; it stays yours to close.
        prefix: What the keys begin with.
        lease: Seconds that a claim holds. Longer than any handler takes.
        retention: Seconds that a handled delivery is remembered. Longer than the sender goes on repeating it.
    """

    def __init__(
        self,
        client: RedisClient,
        *,
        prefix: str = "hooksmith:",
        lease: float = LEASE,
        retention: float = RETENTION,
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._lease = lease
        self._retention = retention

    def claim(self, key: str) -> str | Taken:
        token = secrets.token_hex(16)
        name = self._prefix + key
        if self._client.set(name, token, nx=True, px=_milliseconds(self._lease)):
            return token
        return Taken.DONE if self._client.get(name) in (b"", "") else Taken.BUSY

    def commit(self, key: str, token: str) -> None:
        self._client.set(self._prefix + key, "", px=_milliseconds(self._retention))

    def release(self, key: str, token: str) -> None:
        self._client.eval(_RELEASE, 1, self._prefix + key, token)

    def __repr__(self) -> str:
        return f"RedisStore(prefix={self._prefix!r})"


# Only who holds the claim gives it up.
_RELEASE = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
)


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
