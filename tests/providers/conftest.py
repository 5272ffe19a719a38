"""One server a session, one namespace of it a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .clients import Clients
from .server import Running, Space, running


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    with running() as found:
        yield found


@pytest.fixture
def space(server: Running) -> Space:
    return server.space()


@pytest.fixture(params=["sync", "async"])
def clients(request: pytest.FixtureRequest, space: Space) -> Iterator[Clients]:
    made = Clients(request.param, space)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the environment that it runs in."""
    for api in ("WORKOS", "MATTR", "SOCOTRA"):
        for name in ("API_KEY", "CLIENT_ID", "CLIENT_SECRET", "AUDIENCE", "TOKEN", "BASE_URL"):
            monkeypatch.delenv(f"{api}_{name}", raising=False)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between attempts are a hundredth of what they are."""
    from hooksmith_providers._runtime.client import retries

    waiting = retries.wait_before

    def shorter(attempt: int, asked: float | None) -> float | None:
        wait = waiting(attempt, asked)
        return None if wait is None else wait / 100

    monkeypatch.setattr(retries, "wait_before", shorter)
