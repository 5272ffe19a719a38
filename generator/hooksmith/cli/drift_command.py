"""`hooksmith drift`: content of recorded deliveries that a document does not describe."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .printing import print_line, print_note, progress
from .targets import extension_settings

if TYPE_CHECKING:
    from ..drift.report import Row

DRIFTED = 1
"""Exit code if the document does not describe all deliveries."""


def add_drift_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `hooksmith drift` to its parser."""
    add = parser.add_argument
    add("spec", metavar="SPEC", type=Path, help="A document.")
    add("deliveries", nargs="+", metavar="DELIVERIES", type=Path,
        help="Files .http, .json or .jsonl, folders of them, or an inbox in SQLite.")  # fmt: skip
    add("--format", choices=("text", "json"), default="text", dest="format_")
    add("--suggest", type=Path, metavar="FILE",
        help="Write the smallest change of the document that describes them, as an OpenAPI Overlay.")  # fmt: skip


def drift(
    spec: Path, deliveries: list[Path], *, format_: str, suggest: Path | None, **options: Any
) -> int:
    """Compare recorded deliveries with a document: exit code 1 if it does not describe all of them."""
    from ..drift.reading import examine_deliveries
    from ..drift.recordings import read_recordings
    from ..drift.report import as_json, as_text
    from ..settings import Settings

    settings = Settings(
        package="api",
        formatter="none",
        roots=tuple(options["roots"]),
        overlays=tuple(options["overlays"]),
        **extension_settings(options["signature"], options["events"]),
    )
    recordings = (recording for path in deliveries for recording in read_recordings(path))
    with progress():
        report, suggestion, unreached = examine_deliveries(spec, settings, recordings)
    if format_ == "json":
        print_line(json.dumps(as_json(report), indent=2, ensure_ascii=False))
    else:
        print_line(as_text(report))
    if suggest is not None:
        _write_suggestion(suggest, suggestion, unreached)
    return DRIFTED if report.rows or report.unread else 0


def _write_suggestion(path: Path, overlay: dict[str, Any] | None, unreached: list[Row]) -> None:
    """Write an overlay, and print the changes that it cannot make. Raises OutputError."""
    import yaml

    from ..errors import OutputError, Place

    for row in unreached:
        print_note(f"{row.place or row.spot.owner}: no overlay reaches this: {row.message}")
    if overlay is None:
        print_note("nothing to suggest")
        return
    text = yaml.safe_dump(overlay, sort_keys=False, allow_unicode=True, width=120)
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise OutputError.at(Place(file=str(path)), f"cannot be written: {reason}") from error
    print_note(f"{path}: {len(overlay['actions'])} actions; review them, then --overlay {path}")
