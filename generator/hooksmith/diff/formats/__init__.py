"""Formats of a report: text, Markdown, JSON, annotations of GitHub and a section of a changelog."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..report import Entry, Report
from .changelog import changelog
from .github import workflow_commands
from .json_report import json_text
from .markdown import markdown
from .text import text

Format = Callable[[Report, list[Entry]], str]
"""Makes text of a report, of which only these entries are shown."""

FORMATS: dict[str, Format] = {
    "text": text,
    "markdown": markdown,
    "json": json_text,
    "github": workflow_commands,
    "changelog": changelog,
}


def shown(report: Report, categories: Iterable[str]) -> list[Entry]:
    """Return the entries whose category is shown."""
    chosen = frozenset(categories)
    return [entry for entry in report.entries if entry.category in chosen]
