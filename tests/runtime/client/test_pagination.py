"""Pages: cursors, offsets, bare arrays; every item once; servers that repeat are found out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hooksmith_runtime_under_test.client.errors import PaginationError, ReplyValidationError
from hooksmith_runtime_under_test.client.operation import (
    CursorPagination,
    OffsetPagination,
    PagedOperation,
    Parameter,
    Reply,
)
from hooksmith_runtime_under_test.client.options import RequestOptions
from hooksmith_runtime_under_test.errors import RequestError
from hooksmith_runtime_under_test.omit import OMIT
from pydantic import BaseModel, ConfigDict, Field


class Thing(BaseModel):
    id: int


class Metadata(BaseModel):
    model_config = ConfigDict(extra="allow")
    after: str | None = None


class ThingList(BaseModel):
    data: list[Thing]
    metadata: Metadata | None = Field(default=None, alias="list_metadata")


class Window(BaseModel):
    list_completed: bool = Field(alias="listCompleted")
    items: list[Thing]


CURSOR = CursorPagination(
    parameter="after", next="/list_metadata/after", items="/data", size="limit"
)
OFFSET = OffsetPagination(
    parameter="offset", items="/items", complete="/listCompleted", size="limit"
)


def operation(path: str, reply: Any, pagination: Any) -> PagedOperation[Any, Any]:
    names = (Parameter("after"), Parameter("offset"), Parameter("limit", annotation=int))
    return PagedOperation(
        id="list",
        method="GET",
        path=path,
        query=names,
        replies={"200": Reply(reply)},
        pagination=pagination,
    )


BY_CURSOR = operation("/cursor", ThingList, CURSOR)
BY_OFFSET = operation("/offset", list[Thing] | Window, OFFSET)
BARE = operation("/bare", list[Thing] | Window, OFFSET)
ALL = [
    BY_CURSOR,
    BY_OFFSET,
    BARE,
    operation("/cursor", Any, CURSOR),
    operation("/bare", Any, OFFSET),
]


def ids(items: list[Any]) -> list[int]:
    return [item["id"] if isinstance(item, dict) else item.id for item in items]


@pytest.mark.parametrize("each", ALL, ids=lambda it: it.path)
@pytest.mark.parametrize("limit", [1, 7, 10, 25, 100, OMIT])
def test_every_item_comes_once(drive: Callable[..., Any], each: Any, limit: Any) -> None:
    assert ids(drive().items(each, query={"after": OMIT, "limit": limit})) == list(range(25))


def test_a_walk_may_start_anywhere(drive: Callable[..., Any]) -> None:
    assert ids(drive().items(BY_CURSOR, query={"after": "20"})) == [20, 21, 22, 23, 24]
    assert ids(drive().items(BARE, query={"offset": 22})) == [22, 23, 24]


def test_one_page_and_its_cursors_stay_reachable(drive: Callable[..., Any]) -> None:
    driver = drive()
    page = driver.page(BY_CURSOR, query={"limit": 10})
    assert ids(page.items) == list(range(10))
    assert page.has_next
    assert page.reply.metadata.after == "10"
    assert page.next_query == {"limit": 10, "after": "10"}
    assert page.raw.status == 200
    assert repr(page).endswith("Page(10 items, has_next=True)")
    second = driver.next_page(page)
    assert ids(second.items) == list(range(10, 20))
    assert ids(driver.next_page(page).items) == list(range(10, 20))
    last = driver.next_page(second)
    assert ids(last.items) == list(range(20, 25))
    assert not last.has_next
    assert last.next_query is None
    with pytest.raises(PaginationError, match="last page"):
        driver.next_page(last)
    assert [len(each.items) for each in driver.listed(page.pages())] == [10, 10, 5]
    assert ids(driver.listed(second)) == list(range(10, 25))


def test_a_page_may_be_walked_twice(drive: Callable[..., Any]) -> None:
    driver = drive()
    listing = driver.client.paginate(BY_CURSOR)
    assert ids(driver.listed(listing)) == ids(driver.listed(listing)) == list(range(25))
    assert [len(page.items) for page in driver.listed(listing.pages())] == [10, 10, 5]


def test_a_repeated_cursor_does_not_loop(drive: Callable[..., Any]) -> None:
    with pytest.raises(PaginationError, match="cursor came back"):
        drive().items(operation("/repeating", ThingList, CURSOR))
    with pytest.raises(PaginationError, match="cursor came back"):
        drive().items(operation("/repeating", ThingList, CURSOR), query={"after": "a"})


def test_an_override_of_the_cursor_does_not_loop(drive: Callable[..., Any]) -> None:
    with pytest.raises(PaginationError):
        drive().items(BY_CURSOR, options=RequestOptions(query={"after": "5"}))


def test_a_server_that_ignores_the_offset_does_not_loop(drive: Callable[..., Any]) -> None:
    with pytest.raises(PaginationError, match="sent again"):
        drive().items(operation("/stuck", list[Thing], OFFSET))


def test_an_empty_page_that_says_more_follow_is_an_error(drive: Callable[..., Any]) -> None:
    with pytest.raises(PaginationError, match="empty page"):
        drive().items(operation("/empty-but-more", Window, OFFSET))


def test_a_reply_without_a_list_is_an_error(drive: Callable[..., Any]) -> None:
    odd = CursorPagination(parameter="after", next="/x", items="/list_metadata")
    with pytest.raises(PaginationError, match="no list at /list_metadata"):
        drive().items(operation("/cursor", Any, odd))


def test_errors_of_calls_are_errors_of_pages(drive: Callable[..., Any]) -> None:
    with pytest.raises(ReplyValidationError):
        drive().items(operation("/cursor", Window, CURSOR))
    with pytest.raises(RequestError, match="query/limit"):
        drive().items(BY_CURSOR, query={"limit": "ten"})


def test_each_page_is_reported(drive: Callable[..., Any]) -> None:
    seen: list[Any] = []
    drive().items(BY_CURSOR, options=RequestOptions(on_reply=seen.append))
    assert len(seen) == 3
