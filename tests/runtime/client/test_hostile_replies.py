"""Replies and transports that mean harm: they show no credential, steer no terminal, and fill no memory."""

from __future__ import annotations

import asyncio
import base64
import gzip
import html
import json
import logging
import re
import traceback
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import httpx2
import pytest
from hooksmith_runtime_under_test.client import retries
from hooksmith_runtime_under_test.client.async_client import AsyncClient
from hooksmith_runtime_under_test.client.errors import (
    APIConnectionError,
    APIError,
    ReplyTooLargeError,
    ServerError,
)
from hooksmith_runtime_under_test.client.operation import (
    ApiInfo,
    ApiKey,
    HttpBasic,
    HttpBearer,
    Operation,
    Reply,
)
from hooksmith_runtime_under_test.client.options import RequestOptions
from hooksmith_runtime_under_test.client.sync_client import SyncClient
from hooksmith_runtime_under_test.errors import RequestError
from hooksmith_runtime_under_test.masking import Mask

KEY = "sk-live &/+ü<\"'\\%41~0123456789"
"""A key that each notation changes."""
PASSWORD = "pa ss/w+ord: \\ÿ 0123456789"
BASIC = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
TOKEN = "tok_0123456789abcdefghij"
HEADER = "hdr_0123456789abcdefghij"
SECRETS = (KEY, PASSWORD, BASIC, TOKEN, HEADER)
NOTATIONS: list[Callable[[str], str]] = [
    str,
    quote,
    lambda text: quote(text, safe=""),
    lambda text: quote(text, safe=":/@"),
    quote_plus,
    lambda text: re.sub("%..", lambda match: match[0].lower(), quote(text, safe="")),
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    html.escape,
    lambda text: text.replace("/", "\\/"),
    lambda text: text.replace("+", "-").replace("/", "_").rstrip("="),
    lambda text: text[:20],
]
API = ApiInfo(
    name="acme",
    schemes={
        "key": ApiKey("key", location="query"),
        "basic": HttpBasic(),
        "token": HttpBearer(),
    },
)
SECURITIES = {"key": (("key",),), "basic": (("basic",),), "token": (("token",),)}
CREDENTIALS: dict[str, Any] = {
    "key": quote(KEY),  # a key in a query is a header's text: ASCII without spaces at its ends
    "basic": {"username": "ada", "password": PASSWORD},
    "token": TOKEN,
}
Handler = Callable[[httpx2.Request], httpx2.Response]


def operation(scheme: str = "token") -> Operation[Any]:
    return Operation(
        id="get", method="GET", path="/x", replies={"200": Reply(dict[str, int])},
        security=SECURITIES[scheme],
    )  # fmt: skip


def run(kind: str, handler: Handler, work: Callable[[Any], Any], **options: Any) -> Any:
    """The result of work with a client whose transport is a function."""
    arguments = {"base_url": "https://api.test", "credentials": CREDENTIALS, "max_retries": 0}
    transport = httpx2.MockTransport(handler)
    if kind == "sync":
        with httpx2.Client(transport=transport) as http:
            return work(SyncClient(API, http_client=http, **(arguments | options)))

    async def main() -> Any:
        async with httpx2.AsyncClient(transport=transport) as http:
            return await work(AsyncClient(API, http_client=http, **(arguments | options)))

    return asyncio.run(main())


def failure(kind: str, handler: Handler, scheme: str = "token", **options: Any) -> APIError:
    """The error of a call."""
    with pytest.raises(APIError) as caught:
        run(kind, handler, lambda client: client.call(operation(scheme)), **options)
    return caught.value


def shown(error: BaseException) -> Iterator[str]:
    """All that a log shows of an error, its causes and contexts, and of the locals of frames outside of tests."""
    yield "".join(traceback.format_exception(error))
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is None:
            continue
        yield from (str(each), repr(each), repr(each.args))
        trace = each.__traceback__
        while trace is not None:
            if "/tests/" not in trace.tb_frame.f_code.co_filename:
                yield from (repr(value) for value in trace.tb_frame.f_locals.values())
            trace = trace.tb_next
        pending += [each.__cause__, each.__context__]


def assert_hidden(texts: Iterator[str] | list[str], *secrets: str) -> None:
    for text in texts:
        for secret in secrets:
            assert secret not in text
            assert secret[:12] not in text


def json_reply(body: Any, status: int = 400, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json=body, headers=headers)


# --- credentials


@pytest.mark.parametrize("written", NOTATIONS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_mask_knows_each_notation(secret: str, written: Callable[[str], str]) -> None:
    mask = Mask([secret])
    text = written(secret)
    assert mask(f"before {text} after") == "before *** after"
    assert mask(text * 3) in ("***", "***" * 3)
    assert mask("before after sk-l") == "before after sk-l"
    assert secret not in repr(mask)


def test_a_mask_of_headers_knows_credentials_by_their_names() -> None:
    headers = {"authorization": f"Digest {TOKEN}", "x-api-key": HEADER, "x-name": "Ada Lovelace"}
    assert Mask((), headers)(f"{TOKEN}, {HEADER}, Ada Lovelace") == "***, ***, Ada Lovelace"


def quoting(text: str) -> list[httpx2.Response]:
    """Replies that quote a text in each of their parts."""
    replies = [
        json_reply({"message": text}),
        json_reply({"message": "x" * 190 + text}),
        json_reply({"message": "x   " * 50 + text}),
        json_reply({"detail": f"a {text} b"}, 500),
        json_reply({text: "text"}, 200),
    ]
    if text.isascii() and text.isprintable():
        replies += [
            json_reply({}, 400, **{"x-request-id": text}),
            json_reply({}, 200, **{"content-type": f"text/{text}"}),
        ]
    return replies


def returning(response: httpx2.Response) -> Handler:
    return lambda request: response


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("scheme", list(SECURITIES))
@pytest.mark.parametrize("written", NOTATIONS)
def test_a_reply_that_quotes_credentials(
    kind: str, scheme: str, written: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = {"key": quote(KEY), "basic": PASSWORD, "token": TOKEN}
    texts = [secrets[scheme], *([BASIC] if scheme == "basic" else [])]
    for secret in texts:
        quoted = written(secret)
        for reply in quoting(quoted):
            error = failure(kind, returning(reply), scheme)
            assert_hidden(shown(error), quoted, secret)
    assert_hidden([record.getMessage() for record in caplog.records], *texts)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("scheme", list(SECURITIES))
def test_a_transport_that_quotes_the_request(kind: str, scheme: str) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        try:
            raise OSError(f"{request.url} {request.headers.get('authorization')}")
        except OSError as error:
            text = f"no route to {request.url} {request.headers.get('authorization')}"
            raise httpx2.ConnectError(text, request=request) from error

    error = failure(kind, refuse, scheme)
    assert isinstance(error, APIConnectionError)
    assert isinstance(error.__cause__, httpx2.ConnectError)
    assert "no route to https://api.test/x" in str(error)
    assert_hidden(shown(error), quote(KEY), quote(quote(KEY), safe=""), PASSWORD, BASIC, TOKEN)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_status_line_that_quotes_the_request(
    kind: str, raw_server: Callable[[list[bytes]], Any]
) -> None:
    """h11 quotes a line that it cannot read."""
    server = raw_server([f"HTTP/1.1 {TOKEN}\r\nx\r\n\r\n".encode()])
    credentials = {"token": TOKEN}
    client: Any = (SyncClient if kind == "sync" else AsyncClient)(
        API, base_url=server.url, credentials=credentials, max_retries=0
    )

    def call() -> Any:
        found = client.call(operation())
        return found if kind == "sync" else asyncio.run(found)

    with pytest.raises(APIConnectionError) as caught:
        call()
    assert_hidden(shown(caught.value), TOKEN)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_headers_of_the_caller_are_masked(kind: str) -> None:
    options = RequestOptions(headers={"authorization": f"Bearer {HEADER}"})
    with pytest.raises(APIError) as caught:
        run(
            kind,
            lambda request: json_reply({"message": f"bad {HEADER}"}),
            lambda client: client.call(operation(), options=options),
        )
    assert "bad ***" in str(caught.value)
    assert_hidden(shown(caught.value), HEADER)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_url_that_is_too_long_is_not_quoted(kind: str) -> None:
    key = "long-key-" * 10_000
    with pytest.raises(RequestError, match="url: is longer") as caught:
        run(
            kind,
            lambda request: json_reply({}),
            lambda client: client.call(operation("key")),
            credentials={"key": key},
        )
    assert_hidden(shown(caught.value), key)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_stream_that_breaks_off_quotes_nothing(kind: str) -> None:
    class Broken(httpx2.SyncByteStream, httpx2.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"{"
            raise httpx2.ReadError(f"lost {TOKEN}")

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for piece in self:
                yield piece

    def work(client: Any) -> Any:
        if kind == "sync":
            with client.stream(operation()) as reply:
                return list(reply.iter_bytes())

        async def read() -> None:
            async with client.stream(operation()) as reply:
                async for _ in reply.iter_bytes():
                    pass

        return read()

    with pytest.raises(APIConnectionError) as caught:
        run(kind, lambda request: httpx2.Response(200, stream=Broken()), work)
    assert isinstance(caught.value.__cause__, httpx2.ReadError)
    assert_hidden(shown(caught.value), TOKEN)


# --- control characters

STEERING = "\x1b[2J\x9b31m\u202egpj.exe\u2066\r\n\x00\u200b"


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_control_characters_of_replies_are_escaped(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"message": STEERING}).encode()
    replies: list[Handler] = [
        lambda request: httpx2.Response(400, content=body),
        lambda request: httpx2.Response(
            503, content=b"", headers=[(b"x-request-id", b"\x1b[2J\x9b")]
        ),
        lambda request: httpx2.Response(
            200, content=b"x", headers=[(b"content-type", b"text/\x1b[2J")]
        ),
        lambda request: json_reply({STEERING: "text"}, 200),
    ]
    for handler in replies:
        error = failure(kind, handler)
        assert str(error).isprintable()
        assert "\\x1b[2J" in str(error)
    lines = [record.getMessage() for record in caplog.records if record.name == "hooksmith"]
    assert lines
    assert all(line.isprintable() for line in lines)


# --- size

LIMIT = 1_000_000
SMALL = json.dumps({"a": 1}).encode()


def bomb(encoding: str) -> bytes:
    """30 MB of zeros, packed."""
    zeros = bytes(30_000_000)
    if encoding == "gzip":
        return gzip.compress(zeros)
    if encoding == "deflate":
        return zlib.compress(zeros)
    if encoding == "gzip, gzip":
        return gzip.compress(gzip.compress(zeros))
    module = pytest.importorskip({"br": "brotli", "zstd": "backports.zstd"}[encoding])
    packed: bytes = module.compress(zeros)
    return packed


ENCODINGS = ["gzip", "deflate", "gzip, gzip", "br", "zstd"]


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("status", [200, 400, 503])
def test_a_reply_that_unpacks_to_more_than_the_limit(kind: str, encoding: str, status: int) -> None:
    content = bomb(encoding)
    pieces: list[int] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        pieces.append(1)
        return httpx2.Response(
            status, headers={"content-encoding": encoding}, stream=ByteStream([content])
        )

    error = failure(kind, handler, max_reply=LIMIT, max_retries=2)
    assert isinstance(error, ReplyTooLargeError)
    assert error.status == status
    assert "max_reply" in str(error)
    assert pieces == [1]


class ByteStream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, pieces: Any) -> None:
        self.pieces = pieces
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.taken += 1
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("read", ["read", "iter_lines"])
def test_a_stream_that_is_kept_in_memory_has_the_limit(kind: str, read: str) -> None:
    stream = ByteStream(b"x" * 100_000 for _ in range(1000))

    def work(client: Any) -> Any:
        if kind == "sync":
            with client.stream(operation()) as reply:
                return list(reply.iter_lines()) if read == "iter_lines" else reply.read()

        async def run_it() -> Any:
            async with client.stream(operation()) as reply:
                if read == "read":
                    return await reply.read()
                return [line async for line in reply.iter_lines()]

        return run_it()

    with pytest.raises(ReplyTooLargeError):
        run(kind, lambda request: httpx2.Response(200, stream=stream), work, max_reply=LIMIT)
    assert stream.taken == 11


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_reply_within_the_limit_is_read(kind: str) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(
            200,
            headers={"content-encoding": "gzip", "content-type": "application/json", "x-a": "1"},
            stream=ByteStream([gzip.compress(SMALL)]),
        )

    raw = run(kind, handler, lambda client: client.call_raw(operation()), max_reply=len(SMALL))
    assert (raw.parse(), raw.headers["x-a"]) == ({"a": 1}, "1")
    assert "content-encoding" not in raw.headers


def test_lines_are_those_of_splitlines() -> None:
    text = "a\r\nb\rc\n\n\u2028d\x0be\r"
    expected = text.splitlines()
    for size in range(1, 9):
        content = text.encode()
        pieces = [content[at : at + size] for at in range(0, len(content), size)]

        def work(client: Any) -> Any:
            with client.stream(operation()) as reply:
                return list(reply.iter_lines())

        lines = run("sync", returning(httpx2.Response(200, stream=ByteStream(pieces))), work)
        assert lines == expected


def test_the_limit_is_a_setting() -> None:
    def call(client: Any) -> Any:
        return client.with_options(max_reply=10**9).call(operation())

    assert run("sync", lambda request: json_reply({"a": 1}, 200), call, max_reply=1) == {"a": 1}
    with pytest.raises(APIError, match="max_reply should not be negative"):
        SyncClient(API, base_url="https://api.test", max_reply=-1)


# --- Retry-After


@pytest.mark.parametrize(
    "text",
    [
        "9" * 5000,
        "1" * 400 + ".5",
        ".",
        "Mon, 01 Jan 99999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Mon, 01 Jan 2030 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 2030 99999999999999999999:00:00 GMT",
        "Mon, 99999999999999999999 Jan 2030 00:00:00 GMT",
        "Mon, 01 Jan 99999999999999999999999999 00:00:00 GMT",
        "\u0663",
        "1e999",
        "-1",
        "nan",
        "inf",
    ],
)
@pytest.mark.parametrize(
    "date", ["", "Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359"]
)
def test_a_wait_out_of_range(text: str, date: str) -> None:
    wait = retries.retry_after({"retry-after": text, "date": date})
    assert wait is None or 0 <= wait < 10**13
    if text.isascii():
        error = failure(
            "sync", lambda request: json_reply({}, 503, **{"retry-after": text, "date": date})
        )
        assert isinstance(error, ServerError)
        assert error.retry_after == wait
