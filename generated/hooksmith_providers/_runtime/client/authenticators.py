"""Resolution of credentials: callables are called, tokens are fetched once for all waiting requests."""

from __future__ import annotations

__lazy_modules__ = frozenset({"asyncio"})  # PEP 810: what does not await goes without it

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from weakref import WeakKeyDictionary

from .credentials import TOKEN, AsyncSource, Credentials, Placement, Secrets, checked
from .operation import ApiInfo

Fetched = tuple[str, float | None]
"""A token and its lifetime in seconds."""
Fetch = Callable[[str, Mapping[str, str]], Fetched]
AsyncFetch = Callable[[str, Mapping[str, str]], Awaitable[Fetched]]
"""Asks for the token of a scheme with its arguments."""


class SyncAuthenticator:
    """Resolves credentials for the sync client; copies of the client and threads share it."""

    def __init__(self, api: ApiInfo, credentials: Credentials) -> None:
        self._api = api
        self.credentials = credentials
        self._constant: dict[tuple[str, ...], Placement] = {}

    def place(self, names: tuple[str, ...], fetch: Fetch) -> Placement:
        """Return the placement of these schemes' credentials in a request."""
        placement = self._constant.get(names)
        if placement is None:
            placement = self.credentials.place({name: self._values(name, fetch) for name in names})
            if self.credentials.is_constant(names):
                self._constant[names] = placement
        return placement

    def _values(self, name: str, fetch: Fetch) -> Secrets:
        if self.credentials.is_exchanged(name):
            return Secrets({TOKEN: self._token(name, fetch)})
        return self._resolved(name)

    def _resolved(self, name: str) -> Secrets:
        sources = self.credentials.sources(name)
        return Secrets({key: self._value(key, source) for key, source in sources.items()})

    def _value(self, argument: str, source: AsyncSource) -> str:
        return checked(self._api, argument, source() if callable(source) else source)

    def _token(self, name: str, fetch: Fetch) -> str:
        cache = self.credentials.tokens[name]
        token = cache.get()
        if token is not None:
            return token
        with cache.lock:
            token = cache.get()
            if token is None:
                token, lifetime = fetch(name, self._resolved(name))
                cache.put(token, lifetime)
            return token


class AsyncAuthenticator:
    """Resolves credentials for the async client; copies of the client and tasks share it."""

    def __init__(self, api: ApiInfo, credentials: Credentials) -> None:
        self._api = api
        self.credentials = credentials
        self._constant: dict[tuple[str, ...], Placement] = {}
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Lock]]
        self._locks = WeakKeyDictionary()

    async def place(self, names: tuple[str, ...], fetch: AsyncFetch) -> Placement:
        """Return the placement of these schemes' credentials in a request."""
        placement = self._constant.get(names)
        if placement is None:
            values = {name: await self._values(name, fetch) for name in names}
            placement = self.credentials.place(values)
            if self.credentials.is_constant(names):
                self._constant[names] = placement
        return placement

    async def _values(self, name: str, fetch: AsyncFetch) -> Secrets:
        if self.credentials.is_exchanged(name):
            return Secrets({TOKEN: await self._token(name, fetch)})
        return await self._resolved(name)

    async def _resolved(self, name: str) -> Secrets:
        sources = self.credentials.sources(name)
        return Secrets({key: await self._value(key, source) for key, source in sources.items()})

    async def _value(self, argument: str, source: AsyncSource) -> str:
        value = source() if callable(source) else source
        return checked(self._api, argument, await value if inspect.isawaitable(value) else value)

    async def _token(self, name: str, fetch: AsyncFetch) -> str:
        cache = self.credentials.tokens[name]
        token = cache.get()
        if token is not None:
            return token
        async with self._lock(name):
            token = cache.get()
            if token is None:
                token, lifetime = await fetch(name, await self._resolved(name))
                cache.put(token, lifetime)
            return token

    def _lock(self, name: str) -> asyncio.Lock:
        """Return a lock of the running loop; a lock of asyncio serves one loop alone."""
        locks = self._locks.setdefault(asyncio.get_running_loop(), {})
        return locks.setdefault(name, asyncio.Lock())
