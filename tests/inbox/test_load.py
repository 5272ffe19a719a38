"""Deliveries with duplicates while servers, workers, PostgreSQL and Redis are killed at random: none is lost.

HOOKSMITH_DELIVERIES sets how many there are; `make fuzz` sends 10,000, with Celery as well.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hooksmith_providers.workos import Webhook
from hooksmith_providers.workos.testing import example
from support.paths import ROOT

from .conftest import open_inbox
from .postgres_server import PostgresServer
from .test_engines import Redis, redis  # noqa: F401 - a fixture

DELIVERIES = int(os.environ.get("HOOKSMITH_DELIVERIES", "200"))
IS_LONG = "HOOKSMITH_DELIVERIES" in os.environ
APP = Path(__file__).with_name("load_app.py")
WEBHOOK = Webhook("secret", tolerance=None)
SECONDS_BETWEEN_KILLS = 1.5


class Process:
    """A process that is started again after each kill."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self._environment = environment
        self._arguments = arguments
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *self._arguments],
            cwd=APP.parent,
            env={
                **os.environ,
                **self._environment,
                "PYTHONPATH": f"{APP.parent}:{ROOT / 'generated'}",
            },
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def restart(self) -> None:
        self.stop()
        self._start()

    def stop(self) -> None:
        os.killpg(self._process.pid, 9)
        self._process.wait()


class Sender:
    """Repeats each delivery until it is acknowledged, and some after that."""

    def __init__(self, ports: list[int]) -> None:
        self._urls = [f"http://127.0.0.1:{port}/" for port in ports]
        self._numbers = iter(range(DELIVERIES))
        self._lock = threading.Lock()
        self.acknowledged: set[str] = set()

    def run(self) -> None:
        with httpx2.Client(timeout=10) as client:
            while (number := self._next()) is not None:
                id_ = f"event_{number:06d}"
                changes = {"id": id_, "data.id": f"user_{number % 50}"}
                delivery = example("user.created", webhook=WEBHOOK, changes=changes)
                while not self._post(client, delivery):
                    time.sleep(0.02)
                self.acknowledged.add(id_)
                if random.random() < 0.2:
                    self._post(client, delivery)

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _post(self, client: httpx2.Client, delivery: Any) -> bool:
        try:
            reply = client.post(
                random.choice(self._urls), content=delivery.body, headers=delivery.headers
            )
        except (OSError, httpx2.HTTPError):
            return False
        return reply.status_code == 200


class Chaos:
    """Kills at random until it is stopped."""

    def __init__(self, kills: list[Callable[[], None]]) -> None:
        self._kills = kills
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.count = 0
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_KILLS * random.uniform(0.5, 1.5)):
            random.choice(self._kills)()
            self.count += 1

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for process in started:
        process.stop()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres", *(["celery"] if IS_LONG else [])])
def test_nothing_is_lost(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, processes: list[Process]
) -> None:
    address = str(tmp_path / "inbox.db")
    environment = {"FOLDER": str(tmp_path)}
    kills: list[Callable[[], None]] = []
    if kind != "sqlite":
        server: PostgresServer = request.getfixturevalue("postgres")
        address = request.getfixturevalue("conninfo")
        create_effects(address)
        kills.append(lambda: (server.kill(), server.start()))  # type: ignore[func-returns-value]
    work = [str(APP), "work"]
    if kind == "celery":
        broker: Redis = request.getfixturevalue("redis")
        environment["BROKER"] = f"redis://127.0.0.1:{broker.port}"
        kills.append(lambda: (broker.kill(), broker.start()))  # type: ignore[func-returns-value]
        work = [
            "-m",
            "celery",
            "--app",
            "load_app",
            "worker",
            "--loglevel=CRITICAL",
            "--concurrency=2",
        ]
    environment["INBOX"] = address
    inbox = open_inbox(address)
    ports = free_ports(2)
    processes += [Process(environment, str(APP), "serve", str(port)) for port in ports]
    processes += [Process(environment, *work) for _ in range(2)]
    if kind == "celery":
        sweep = ["-m", "hooksmith", "inbox", "sweep", "load_app:receiver", "--every", "1s"]
        processes.append(Process(environment, *sweep))
    kills += [process.restart for process in processes]
    took, chaos, acknowledged = send_all(ports, kills)
    assert acknowledged == DELIVERIES
    wait_until_done(inbox)
    effects = effects_of(tmp_path, address)
    repeated = sum(count - 1 for count in effects.values())
    print(f"{kind}: {DELIVERIES} events in {took:.1f} s, {chaos.count} kills, {repeated} repeated")
    assert set(effects) == {f"event_{number:06d}" for number in range(DELIVERIES)}
    if kind == "sqlite":
        assert repeated <= chaos.count * 8, (
            "twice only where a worker died between handler and outcome"
        )
    else:
        assert repeated == 0
    inbox.close()


def send_all(ports: list[int], kills: list[Callable[[], None]]) -> tuple[float, Chaos, int]:
    sender, chaos = Sender(ports), Chaos(kills)
    threads = [threading.Thread(target=sender.run) for _ in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    while chaos.count < 3:
        time.sleep(0.1)
    chaos.stop()
    return took, chaos, len(sender.acknowledged)


def wait_until_done(inbox: Any) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            counts = inbox.counts()
        except Exception:
            counts = {}
        if counts and counts["done"] == DELIVERIES:
            return
        assert time.monotonic() < deadline, counts
        time.sleep(0.2)


def create_effects(address: str) -> None:
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE effects (event_id text)")


def effects_of(folder: Path, address: str) -> Counter[str]:
    if "dbname=" not in address:
        return Counter((folder / "handled.log").read_text().split())
    import psycopg

    with closing(psycopg.connect(address)) as connection:
        return Counter(row[0] for row in connection.execute("SELECT event_id FROM effects"))
