"""Stores of handled deliveries in Redis, for the processes of several machines."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable
from importlib import import_module
from typing import Any, Protocol

from ...representation import safe_repr
from .stores import LEASE, RETENTION, Taken, check_seconds


class RedisClient(Protocol):
    """The methods of a `redis.Redis` that a store calls."""

    def set(self, name: str, value: str, *, px: int, nx: bool = ...) -> Any:
        """SET name value PX px [NX]."""
        raise NotImplementedError

    def get(self, name: str) -> Any:
        """GET name."""
        raise NotImplementedError

    def eval(self, script: str, numkeys: int, *keys_and_args: str) -> Any:
        """EVAL script."""
        raise NotImplementedError


class AsyncRedisClient(Protocol):
    """The methods of a `redis.asyncio.Redis` that a store calls."""

    def set(self, name: str, value: str, *, px: int, nx: bool = ...) -> Awaitable[Any]:
        """SET name value PX px [NX]."""
        raise NotImplementedError

    def get(self, name: str) -> Awaitable[Any]:
        """GET name."""
        raise NotImplementedError

    def eval(self, script: str, numkeys: int, *keys_and_args: str) -> Any:
        """EVAL script."""
        raise NotImplementedError


class _RedisOptions:
    def __init__(self, client: Any, prefix: str, lease: float, retention: float) -> None:
        self._client = client
        self._prefix = prefix
        check_seconds(lease=lease, retention=retention)
        self.lease = lease
        self._lease = _milliseconds(lease)
        self._retention = _milliseconds(retention)
        self.retention = retention

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(prefix={self._prefix!r})"


class RedisStore(_RedisOptions):
    """A store in Redis.

    Args:
        client: A `redis.Redis`, which the caller closes, or the URL of a server.
        prefix: The beginning of every key.
        lease: Seconds that a claim holds; it is renewed while its handler runs.
        retention: Seconds that a handled delivery is remembered. Longer than the sender repeats a delivery.
    """

    def __init__(
        self,
        client: RedisClient | str,
        *,
        prefix: str = "hooksmith:",
        lease: float = LEASE,
        retention: float = RETENTION,
    ) -> None:
        super().__init__(_connected(client, "redis"), prefix, lease, retention)

    def claim(self, key: str) -> str | Taken:
        token = secrets.token_hex(16)
        name = self._prefix + key
        if self._client.set(name, token, nx=True, px=self._lease):
            return token
        return Taken.DONE if self._client.get(name) in (b"", "") else Taken.BUSY

    def commit(self, key: str, token: str) -> None:
        self._client.set(self._prefix + key, "", px=self._retention)

    def renew(self, key: str, token: str) -> None:
        """Extend a claim by the lease, from now on."""
        self._client.eval(_RENEW, 1, self._prefix + key, token, str(self._lease))

    def release(self, key: str, token: str) -> None:
        self._client.eval(_RELEASE, 1, self._prefix + key, token)


class AsyncRedisStore(_RedisOptions):
    """A store in Redis, for receivers under ASGI.

    Args:
        client: A `redis.asyncio.Redis`, which the caller closes, or the URL of a server.
        prefix: The beginning of every key.
        lease: Seconds that a claim holds; it is renewed while its handler runs.
        retention: Seconds that a handled delivery is remembered. Longer than the sender repeats a delivery.
    """

    def __init__(
        self,
        client: AsyncRedisClient | str,
        *,
        prefix: str = "hooksmith:",
        lease: float = LEASE,
        retention: float = RETENTION,
    ) -> None:
        super().__init__(_connected(client, "redis.asyncio"), prefix, lease, retention)

    async def claim(self, key: str) -> str | Taken:
        token = secrets.token_hex(16)
        name = self._prefix + key
        if await self._client.set(name, token, nx=True, px=self._lease):
            return token
        return Taken.DONE if await self._client.get(name) in (b"", "") else Taken.BUSY

    async def commit(self, key: str, token: str) -> None:
        await self._client.set(self._prefix + key, "", px=self._retention)

    async def renew(self, key: str, token: str) -> None:
        """Extend a claim by the lease, from now on."""
        await self._client.eval(_RENEW, 1, self._prefix + key, token, str(self._lease))

    async def release(self, key: str, token: str) -> None:
        await self._client.eval(_RELEASE, 1, self._prefix + key, token)


# Only the holder of a claim releases it.
_RELEASE = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
)
_RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"


def _connected(client: Any, module: str) -> Any:
    """Return a client; a URL is connected to. Raises TypeError for a client of the other kind."""
    if isinstance(client, str):
        return import_module(module).from_url(client)
    is_async = type(client).__module__.startswith("redis.asyncio")
    if is_async != (module == "redis.asyncio") and type(client).__module__.startswith("redis."):
        other = "AsyncRedisStore" if is_async else "RedisStore"
        raise TypeError(f"client: a {module}.Redis or a URL; for this client, use {other}")
    if not callable(getattr(client, "eval", None)):
        raise TypeError(f"client: a {module}.Redis or a URL, not a {type(client).__name__}")
    return client


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
