"""A section of a changelog, in the words of the package's users."""

from __future__ import annotations

from collections.abc import Iterator

from ..report import Entry, Report
from .grouping import grouped
from .markdown import escaped

_SECTIONS = ("Breaking", "Changed", "Added", "Removed", "Deprecated")


def changelog(report: Report, entries: list[Entry]) -> str:
    """Return the section: breaking changes first, then other changes, additions, removals, deprecations. No texts."""
    sections: dict[str, list[str]] = {name: [] for name in _SECTIONS}
    for group in grouped(list(report.entries)):
        section = _section(group.first)
        if section is not None:
            shown = "; ".join(dict.fromkeys(entry.message for entry in group.entries))
            sections[section].append(f"- {_sentence(escaped(shown))}")
    return "\n".join(_lines(sections)) + "\n"


def _lines(sections: dict[str, list[str]]) -> Iterator[str]:
    if not any(sections.values()):
        yield "No change that code can see."
    for name, items in sections.items():
        if items:
            yield f"### {name}"
            yield ""
            yield from items
            yield ""


def _section(entry: Entry) -> str | None:
    rule = entry.change.rule
    if rule == "deprecated":
        return "Deprecated"
    if entry.category == "docs":
        return None
    if entry.category == "delivery" or (entry.category == "types" and not entry.is_rare):
        return "Breaking"
    if "-added" in rule:
        return "Added"
    return "Removed" if rule.endswith("-removed") else "Changed"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
