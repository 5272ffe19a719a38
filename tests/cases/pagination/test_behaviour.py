"""Lists that come in pages."""

from __future__ import annotations

import asyncio
from typing import Any

from support.wire import Wire, reply


def cursor_pages() -> Wire:
    return Wire(
        reply({"data": [{"id": 1}, {"id": 2}], "meta": {"after": "c2"}}),
        reply({"data": [{"id": 3}], "meta": {"after": None}}),
    )


def test_cursor(case: Any) -> None:
    wire = cursor_pages()
    page = wire.client(case).lists.by_cursor(limit=2)
    assert [item.id for item in page] == [1, 2, 3]
    assert [str(request.url.query, "ascii") for request in wire.requests] == [
        "limit=2",
        "after=c2&limit=2",
    ]


def test_cursor_asynchronously(case: Any) -> None:
    async def collect() -> list[int]:
        client = cursor_pages().async_client(case)
        return [item.id async for item in client.lists.by_cursor()]

    assert asyncio.run(collect()) == [1, 2, 3]


def test_offset(case: Any) -> None:
    wire = Wire(
        reply({"items": [{"id": 1}, {"id": 2}], "listCompleted": False}),
        reply({"items": [{"id": 3}], "listCompleted": True}),
    )
    assert [item.id for item in wire.client(case).lists.by_offset(count=2)] == [1, 2, 3]
    assert [dict(request.url.params) for request in wire.requests] == [
        {"count": "2"},
        {"count": "2", "offset": "2"},
    ]


def test_a_bare_array_is_a_page(case: Any) -> None:
    wire = Wire(reply([{"id": 1}, {"id": 2}]), reply([]))
    found = list(wire.client(case).lists.by_offset(count=2))
    assert [item.id for item in found] == [1, 2]
    assert type(found[0]) is case.models.Item


def test_the_page_itself(case: Any) -> None:
    page = cursor_pages().client(case).lists.by_cursor()
    assert [item.id for item in page.items] == [1, 2]
