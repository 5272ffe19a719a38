"""Stores of handled deliveries: their protocols, and the store in memory.

A delivery is claimed before its handler runs and committed after the handler succeeded. A claim expires, so that a
delivery whose process died can be claimed again when the sender repeats it.
"""

from __future__ import annotations

import inspect
import itertools
import os
import secrets
import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Any, Protocol

from ...representation import safe_repr

LEASE = 30.0
RETENTION = 7 * 86_400.0
SWEEP_SECONDS = 60.0


class Taken(Enum):
    """Why a delivery cannot be claimed."""

    DONE = "done"
    """It was handled and committed."""

    BUSY = "busy"
    """It is being handled, or its process died less than a lease ago."""


class Tokens:
    """Tokens of claims: no two are equal, in whatever process they are made."""

    def __init__(self) -> None:
        self._process: int | None = None
        self._owner = ""
        self._numbers = itertools.count()

    def new(self) -> str:
        """Return a new token."""
        if self._process != os.getpid():  # a fork has the numbers of its parent
            self._process, self._owner = os.getpid(), secrets.token_hex(12)
        return f"{self._owner}-{next(self._numbers)}"


class IdempotencyStore(Protocol):
    """A store of handled deliveries. Every method may be called from many threads.

    Optional attributes: `renew(key, token)` and `lease`, in seconds: the receiver then renews a claim while its
    handler runs; `retention` (seconds that a handled delivery is remembered); `may_block` (False: the methods never
    wait, so they run in the event loop), `aclaim(key)` and `acommit(key, token)`: coroutine functions for callers in an
    event loop, which otherwise call `claim` and `commit` in a thread.
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
        self._tokens = Tokens()
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[str, float]] = {}
        """Key → the token of its claim, or an empty text once it is handled, and the end of either."""
        self._swept = clock()

    def claim(self, key: str) -> str | Taken:
        now, token = self._clock(), self._tokens.new()
        with self._lock:
            if now - self._swept >= SWEEP_SECONDS:
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
