"""Reconciliation: events of a provider's list that no delivery brought → the inbox, with a cursor."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


def reconcile(
    inbox: Inbox, intake: Intake[Any], fetch: Fetch, *, source: str, name: str, tenant: str | None
) -> int:
    """Store events of a list from its stored cursor on, a page in a transaction; return the number of new events.

    The last page has no cursor behind it, so its own stays stored: the next reconciliation begins with that page, and
    its events are duplicates then.
    """
    total = 0
    for events, cursor in _pages(fetch, inbox.cursor(source, name)):
        stored = None if cursor is None else Cursor(source=source, name=name, value=cursor)
        bodies: list[tuple[bytes, AnyHeaders]] = [(_body(event), ()) for event in events]
        total += len(intake.ingest(bodies, tenant, stored, is_lenient=True).ids)
    return total


def _body(event: Mapping[str, Any] | bytes) -> bytes:
    return event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()


def _pages(
    fetch: Fetch, cursor: str | None
) -> Iterator[tuple[Sequence[Mapping[str, Any] | bytes], str | None]]:
    """Yield the events of every page, with the cursor of the page behind it."""
    parameters = inspect.signature(fetch).parameters
    if _ORDER not in parameters and not _takes_options(parameters):
        yield from _own_pages(fetch, cursor)
        return
    options = {} if cursor is None else _position(cursor)
    if _ORDER in parameters:
        options[_ORDER] = _OLDEST_FIRST
    page = fetch(**options)
    if not hasattr(page, "raw_items"):
        raise TypeError(
            f"reconcile: an operation with pages of a synchronous client, not one that returns {type(page).__name__}"
        )
    while True:
        position = page.next_position if page.has_next else None
        yield page.raw_items, None if position is None else json.dumps(position)
        if position is None:
            return
        page = page.next_page()


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


def _own_pages(
    fetch: Fetch, cursor: str | None
) -> Iterator[tuple[Sequence[Mapping[str, Any] | bytes], str | None]]:
    while True:
        page = fetch(cursor)
        if not isinstance(page, EventPage):
            raise TypeError(
                f"reconcile: a function that returns EventPage, not {type(page).__name__}"
            )
        yield page.events, page.cursor
        if page.cursor is None:
            return
        if page.cursor == cursor:
            raise ValueError(f"reconcile: the page behind {cursor!r} has the same cursor again")
        cursor = page.cursor
