"""`hooksmith inspect` and `hooksmith events`: print the content of a document."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..settings import Settings
from .printing import print_diagnostics, print_line, print_table, progress
from .required_extras import require_generator
from .targets import extension_settings

if TYPE_CHECKING:
    from ..devtools.provider import PackageEvent
    from ..ir import Api, Event


def inspect(spec: Path, *, names: bool, **options: Any) -> int:
    """Print the content of a document, as the generator understands it, in JSON."""
    if not names:
        _print_json(dataclasses.asdict(_describe(spec, **options)))
        return 0
    from ..pipeline import named_places

    with progress():
        places = named_places(spec, _settings(**options))
    print_table([("PLACE", "", "NAME"), *places])
    return 0


def events(spec: Path, *, as_json: bool, **options: Any) -> int:
    """Print the events of a document or of a shipped API: event type, class, summary."""
    catalogue = _shipped_events(spec) or _described_events(spec, **options)
    if as_json:
        _print_json([dataclasses.asdict(event) for event in catalogue])
        return 0
    rows = [(event.type, ", ".join(event.models), _summary(event)) for event in catalogue]
    print_table([("EVENT", "CLASS", ""), *rows])
    return 0


def _shipped_events(name: Path) -> Sequence[PackageEvent]:
    """Return the events of the shipped API of that name; none if `name` is the path of a document."""
    from ..devtools.provider import load_provider

    if len(name.parts) > 1 or name.suffix or name.exists():
        return []
    return load_provider(str(name)).events()


def _described_events(spec: Path, **options: Any) -> Sequence[Event]:
    require_generator("events SPEC")
    return _describe(spec, **options).events.events


def _settings(
    roots: list[Path], overlays: list[Path], signature: str | None, events: str | None
) -> Settings:
    """Return the settings of the options that commands about a document share."""
    return Settings(
        package="api",
        roots=tuple(roots),
        overlays=tuple(overlays),
        **extension_settings(signature, events),
    )


def _describe(spec: Path, **options: Any) -> Api:
    """Describe a document and print its warnings."""
    from ..pipeline import describe_document

    with progress():
        description = describe_document(spec, _settings(**options))
    print_diagnostics(description.diagnostics)
    return description.api


def _summary(event: Event | PackageEvent) -> str:
    """Return the first line of an event's summary, or of its description if it has no summary."""
    return (event.summary or event.description).strip().partition("\n")[0]


def _print_json(data: object) -> None:
    print_line(json.dumps(data, indent=2, ensure_ascii=False))
