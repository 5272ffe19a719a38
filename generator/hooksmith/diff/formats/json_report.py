"""A report as JSON, by the schema `report.schema.json` beside this module."""

from __future__ import annotations

import json
from typing import Any

from ..comparison import Break
from ..report import Entry, Report

VERSION = 1


def json_text(report: Report, entries: list[Entry]) -> str:
    """Return the report as JSON text."""
    return json.dumps(as_json(report, entries), indent=2, ensure_ascii=False)


def as_json(report: Report, entries: list[Entry]) -> dict[str, Any]:
    """Return the report as JSON data."""
    return {
        "version": VERSION,
        "old": report.old,
        "new": report.new,
        "summary": dict(report.counts()),
        "changes": [_entry(entry) for entry in entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    change, place = entry.change, entry.place
    return {
        "id": change.rule,
        "fingerprint": entry.fingerprint,
        "category": entry.category,
        "categories": list(entry.categories),
        "severity": entry.severity,
        "direction": change.direction or None,
        "message": entry.message,
        "place": change.place,
        "old_place": change.old_place or None,
        "new_place": change.new_place or None,
        "old": change.old or None,
        "new": change.new or None,
        "spec": {
            "document": "old" if change.is_gone else "new",
            "pointer": place.pointer if place else change.pointer,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
        },
        "breaks": [_break(broken) for broken in entry.breaks],
        "via": list(change.via),
    }


def _break(broken: Break) -> dict[str, Any]:
    return {
        "use": broken.use,
        "place": broken.place,
        "rare": broken.is_rare,
        "old": broken.old or None,
        "new": broken.new or None,
    }
