"""Deliveries read by the package of the document, which knows the location of the event type."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from ..devtools.provider import Provider, generated_provider
from ..pipeline import survey
from ..settings import Settings
from .recordings import Recording
from .report import DriftReport, Row, examine
from .suggestions import suggest


def examine_deliveries(
    spec: Path, settings: Settings, recordings: Iterable[Recording]
) -> tuple[DriftReport, dict[str, Any] | None, list[Row]]:
    """Return the report, an overlay that describes the deliveries, and the rows that it cannot reach.

    Raises HooksmithError.
    """
    surveyed = survey(spec, settings)
    with generated_provider(
        spec,
        settings.roots,
        {"signature": settings.signature, "events": settings.events},
        settings.overlays,
    ) as provider:

        def read(recording: Recording) -> list[tuple[str, Any]]:
            return _events(provider, recording)

        report = examine(surveyed.api, surveyed.sources, recordings, read)
    overlay, unreached = suggest(report, surveyed.sources, surveyed.api.events.type)
    return report, overlay, unreached


def _events(provider: Provider, recording: Recording) -> list[tuple[str, Any]]:
    """Return the events of a delivery, with their payloads as received. Raises ValueError if it is not an event."""
    catalogue = provider.catalogue
    parse_error = import_module(f"{provider.runtime}.webhooks.errors").EventParseError
    try:
        events = catalogue.parse_all(recording.body, recording.headers)
    except parse_error as error:
        raise ValueError(str(error)) from error
    payloads = _payloads(recording.body)
    if len(payloads) != len(events):  # a form: its fields are read by the model alone
        payloads = [getattr(event, "payload", None) or event.to_dict() for event in events]
    return [
        (catalogue.type_of(event, recording.headers), payload)
        for event, payload in zip(events, payloads, strict=True)
    ]


def _payloads(body: bytes) -> list[Any]:
    try:
        data = json.loads(body)
    except ValueError:
        return []
    return data if isinstance(data, list) else [data]
