"""Operations whose replies are streams of items."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2

from hooksmith.pipeline import ledger
from hooksmith.settings import Settings
from support.wire import Wire, reply


def streamed(content: bytes, media_type: str = "text/event-stream") -> httpx2.Response:
    return httpx2.Response(200, content=content, headers={"content-type": media_type})


def test_a_boolean_argument_asks_for_the_stream(case: Any) -> None:
    content = (
        b'data: {"type": "delta", "text": "a"}\n\n'
        b'event: error\ndata: {"type": "error", "code": 3}\n\n'
        b'data: {"type": "new", "x": 1}\n\ndata: [DONE]\n\n'
    )
    wire = Wire(reply({"answer": "a"}), streamed(content))
    client = wire.client(case)
    assert client.chat.create_chat(q="?", stream=False).answer == "a"
    items = list(client.chat.create_chat(q="?", stream=True))
    assert [type(item).__name__ for item in items] == ["Delta", "Failure", "Unknown"]
    assert items[0].text == "a"
    assert [json.loads(request.content) for request in wire.requests] == [
        {"q": "?", "stream": False},
        {"q": "?", "stream": True},
    ]
    accepted = [request.headers["accept"] for request in wire.requests]
    assert accepted == ["application/json", "text/event-stream"]


def test_the_asynchronous_method_gives_a_stream_when_awaited(case: Any) -> None:
    async def collect() -> list[Any]:
        content = b'data: {"type": "delta", "text": "a"}\n\n'
        client = Wire(streamed(content)).async_client(case)
        return [item async for item in await client.chat.create_chat(q="?", stream=True)]

    assert [item.text for item in asyncio.run(collect())] == ["a"]


def test_an_operation_that_only_streams(case: Any) -> None:
    content = b'data: {"n": 1}\n\ndata: end\n\ndata: {"n": 2}\n\n'
    wire = Wire(streamed(content))
    items = list(wire.client(case).chat.ticks())
    assert items == [case.models.Tick(n=1)]


def test_without_such_an_argument_the_stream_has_a_method_of_its_own(case: Any) -> None:
    wire = Wire(reply([{"n": 1}]), streamed(b'{"n": 2}\n{"n": 3}', "application/x-ndjson"))
    client = wire.client(case)
    assert [item.n for item in client.rows.export(limit=1)] == [1]
    assert [item.n for item in client.rows.export_stream(limit=5)] == [2, 3]
    accepted = [request.headers["accept"] for request in wire.requests]
    assert accepted == ["application/json", "application/x-ndjson"]
    assert wire.requests[1].url.params["limit"] == "5"


def test_a_json_sequence(case: Any) -> None:
    content = b'\x1e{"n": 1}\n\x1e{"n": 2}\n'
    wire = Wire(streamed(content, "application/json-seq"))
    assert [item.n for item in wire.client(case).rows.sequence()] == [1, 2]


def test_names_of_events_tell_items_apart(case: Any) -> None:
    content = (
        b'event: added\ndata: {"n": 1}\n\nevent: expired\ndata: {"reason": "x"}\n\n'
        b'event: unheard\ndata: {"a": 1}\n\n'
    )
    wire = Wire(streamed(content))
    items = list(wire.client(case).feed.feed())
    assert [type(item).__name__ for item in items] == ["Tick", "Closed", "Unknown"]


def test_events_of_text_are_texts(case: Any) -> None:
    wire = Wire(streamed(b"data: one\n\ndata: two\ndata: lines\n\n"))
    assert list(wire.client(case).feed.plain_text()) == ["one", "two\nlines"]


def test_the_report_has_every_reply_as_emitted(case: Any) -> None:
    entries = ledger(case.spec, Settings(package="streams")).entries
    statuses = [entry.status for entry in entries if entry.kind == "response"]
    assert statuses == ["emitted"] * len(statuses)
    assert len(statuses) >= 8
