"""Pages that the document does not declare."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from support.wire import Wire, reply


def items(*ids: str) -> list[dict[str, str]]:
    return [{"id": id_} for id_ in ids]


def linked(data: Any, link: str = "") -> httpx2.Response:
    return httpx2.Response(200, json=data, headers={"link": link} if link else {})


WALKS: dict[str, tuple[dict[str, Any], list[httpx2.Response], list[dict[str, str]]]] = {
    "by_cursor": (
        {},
        [reply({"items": items("a"), "next_page_token": "t"}), reply({"items": items("b")})],
        [{}, {"page_token": "t"}],
    ),
    "by_nested_cursor": (
        {"limit": 1},
        [
            reply({"data": items("a"), "list_metadata": {"after": "x"}}),
            reply({"data": items("b"), "list_metadata": {"after": None}}),
        ],
        [{"limit": "1"}, {"limit": "1", "after": "x"}],
    ),
    "by_iterator": (
        {},
        [
            reply({"data": items("a"), "iterator": "i", "done": False}),
            reply({"data": items("b"), "iterator": "j", "done": True}),
        ],
        [{}, {"iterator": "i"}],
    ),
    "by_last_item": (
        {"limit": 1},
        [
            reply({"data": items("a"), "has_more": True}),
            reply({"data": items("b"), "has_more": False}),
        ],
        [{"limit": "1"}, {"limit": "1", "starting_after": "a"}],
    ),
    "by_offset": (
        {"limit": 1},
        [reply({"results": items("a")}), reply({"results": items("b")}), reply({"results": []})],
        [{"limit": "1"}, {"limit": "1", "offset": "1"}, {"limit": "1", "offset": "2"}],
    ),
    "by_page": (
        {"per_page": 2},
        [reply(items("a", "b")), reply(items("c"))],
        [{"per_page": "2"}, {"per_page": "2", "page": "2"}],
    ),
    "by_page_from_zero": (
        {},
        [
            reply({"data": items("a"), "has_more": True}),
            reply({"data": items("b"), "has_more": False}),
        ],
        [{}, {"page": "1"}],
    ),
    "by_page_described": (
        {"page_size": 1},
        [reply(items("a")), reply(items("b")), reply([])],
        [
            {"page_size": "1"},
            {"page_size": "1", "page_number": "1"},
            {"page_size": "1", "page_number": "2"},
        ],
    ),
    "by_link": (
        {"per_page": 1},
        [
            linked(items("a"), '<https://other.example/x?page=2&per_page=1>; rel="next"'),
            linked(items("b"), '<https://other.example/x?page=1>; rel="prev"'),
        ],
        [{"per_page": "1"}, {"per_page": "1", "page": "2"}],
    ),
    "by_next_url": (
        {"limit": 1},
        [
            reply({"results": items("a"), "next": "https://pages.example/url?limit=1&offset=7"}),
            reply({"results": items("b"), "next": None}),
        ],
        [{"limit": "1"}, {"limit": "1", "offset": "7"}],
    ),
}


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_over_pages(case: Any, name: str) -> None:
    arguments, replies, queries = WALKS[name]
    wire = Wire(*replies)
    page = getattr(wire.client(case).lists, name)(**arguments)
    found = [item.id for item in page]
    assert found == ["a", "b", "c"][: len(found)]
    assert len(found) >= 2
    assert [dict(request.url.params) for request in wire.requests] == queries
    assert {request.url.host for request in wire.requests} == {"pages.example"}


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_over_pages_asynchronously(case: Any, name: str) -> None:
    arguments, replies, queries = WALKS[name]
    wire = Wire(*replies)

    async def collect() -> list[str]:
        pager = getattr(wire.async_client(case).lists, name)(**arguments)
        return [item.id async for item in pager]

    assert asyncio.run(collect())[:2] == ["a", "b"]
    assert [dict(request.url.params) for request in wire.requests] == queries


def test_every_form_and_nothing_else_is_recognised(case: Any) -> None:
    found = {
        operation.name: operation.pagination
        for resource in case.api.resources
        for operation in resource.operations
    }
    assert {name for name, pages in found.items() if pages} == set(WALKS)
    assert all(pages.reason for pages in found.values() if pages)


def test_a_link_that_leads_back_ends_the_walk_with_an_error(case: Any) -> None:
    link = '<https://pages.example/link?page=2>; rel="next"'
    wire = Wire(linked(items("a"), link), linked(items("b"), link))
    with pytest.raises(case.package.PaginationError, match="an earlier page"):
        list(wire.client(case).lists.by_link())
