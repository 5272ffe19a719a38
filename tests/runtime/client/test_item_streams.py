"""Typed streams over a socket: framing, ends, errors, reconnection and memory."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hooksmith_runtime_under_test.client.async_client import AsyncClient
from hooksmith_runtime_under_test.client.errors import (
    APIConnectionError,
    ReplyContentTypeError,
    ReplyValidationError,
    StreamError,
)
from hooksmith_runtime_under_test.client.operation import (
    ApiInfo,
    ItemStream,
    StreamedOperation,
)
from hooksmith_runtime_under_test.client.options import RequestOptions
from hooksmith_runtime_under_test.client.stream_framing import ServerSentEvents, framing_for
from hooksmith_runtime_under_test.client.sync_client import SyncClient
from hooksmith_runtime_under_test.models.base import Model, Unknown
from hypothesis import given
from hypothesis import strategies as st

API = ApiInfo(name="test")


class Tick(Model):
    n: int


def texts_of(error: BaseException | None) -> Iterator[str]:
    """All that a traceback with local variables shows of an error and its context."""
    while error is not None:
        yield str(error) + repr(error)
        trace = error.__traceback__
        while trace is not None:
            if "_runtime" in trace.tb_frame.f_code.co_filename:
                yield from map(repr, trace.tb_frame.f_locals.values())
            trace = trace.tb_next
        error = error.__cause__ or error.__context__


def operation(**stream: Any) -> StreamedOperation[Any, Any]:
    arguments = {"annotation": Tick, **stream}
    return StreamedOperation(id="s", method="GET", path="/s", stream=ItemStream(**arguments))


class Server:
    """A server that answers each connection with the next of its scripts, byte for byte."""

    def __init__(self) -> None:
        self.scripts: list[Callable[[socket.socket], None]] = []
        self.requests: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += connection.recv(65536)
                self.requests.append(request.decode())
                script = self.scripts.pop(0) if self.scripts else refuse
                with contextlib.suppress(OSError):  # the client has left
                    script(connection)

    def close(self) -> None:
        self._listener.close()


def head(media_type: str = "text/event-stream", *headers: str) -> bytes:
    lines = [
        "HTTP/1.1 200 OK",
        f"content-type: {media_type}",
        "transfer-encoding: chunked",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def refuse(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")


def streams(
    *pieces: bytes, media_type: str = "text/event-stream"
) -> Callable[[socket.socket], None]:
    def script(connection: socket.socket) -> None:
        connection.sendall(head(media_type, "connection: close"))
        for piece in pieces:
            connection.sendall(chunk(piece))
        connection.sendall(b"0\r\n\r\n")

    return script


def breaks(*pieces: bytes) -> Callable[[socket.socket], None]:
    """A stream that breaks off in the middle of a chunk."""

    def script(connection: socket.socket) -> None:
        connection.sendall(head())
        for piece in pieces:
            connection.sendall(chunk(piece))
        connection.sendall(b"ffff\r\npartial")

    return script


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture(params=["sync", "async"])
def collect(request: pytest.FixtureRequest, server: Server) -> Callable[..., list[Any]]:
    """Call an operation and gather the items of its stream, with either client."""

    def sync(op: StreamedOperation[Any, Any], options: RequestOptions | None = None) -> list[Any]:
        with SyncClient(API, base_url=server.url, max_retries=2) as client:
            return list(client.stream_items(op, options=options))

    def asynchronous(
        op: StreamedOperation[Any, Any], options: RequestOptions | None = None
    ) -> list[Any]:
        async def gather() -> list[Any]:
            async with AsyncClient(API, base_url=server.url, max_retries=2) as client:
                stream = await client.stream_items(op, options=options)
                return [item async for item in stream]

        return asyncio.run(gather())

    return sync if request.param == "sync" else asynchronous


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hooksmith_runtime_under_test.client.retries.FIRST_WAIT", 0.0)


def test_server_sent_events_are_items(server: Server, collect: Callable[..., list[Any]]) -> None:
    server.scripts = [
        streams(
            b'\xef\xbb\xbf: comment\ndata: {"n"',
            b': 1}\n\ndata: {"n":\r\ndata: 2}\r\n\r',
            b'\ndata:{"n": 3}\r\revent: x\ndata: {"n": 4}\n\n',
            b'data: {"n": 5}',  # no empty line: discarded
        )
    ]
    items = collect(operation())
    assert [type(item) for item in items] == [Tick] * 4
    assert [item.n for item in items] == [1, 2, 3, 4]
    assert "accept: text/event-stream\r\n" in server.requests[0].lower()


@pytest.mark.parametrize("media_type", ["application/jsonl", "application/x-ndjson; charset=utf-8"])
def test_json_lines_are_items(
    server: Server, collect: Callable[..., list[Any]], media_type: str
) -> None:
    server.scripts = [
        streams(
            b'{"n": 1}\n\n{"n": 2,', ' "t": "\u2028"}\r\n{"n": 3}'.encode(), media_type=media_type
        )
    ]
    assert [item.n for item in collect(operation(media_type=media_type))] == [1, 2, 3]


def test_a_json_sequence_is_items(server: Server, collect: Callable[..., list[Any]]) -> None:
    media_type = "application/json-seq"
    server.scripts = [streams(b'\x1e{"n": 1}\n\x1e{"n":', b"\n 2}\n", media_type=media_type)]
    assert [item.n for item in collect(operation(media_type=media_type))] == [1, 2]


@pytest.mark.parametrize(("done", "expected"), [("[DONE]", [1]), ("end", [1])])
def test_nothing_follows_the_done_marker(
    server: Server, collect: Callable[..., list[Any]], done: str, expected: list[int]
) -> None:
    content = f'data: {{"n": 1}}\n\ndata: {done}\n\ndata: {{"n": 2}}\n\n'.encode()
    server.scripts = [streams(content)]
    assert [item.n for item in collect(operation(done=done))] == expected


def test_names_of_events_tell_items_apart(
    server: Server, collect: Callable[..., list[Any]]
) -> None:
    class Pong(Model):
        at: str

    events = {"tick": ItemStream(Tick), "pong": ItemStream(Pong)}
    server.scripts = [
        streams(
            b'event: pong\ndata: {"at": "x"}\n\nevent: tick\ndata: {"n": 1}\n\n'
            b'event: new\ndata: {"a": 1}\n\nevent: other\ndata: text\n\n'
        )
    ]
    items = collect(operation(annotation=Any, events=events))
    assert [type(item) for item in items] == [Pong, Tick, Unknown, Unknown]


@pytest.mark.parametrize(
    "content",
    [
        b'event: error\ndata: {"error": {"message": "overloaded"}}\n\n',
        b'data: {"error": {"message": "overloaded"}}\n\n',
        b'event: error\ndata: {"n": 3}\n\n',
    ],
)
def test_an_error_inside_a_stream_is_raised_after_the_items_before_it(
    server: Server, content: bytes
) -> None:
    server.scripts = [streams(b'data: {"n": 1}\n\n' + content)]
    with SyncClient(API, base_url=server.url) as client:
        stream = client.stream_items(operation())
        assert next(stream).n == 1
        with pytest.raises(StreamError, match="the API reports an error") as caught:
            next(stream)
    assert isinstance(caught.value.body, dict)
    assert "overloaded" not in str(caught.value)


def test_an_error_that_the_document_describes_is_an_item(server: Server) -> None:
    server.scripts = [streams(b'event: error\ndata: {"n": 3}\n\n')]
    with SyncClient(API, base_url=server.url) as client:
        stream = client.stream_items(operation(describes_error=True))
        assert [item.n for item in stream] == [3]


def test_an_item_that_does_not_fit_is_an_error_with_places_and_without_values(
    server: Server, collect: Callable[..., list[Any]]
) -> None:
    server.scripts = [streams(b'data: {"n": "secret"}\n\n')]
    with pytest.raises(ReplyValidationError, match="an item of the reply to GET /s") as caught:
        collect(operation())
    assert [detail.where for detail in caught.value.details] == ["/n"]
    assert "secret" not in "".join(texts_of(caught.value))


def test_another_media_type_is_an_error(server: Server, collect: Callable[..., list[Any]]) -> None:
    server.scripts = [streams(b"{}", media_type="application/json")]
    with pytest.raises(
        ReplyContentTypeError, match="application/json instead of text/event-stream"
    ):
        collect(operation())


def test_a_stream_that_breaks_before_its_first_item_is_opened_again(
    server: Server, collect: Callable[..., list[Any]]
) -> None:
    server.scripts = [breaks(b": nothing yet\n"), streams(b'data: {"n": 1}\n\n')]
    assert [item.n for item in collect(operation())] == [1]


def test_a_stream_that_breaks_after_an_item_is_an_error(
    server: Server, collect: Callable[..., list[Any]]
) -> None:
    server.scripts = [breaks(b'data: {"n": 1}\n\n'), streams(b'data: {"n": 1}\n\n')]
    with pytest.raises(APIConnectionError):
        collect(operation())
    assert len(server.requests) == 1


def test_reconnection_asks_for_the_events_after_the_last(
    server: Server, collect: Callable[..., list[Any]]
) -> None:
    server.scripts = [
        breaks(b'retry: 1\nid: 7\ndata: {"n": 1}\n\n'),
        streams(b'id: 8\ndata: {"n": 2}\n\n'),
        streams(b'data: {"n": 3}\n\ndata: [DONE]\n\n'),
    ]
    items = collect(operation(), RequestOptions(reconnect=True))
    assert [item.n for item in items] == [1, 2, 3]
    ids = [request.lower().partition("last-event-id: ")[2][:1] for request in server.requests]
    assert ids == ["", "7", "8"]


def test_leaving_early_closes_the_connection(server: Server) -> None:
    closed = threading.Event()

    def endless(connection: socket.socket) -> None:
        connection.sendall(head())
        try:
            while True:
                connection.sendall(chunk(b'data: {"n": 1}\n\n' * 1000))
        except OSError:
            closed.set()
            raise

    server.scripts = [endless]
    with SyncClient(API, base_url=server.url) as client:
        with client.stream_items(operation()) as stream:
            for item in stream:
                assert item.n == 1
                break
        assert closed.wait(5)
        assert list(stream) == []


def test_a_compressed_stream_is_read(server: Server, collect: Callable[..., list[Any]]) -> None:
    def compressed(connection: socket.socket) -> None:
        connection.sendall(head("text/event-stream", "content-encoding: gzip"))
        connection.sendall(chunk(gzip.compress(b'data: {"n": 1}\n\ndata: {"n": 2}\n\n')))
        connection.sendall(b"0\r\n\r\n")

    server.scripts = [compressed]
    assert [item.n for item in collect(operation())] == [1, 2]


def test_a_record_without_end_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch, collect: Callable[..., list[Any]]
) -> None:
    monkeypatch.setattr(
        "hooksmith_runtime_under_test.client.stream_framing.MAX_RECORD_BYTES", 10_000
    )
    for media_type in ("text/event-stream", "application/jsonl"):
        server.scripts = [streams(*[b"data: " + b"x" * 1000] * 20, media_type=media_type)]
        with pytest.raises(StreamError, match="larger than") as caught:
            collect(operation(media_type=media_type))
        assert "xxxx" not in "".join(texts_of(caught.value))
    server.scripts = [streams(*[b"data: " + b"x" * 1000 + b"\n"] * 20)]
    with pytest.raises(StreamError, match="larger than"):
        collect(operation())


SERVER = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
connection, _ = listener.accept()
while b"\\r\\n\\r\\n" not in connection.recv(65536): pass
connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-type: text/event-stream\\r\\nconnection: close\\r\\n\\r\\n")
event = b'data: {"n": 1, "text": "' + b"x" * 65000 + b'"}\\n\\n'
for _ in range(int(sys.argv[1]) // len(event)): connection.sendall(event)
connection.close()
"""
READER = """
import resource, sys
sys.path[:0] = sys.argv[2:4]
import conftest
from hooksmith_runtime_under_test.client.operation import ApiInfo, ItemStream, StreamedOperation
from hooksmith_runtime_under_test.client.sync_client import SyncClient
from hooksmith_runtime_under_test.models.base import Model
class Tick(Model):
    n: int
operation = StreamedOperation(id="s", method="GET", path="/s", stream=ItemStream(Tick))
client = SyncClient(ApiInfo(name="test"), base_url=sys.argv[1])
stream = client.stream_items(operation)
next(stream)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
total = sum(item.n for item in stream)
print(total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_a_stream_of_a_gigabyte() -> None:
    size = 10**9
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(size)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        folder = Path(__file__).parents[1]
        reader = subprocess.run(
            [sys.executable, "-c", READER, url, str(folder), str(folder.parent)],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert reader.returncode == 0, reader.stderr
    items, growth_kib = map(int, reader.stdout.split())
    assert items == size // 65031 - 1
    assert growth_kib < 20 * 1024


_FIELDS = st.sampled_from(
    [b"data: a", b"data:", b"data", b"event: e", b"id: 1", b"id: \0", b"retry: 5", b": c", b"x: y"]
)
_BLOCKS = st.lists(
    st.lists(_FIELDS, max_size=4).map(lambda fields: [b"data: \xc3\xa9", *fields]), max_size=4
)


@given(_BLOCKS, st.sampled_from([b"\n", b"\r\n", b"\r"]), st.integers(1, 7))
def test_events_are_those_of_an_independent_reader(
    blocks: list[list[bytes]], end: bytes, size: int
) -> None:
    content = b"".join(end.join([*block, b"", b""]) for block in blocks)
    framing = ServerSentEvents()
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    records = [record for piece in pieces for record in framing.feed(piece)]
    response = httpx2.Response(
        200,
        headers={"content-type": "text/event-stream"},
        content=content,
        request=httpx2.Request("GET", "http://x"),
    )
    expected = list(httpx2.EventSource(response))
    assert [(record.event or "message", record.data.decode()) for record in records] == [
        (event.event, event.data) for event in expected
    ]
    assert framing.last_event_id == (expected[-1].id if expected else "")


def test_a_block_without_data_is_no_event() -> None:
    framing = ServerSentEvents()
    content = b"event: x\nid: 4\n\ndata: 1\n\n"
    assert [(record.event, record.data) for record in framing.feed(content)] == [("", b"1")]
    assert framing.last_event_id == "4"


def test_every_framing_is_found_by_its_media_type() -> None:
    names = {
        media_type: type(framing_for(media_type)).__name__
        for media_type in ("text/event-stream", "application/json-seq", "application/jsonl")
    }
    assert list(names.values()) == ["ServerSentEvents", "JsonSequence", "JsonLines"]
