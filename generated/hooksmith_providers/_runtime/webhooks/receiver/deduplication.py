"""Duplicate deliveries: a handler runs once for the deliveries that share an id.

A delivery is claimed before its handler runs and committed after the handler succeeded. A claim expires, so that a
delivery whose process died can be claimed again when the sender repeats it.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from .lease_keeper import LeaseKeeper
from .reporting import logger
from .stores import AsyncIdempotencyStore, IdempotencyStore, Taken


class StoreError(Exception):
    """The store failed; `__cause__` is its error."""


class Deduplication:
    """Claims, commits and releases keys in a store; without a store, every claim succeeds."""

    def __init__(self, store: IdempotencyStore | AsyncIdempotencyStore | None) -> None:
        self._store: Any = store
        self.is_async = store is not None and inspect.iscoroutinefunction(store.claim)
        self.may_block = store is not None and bool(getattr(store, "may_block", True))
        self.is_prompt = store is None or not (self.is_async or self.may_block)
        """Whether `claim` and `commit` never wait, so that they run in an event loop."""
        self._aclaim = self._awaitable("claim")
        self._acommit = self._awaitable("commit")
        can_renew = hasattr(store, "renew") and hasattr(store, "lease")
        self._keeper = LeaseKeeper(store) if can_renew else None

    def claim(self, key: str | None) -> str | Taken:
        """Return the token of a claim, or the reason why the key cannot be claimed; raises StoreError."""
        if self._store is None or key is None:
            return ""
        try:
            token: str | Taken = self._store.claim(key)
        except Exception as error:
            raise StoreError from error
        return self._renewed(key, token)

    def _renewed(self, key: str, token: str | Taken) -> str | Taken:
        """Renew the claim from now on, if it succeeded."""
        if self._keeper is not None and isinstance(token, str):
            self._keeper.add(key, token)
        return token

    def _end(self, key: str, token: str) -> None:
        """End the renewal of a claim."""
        if self._keeper is not None:
            self._keeper.remove(key, token)

    def _awaitable(self, method: str) -> Callable[..., Awaitable[Any]]:
        """Return a method of the store as a coroutine function; a plain method runs in a thread."""
        function = getattr(self._store, method, None)
        if self.is_async or self._store is None:
            return function  # type: ignore[return-value]
        return getattr(self._store, f"a{method}", None) or partial(_in_thread, function)

    async def aclaim(self, key: str | None) -> str | Taken:
        """Claim a key without blocking the event loop; raises StoreError."""
        if self._store is None or key is None:
            return ""
        try:
            token: str | Taken = await self._aclaim(key)
        except Exception as error:
            raise StoreError from error
        return self._renewed(key, token)

    def commit(self, key: str | None, token: str) -> None:
        """Record that the key was handled; raises StoreError."""
        if self._store is None or key is None:
            return
        self._end(key, token)
        try:
            self._store.commit(key, token)
        except Exception as error:
            raise StoreError from error

    async def acommit(self, key: str | None, token: str) -> None:
        """Record that the key was handled, without blocking the event loop and even if the task is cancelled.

        Raises:
            StoreError: The store failed.
        """
        if self._store is None or key is None:
            return
        self._end(key, token)
        try:
            await self._acommit(key, token)
        except Exception as error:
            raise StoreError from error
        except BaseException:  # cancelled: the commit is repeated, since the handler succeeded
            from anyio import CancelScope

            with CancelScope(shield=True):
                await self._acommit(key, token)
            raise

    def release(self, key: str | None, token: str) -> None:
        """End a claim without a commit. If the store fails, the claim expires by itself."""
        if self._store is None or key is None:
            return
        self._end(key, token)
        try:
            self._store.release(key, token)
        except Exception:
            logger.warning("a claim could not be released; it expires", exc_info=True)

    async def arelease(self, key: str | None, token: str) -> None:
        """End a claim without a commit, without blocking the event loop and even if the task is cancelled."""
        if self._store is None or key is None:
            return
        self._end(key, token)
        from anyio import CancelScope

        with CancelScope(shield=True):
            try:
                if self.is_async:
                    await self._store.release(key, token)
                elif self.may_block:
                    await _in_thread(self._store.release, key, token)
                else:
                    self._store.release(key, token)
            except Exception:
                logger.warning("a claim could not be released; it expires", exc_info=True)


async def _in_thread(function: Any, *arguments: Any) -> Any:
    from anyio.to_thread import run_sync

    return await run_sync(function, *arguments)
