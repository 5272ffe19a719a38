"""Stores of handled deliveries in Redis, for the processes of several machines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from importlib import import_module
from typing import Any, Protocol

from ...representation import safe_repr
from .stores import LEASE, RETENTION, Taken, Tokens, check_seconds

Command = tuple[Any, ...]
"""The name of a command and its arguments."""


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

    def execute_command(self, *command: Any) -> Awaitable[Any]:
        """Send a command and return its reply."""
        raise NotImplementedError

    def pipeline(self, transaction: bool = ...) -> Any:
        """Return a pipeline, whose commands are sent together."""
        raise NotImplementedError


class _RedisOptions:
    def __init__(self, client: Any, prefix: str, lease: float, retention: float) -> None:
        self._client = client
        self._tokens = Tokens()
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
        token = self._tokens.new()
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
        self._commands = _CommandQueue(self._client)

    async def claim(self, key: str) -> str | Taken:
        token = self._tokens.new()
        name = self._prefix + key
        if await self._send("SET", name, token, "NX", "PX", self._lease):
            return token
        return Taken.DONE if await self._send("GET", name) in (b"", "") else Taken.BUSY

    async def commit(self, key: str, token: str) -> None:
        await self._send("SET", self._prefix + key, "", "PX", self._retention)

    async def _send(self, *command: Any) -> Any:
        """Send a command and return its reply."""
        if not self._commands.is_of_running_loop:
            self._commands = _CommandQueue(self._client)
        return await self._commands.send(command)

    async def renew(self, key: str, token: str) -> None:
        """Extend a claim by the lease, from now on."""
        await self._send("EVAL", _RENEW, 1, self._prefix + key, token, self._lease)

    async def release(self, key: str, token: str) -> None:
        await self._send("EVAL", _RELEASE, 1, self._prefix + key, token)


class _CommandQueue:
    """Sends the commands of one event loop: all that wait at the same time in one round trip.

    A command of 16 takes a third of the CPU time of a command alone.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._sender: asyncio.Task[None] | None = None

    @property
    def is_of_running_loop(self) -> bool:
        """Whether the queue belongs to the running event loop, or to none yet."""
        return self._loop in (None, asyncio.get_running_loop())

    async def send(self, command: Command) -> Any:
        """Send a command and return its reply."""
        self._loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append((command, future))
        if self._sender is None:
            self._sender = self._loop.create_task(self._send_waiting())
        return await future

    async def _send_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                replies = await self._replies([command for command, _ in batch])
            except Exception as error:
                replies = [error] * len(batch)
            for (_, future), reply in zip(batch, replies, strict=True):
                if not future.done():  # it is if its task was cancelled
                    _settle(future, reply)
        self._sender = None

    async def _replies(self, commands: list[Command]) -> list[Any]:
        if len(commands) == 1:
            return [await self._client.execute_command(*commands[0])]
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        replies: list[Any] = await pipeline.execute(raise_on_error=False)
        return replies


def _settle(future: asyncio.Future[Any], reply: Any) -> None:
    if isinstance(reply, Exception):
        future.set_exception(reply)
    else:
        future.set_result(reply)


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
    if not callable(getattr(client, "pipeline" if module == "redis.asyncio" else "eval", None)):
        raise TypeError(f"client: a {module}.Redis or a URL, not a {type(client).__name__}")
    return client


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
