"""A report for a terminal. Control characters are left to the printer, which removes them."""

from __future__ import annotations

from collections.abc import Iterator

from ..report import Entry, Report
from ..rules import CATEGORIES
from .grouping import Group, grouped

_MOST = 5
"""Entries of a group that are shown one by one."""


def text(report: Report, entries: list[Entry]) -> str:
    """Return the report as text: entries by category, and the number of all changes."""
    return "\n".join(_lines(report, entries))


def summary(report: Report) -> str:
    """Return the number of changes in each category that has any: `1 delivery, 9 types, 7 behaviour`."""
    counts = report.counts().items()
    return ", ".join(f"{count} {category}" for category, count in counts if count) or "no changes"


def _lines(report: Report, entries: list[Entry]) -> Iterator[str]:
    yield f"{report.old} → {report.new}: {summary(report)}"
    for category in CATEGORIES:
        groups = grouped([entry for entry in entries if entry.category == category])
        if groups:
            yield ""
            yield f"{category}"
        for group in groups:
            yield from _group(group)


def _group(group: Group) -> Iterator[str]:
    entry = group.first
    yield f"  {entry.severity}: {entry.message} [{entry.change.rule}]"
    copies = len(group.entries) // len(group.owners)
    for other in group.entries[1:copies][: _MOST - 1]:
        yield f"    {other.message}"
    if copies > _MOST:
        yield f"    … and {copies - _MOST} more of {group.owners[0]}"
    if len(group.owners) > 1:
        yield f"    the same: {', '.join(group.owners[1:])}"
    if group.uses:
        rare = ", in uses that code hardly ever has" if entry.is_rare else ""
        yield f"    breaks {', '.join(group.uses)} of {entry.breaks[0].place}{rare}"
    if entry.change.via:
        yield f"    in {_few(entry.change.via)}"
    if entry.place is not None:
        yield f"    {entry.place}"


def _few(names: tuple[str, ...]) -> str:
    rest = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {rest} more" if rest > 0 else "")
