"""Reconciliation: events of a provider's list that no delivery brought → the inbox, with a cursor."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..signatures.message import AnyHeaders
from .intake import Intake
from .protocol import Inbox
from .states import Cursor

_ORDER, _OLDEST_FIRST = "order", "asc"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventPage:
    """Page of a list of events, oldest first.

    Args:
        events: The events: plain data or JSON.
        cursor: The cursor of the page behind this one; None: this is the last page.
    """

    events: Sequence[Mapping[str, Any] | bytes] = field(repr=False)
    cursor: str | None = None


Fetch = Callable[..., Any]
"""List operation of a generated client with pages, or a function from a cursor to an `EventPage`."""

Step = tuple[Sequence[Mapping[str, Any] | bytes], str | None, Callable[[], Any] | None]
"""Events of a page, the cursor of the page behind it, and the call that fetches that page; None: there is none."""


class Reconciliation:
    """Reads a list of events from its stored cursor on, and stores each page in one transaction.

    The last page has no cursor behind it, so its own stays stored: the next reconciliation begins with that page, and
    its events are duplicates then.
    """

    def __init__(
        self, inbox: Inbox, intake: Intake[Any], *, source: str, name: str, tenant: str | None
    ) -> None:
        self._inbox = inbox
        self._intake = intake
        self._source = source
        self._name = name
        self._tenant = tenant
        self._total = 0

    def run(self, fetch: Fetch) -> int:
        """Store events of a list; return the number of new events."""
        pages = self._pages(fetch)
        call: Callable[[], Any] | None = pages.first
        while call is not None:
            call = self._store(pages.read(call()))
        return self._total

    async def arun(self, fetch: Fetch) -> int:
        """Store events of an asynchronous list; return the number of new events. The inbox is written in a thread."""
        from anyio.to_thread import run_sync

        pages = await run_sync(self._pages, fetch)
        call: Callable[[], Any] | None = pages.first
        while call is not None:
            page = call()
            if not isinstance(page, Awaitable):
                raise TypeError(
                    f"areconcile: an operation of an asynchronous client or a coroutine function, "
                    f"not one that returns {type(page).__name__}: use reconcile"
                )
            call = await run_sync(self._store, pages.read(await page))
        return self._total

    def _pages(self, fetch: Fetch) -> _ClientPages | _OwnPages:
        cursor = self._inbox.cursor(self._source, self._name)
        parameters = inspect.signature(fetch).parameters
        has_order = _ORDER in parameters
        if has_order or _takes_options(parameters):
            return _ClientPages(fetch, cursor, has_order=has_order)
        return _OwnPages(fetch, cursor)

    def _store(self, step: Step) -> Callable[[], Any] | None:
        """Store a page and the cursor behind it; return the call that fetches the next page."""
        events, cursor, call = step
        stored = (
            None if cursor is None else Cursor(source=self._source, name=self._name, value=cursor)
        )
        bodies: list[tuple[bytes, AnyHeaders]] = [(_body(event), ()) for event in events]
        added = self._intake.ingest(bodies, self._tenant, stored, is_lenient=True)
        self._total += len(added.ids)
        return call


class _ClientPages:
    """Pages of a list operation of a generated client."""

    def __init__(self, fetch: Fetch, cursor: str | None, *, has_order: bool) -> None:
        options = {} if cursor is None else _position(cursor)
        if has_order:
            options[_ORDER] = _OLDEST_FIRST
        self.first = partial(fetch, **options)

    def read(self, page: Any) -> Step:
        """Return the step of a page; raises TypeError if it is no page."""
        if not hasattr(page, "raw_items"):
            hint = ": use areconcile" if isinstance(page, Awaitable) else ""
            raise TypeError(
                f"reconcile: an operation with pages, not one that returns {type(page).__name__}{hint}"
            )
        if not page.has_next:
            return page.raw_items, None, None
        return page.raw_items, json.dumps(page.next_position), page.next_page


class _OwnPages:
    """Pages of a function of the user's."""

    def __init__(self, fetch: Fetch, cursor: str | None) -> None:
        self._fetch = fetch
        self._cursor = cursor
        self.first = partial(fetch, cursor)

    def read(self, page: Any) -> Step:
        """Return the step of a page; raises TypeError if it is no page, ValueError if its cursor is repeated."""
        if not isinstance(page, EventPage):
            hint = ": use areconcile" if isinstance(page, Awaitable) else ""
            raise TypeError(
                f"reconcile: a function that returns EventPage, not {type(page).__name__}{hint}"
            )
        if page.cursor is None:
            return page.events, None, None
        if page.cursor == self._cursor:
            raise ValueError(
                f"reconcile: the page behind {page.cursor!r} has the same cursor again"
            )
        self._cursor = page.cursor
        return page.events, page.cursor, partial(self._fetch, page.cursor)


def _body(event: Mapping[str, Any] | bytes) -> bytes:
    return event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()


def _position(cursor: str) -> dict[str, Any]:
    """Return the argument that leads to the page of a stored cursor."""
    try:
        position = json.loads(cursor)
    except ValueError:
        position = None
    if not isinstance(position, dict):
        raise ValueError("reconcile: the stored cursor is of another list: pass another name=")
    return position


def _takes_options(parameters: Mapping[str, inspect.Parameter]) -> bool:
    """Whether every parameter is passed by name, as those of a generated list operation."""
    return bool(parameters) and all(
        each.kind in (each.KEYWORD_ONLY, each.VAR_KEYWORD) for each in parameters.values()
    )
