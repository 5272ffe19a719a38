"""The changes between two versions of a document → the view of a page."""

from __future__ import annotations

from typing import NamedTuple

from ..diff.report import Report
from .index import ApiIndex


class ChangeRow(NamedTuple):
    """One change: category, place in the package and message. `href`: the page of the definition at the place."""

    category: str
    place: str
    href: str
    message: str


class ChangesView(NamedTuple):
    """The changes since an older document."""

    older: str
    rows: tuple[ChangeRow, ...]


def changes_view(report: Report, index: ApiIndex) -> ChangesView:
    """Return the changes of a report; links are those of a page at the top of the API's folder."""
    rows = [
        ChangeRow(
            category=entry.category,
            place=entry.change.place,
            href=_href(entry.change.new_place, index),
            message=entry.message,
        )
        for entry in report.entries
    ]
    return ChangesView(report.old, tuple(rows))


def _href(place: str, index: ApiIndex) -> str:
    """Return the page of the definition in a place such as `models.Order.status`; empty if there is none."""
    name = next((part for part in place.split(".") if part in index.definitions), None)
    return "" if name is None else f"models/{index.definition_stem(name)}.html"
