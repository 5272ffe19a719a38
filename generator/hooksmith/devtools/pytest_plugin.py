"""pytest plugin `hooksmith`: signed deliveries of every event in the tests of a receiver.

The generated package is named by the setting `hooksmith_package` of pytest, or by `@pytest.mark.hooksmith(PACKAGE)`:

    [tool.pytest.ini_options]
    hooksmith_package = "hooksmith_providers.workos"

    def test_welcome(deliver):
        reply = deliver(app, UserCreated, changes={"data.email": "ada@example.com"}, path="/webhooks/")
        assert reply.status_code == 200

    def test_every_event_is_handled(event_contract):  # runs once for each event of the package
        event_contract(receiver, refused={"user.deleted"})
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

_BASE_URL = "http://testserver"
_EVENT_TYPE = "hooksmith_event_type"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("hooksmith_package", "Generated package, such as hooksmith_providers.workos.")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "hooksmith(package): the generated package of a test")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that use `event_contract` once for each event type."""
    if _EVENT_TYPE in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("hooksmith")
        package = _package_name(metafunc.config, marker)
        types = list(import_module(f"{package}.events").CATALOGUE.models)
        metafunc.parametrize(_EVENT_TYPE, types)


def _package_name(config: pytest.Config, marker: pytest.Mark | None) -> str:
    name = marker.args[0] if marker is not None else config.getini("hooksmith_package")
    if not name:
        raise pytest.UsageError(
            'name the generated package: hooksmith_package = "PACKAGE" in pytest\'s settings, '
            'or @pytest.mark.hooksmith("PACKAGE")'
        )
    return str(name)


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> Any:
    """The module `testing` of the package: `example(…)`, `webhook()`."""
    package = _package_name(request.config, request.node.get_closest_marker("hooksmith"))
    return import_module(f"{package}.testing")


@pytest.fixture
def hooksmith_webhook(examples: Any) -> Any:
    """The `Webhook` that signs deliveries: that of the examples. Override it to sign with another secret."""
    return examples.webhook()


Deliver = Callable[..., "httpx2.Response"]


@pytest.fixture
def deliver(examples: Any, hooksmith_webhook: Any) -> Deliver:
    """Function that sends a signed example of an event to an application and returns the reply.

    Its arguments: a `WebhookReceiver`, ASGI or WSGI application; a class or type of events; `changes`, dotted path →
    value; `path`, where the receiver is mounted. Raises KeyError if the package has no such event or path.
    """

    def deliver(
        app: Any, event: Any, *, changes: Mapping[str, Any] | None = None, path: str = "/"
    ) -> httpx2.Response:
        delivery = examples.example(
            event, webhook=hooksmith_webhook, changes=changes or {}, url=f"{_BASE_URL}{path}"
        )
        return _post(app, path, delivery.body, delivery.headers)

    return deliver


@pytest.fixture
def event_contract(
    hooksmith_event_type: str, examples: Any, hooksmith_webhook: Any
) -> Callable[..., None]:
    """Function that asserts that a receiver handles an event, or refuses it on purpose.

    Its arguments: the `WebhookReceiver`; `refused`, types that must reach no handler. A handler runs, and must succeed.
    """

    def event_contract(receiver: Any, *, refused: Collection[str] = ()) -> None:
        event_type = hooksmith_event_type
        delivery = examples.example(event_type, webhook=hooksmith_webhook, url=_BASE_URL)
        before = receiver.counts
        reply = receiver.receive(delivery.body, delivery.headers, url=_BASE_URL)
        is_unhandled = receiver.counts.unhandled > before.unhandled
        if event_type in refused:
            assert is_unhandled, f"{event_type} is listed as refused, but reaches a handler"
            return
        assert not is_unhandled, (
            f"{event_type} reaches no handler; list it in `refused` if it should not"
        )
        assert 200 <= reply.status < 300, f"{event_type}: the reply is {reply.status} {reply.text}"

    return event_contract


def _post(app: Any, path: str, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
    import httpx2

    application = getattr(app, "asgi", app)
    if not _is_asgi(application):
        transport = httpx2.WSGITransport(app=application)
        with httpx2.Client(transport=transport, base_url=_BASE_URL) as client:
            return client.post(path, content=body, headers=headers)

    async def post() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=application)
        async with httpx2.AsyncClient(transport=transport, base_url=_BASE_URL) as client:
            return await client.post(path, content=body, headers=headers)

    with ThreadPoolExecutor(1) as thread:  # the test itself may run in an event loop
        return thread.submit(lambda: asyncio.run(post())).result()


def _is_asgi(app: Any) -> bool:
    call = app if inspect.isroutine(app) else type(app).__call__
    return inspect.iscoroutinefunction(call)
