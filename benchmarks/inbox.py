"""The inbox: how fast deliveries are accepted, acknowledged and handled, and what a million pending events cost.

uvicorn with one process, `user.created` of 500 bytes, every id new; all figures of one run. "accepted": 16 and 64
connections, no handler and no worker for inboxes, an empty handler in the request. If a write to the disk takes w
seconds, 16 connections send 16 / 2w deliveries a second at most: half of them wait while the others are written.
"acknowledged" and "handled": 50 deliveries a second and a handler of 200 ms or 2 ms, in milliseconds from the moment at
which a delivery was due, p50 and p99.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .serve import GENERATED, ROOT, _cpu, _exchange, _free_port, _requests, _wait_for

ROUNDS = 3
DELIVERIES = 2000
CONNECTIONS = 16
MANY_CONNECTIONS = 64
RATE = 50
RATE_SECONDS = 5
APPLICATIONS = {
    "in_request": "in the request, no store",
    "in_request_sqlite": "in the request, SQLite store",
    "sqlite_inbox": "SQLiteInbox",
    "postgres_inbox": "PostgresInbox",
    "procrastinate_inbox": "PostgresInbox, procrastinate",
    "hand_written": "FastAPI + procrastinate by hand",
}
NEEDS_POSTGRES = frozenset({"postgres_inbox", "procrastinate_inbox", "hand_written"})
WORKERS = {
    "procrastinate_inbox": "benchmarks.inbox_applications.app_of_procrastinate",
    "hand_written": "benchmarks.inbox_applications.own_jobs",
}
PENDING = int(os.environ.get("HOOKSMITH_BENCH_PENDING", "1000000"))


def main() -> None:
    with _postgres() as postgres:
        names = [name for name in APPLICATIONS if postgres or name not in NEEDS_POSTGRES]
        print(f"a write to the disk (fsync) takes {_fsync() * 1000:.1f} ms")
        _print_accepted(names, postgres, CONNECTIONS)
        _print_accepted(["in_request", "sqlite_inbox"], postgres, MANY_CONNECTIONS)
        _print_handled(names, postgres, seconds=0.2)
        _print_handled(names, postgres, seconds=0.002)
        _print_pending(postgres)


# --- figures over HTTP ------------------------------------------------------------------------------------------------


def _print_accepted(names: list[str], postgres: str, connections: int) -> None:
    rounds = [
        {name: _accepted(name, number, postgres, connections) for name in names}
        for number in range(ROUNDS)
    ]
    print(
        f"{f'accepted, {connections} connections':34}{'a second':>10}{'of in-request':>15}"
        f"{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>8}"
    )
    for name in names:
        rate = statistics.median(each[name][0] for each in rounds)
        ratio = statistics.median(each[name][0] / each["in_request"][0] for each in rounds)
        p50 = statistics.median(each[name][1] for each in rounds)
        p99 = statistics.median(each[name][2] for each in rounds)
        cpu = statistics.median(each[name][3] for each in rounds)
        print(
            f"{APPLICATIONS[name]:34}{rate:10.0f}{ratio:15.2f}{p50:9.1f}{p99:9.1f}{cpu:8.0f}",
            flush=True,
        )


def _fsync() -> float:
    """Return the median seconds of a small write that reaches the disk."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(100):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def _accepted(
    name: str, number: int, postgres: str, connections: int
) -> tuple[float, float, float, float]:
    """Return deliveries a second, the 50th and 99th percentile of milliseconds, and CPU microseconds of the server."""
    with _served(name, postgres, seconds=0, has_worker=False) as (port, folder):
        asyncio.run(_send(port, _requests(300, f"w{number}{name}")))
        process = int((folder / "server.pid").read_text())
        began, before = time.perf_counter(), _cpu(process)
        times = asyncio.run(
            _send(port, _requests(DELIVERIES, f"a{number}{name}"), connections=connections)
        )
        seconds, cpu = time.perf_counter() - began, _cpu(process) - before
    return DELIVERIES / seconds, *_percentiles(times), cpu / DELIVERIES * 1e6


def _print_handled(names: list[str], postgres: str, *, seconds: float) -> None:
    title = f"{RATE}/s, a handler of {seconds * 1000:.0f} ms"
    print(f"\n{title:34}{'acknowledged p50':>17}{'p99':>8}{'handled p50':>13}{'p99':>8}")
    for name in names:
        acknowledged, handled = _handled(name, postgres, seconds)
        print(
            f"{APPLICATIONS[name]:34}{acknowledged[0]:17.1f}{acknowledged[1]:8.1f}{handled[0]:13.1f}{handled[1]:8.1f}",
            flush=True,
        )


def _handled(
    name: str, postgres: str, seconds: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return percentiles of the time to the reply, and of the time to the end of the handler."""
    count = RATE * RATE_SECONDS
    with _served(name, postgres, seconds=seconds, has_worker=True) as (port, folder):
        asyncio.run(_send(port, _requests(20, f"v{name}")))
        due, times = asyncio.run(_send_at_rate(port, _requests(count, f"h{name}")))
        handled = _handled_at(folder / "handled.log", f"event_h{name}", count)
    return _percentiles(times), _percentiles(
        [handled[f"event_h{name}{number}"] - moment for number, moment in enumerate(due)]
    )


def _handled_at(log: Path, prefix: str, count: int) -> dict[str, float]:
    deadline = time.monotonic() + 60
    while True:
        lines = [line.split() for line in log.read_text().splitlines() if line.startswith(prefix)]
        if len(lines) >= count:
            return {id_: float(moment) for id_, moment in lines}
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(lines)} of {count} events were handled")
        time.sleep(0.1)


def _percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


async def _send(port: int, requests: list[bytes], *, connections: int = CONNECTIONS) -> list[float]:
    waiting, times = iter(requests), []

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            began = time.perf_counter()
            await _exchange(reader, writer, request)
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    return times


async def _send_at_rate(port: int, requests: list[bytes]) -> tuple[list[float], list[float]]:
    """Return the Unix times at which deliveries were due, and the seconds from there to their replies."""
    start, times = time.time(), [0.0] * len(requests)
    due = [start + number / RATE for number in range(len(requests))]
    waiting = iter(enumerate(requests))

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, request in waiting:
            await asyncio.sleep(max(0.0, due[number] - time.time()))
            await _exchange(reader, writer, request)
            times[number] = time.time() - due[number]
        writer.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return due, times


@contextlib.contextmanager
def _served(
    name: str, postgres: str, *, seconds: float, has_worker: bool
) -> Iterator[tuple[int, Path]]:
    with tempfile.TemporaryDirectory() as folder, _schema(postgres) as conninfo:
        environment = {
            **os.environ,
            "PYTHONPATH": f"{GENERATED}{os.pathsep}{ROOT}",
            "HOOKSMITH_BENCH_FOLDER": folder,
            "HOOKSMITH_BENCH_POSTGRES": conninfo,
            "HOOKSMITH_BENCH_SECONDS": str(seconds),
            "HOOKSMITH_BENCH_WORKER": str(int(has_worker)),
        }
        port = _free_port()
        server = [
            sys.executable,
            "-m",
            "uvicorn",
            "--factory",
            f"benchmarks.inbox_applications:{name}",
        ]
        server += ["--port", str(port), "--log-level", "warning", "--no-access-log"]
        commands = [server]
        if has_worker and name in WORKERS:
            worker = [sys.executable, "-m", "procrastinate", f"--app={WORKERS[name]}", "worker"]
            commands.append([*worker, "--concurrency=16"])
        processes = [
            subprocess.Popen(each, env=environment, cwd=folder, stderr=subprocess.DEVNULL)
            for each in commands
        ]
        (Path(folder) / "server.pid").write_text(str(processes[0].pid))
        try:
            _wait_for(port)
            yield port, Path(folder)
        finally:
            for process in processes:
                process.kill()
                process.wait()


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _postgres() -> Iterator[str]:
    """The connection string of a server of its own; empty if the machine has none."""
    sys.path.insert(0, str(ROOT / "tests"))
    servers = importlib.import_module("inbox.postgres_server")
    programs = servers.binaries()
    if programs is None:
        yield ""
        return
    server = servers.PostgresServer(programs, fsync=True)
    try:
        yield server.conninfo
    finally:
        server.close()


@contextlib.contextmanager
def _schema(postgres: str) -> Iterator[str]:
    """The connection string of an empty database with procrastinate's tables."""
    if not postgres:
        yield ""
        return
    import procrastinate
    import psycopg

    name = f"bench_{time.time_ns()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    conninfo = postgres.replace("dbname=postgres", f"dbname={name}")
    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo))
    with app.open():
        app.schema_manager.apply_schema()
    yield conninfo


# --- a million pending events -----------------------------------------------------------------------------------------


def _print_pending(postgres: str) -> None:
    from hooksmith_providers.workos import PostgresInbox, SQLiteInbox

    print(
        f"\n{f'with {PENDING:,} pending events':34}{'accept µs':>10}{'of empty':>10}{'claim µs':>10}{'of empty':>10}"
    )
    folder = Path(tempfile.mkdtemp())
    with _schema(postgres) as empty, _schema(postgres) as full:
        kinds: dict[str, tuple[Any, Any]] = {
            "SQLiteInbox": (SQLiteInbox(folder / "empty.db"), SQLiteInbox(folder / "full.db"))
        }
        if postgres:
            kinds["PostgresInbox"] = (PostgresInbox(empty), PostgresInbox(full))
        for name, (few, many) in kinds.items():
            _fill(many, PENDING)
            before, after = _costs(few, many)
            print(
                f"{name:34}{after[0]:10.0f}{after[0] / before[0]:10.2f}{after[1]:10.0f}{after[1] / before[1]:10.2f}",
                flush=True,
            )
            few.close()
            many.close()
    shutil.rmtree(folder)


_NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
_FILL = (
    f"""
INSERT INTO inbox_deliveries (source, tenant, received_at, headers, body)
{_NUMBERS} SELECT 'workos', '', :moment, '[]', :body FROM n
""",
    f"""
INSERT INTO inbox_events
    (delivery_id, position, source, tenant, event_id, type, ordering_key, state, received_at, due_at)
{_NUMBERS} SELECT i, 0, 'workos', '', 'fill' || (i * 997 % 1000003), 'user.created',
    CASE WHEN i % 2 = 1 THEN 'hot' END, 'pending', :moment,
    CASE WHEN i % 2 = 0 OR i = 1 THEN :moment END
FROM n
""",
)


def _fill(inbox: Any, count: int) -> None:
    """Add pending events: half of them wait behind one ordering key, the others are due."""
    moment = time.time() - 3600

    def fill(session: Any) -> None:
        session.execute(_FILL[0], count=count, moment=moment, body=b"x" * 200)
        session.execute(_FILL[1], count=count, moment=moment)

    inbox._write(fill)
    if hasattr(inbox, "_pool"):
        with inbox._pool.connection() as connection:
            connection.execute("VACUUM ANALYZE")


def _delivery(id_: str, key: str | None) -> Any:
    from hooksmith_providers._runtime.webhooks.inbox.states import NewDelivery, NewEvent

    event = NewEvent(position=0, type="user.created", event_id=id_, ordering_key=key)
    return NewDelivery(source="workos", headers=(("a", "b"),), body=b"x" * 500, events=(event,))


def _costs(few: Any, many: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the medians of microseconds of an accepted delivery and of a claim with its outcome, in turns."""
    from hooksmith_providers._runtime.webhooks.inbox.states import Outcome, State

    times: dict[tuple[bool, str], list[float]] = {}
    for number in range(600):
        pair = [(False, few), (True, many)]
        for is_full, inbox in pair if number % 2 else pair[::-1]:
            began = time.perf_counter()
            inbox.add([_delivery(f"new{number}", None)])
            added = time.perf_counter()
            (claim,) = inbox.claim("workos", 1)
            inbox.finish(claim, Outcome(state=State.DONE))
            times.setdefault((is_full, "add"), []).append(added - began)
            times.setdefault((is_full, "claim"), []).append(time.perf_counter() - added)
    medians = {key: statistics.median(each[100:]) * 1e6 for key, each in times.items()}
    return (medians[False, "add"], medians[False, "claim"]), (
        medians[True, "add"],
        medians[True, "claim"],
    )
