"""Claims of the in-request receiver: renewed while a handler runs, free soon after a crash."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hooksmith_providers._runtime.webhooks.receiver.deduplication import Deduplication
from hooksmith_providers._runtime.webhooks.receiver.stores import LEASE, Taken
from hooksmith_providers.workos import (
    AsyncRedisStore,
    MemoryStore,
    RedisStore,
    SQLiteStore,
)
from support.waiting import until

from .test_stores import redis_port  # noqa: F401 - a fixture

SHORT = 1.0
"""Seconds: a third of it is the interval between renewals, which a busy machine must keep."""


@pytest.fixture(params=["memory", "file", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "redis":
        import redis

        client = redis.Redis(port=request.getfixturevalue("redis_port"))
        yield RedisStore(client, lease=SHORT, prefix=f"{tmp_path}:")
        client.close()
    else:
        yield (
            MemoryStore(lease=SHORT)
            if request.param == "memory"
            else SQLiteStore(tmp_path / "store.db", lease=SHORT)
        )


def test_a_claim_is_renewed_until_its_handler_ends(store: Any) -> None:
    deduplication = Deduplication(store)
    token = deduplication.claim("a")
    assert isinstance(token, str)
    time.sleep(SHORT * 1.5)
    assert store.claim("a") is Taken.BUSY
    deduplication.commit("a", token)
    assert store.claim("a") is Taken.DONE


def test_a_claim_that_is_released_is_renewed_no_more(store: Any) -> None:
    deduplication = Deduplication(store)
    token = deduplication.claim("a")
    assert isinstance(token, str)
    deduplication.release("a", token)
    other = store.claim("a")
    assert isinstance(other, str)
    deadline = time.monotonic() + 120
    while store.claim("a") is Taken.BUSY:  # a claim past the receiver is not renewed
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_foreign_token_renews_nothing(store: Any) -> None:
    assert isinstance(store.claim("a"), str)
    deadline = time.monotonic() + 120
    while store.claim("a") is Taken.BUSY:
        store.renew("a", "another")
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_asynchronous_store_is_renewed_in_its_loop(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    port = request.getfixturevalue("redis_port")

    async def main() -> None:
        import redis.asyncio

        async with redis.asyncio.Redis(port=port) as client:
            store = AsyncRedisStore(client, lease=SHORT, prefix=f"{tmp_path}:")
            deduplication = Deduplication(store)
            token = await deduplication.aclaim("a")
            assert isinstance(token, str)
            await asyncio.sleep(SHORT * 1.5)
            assert await store.claim("a") is Taken.BUSY
            await deduplication.acommit("a", token)
            assert await store.claim("a") is Taken.DONE

    asyncio.run(main())


def test_the_thread_ends_without_claims_and_starts_again() -> None:
    store = MemoryStore(lease=0.03)
    deduplication = Deduplication(store)
    for key in ("a", "b"):
        token = deduplication.claim(key)
        assert isinstance(token, str)
        assert keepers()
        deduplication.commit(key, token)
        until(lambda: not keepers())


def keepers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "hooksmith-claims"]


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
@pytest.mark.parametrize("name", ["lease", "retention"])
def test_seconds_are_above_zero(name: str, seconds: float) -> None:
    for store in (MemoryStore, SQLiteStore, partial(RedisStore, "redis://localhost")):
        with pytest.raises(ValueError, match=f"^{name}: seconds above 0, not {seconds}$"):
            store(**{name: seconds})


def test_a_crash_delays_a_repeated_delivery_by_half_a_minute() -> None:
    assert LEASE == 30
