"""Counts of findings by rule and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..errors import Place
from ..ir import Api
from ..normalize.sources import Sources
from .findings import Comparison, Finding, Rule, Spot
from .recordings import Recording

_SAMPLES = 50
"""Samples that are kept of one row, for suggestions."""

MESSAGES: dict[Rule, str] = {
    "event-unknown": "event type {detail} is not in the document",
    "property-undeclared": "{owner} has the property {detail!r}, which the document does not list",
    "property-missing": "{owner} lacks the property {detail!r}, which the document requires",
    "null-undeclared": "{owner} is null, which the document does not allow",
    "type-different": "{owner} is of type {detail}, which the document does not allow",
    "value-unlisted": "{owner} is {detail}, which the document does not list",
    "option-unknown": "{owner} is of the kind {detail}, which the document does not know",
}


@dataclass(slots=True)
class Row:
    """Findings of one rule at one place. `count`: how often; `events`: event types that have it."""

    rule: Rule
    spot: Spot
    detail: str
    count: int = 0
    events: dict[str, None] = field(default_factory=dict)
    samples: list[Any] = field(default_factory=list, repr=False)
    sources: list[str] = field(default_factory=list)
    place: Place | None = None

    @property
    def message(self) -> str:
        """The sentence for the row."""
        owner = ".".join(each for each in (self.spot.owner, self.spot.field) if each)
        if self.rule in ("property-undeclared", "property-missing"):
            owner = self.spot.owner
        return MESSAGES[self.rule].format(owner=owner, detail=self.detail)


@dataclass(slots=True)
class DriftReport:
    """Rows by rule and place, the most frequent first. `unread`: deliveries that are no events, with the reason."""

    deliveries: int
    rows: list[Row]
    unread: list[tuple[str, str]]


class EventReader(Protocol):
    """Reads bodies and headers of deliveries into (event type, payload) pairs. Raises ValueError."""

    def __call__(self, recording: Recording) -> list[tuple[str, Any]]: ...


def examine(
    api: Api, sources: Sources, recordings: Iterable[Recording], read: EventReader
) -> DriftReport:
    """Compare deliveries with a document."""
    comparison = Comparison({each.name: each for each in api.definitions})
    events = {event.type: event for event in api.events.events}
    rows: dict[tuple[Rule, Spot, str], Row] = {}
    unread: list[tuple[str, str]] = []
    count = 0
    for recording in recordings:
        count += 1
        try:
            payloads = read(recording)
        except ValueError as error:
            unread.append((recording.source, str(error)))
            continue
        for event_type, payload in payloads:
            event = events.get(event_type)
            findings = (
                comparison.event(event.models, payload)
                if event is not None
                else [_unknown(event_type, payload)]
            )
            for finding in findings:
                _count(rows, finding, event_type, recording.source)
    ordered = sorted(rows.values(), key=lambda row: (-row.count, row.rule, row.message))
    for row, place in zip(ordered, _places(ordered, sources), strict=True):
        row.place = place
    return DriftReport(count, ordered, unread)


def _unknown(event_type: str, payload: Any) -> Finding:
    return Finding(
        rule="event-unknown", spot=Spot(owner=event_type), detail=repr(event_type), sample=payload
    )


def _count(
    rows: dict[tuple[Rule, Spot, str], Row], finding: Finding, event_type: str, source: str
) -> None:
    key = (finding.rule, finding.spot, finding.detail)
    row = rows.setdefault(key, Row(*key))
    row.count += 1
    row.events[event_type] = None
    if len(row.samples) < _SAMPLES:
        row.samples.append(finding.sample)
    if source not in row.sources[-1:]:
        row.sources.append(source)


def _places(rows: list[Row], sources: Sources) -> Iterator[Place | None]:
    places = sources.places({row.spot.pointer for row in rows if row.spot.pointer})
    for row in rows:
        yield places.get(row.spot.pointer)


def as_text(report: DriftReport) -> str:
    """Return the report for a terminal."""
    lines = [f"{report.deliveries} deliveries: {_total(report)}"]
    for row in report.rows:
        lines.append(f"  {row.count}× {row.message} [{row.rule}]")
        lines.append(f"    in {', '.join(list(row.events)[:5])}; first in {row.sources[0]}")
        if row.place is not None:
            lines.append(f"    {row.place}")
    lines += [f"  {source}: {reason}" for source, reason in report.unread]
    return "\n".join(lines)


def _total(report: DriftReport) -> str:
    if not report.rows and not report.unread:
        return "the document describes all of them"
    parts = [f"{len(report.rows)} things that the document does not say"] if report.rows else []
    parts += [f"{len(report.unread)} that are no events"] if report.unread else []
    return ", ".join(parts)


def as_json(report: DriftReport) -> dict[str, Any]:
    """Return the report as JSON data, without samples: they are personal data."""
    return {
        "version": 1,
        "deliveries": report.deliveries,
        "findings": [
            {
                "id": row.rule,
                "message": row.message,
                "owner": row.spot.owner,
                "field": row.spot.field or None,
                "detail": row.detail,
                "count": row.count,
                "events": list(row.events),
                "sources": row.sources,
                "spec": {
                    "file": row.place.file,
                    "pointer": row.place.pointer,
                    "line": row.place.line,
                    "column": row.place.column,
                }
                if row.place
                else None,
            }
            for row in report.rows
        ],
        "unread": [{"source": source, "reason": reason} for source, reason in report.unread],
    }
