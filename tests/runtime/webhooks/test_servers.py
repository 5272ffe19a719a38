"""The receiver itself as an application of real servers, each in processes of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from hooksmith_providers.workos import UserCreated, UserDeleted, Webhook
from hooksmith_providers.workos.testing import example
from support.paths import GENERATED

WEBHOOK = Webhook("secret")
APPLICATION = "served_receiver:receiver"
SERVERS = {
    "uvicorn": ["uvicorn", APPLICATION, "--port", "{port}"],
    "uvicorn with two workers": ["uvicorn", APPLICATION, "--port", "{port}", "--workers", "2"],
    "hypercorn": ["hypercorn", APPLICATION, "--bind", "127.0.0.1:{port}"],
    "hypercorn with two workers": [
        "hypercorn", APPLICATION, "--bind", "127.0.0.1:{port}", "--workers", "2"
    ],
    "granian, ASGI": ["granian", "--interface", "asgi", "--port", "{port}", APPLICATION],
    "granian, WSGI": ["granian", "--interface", "wsgi", "--port", "{port}", APPLICATION],
    "gunicorn": ["gunicorn", APPLICATION, "--bind", "127.0.0.1:{port}", "--workers", "2"],
    "waitress": ["waitress", "--listen", "127.0.0.1:{port}", APPLICATION],
}  # fmt: skip


@contextmanager
def served(command: list[str], folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    paths = [str(Path(__file__).parent), str(GENERATED.parent)]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "HOOKSMITH_TEST_FOLDER": str(folder),
    }
    arguments = [each.format(port=port) for each in command]
    log = (folder / "log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=environment, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(port, server, folder)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        log.close()


def _wait_for(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            said = (folder / "log").read_text()
            assert server.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        else:
            return


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVERS)
def test_the_receiver_itself(name: str, tmp_path: Path) -> None:
    plain = example(UserCreated, webhook=WEBHOOK, changes={"id": "event_1"})
    coroutine = example(UserDeleted, webhook=WEBHOOK, changes={"id": "event_2"})
    with served(SERVERS[name], tmp_path) as address, httpx2.Client(base_url=address) as client:
        statuses = [
            client.post(path, content=each.body, headers=each.headers).status_code
            for path in ("/", "/webhooks")
            for each in (plain, coroutine)
        ]
        assert statuses == [200, 200, 200, 200], (tmp_path / "log").read_text()
        assert client.post("/", content=plain.body).status_code == 400
        assert client.get("/").status_code == 405
    assert (tmp_path / "handled").read_text().split() == ["event_1", "event_2"]
