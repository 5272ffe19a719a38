"""MATTR's tokens under threads and tasks: one request for one token, whatever happens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from hooksmith_providers._runtime.client import oauth_tokens as token_module
from hooksmith_providers.mattr import AsyncMATTRClient, AuthenticationError, MATTRClient

from .clients import AUDIENCE, SECRET
from .server import Space

THREADS = 20
TASKS = 50


def arguments(space: Space) -> dict[str, str]:
    return {
        "client_id": "client",
        "client_secret": SECRET,
        "audience": AUDIENCE,
        "token_url": space.token_url,
        "base_url": space.mattr,
    }


def tokens_asked(space: Space) -> int:
    return sum(it.path.endswith("/oauth/token") for it in space.requests())


def in_threads(call: Callable[[], object]) -> None:
    """Call at the same moment in every thread; the first error is raised."""
    barrier = threading.Barrier(THREADS)

    def wait_and_call() -> None:
        barrier.wait()
        call()

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(wait_and_call) for _ in range(THREADS)]:
            future.result()


def test_threads_share_one_request_for_the_token(space: Space) -> None:
    space.set(token_delay=0.1)
    with MATTRClient(**arguments(space)) as client:
        in_threads(client.webhooks.list_webhooks)
        assert tokens_asked(space) == 1
        space.revoke_tokens()  # all of them are refused once, and one asks anew
        in_threads(client.webhooks.list_webhooks)
        assert tokens_asked(space) == 2
        in_threads(client.with_options(timeout=5).webhooks.list_webhooks)
        assert tokens_asked(space) == 2


def test_tasks_share_one_request_for_the_token(space: Space) -> None:
    space.set(token_delay=0.1)

    async def calls() -> None:
        async with AsyncMATTRClient(**arguments(space)) as client:

            async def everyone() -> None:
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(TASKS):
                        tasks.create_task(client.webhooks.list_webhooks().first_page())

            await everyone()
            assert tokens_asked(space) == 1
            space.revoke_tokens()
            await everyone()
            assert tokens_asked(space) == 2

    asyncio.run(calls())


def test_a_cancelled_task_does_not_hold_up_the_others(space: Space) -> None:
    space.set(token_delay=0.2)

    async def calls() -> int:
        async with AsyncMATTRClient(**arguments(space)) as client:
            first = asyncio.create_task(client.webhooks.list_webhooks().first_page())
            await asyncio.sleep(0.05)
            second = asyncio.create_task(client.webhooks.list_webhooks().first_page())
            await asyncio.sleep(0)
            first.cancel()
            return len((await second).items)

    assert asyncio.run(asyncio.wait_for(calls(), 5)) == 0


def test_a_failed_request_for_a_token_does_not_hold_up_the_others(space: Space) -> None:
    space.fail({"kind": "status", "status": 401}, None)
    with MATTRClient(**arguments(space)) as client:
        with pytest.raises(AuthenticationError):
            client.webhooks.list_webhooks()
        in_threads(client.webhooks.list_webhooks)
    assert tokens_asked(space) == 2


def test_a_token_is_replaced_before_its_end(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    """86400 seconds are MATTR's; a minute before their end the next call brings another."""
    now = [1000.0]

    class Clock:
        monotonic = staticmethod(lambda: now[0])

    monkeypatch.setattr(token_module, "time", Clock)
    with MATTRClient(**arguments(space)) as client:
        client.webhooks.list_webhooks()
        now[0] += 86400 - 61
        client.webhooks.list_webhooks()
        assert tokens_asked(space) == 1
        now[0] += 2
        client.webhooks.list_webhooks()
        assert tokens_asked(space) == 2


def test_a_token_that_the_server_ended_is_replaced(space: Space) -> None:
    """The server's clock decides: a refusal brings a new token, and the call is repeated, once."""
    space.set(token_lifetime=0.3)
    with MATTRClient(**arguments(space)) as client:
        client.webhooks.list_webhooks()
        threading.Event().wait(0.35)
        made = client.webhooks.create_webhook(events=[], url="https://example.com")
    assert [it["id"] for it in space.stored("mattr")] == [made.id]
    assert tokens_asked(space) == 2


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_second_refusal_is_final(space: Space, kind: str) -> None:
    """One new token a call; not a request for tokens without end."""
    refusal = {"kind": "status", "status": 401}
    space.fail(None, refusal, None, refusal)
    if kind == "sync":
        with MATTRClient(**arguments(space)) as client, pytest.raises(AuthenticationError):
            client.webhooks.create_webhook(events=[], url="https://example.com")
    else:
        with pytest.raises(AuthenticationError):
            asyncio.run(_create(space))
    assert [it.path.rpartition("/")[2] for it in space.requests()] == [
        "token",
        "webhooks",
        "token",
        "webhooks",
    ]
    assert space.stored("mattr") == []


async def _create(space: Space) -> None:
    async with AsyncMATTRClient(**arguments(space)) as client:
        await client.webhooks.create_webhook(events=[], url="https://example.com")


def test_a_token_is_asked_for_again_after_a_fault(space: Space, quick: None) -> None:
    space.fail({"kind": "drop"}, {"kind": "status", "status": 503}, None)
    with MATTRClient(**arguments(space)) as client:
        client.webhooks.list_webhooks()
    assert tokens_asked(space) == 3
