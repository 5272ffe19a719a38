"""Clients as objects: lifecycle, copies, options, redirects, streams, log, hooks, twins."""

from __future__ import annotations

import copy
import gc
import inspect
import logging
import pickle
import re
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

import httpx2
import pytest
from hooksmith_runtime_under_test.client import async_client, sync_client
from hooksmith_runtime_under_test.client.async_client import AsyncClient, AsyncResource
from hooksmith_runtime_under_test.client.errors import (
    APIConnectionError,
    APIStatusError,
    ConfigurationError,
    NotFoundError,
    ReplyContentTypeError,
)
from hooksmith_runtime_under_test.client.hooks import Hooks, ReplyEvent, RequestEvent
from hooksmith_runtime_under_test.client.operation import (
    ApiInfo,
    ApiKey,
    HttpBearer,
    Operation,
    Parameter,
    Reply,
    Server,
)
from hooksmith_runtime_under_test.client.options import RequestOptions
from hooksmith_runtime_under_test.client.sync_client import SyncClient, SyncResource
from hooksmith_runtime_under_test.errors import RequestError

API = ApiInfo(
    name="acme",
    schemes={"api_key": HttpBearer(), "key": ApiKey("X-Key")},
    security=(("api_key", "key"),),
    user_agent="acme-python/1",
)
GIVEN = {"api_key": "sk_s3cret", "key": "k_s3cret"}


def get(path: str, **changes: Any) -> Operation[Any]:
    return Operation(id="get", method="GET", path=path, replies={"200": Reply(Any)}, **changes)


ECHO = get("/echo/x", security=())


def headers(seen: dict[str, Any]) -> dict[str, str]:
    return dict(seen["headers"])


def test_headers_of_a_call(drive: Callable[..., Any]) -> None:
    driver = drive(API, headers={"X-Client": "1", "X-Both": "client"})
    seen = headers(driver.call(ECHO, options=RequestOptions(headers={"x-both": "call"})))
    assert seen["user-agent"] == "acme-python/1"
    assert seen["accept"] == "application/json"
    assert (seen["x-client"], seen["x-both"]) == ("1", "call")
    assert "content-type" not in seen


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_base_url_keeps_its_path(drive: Callable[..., Any], server: Any, slash: str) -> None:
    seen = drive(API, base_url=f"{server.url}/base{slash}").call(ECHO)
    assert seen["raw_path"] == "/base/echo/x"


def test_a_server_of_an_operation(drive: Callable[..., Any], server: Any) -> None:
    api = ApiInfo(name="acme", servers=(Server("http://127.0.0.1:1"),))
    operation = get("/echo/x", server=Server(f"{server.url}/base"))
    assert drive(api, base_url=None).call(operation)["raw_path"] == "/base/echo/x"
    assert drive(api).call(operation)["raw_path"] == "/echo/x"


def test_settings_fall_back_to_the_environment(
    drive: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_CLIENT_ID", "from-env")
    settings = {"client_id": None, "other": "given"}
    assert drive(API, settings=settings).client.settings == {
        "client_id": "from-env",
        "other": "given",
    }


def test_copies_share_the_pool_and_differ(drive: Callable[..., Any]) -> None:
    driver = drive(API, headers={"x-a": "1"})
    changed = driver.with_options(headers={"X-B": "2"}, timeout=1.5, max_retries=0)
    seen = headers(changed.call(ECHO))
    assert (seen["x-a"], seen["x-b"]) == ("1", "2")
    assert "x-b" not in headers(driver.call(ECHO))
    assert changed.client._http is driver.client._http
    changed.close()
    assert driver.call(ECHO)["rest"] == "x"
    assert type(changed.client) is type(driver.client)


def test_copies_have_resources_of_their_own(server: Any) -> None:
    class Things(SyncResource):
        def seen(self) -> Any:
            return self._client.call(ECHO)

    class Client(SyncClient):
        @cached_property
        def things(self) -> Things:
            return Things(self)

    with Client(API, base_url=server.url) as client:
        assert client.things is client.things
        other = client.with_options(headers={"x-b": "2"})
        assert headers(other.things.seen())["x-b"] == "2"
        assert "x-b" not in headers(client.things.seen())
        assert repr(client.things) == f"Things({client!r})"


def test_a_closed_client_says_so(drive: Callable[..., Any]) -> None:
    driver = drive(API)
    other = driver.with_options(timeout=1)
    driver.close()
    driver.close()
    for closed in (driver, other):
        with pytest.raises(ConfigurationError, match="closed"):
            closed.call(ECHO)


def test_context_managers_close(server: Any) -> None:
    with SyncClient(API, base_url=server.url) as client:
        client.call(ECHO)
    assert client._http.is_closed


def test_an_injected_client_is_used_and_left_open(server: Any) -> None:
    with httpx2.Client(headers={"x-injected": "1"}, follow_redirects=True) as http:
        with SyncClient(API, base_url=server.url, http_client=http) as client:
            assert headers(client.call(ECHO))["x-injected"] == "1"
        assert not http.is_closed
    with pytest.raises(ConfigurationError, match=r"httpx2\.Client"):
        SyncClient(API, base_url=server.url, http_client=httpx2.AsyncClient())  # type: ignore[arg-type]


@pytest.mark.parametrize("client_class", [SyncClient, AsyncClient])
def test_clients_are_not_pickled(client_class: Any) -> None:
    client = client_class(API, base_url="http://127.0.0.1:1", credentials=GIVEN)
    for duplicate in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            duplicate(client)
    assert repr(client) == f"{client_class.__name__}(base_url='http://127.0.0.1:1')"


def test_arguments_that_cannot_be_used() -> None:
    for wrong in ({"max_retries": -1}, {"headers": {"a": "s3cret\n"}}, {"base_url": "x"}):
        with pytest.raises(ConfigurationError) as caught:
            SyncClient(API, **{"base_url": "http://h", **wrong})  # type: ignore[arg-type]
        assert "s3cret" not in str(caught.value)


def test_one_client_serves_many_threads(server: Any) -> None:
    operation = get("/echo/{id}", security=(), path_parameters=(Parameter("id", annotation=str),))
    with SyncClient(API, base_url=server.url) as client:
        seen: list[str] = []

        def work(number: int) -> None:
            for turn in range(5):
                name = f"{number}-{turn}"
                assert client.call(operation, path={"id": name})["rest"] == name
                seen.append(name)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(seen)) == 40


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_follows_redirects(drive: Callable[..., Any], status: int) -> None:
    operation = get("/redirect", query=(Parameter("status"), Parameter("to")))
    seen = drive(API, credentials=GIVEN).call(
        operation, query={"status": status, "to": "/echo/moved"}
    )
    assert seen["rest"] == "moved"
    assert headers(seen)["authorization"] == "Bearer sk_s3cret"


def test_another_host_is_told_nothing(drive: Callable[..., Any], server: Any) -> None:
    server.state.reset()
    operation = get(
        "/redirect", query=(Parameter("status"), Parameter("to")), cookie=(Parameter("c"),)
    )
    elsewhere = f"http://localhost:{server.port}/elsewhere"
    driver = drive(API, credentials=GIVEN, headers={"x-own": "s3cret"})
    reply = driver.call(operation, query={"status": 302, "to": elsewhere}, cookie={"c": "s3cret"})
    assert reply == {"arrived": True}
    [seen] = server.state.elsewhere
    assert "s3cret" not in str(seen)
    assert set(seen) == {"host", "accept", "user-agent"}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_others_do_not_follow(drive: Callable[..., Any], method: str, server: Any) -> None:
    server.state.reset()
    operation: Operation[Any] = Operation(
        id="o",
        method=method,
        path="/redirect",
        query=(Parameter("status"), Parameter("to")),
        security=(),
    )
    with pytest.raises(APIStatusError) as caught:
        drive(API).call(operation, query={"status": 307, "to": "/elsewhere"})
    assert caught.value.status == 307
    assert server.state.elsewhere == []


@pytest.mark.parametrize(
    "target", ["/redirect?status=302&to=/redirect", "ftp://x/", "http://[", "//"]
)
def test_redirects_that_lead_nowhere(drive: Callable[..., Any], target: str) -> None:
    operation = get("/redirect", security=(), query=(Parameter("status"), Parameter("to")))
    with pytest.raises((APIStatusError, APIConnectionError)):
        drive(API, max_retries=0).call(operation, query={"status": 302, "to": target})


STREAM: Operation[bytes] = Operation(
    id="file", method="GET", path="/file", replies={"200": Reply(bytes, "application/octet-stream")}
)


def test_binary_replies_are_streamed(drive: Callable[..., Any]) -> None:
    driver = drive()
    assert len(driver.streamed(lambda reply: reply.read(), STREAM)) == 64 * 1024
    pieces = driver.streamed(lambda reply: reply.iter_bytes(1000), STREAM)
    assert {len(piece) for piece in pieces[:-1]} == {1000}
    assert driver.streamed(lambda reply: iter_status(reply), STREAM) in (200, [200])


def iter_status(reply: Any) -> int:
    assert "StreamedReply(status=200" in repr(reply)
    return int(reply.status)


def test_events_are_streamed(drive: Callable[..., Any]) -> None:
    operation = Operation[Any](
        id="e", method="GET", path="/events", replies={"200": Reply(Any, "text/event-stream")}
    )
    events = drive().streamed(lambda reply: reply.events(), operation)
    assert [(event.event, event.data) for event in events] == [
        ("a", '{"n": 1}'),
        ("message", "two\nlines"),
    ]
    lines = drive().streamed(lambda reply: reply.iter_lines(), operation)
    assert lines[0] == "id: 1"


def test_a_stream_that_breaks_is_an_error_of_ours(drive: Callable[..., Any]) -> None:
    operation = Operation[Any](id="c", method="GET", path="/cut", replies=STREAM.replies)
    with pytest.raises(APIConnectionError, match="GET /cut") as caught:
        drive().streamed(lambda reply: reply.read(), operation)
    assert isinstance(caught.value.__cause__, httpx2.RemoteProtocolError)


def test_streams_are_refused_like_calls(drive: Callable[..., Any], no_waiting: list[float]) -> None:
    driver = drive()
    with pytest.raises(NotFoundError, match="the explanation"):
        driver.streamed(lambda reply: reply.read(), get("/status/404"))
    with pytest.raises(ReplyContentTypeError):
        driver.streamed(lambda reply: reply.read(), get("/file"))
    flaky = Operation[Any](
        id="f", method="GET", path="/flaky/stream/503/1", replies={"200": Reply(Any)}
    )
    assert b"count" in driver.streamed(lambda reply: reply.read(), flaky)


def test_the_log_has_the_route_and_no_values(
    drive: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
    no_waiting: list[float],
    server: Any,
) -> None:
    server.state.reset()
    caplog.set_level(logging.DEBUG, logger="hooksmith")
    operation = get(
        "/echo/{id}", security=(), path_parameters=(Parameter("id"),), query=(Parameter("q"),)
    )
    drive(API).call(operation, path={"id": "s3cret"}, query={"q": "s3cret"})
    drive(API).call(get("/flaky/log/503/1", security=()))
    lines = [record.getMessage() for record in caplog.records if record.name == "hooksmith"]
    assert re.fullmatch(
        r"GET /echo/\{id\} -> 200 in \d+\.\d ms \(attempt 1, request id req_echo\)", lines[0]
    )
    assert "-> 503, again in" in lines[2]
    assert "(attempt 2" in lines[3]
    assert not any("s3cret" in line for line in lines)
    event = caplog.records[0].__dict__["hooksmith"]
    assert (event.status, event.attempt, event.operation) == (200, 1, "get")


def test_hooks_see_every_attempt_and_may_add_headers(
    drive: Callable[..., Any], no_waiting: list[float], server: Any
) -> None:
    server.state.reset()
    requests: list[RequestEvent] = []
    replies: list[ReplyEvent] = []

    def trace(event: RequestEvent) -> None:
        event.headers["traceparent"] = f"00-{event.attempt}"
        requests.append(event)

    driver = drive(API, hooks=Hooks(on_request=trace, on_reply=replies.append))
    assert headers(driver.call(ECHO))["traceparent"] == "00-1"
    driver.call(get("/flaky/hook/503/1", security=()))
    with pytest.raises(APIConnectionError):
        drive(
            API, base_url="http://127.0.0.1:1", hooks=Hooks(on_reply=replies.append), max_retries=0
        ).call(ECHO)
    assert [event.attempt for event in requests] == [1, 1, 2]
    assert [(event.status, event.error) for event in replies] == [
        (200, None),
        (503, None),
        (200, None),
        (None, "APIConnectionError"),
    ]
    assert all(event.duration > 0 for event in replies)


def test_arguments_are_checked_before_anything_is_sent(drive: Callable[..., Any]) -> None:
    driver = drive(API, base_url="http://127.0.0.1:1")
    for wrong in ({"query": {"x": 1}}, {"body": {}}, {"path": {"id": 1}}):
        with pytest.raises(RequestError, match="not described"):
            driver.call(ECHO, **wrong)


def test_no_connection_is_left_behind(server: Any, recwarn: pytest.WarningsRecorder) -> None:
    with SyncClient(API, base_url=server.url) as client:
        for _ in range(3):
            with pytest.raises(NotFoundError), client.stream(get("/status/404", security=())):
                raise AssertionError("a refusal is raised before the block")
        pool = client._http._transport._pool  # type: ignore[attr-defined]
        assert len(pool.connections) == 1
        assert pool.connections[0].is_idle()
    gc.collect()
    assert [warning for warning in recwarn if warning.category is ResourceWarning] == []


def test_the_two_clients_differ_by_a_word() -> None:
    names = {
        "AsyncAuthenticator": "SyncAuthenticator",
        "AsyncClient": "SyncClient",
        "httpx2.SyncClient": "httpx2.Client",
        "AsyncIterator": "Iterator",
        "AsyncPager": "Page",
        "AsyncResource": "SyncResource",
        "AsyncSource": "Source",
        "AsyncStreamedReply": "StreamedReply",
        "AsyncStream": "Stream",
        "asynccontextmanager": "contextmanager",
        "asyncio.sleep": "time.sleep",
        "__aenter__": "__enter__",
        "__aexit__": "__exit__",
        "aread_whole": "read_whole",
        "aclose(": "close(",
        "await ": "",
        "async def": "def",
    }
    for async_class, sync_class in (
        (async_client.AsyncClient, sync_client.SyncClient),
        (async_client.AsyncResource, sync_client.SyncResource),
    ):
        text = inspect.getsource(async_class)
        for ours, theirs in names.items():
            text = text.replace(ours, theirs)
        assert code(text) == code(inspect.getsource(sync_class))


def code(source: str) -> str:
    """Source without docstrings and layout."""
    return re.sub(r"\s+|,(?=\s*[)\]])", "", re.sub(r'""".*?"""', "", source, flags=re.DOTALL))


def test_resources_hold_their_client(server: Any) -> None:
    client = AsyncClient(API, base_url=server.url)
    assert AsyncResource(client)._client is client
