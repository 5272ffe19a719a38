"""Pages of a list, each leading to the next.

page = client.webhooks.list_webhook_endpoints()      # the first page
for endpoint in page: ...                            # every item of it and of all that follow
for page in page.pages(): print(page.reply, page.has_next)

pager = client.webhooks.list_webhook_endpoints()     # async: nothing is sent yet
async for endpoint in pager: ...
page = await pager                                   # the first page
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json

from ..models.properties import resolve
from ..omit import OMIT
from .errors import PaginationError
from .operation import CursorPagination, OffsetPagination, Pagination
from .parameters import Values
from .replies import RawReply

T = TypeVar("T")
Item = TypeVar("Item")


@dataclass(frozen=True, eq=False, repr=False)
class Walk:
    """Position in a walk over pages: query and number of the page, and the items of the previous page.

    `cursors`: cursor → number of the page that first had it; the pages of a walk share it.
    """

    pagination: Pagination
    query: Values
    number: int = 0
    cursors: dict[object, int] = field(default_factory=dict)
    previous: Sequence[object] = ()

    def items(self, reply: object, raw: RawReply[Any]) -> list[Any]:
        """Return the items of a reply; raises PaginationError if there is no list, or the previous page again."""
        found = reply if isinstance(reply, list) else resolve(reply, self.pagination.items)
        if found is None or found is OMIT:
            return []
        if not isinstance(found, (list, tuple)):
            raise _error(raw, f"no list at {self.pagination.items}")
        if _is_repeated(found, self.previous):
            raise _error(raw, "the page before was sent again")
        return list(found)

    def next(
        self, reply: object, items: list[Any], raw: RawReply[Any]
    ) -> Walk | PaginationError | None:
        """Return the position of the next page; None after the last page; an error if the walk breaks off."""
        if isinstance(self.pagination, CursorPagination):
            position = self._cursor(self.pagination, reply, raw)
        else:
            position = self._offset(self.pagination, reply, items, raw)
        if position is None or isinstance(position, PaginationError):
            return position
        query = {**self.query, self.pagination.parameter: position}
        return replace(self, query=query, number=self.number + 1, previous=items)

    def _cursor(
        self, pagination: CursorPagination, reply: object, raw: RawReply[Any]
    ) -> object | PaginationError | None:
        cursor = resolve(reply, pagination.next)
        if cursor is OMIT or cursor is None or cursor == "":
            return None
        self.cursors.setdefault(self.query.get(pagination.parameter, OMIT), self.number)
        if self.cursors.setdefault(cursor, self.number + 1) != self.number + 1:
            return _error(raw, "a cursor came back that led to an earlier page")
        return cursor

    def _offset(
        self, pagination: OffsetPagination, reply: object, items: list[Any], raw: RawReply[Any]
    ) -> int | PaginationError | None:
        complete = OMIT if pagination.complete is None else resolve(reply, pagination.complete)
        if complete is True:
            return None
        if not items:
            if complete is False:
                return _error(raw, "an empty page says that more follow")
            return None
        start = self.query.get(pagination.parameter, OMIT)
        return (start if isinstance(start, int) else 0) + len(items)


class _PageFacts(Generic[Item, T]):
    """A page: its `items`, the whole `reply`, and the `raw` reply with status, headers, request id."""

    def __init__(self, walk: Walk, raw: RawReply[T]) -> None:
        self.raw = raw
        self.items: list[Item] = []  # debuggers show pages that were never finished, too
        self._next: Walk | PaginationError | None = None
        self._items_at = walk.pagination.items
        self.reply: T = raw.parse()
        self.items = walk.items(self.reply, raw)
        self._next = walk.next(self.reply, self.items, raw)

    @property
    def has_next(self) -> bool:
        """Whether the page leads to a next page."""
        return self._next is not None

    @property
    def next_query(self) -> Mapping[str, object] | None:
        """The query of the next page, with its cursor or offset; None after the last.

        Raises:
            PaginationError: The reply announces pages and leads to none.
        """
        return self._following().query if self.has_next else None

    @property
    def next_position(self) -> Mapping[str, object]:
        """The query parameter that leads to the next page, and its value: a cursor or an offset.

        Raises PaginationError on the last page.
        """
        walk = self._following()
        name = walk.pagination.parameter
        return {name: walk.query[name]}

    @property
    def raw_items(self) -> list[Any]:
        """The items of the page as plain data, as received."""
        found = from_json(self.raw.content)
        items = found if isinstance(found, list) else resolve(found, self._items_at)
        return list(items) if isinstance(items, list) else []

    def _following(self) -> Walk:
        if isinstance(self._next, Walk):
            return self._next
        raise self._next or _error(self.raw, "this is the last page")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.items)} items, has_next={self.has_next})"


class Page(_PageFacts[Item, T]):
    """A page. Iteration yields its items and those of every page after it."""

    def __init__(self, walk: Walk, fetch: Callable[[Values], RawReply[T]]) -> None:
        self._fetch = fetch
        super().__init__(walk, fetch(walk.query))

    def next_page(self) -> Page[Item, T]:
        """Fetch the next page; raises PaginationError on the last page."""
        return Page(self._following(), self._fetch)

    def pages(self) -> Iterator[Page[Item, T]]:
        """Yield this page and every page after it; each is fetched when it is reached."""
        page = self
        yield page
        while page.has_next:
            page = page.next_page()
            yield page

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from page.items


class AsyncPage(_PageFacts[Item, T]):
    """A page. Iteration yields its items and those of every page after it."""

    def __init__(
        self, walk: Walk, raw: RawReply[T], fetch: Callable[[Values], Awaitable[RawReply[T]]]
    ) -> None:
        self._fetch = fetch
        super().__init__(walk, raw)

    async def next_page(self) -> AsyncPage[Item, T]:
        """Fetch the next page; raises PaginationError on the last page."""
        walk = self._following()
        return AsyncPage(walk, await self._fetch(walk.query), self._fetch)

    async def pages(self) -> AsyncIterator[AsyncPage[Item, T]]:
        """Yield this page and every page after it; each is fetched when it is reached."""
        page = self
        yield page
        while page.has_next:
            page = await page.next_page()
            yield page

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for page in self.pages():
            for item in page.items:
                yield item


class AsyncPager(Generic[Item, T]):
    """Pages before they are fetched: iterate over them, or await the first page. Each iteration starts at the first."""

    def __init__(self, walk: Walk, fetch: Callable[[Values], Awaitable[RawReply[T]]]) -> None:
        self._walk = walk
        self._fetch = fetch

    async def first_page(self) -> AsyncPage[Item, T]:
        """Fetch the first page."""
        walk = replace(self._walk, cursors={})
        return AsyncPage(walk, await self._fetch(walk.query), self._fetch)

    def __await__(self) -> Generator[Any, None, AsyncPage[Item, T]]:
        return self.first_page().__await__()

    async def pages(self) -> AsyncIterator[AsyncPage[Item, T]]:
        """Yield every page; each is fetched when it is reached."""
        async for page in (await self.first_page()).pages():
            yield page

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for item in await self.first_page():
            yield item


def _is_repeated(items: Sequence[object], previous: Sequence[object]) -> bool:
    """Return whether a page has the objects of the previous page; pages of equal scalars are plausible."""
    return (
        bool(items) and isinstance(items[0], (BaseModel, Mapping)) and list(items) == list(previous)
    )


def _error(raw: RawReply[Any], problem: str) -> PaginationError:
    return PaginationError(
        f"pages cannot be walked on: {problem}",
        status=raw.status,
        headers=raw.headers,
        request_id=raw.request_id,
    )
