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

import httpx2
from pydantic import BaseModel
from pydantic_core import from_json

from ..models.properties import resolve
from ..omit import OMIT
from ..representation import safe_repr
from .errors import PaginationError
from .operation import (
    CursorPagination,
    LinkPagination,
    NextUrlPagination,
    OffsetPagination,
    PageNumberPagination,
    Pagination,
)
from .parameters import Values
from .replies import RawReply

T = TypeVar("T")
Item = TypeVar("Item")


@dataclass(frozen=True, eq=False, repr=False)
class Walk:
    """The state of a walk over pages: the query of this page, its number, and the items of the page before.

    `url_query`: query parameters of the URL that led to this page. `cursors`: cursor → number of the page that it led
    to first; all pages of a walk share it.
    """

    pagination: Pagination
    query: Values
    url_query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    number: int = 0
    cursors: dict[object, int] = field(default_factory=dict)
    previous: Sequence[object] = ()

    def items(self, reply: object, raw: RawReply[Any]) -> list[Any]:
        """Return the items of a reply. Raises PaginationError if there is no list, or the last one again."""
        items = reply if isinstance(reply, list) else resolve(reply, self.pagination.items)
        if items is None or items is OMIT:
            return []
        if not isinstance(items, (list, tuple)):
            raise _error(raw, f"no list at {self.pagination.items}")
        if _is_repeated(items, self.previous):
            raise _error(raw, "the page before was sent again")
        return list(items)

    def next(
        self, reply: object, items: list[Any], raw: RawReply[Any]
    ) -> Walk | PaginationError | None:
        """Return the walk at the next page; None after the last; the reason if the walk breaks off."""
        pagination = self.pagination
        if isinstance(pagination, (LinkPagination, NextUrlPagination)):
            return self._at_url(pagination, reply, items, raw)
        if isinstance(pagination, CursorPagination):
            position = self._cursor(pagination, reply, items, raw)
        elif isinstance(pagination, OffsetPagination):
            position = self._offset(pagination, reply, items, raw)
        else:
            position = self._page_number(pagination, reply, items, raw)
        if position is None or isinstance(position, PaginationError):
            return position
        query = {**self.query, pagination.parameter: position}
        return replace(self, query=query, number=self.number + 1, previous=items)

    def _cursor(
        self, pagination: CursorPagination, reply: object, items: list[Any], raw: RawReply[Any]
    ) -> object | PaginationError | None:
        if _says_last(pagination, reply):
            return None
        source = reply if pagination.next is not None else items[-1] if items else OMIT
        cursor = resolve(source, pagination.next or pagination.last or "")
        if cursor is OMIT or cursor is None or cursor == "":
            return None
        return self._checked(cursor, self.query.get(pagination.parameter, OMIT), raw)

    def _checked(
        self, cursor: object, current: object, raw: RawReply[Any]
    ) -> object | PaginationError:
        """Return a cursor that no earlier page was reached by."""
        self.cursors.setdefault(current, self.number)
        if self.cursors.setdefault(cursor, self.number + 1) != self.number + 1:
            return _error(raw, "a cursor came back that led to an earlier page")
        return cursor

    def _offset(
        self, pagination: OffsetPagination, reply: object, items: list[Any], raw: RawReply[Any]
    ) -> int | PaginationError | None:
        if not items:
            return self._after_nothing(pagination, reply, raw)
        if _says_last(pagination, reply):
            return None
        start = self.query.get(pagination.parameter, OMIT)
        return (start if isinstance(start, int) else 0) + len(items)

    def _page_number(
        self, pagination: PageNumberPagination, reply: object, items: list[Any], raw: RawReply[Any]
    ) -> int | PaginationError | None:
        if not items:
            return self._after_nothing(pagination, reply, raw)
        size = self.query.get(pagination.size, OMIT) if pagination.size else OMIT
        is_short = isinstance(size, int) and len(items) < size
        if _says_last(pagination, reply) or (is_short and not _says_more(pagination, reply)):
            return None
        current = self.query.get(pagination.parameter, OMIT)
        return (current if isinstance(current, int) else pagination.first) + 1

    def _after_nothing(
        self, pagination: OffsetPagination | PageNumberPagination, reply: object, raw: RawReply[Any]
    ) -> PaginationError | None:
        if _says_more(pagination, reply):
            return _error(raw, "an empty page says that more follow")
        return None

    def _at_url(
        self,
        pagination: LinkPagination | NextUrlPagination,
        reply: object,
        items: list[Any],
        raw: RawReply[Any],
    ) -> Walk | PaginationError | None:
        """Return the walk at the URL of the next page. Only its query is used, so credentials stay with the API."""
        if isinstance(pagination, LinkPagination):
            url: object = raw.next_link()
        else:
            url = resolve(reply, pagination.next)
        if not isinstance(url, str) or not url:
            return None
        try:
            pairs = httpx2.URL(url).params.multi_items()
        except httpx2.InvalidURL:
            return _error(raw, "the next page has no usable URL")
        current = [(name, text) for name, texts in self.url_query.items() for text in texts]
        checked = self._checked(tuple(sorted(pairs)), tuple(sorted(current)), raw)
        if isinstance(checked, PaginationError):
            return checked
        query: dict[str, list[str]] = {}
        for name, text in pairs:
            query.setdefault(name, []).append(text)
        return replace(self, url_query=query, number=self.number + 1, previous=items)


def _says_last(
    pagination: CursorPagination | OffsetPagination | PageNumberPagination, reply: object
) -> bool:
    """Whether a reply is marked as the last page."""
    more, complete = pagination.more, pagination.complete
    return (more is not None and resolve(reply, more) is False) or (
        complete is not None and resolve(reply, complete) is True
    )


def _says_more(pagination: OffsetPagination | PageNumberPagination, reply: object) -> bool:
    """Whether a reply is marked as having further pages."""
    more, complete = pagination.more, pagination.complete
    return (more is not None and resolve(reply, more) is True) or (
        complete is not None and resolve(reply, complete) is False
    )


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
        if not self.has_next:
            return None
        walk = self._following()
        return {**walk.query, **walk.url_query}

    @property
    def next_position(self) -> Mapping[str, object]:
        """The query parameter that leads to the next page, and its value: a cursor or an offset.

        Raises PaginationError on the last page.
        """
        walk = self._following()
        if isinstance(walk.pagination, (LinkPagination, NextUrlPagination)):
            return walk.url_query
        name = walk.pagination.parameter
        return {name: walk.query[name]}

    @property
    def raw_items(self) -> list[Any]:
        """The items of the page as plain data, as received."""
        content = from_json(self.raw.content)
        items = content if isinstance(content, list) else resolve(content, self._items_at)
        return list(items) if isinstance(items, list) else []

    def _following(self) -> Walk:
        if isinstance(self._next, Walk):
            return self._next
        raise self._next or _error(self.raw, "this is the last page")

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.items)} items, has_next={self.has_next})"


class Page(_PageFacts[Item, T]):
    """A page. Iteration yields its items and those of every page after it."""

    def __init__(self, walk: Walk, fetch: Callable[[Walk], RawReply[T]]) -> None:
        self._fetch = fetch
        super().__init__(walk, fetch(walk))

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
        self, walk: Walk, raw: RawReply[T], fetch: Callable[[Walk], Awaitable[RawReply[T]]]
    ) -> None:
        self._fetch = fetch
        super().__init__(walk, raw)

    async def next_page(self) -> AsyncPage[Item, T]:
        """Fetch the next page; raises PaginationError on the last page."""
        walk = self._following()
        return AsyncPage(walk, await self._fetch(walk), self._fetch)

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

    def __init__(self, walk: Walk, fetch: Callable[[Walk], Awaitable[RawReply[T]]]) -> None:
        self._walk = walk
        self._fetch = fetch

    async def first_page(self) -> AsyncPage[Item, T]:
        """Fetch the first page."""
        walk = replace(self._walk, cursors={})
        return AsyncPage(walk, await self._fetch(walk), self._fetch)

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
