"""Renewal of claims while their handlers run, so that a crash delays a repeated delivery by one short lease."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

from .reporting import logger


class LeaseKeeper:
    """Renews the running claims of a store every third of its lease, in a thread.

    Args:
        store: A store with the method `renew(key, token)` and the attribute `lease`, in seconds.
    """

    def __init__(self, store: Any) -> None:
        self._renew = store.renew
        self._seconds = store.lease / 3
        self._is_async = asyncio.iscoroutinefunction(store.renew)
        self._claims: dict[tuple[str, str], asyncio.AbstractEventLoop | None] = {}
        self._lock = threading.Lock()
        self._process: int | None = None

    def add(self, key: str, token: str) -> None:
        """Renew a claim from now on."""
        self._claims[key, token] = asyncio.get_running_loop() if self._is_async else None
        if self._process != os.getpid():
            self._start()

    def remove(self, key: str, token: str) -> None:
        """End the renewal of a claim."""
        self._claims.pop((key, token), None)

    def _start(self) -> None:
        """Start the thread, once a process: threads do not survive a fork."""
        if self._take_process():
            threading.Thread(target=self._run, name="hooksmith-claims", daemon=True).start()

    def _take_process(self) -> bool:
        """Return whether this process had no thread; it has one from now on."""
        with self._lock:
            is_free = self._process != os.getpid()
            self._process = os.getpid()
            return is_free

    def _run(self) -> None:
        """Renew until an interval has passed without a claim; the next claim starts another thread."""
        pause = threading.Event()
        earlier: set[tuple[str, str]] = set()
        while True:
            pause.wait(self._seconds)
            claims = dict(self._claims.copy())
            for claim in earlier & claims.keys():
                self._renew_one(*claim, claims[claim])
            if not claims and not earlier:
                self._process = None
                # A claim added before this line saw a running thread, and one added after it starts a thread.
                if not self._claims or not self._take_process():
                    return
            earlier = set(claims)

    def _renew_one(self, key: str, token: str, loop: asyncio.AbstractEventLoop | None) -> None:
        try:
            if loop is None:
                self._renew(key, token)
            else:
                asyncio.run_coroutine_threadsafe(self._renew(key, token), loop).result(
                    self._seconds
                )
        except Exception:
            logger.warning("a claim could not be renewed", exc_info=True)
