"""Events and definitions → views of the pages that list them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..plan.docstrings import in_short, sentence
from .addresses import part_path
from .fields import split_by_size
from .index import ApiIndex
from .parts import Part, part_of

_BUDGET = 110_000
"""Bytes of rows on a page."""


class ListRow(NamedTuple):
    name: str
    href: str
    detail: str
    summary: str
    group: str
    prefix: str
    is_deprecated: bool

    @property
    def size(self) -> int:
        """Estimate the row's bytes of HTML."""
        texts = (self.name, self.href, self.detail, self.summary, self.group, self.prefix)
        return 170 + sum(map(len, texts))


class ListPage(NamedTuple):
    path: str
    category: str
    rows: tuple[ListRow, ...]
    groups: tuple[str, ...]
    prefixes: tuple[str, ...]
    part: Part


def event_list(index: ApiIndex) -> Iterator[ListPage]:
    """Return the catalogue of events; several pages where they are very many."""
    rows = [
        ListRow(
            name=event.type,
            href=index.event_href(event.type),
            detail=", ".join(event.models[:3]),
            summary=in_short(
                sentence(" ".join((event.summary or event.description.partition("\n")[0]).split()))
            ),
            group=event.group.replace("_", " "),
            prefix=_prefix(event.type),
            is_deprecated=event.deprecated,
        )
        for event in index.api.events.events
    ]
    yield from _list_pages("event", rows)


def definition_list(index: ApiIndex) -> Iterator[ListPage]:
    """Return the list of models, enums and aliases, by name."""
    rows = [
        ListRow(
            name=definition.name,
            href=index.definition_href(definition.name),
            detail=type(definition).__name__.lower(),
            summary=in_short(
                sentence(" ".join(definition.description.partition("\n\n")[0].split()))
            )[:300],
            group=type(definition).__name__.lower(),
            prefix="",
            is_deprecated=definition.deprecated,
        )
        for definition in sorted(index.api.definitions, key=lambda each: each.name)
    ]
    yield from _list_pages("model", rows)


def _list_pages(category: str, rows: list[ListRow]) -> Iterator[ListPage]:
    if not rows:
        return
    parts = split_by_size(rows, (row.size for row in rows), _BUDGET)
    for number, part in enumerate(parts, 1):
        yield ListPage(
            path=part_path("index", number),
            category=category,
            rows=tuple(part),
            groups=tuple(dict.fromkeys(row.group for row in part if row.group)),
            prefixes=tuple(sorted({row.prefix for row in part if row.prefix})),
            part=part_of("index", number, len(parts)),
        )


def _prefix(event_type: str) -> str:
    """Return the first part of an event type: `user` of `user.created`."""
    for separator in ".:/":
        head, mark, _ = event_type.partition(separator)
        if mark:
            return head
    return ""
