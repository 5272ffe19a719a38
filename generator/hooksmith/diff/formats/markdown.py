"""A report for a pull request: a table of counts, then details that are folded."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ..report import Entry, Report
from ..rules import CATEGORIES
from .grouping import Group, grouped

_SPECIAL = re.compile(r"([\\`*_\[\]#|~@$]|:(?=//)|(?<=www)\.)")
"""What Markdown of GitHub reads as markup, a reference or a link inside a line."""
_LONGEST = 60_000
"""GitHub takes 65,536 characters in a comment."""
_MEANINGS = {
    "delivery": "an event does not parse, does not reach its handler, or its signature fails",
    "types": "code that type-checked no longer does, or fails when it runs",
    "behaviour": "the same code does something else",
    "compatible": "nothing breaks",
    "docs": "only texts differ",
}


def escaped(text: str) -> str:
    """Return text of a document as one line that Markdown and HTML take for nothing but text."""
    line = " ".join(text.split())
    plain = "".join(char if char.isprintable() else "\ufffd" for char in line)
    return _SPECIAL.sub(r"\\\1", html.escape(plain, quote=False))


def markdown(report: Report, entries: list[Entry]) -> str:
    """Return the report as Markdown."""
    text = "\n".join(_lines(report, entries)) + "\n"
    if len(text) <= _LONGEST:
        return text
    cut = text[: text.rindex("\n", 0, _LONGEST)]
    opened = cut.count("<details>") - cut.count("</details>")
    return cut + "\n" + "\n</details>\n" * opened + "\n… and more: see `hooksmith diff`.\n"


def _lines(report: Report, entries: list[Entry]) -> Iterator[str]:
    yield f"### {escaped(report.old)} → {escaped(report.new)}"
    yield ""
    counts = report.counts()
    if not any(counts.values()):
        yield "No changes."
        return
    yield "| changes | category | meaning |"
    yield "|--:|---|---|"
    for category, count in counts.items():
        if count:
            yield f"| {count} | {category} | {_MEANINGS[category]} |"
    for category in CATEGORIES:
        groups = grouped([entry for entry in entries if entry.category == category])
        if groups:
            yield ""
            yield f"<details><summary>{category}: {counts[category]}</summary>"
            yield ""
            for group in groups:
                yield from _group(group)
            yield ""
            yield "</details>"


def _group(group: Group) -> Iterator[str]:
    entry = group.first
    copies = len(group.entries) // len(group.owners)
    where = f" ({escaped(str(entry.place))})" if entry.place else ""
    yield f"- **{entry.severity}** {escaped(entry.message)}{where}"
    for other in group.entries[1:copies]:
        yield f"  - {escaped(other.message)}"
    if len(group.owners) > 1:
        yield f"  - the same: {', '.join(map(escaped, group.owners[1:]))}"
    if group.uses:
        rare = ", in uses that code hardly ever has" if entry.is_rare else ""
        yield f"  - breaks {escaped(', '.join(group.uses))}{rare}"
    if entry.change.via:
        yield f"  - in {escaped(', '.join(entry.change.via))}"
