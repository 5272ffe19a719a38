"""Deliveries with duplicates and corruption to a receiver that is killed again and again: none is lost.

The sender behaves as senders do: it repeats what was not acknowledged. HOOKSMITH_DELIVERIES sets how many there are;
`make fuzz` sends 10,000.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from hooksmith_providers.workos import UserCreated, Webhook
from hooksmith_providers.workos.testing import example

DELIVERIES = int(os.environ.get("HOOKSMITH_DELIVERIES", "400"))
WORKER = Path(__file__).with_name("load_worker.py")
SECONDS_BETWEEN_KILLS = 0.7


class Receiver:
    """The worker: started, killed, started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kills = 0
        self._stop = threading.Event()
        self._start()
        self._thread = threading.Thread(target=self._kill_again_and_again)
        self._thread.start()

    def _start(self) -> None:
        (self.folder / "port").unlink(missing_ok=True)
        self._process = subprocess.Popen([sys.executable, str(WORKER), str(self.folder)])
        deadline = time.monotonic() + 60
        while not (self.folder / "port").exists():
            assert time.monotonic() < deadline, "the worker did not start"
            assert self._process.poll() is None, "the worker ended"
            time.sleep(0.01)

    def _kill_again_and_again(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_KILLS * random.uniform(0.5, 1.5)):
            self._process.kill()
            self._process.wait()
            self.kills += 1
            self._start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._process.kill()
        self._process.wait()


class Sender:
    """Repeats each delivery until it is acknowledged, and some after that."""

    def __init__(self, folder: Path, ids: list[str]) -> None:
        self._folder = folder
        self._webhook = Webhook("secret", tolerance=None)
        self._ids = ids
        self._lock = threading.Lock()
        self.acknowledged: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.accepted_corruption = 0

    def run(self) -> None:
        with httpx2.Client(timeout=10) as client:
            while (each := self._next()) is not None:
                while not self._send(client, each):
                    time.sleep(0.02)
                if random.random() < 0.2:
                    self._send(client, each)

    def _next(self) -> str | None:
        with self._lock:
            return self._ids.pop() if self._ids else None

    def _send(self, client: httpx2.Client, id_: str) -> bool:
        delivery = example(UserCreated, webhook=self._webhook, changes={"id": id_})
        if random.random() < 0.1:
            status = self._post(
                client, delivery.body.replace(b"event_", b"forged"), delivery.headers
            )
            self.accepted_corruption += status == 200
        status = self._post(client, delivery.body, delivery.headers)
        if status == 200:
            self.acknowledged.add(id_)
        return status == 200

    def _post(self, client: httpx2.Client, body: bytes, headers: dict[str, str]) -> int:
        try:
            port = (self._folder / "port").read_text()
            status = client.post(
                f"http://127.0.0.1:{port}/", content=body, headers=headers
            ).status_code
        except (OSError, httpx2.HTTPError):
            status = 0
        with self._lock:
            self.statuses[status] += 1
        return status


@pytest.mark.slow
def test_nothing_is_lost(tmp_path: Path) -> None:
    ids = [f"event_{number:06d}" for number in range(DELIVERIES)]
    receiver, sender = Receiver(tmp_path), Sender(tmp_path, list(ids))
    threads = [threading.Thread(target=sender.run) for _ in range(8)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    while receiver.kills < 1:
        time.sleep(0.1)
    receiver.close()
    handled = Counter((tmp_path / "handled.log").read_text().split())
    repeated = sum(count - 1 for count in handled.values())
    print(
        f"{DELIVERIES} events in {took:.1f} s, {receiver.kills} kills, {dict(sender.statuses)}, {repeated} repeated"
    )
    assert sender.acknowledged == set(ids)
    assert set(handled) == set(ids), "every event handled, no forged one"
    assert sender.accepted_corruption == 0
    # Handled twice only where the process died between handling and commit.
    assert repeated <= receiver.kills * 8
    assert sender.statuses[400] > 0
