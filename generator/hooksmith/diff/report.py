"""The report of a comparison: every change with its category, its breaks and its place in the document."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from ..errors import Place
from ..frozen import value
from ..pipeline import Survey
from .attribution import attribute
from .changes import Change, find_changes
from .comparison import Break
from .rules import CATEGORIES, RULES, Category, Severity
from .sides import Side
from .uses import find_breaks

_LONGEST = 100


@value(kw_only=True)
class Entry:
    """A change with its consequences.

    `category`: the one that it is shown under; `categories`: all, the worst first.
    """

    change: Change
    category: Category
    categories: tuple[Category, ...]
    severity: Severity
    message: str
    fingerprint: str
    breaks: tuple[Break, ...] = ()
    place: Place | None = None
    """The place in the new document, or in the old one if the new one lacks it."""
    place_in_new: Place | None = None
    """The same in the new document: if it is gone there, the nearest part around it that is left."""

    @property
    def is_rare(self) -> bool:
        """Whether only uses break that code hardly ever has."""
        return bool(self.breaks) and all(broken.is_rare for broken in self.breaks)


@value(kw_only=True)
class Report:
    """A comparison of two documents, by the names that the user gave them."""

    old: str
    new: str
    entries: tuple[Entry, ...]

    def counts(self) -> dict[Category, int]:
        """The number of changes in each category, the worst first."""
        shown = [entry.category for entry in self.entries]
        return {category: shown.count(category) for category in CATEGORIES}


def compare(
    old: Survey, new: Survey, names: tuple[str, str] = ("", ""), *, uses: str = "all"
) -> Report:
    """Compare two documents. `uses`: `common` leaves out uses that code hardly ever has."""
    sides = (Side(old), Side(new))
    breaks = find_breaks(sides[0].surface, sides[1].surface)
    if uses == "common":
        breaks = [broken for broken in breaks if not broken.is_rare]
    changes, causes = attribute(breaks, find_changes(*sides), *sides)
    places = [side.sources.places({each.pointer for each in changes}) for side in sides]
    entries = [
        _entry(change, causes.get(position, []), places) for position, change in enumerate(changes)
    ]
    entries.sort(key=lambda entry: CATEGORIES.index(entry.category))
    return Report(
        old=names[0] or old.api.source, new=names[1] or new.api.source, entries=tuple(entries)
    )


def _entry(change: Change, breaks: list[Break], places: list[dict[str, Place]]) -> Entry:
    rule = RULES[change.rule]
    base_category: Category = change.category or rule.category  # type: ignore[assignment]
    if base_category == "types" and not breaks:
        base_category = "compatible"
    all_categories: set[Category] = {base_category, "types"} if breaks else {base_category}
    categories: tuple[Category, ...] = tuple(
        category for category in CATEGORIES if category in all_categories
    )
    is_rare = bool(breaks) and all(broken.is_rare for broken in breaks)
    shown: Category = categories[0]
    if shown == "types" and is_rare and base_category == "behaviour":
        shown = base_category
    severity: Severity = rule.severity if shown == rule.category else "warning"
    if shown == "types":
        severity = "warning" if is_rare else "error"
    return Entry(
        change=change,
        category=shown,
        categories=categories,
        severity="notice" if shown in ("compatible", "docs") else severity,
        message=message(change),
        fingerprint=fingerprint(change),
        breaks=tuple(breaks),
        place=places[0 if change.is_gone else 1].get(change.pointer),
        place_in_new=places[1].get(change.pointer),
    )


def message(change: Change) -> str:
    """Return the sentence for a change."""
    return RULES[change.rule].message.format(
        name=change.name, owner=change.owner, old=shortened(change.old), new=shortened(change.new)
    )


def shortened(text: str) -> str:
    """Return text of at most 100 characters."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def fingerprint(change: Change) -> str:
    """Return an identity of a change that does not depend on prose, lines or file names."""
    parts = (change.rule, change.old_place, change.new_place, change.old, change.new)
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:12]


def failures(
    report: Report, fail_on: Collection[str], accepted: Collection[str] = ()
) -> list[Entry]:
    """Return the entries that fail a comparison."""
    return [
        entry
        for entry in report.entries
        if entry.fingerprint not in accepted and fails(entry, fail_on)
    ]


def fails(entry: Entry, fail_on: Iterable[str]) -> bool:
    """Whether one of an entry's categories fails a comparison."""
    categories = {str(category) for category in entry.categories}
    if "types" in categories and entry.is_rare:
        categories = categories - {"types"} | {"types-rare"}
    return not categories.isdisjoint(fail_on)
