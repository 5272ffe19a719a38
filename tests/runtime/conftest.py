"""The runtime as a package of its own, a real server on loopback, and one driver for both clients."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

import pytest
import uvicorn

PACKAGE = "hooksmith_runtime_under_test"
RUNTIME = Path(__file__).parents[2] / "templates" / "_runtime"


def load_runtime() -> ModuleType:
    """Import the templates' runtime under a name of its own, leaving sys.path alone."""
    spec = importlib.util.spec_from_file_location(
        PACKAGE, RUNTIME / "__init__.py", submodule_search_locations=[str(RUNTIME)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
    return module


if PACKAGE not in sys.modules:
    load_runtime()

from hooksmith_runtime_under_test.client.async_client import AsyncClient  # noqa: E402
from hooksmith_runtime_under_test.client.operation import ApiInfo  # noqa: E402
from hooksmith_runtime_under_test.client.sync_client import SyncClient  # noqa: E402

_app = importlib.util.spec_from_file_location(
    "hooksmith_runtime_server", Path(__file__).with_name("server.py")
)
assert _app is not None
assert _app.loader is not None
server_module = importlib.util.module_from_spec(_app)
sys.modules["hooksmith_runtime_server"] = server_module
_app.loader.exec_module(server_module)


class RunningServer:
    """The application under uvicorn, in a thread, on a free port of loopback."""

    def __init__(self) -> None:
        self.state = server_module.State()
        config = uvicorn.Config(
            server_module.application(self.state),
            host="127.0.0.1",
            port=0,
            log_level="error",
            lifespan="off",
            date_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + 60
        while not self._server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.005)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10)


class RawServer:
    """A socket that answers each connection's first request with scripted bytes, then hangs up.

    `requests` holds what arrived. An empty script entry hangs up without an answer.
    """

    def __init__(self, script: list[bytes]) -> None:
        self.requests: list[bytes] = []
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() does not
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(2)
        received = connection.recv(65536)
        self.requests.append(received)
        connection.sendall(self._script[min(len(self.requests), len(self._script)) - 1])


class Driver:
    """A client of either kind behind the verbs of the sync one."""

    def __init__(
        self, kind: str, client: Any = None, *, runner: Any = None, **arguments: Any
    ) -> None:
        self.kind = kind
        self.runner = runner or asyncio.Runner()
        if client is None:
            client = (SyncClient if kind == "sync" else AsyncClient)(**arguments)
        self.client = client

    def run(self, result: Any) -> Any:
        """The result of a call; for the async client, once it is awaited."""
        return result if self.kind == "sync" else self.runner.run(_awaited(result))

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(self.client.call(*args, **kwargs))

    def call_raw(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(self.client.call_raw(*args, **kwargs))

    def page(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(self.client.paginate(*args, **kwargs))

    def next_page(self, page: Any) -> Any:
        return self.run(page.next_page())

    def items(self, *args: Any, **kwargs: Any) -> list[Any]:
        return self.listed(self.client.paginate(*args, **kwargs))

    def listed(self, iterable: Any) -> list[Any]:
        if self.kind == "sync":
            return list(iterable)
        return self.runner.run(_collected(iterable))

    def streamed(self, read: Callable[[Any], Any], *args: Any, **kwargs: Any) -> Any:
        """What `read` makes of a streamed reply."""
        if self.kind == "sync":
            with self.client.stream(*args, **kwargs) as reply:
                found = read(reply)
                return found if isinstance(found, (bytes, int)) else list(found)
        return self.runner.run(_streamed(self.client.stream(*args, **kwargs), read))

    def with_options(self, **changes: Any) -> Driver:
        return Driver(self.kind, self.client.with_options(**changes), runner=self.runner)

    def close(self) -> None:
        self.run(self.client.close() if self.kind == "sync" else self.client.aclose())


async def _awaited(result: Any) -> Any:
    return await result


async def _collected(iterable: Any) -> list[Any]:
    return [item async for item in iterable]


async def _streamed(context: Any, read: Callable[[Any], Any]) -> Any:
    async with context as reply:
        found = read(reply)
        if hasattr(found, "__aiter__"):
            return [piece async for piece in found]
        return await found if hasattr(found, "__await__") else found


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    with RunningServer() as running:
        yield running


@pytest.fixture
def raw_server() -> Iterator[Callable[[list[bytes]], RawServer]]:
    started: list[RawServer] = []

    def start(script: list[bytes]) -> RawServer:
        started.append(RawServer(script))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def drive(kind: str, server: RunningServer) -> Iterator[Callable[..., Driver]]:
    """Make a driver; arguments are the client's, the API and base URL have defaults."""
    made: list[Driver] = []

    def make(api: ApiInfo | None = None, **arguments: Any) -> Driver:
        arguments.setdefault("base_url", server.url)
        made.append(Driver(kind, api=api or ApiInfo(name="test"), **arguments))
        return made[-1]

    yield make
    for driver in made:
        driver.close()
        driver.runner.close()


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits between attempts are noted instead of waited."""
    waits: list[float] = []
    monkeypatch.setattr(sys.modules[f"{PACKAGE}.client.sync_client"].time, "sleep", waits.append)

    async def note(seconds: float) -> None:
        waits.append(seconds)

    class Asyncio:
        sleep = staticmethod(note)

    monkeypatch.setattr(sys.modules[f"{PACKAGE}.client.async_client"], "asyncio", Asyncio)
    return waits
