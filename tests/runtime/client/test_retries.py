"""Repetition: after what, how long a wait, and never a second request that could count twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest
from hooksmith_runtime_under_test.client import retries
from hooksmith_runtime_under_test.client.async_client import AsyncClient
from hooksmith_runtime_under_test.client.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConflictError,
    RateLimitError,
    ServerError,
)
from hooksmith_runtime_under_test.client.operation import ApiInfo, Body, Operation, Reply
from hooksmith_runtime_under_test.client.options import RequestOptions

IDEMPOTENT = ["GET", "PUT", "DELETE", "HEAD"]
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"


@pytest.fixture(autouse=True)
def fresh(server: Any) -> None:
    server.state.reset()


def flaky(
    method: str = "GET", code: int = 503, failures: int = 1, query: str = ""
) -> Operation[Any]:
    annotation = None if method == "HEAD" else Any
    body = Body(Any) if method in ("POST", "PATCH", "PUT") else None
    return Operation(
        id="flaky",
        method=method,
        path=f"/flaky/k/{code}/{failures}{query}",
        body=body,
        replies={"200": Reply(annotation)},
    )


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_what_is_repeated(
    drive: Callable[..., Any], no_waiting: list[float], code: int, server: Any
) -> None:
    assert drive().call(flaky(code=code, failures=2)) == {"count": 3}
    assert len(no_waiting) == 2
    assert no_waiting[0] <= 0.5
    assert no_waiting[1] <= 1.0


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422])
def test_what_is_not_repeated(
    drive: Callable[..., Any], no_waiting: list[float], code: int, server: Any
) -> None:
    with pytest.raises(APIStatusError):
        drive().call(flaky(code=code))
    assert server.state.counts["k"] == 1
    assert no_waiting == []


def test_a_conflict_is_repeated_where_the_api_says_so(
    drive: Callable[..., Any], no_waiting: list[float]
) -> None:
    api = ApiInfo(name="test", retry_statuses=frozenset({409}))
    assert drive(api).call(flaky(code=409)) == {"count": 2}
    with pytest.raises(ConflictError) as caught:
        drive(api).call(flaky(code=409, failures=99))
    assert caught.value.retryable


@pytest.mark.parametrize("method", IDEMPOTENT)
def test_idempotent_methods_are_repeated(
    drive: Callable[..., Any], no_waiting: list[float], method: str, server: Any
) -> None:
    drive().call(flaky(method))
    assert server.state.counts["k"] == 2


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("code", [408, 429, 500, 503])
def test_others_are_never_repeated(
    drive: Callable[..., Any], no_waiting: list[float], method: str, code: int, server: Any
) -> None:
    with pytest.raises(APIStatusError) as caught:
        drive().call(flaky(method, code), body={})
    assert server.state.counts["k"] == 1
    assert caught.value.retryable


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_idempotency_key_makes_them_repeatable(
    drive: Callable[..., Any], no_waiting: list[float], method: str, server: Any
) -> None:
    options = RequestOptions(idempotency_key="key-1")
    assert drive().call(flaky(method), body={"a": 1}, options=options) == {"count": 2}
    assert server.state.keys == ["key-1", "key-1"]


def test_keys_are_made_where_the_api_takes_them(
    drive: Callable[..., Any], no_waiting: list[float], server: Any
) -> None:
    driver = drive(ApiInfo(name="test", idempotency_header="Idempotency-Key"))
    assert driver.call(flaky("POST"), body={}) == {"count": 2}
    driver.call(flaky("POST"), body={})
    first, again, other = server.state.keys
    assert first == again
    assert first != other
    assert len(first) == 36
    with pytest.raises(ServerError):
        driver.call(flaky("PATCH", failures=99), body={})
    assert server.state.keys[3:] == [None]


def test_the_number_of_repetitions(
    drive: Callable[..., Any], no_waiting: list[float], server: Any
) -> None:
    driver = drive(max_retries=3)
    with pytest.raises(ServerError):
        driver.call(flaky(failures=99))
    assert server.state.counts["k"] == 4
    server.state.reset()
    with pytest.raises(ServerError):
        driver.call(flaky(failures=99), options=RequestOptions(max_retries=0))
    assert server.state.counts["k"] == 1


def test_retry_after_is_kept_to(drive: Callable[..., Any], no_waiting: list[float]) -> None:
    drive().call(flaky(code=429, failures=2), options=RequestOptions(query={"after": "7"}))
    assert no_waiting == [7.0, 7.0]


def test_retry_after_as_a_date(drive: Callable[..., Any], no_waiting: list[float]) -> None:
    drive().call(flaky(code=503), options=RequestOptions(query={"after": "date"}))
    assert 0.5 <= no_waiting[0] <= 2.0


def test_retry_after_beyond_the_ceiling_fails_at_once(
    drive: Callable[..., Any], no_waiting: list[float], server: Any
) -> None:
    with pytest.raises(RateLimitError) as caught:
        drive().call(flaky(code=429), options=RequestOptions(query={"after": "3600"}))
    assert caught.value.retry_after == 3600
    assert caught.value.request_id == "req_1"
    assert server.state.counts["k"] == 1
    assert no_waiting == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0.0),
        ("1.5", 1.5),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("nan", None),
        ("1e9", None),
    ],
)
def test_reading_retry_after(text: str, expected: float | None) -> None:
    assert retries.retry_after({"retry-after": text}) == expected


def test_retry_after_dates_are_measured_by_the_servers_clock() -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC)
    headers = {
        "date": format_datetime(now, usegmt=True),
        "retry-after": format_datetime(now + timedelta(seconds=90), usegmt=True),
    }
    assert retries.retry_after(headers) == 90.0
    assert retries.retry_after({"retry-after": headers["date"]}) == 0.0


def test_backoff_is_exponential_with_full_jitter_and_bounded() -> None:
    for attempt in range(1, 12):
        bound = min(8.0, 0.5 * 2 ** (attempt - 1))
        waits = [retries.wait_before(attempt, None) for _ in range(200)]
        assert all(wait is not None and 0 <= wait <= bound for wait in waits)
        assert max(wait or 0 for wait in waits) > bound / 2 > min(wait or 0 for wait in waits)


@pytest.mark.parametrize("method", IDEMPOTENT)
def test_dropped_connections_are_repeated(
    drive: Callable[..., Any], no_waiting: list[float], raw_server: Callable[..., Any], method: str
) -> None:
    raw = raw_server([b"", b"HTTP/1.1 200 OK\r\ncontent-le", OK])
    assert drive(base_url=raw.url).call(flaky(method)) == (None if method == "HEAD" else {})
    assert len(raw.requests) == 3


@pytest.mark.parametrize(
    "script", [b"", b"HTTP/1.1 200 OK\r\ncontent-le", b"garbage\r\n\r\n", OK[:-1]]
)
def test_a_post_is_not_repeated_after_a_drop(
    drive: Callable[..., Any],
    no_waiting: list[float],
    raw_server: Callable[..., Any],
    script: bytes,
) -> None:
    raw = raw_server([script])
    with pytest.raises(APIConnectionError) as caught:
        drive(base_url=raw.url).call(flaky("POST"), body={})
    assert len(raw.requests) == 1
    assert isinstance(caught.value.__cause__, (httpx2.RemoteProtocolError, httpx2.ReadError))


def test_a_post_with_a_key_is(
    drive: Callable[..., Any], no_waiting: list[float], raw_server: Callable[..., Any]
) -> None:
    raw = raw_server([b"", OK])
    options = RequestOptions(idempotency_key="k")
    assert drive(base_url=raw.url).call(flaky("POST"), body={}, options=options) == {}
    assert all(b"idempotency-key: k\r\n" in request.lower() for request in raw.requests)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_connection_no_request_so_all_may_be_repeated(
    drive: Callable[..., Any], no_waiting: list[float], method: str
) -> None:
    body = {"body": {}} if method == "POST" else {}
    with pytest.raises(APIConnectionError, match="ConnectError") as caught:
        drive(base_url="http://127.0.0.1:1").call(flaky(method), **body)
    assert isinstance(caught.value.__cause__, httpx2.ConnectError)
    assert len(no_waiting) == 2


def test_timeouts_are_ours_and_counted(drive: Callable[..., Any], no_waiting: list[float]) -> None:
    operation: Operation[Any] = Operation(
        id="slow", method="GET", path="/slow", replies={"200": Reply(Any)}
    )
    driver = drive(timeout=0.05)
    with pytest.raises(APITimeoutError, match="GET /slow: no reply in time") as caught:
        driver.call(operation)
    assert isinstance(caught.value.__cause__, httpx2.ReadTimeout)
    assert len(no_waiting) == 2
    options = RequestOptions(timeout=5, query={"seconds": "0.1"})
    assert driver.call(operation, options=options) == {}


def test_streamed_bodies_are_never_repeated(
    drive: Callable[..., Any], no_waiting: list[float], server: Any
) -> None:
    operation: Operation[Any] = Operation(
        id="o", method="PUT", path="/flaky/k/503/1", body=Body(bytes, "application/pdf")
    )
    with pytest.raises(ServerError):
        drive().call(operation, body=iter([b"once"]))
    assert server.state.counts["k"] == 1


def test_a_wait_can_be_cancelled(server: Any) -> None:
    async def scenario() -> float:
        async with AsyncClient(ApiInfo(name="test"), base_url=server.url) as client:
            options = RequestOptions(query={"after": "30"})
            task = asyncio.create_task(client.call(flaky(failures=9), options=options))
            while not server.state.counts["k"]:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            start = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return time.monotonic() - start

    assert asyncio.run(scenario()) < 25, "the wait is 30 seconds"
    assert server.state.counts["k"] == 1
