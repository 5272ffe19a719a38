"""`hooksmith diff`: the consequences of a new version of a document for code that uses the package."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .printing import print_line, print_note, progress
from .targets import extension_settings
from .usage_error import UsageError

if TYPE_CHECKING:
    from ..diff.accepted import Accepted
    from ..diff.report import Entry, Report

FAILED = 1
"""Exit code if a change is in a category of `--fail-on`."""

_FORMATS = ("text", "markdown", "json", "github", "changelog")
_CATEGORIES = ("delivery", "types", "behaviour", "compatible", "docs")
_SHOWN = "delivery,types,behaviour"

Print = Callable[[str], None]


def add_diff_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `hooksmith diff` to its parser."""
    add = parser.add_argument
    add("old", nargs="?", metavar="OLD",
        help="The old document: FILE, NAME@REVISION of the configuration, or REVISION:FILE.")  # fmt: skip
    add("new", nargs="?", metavar="NEW",
        help="The new one; without it, that of OLD's API as it stands.")  # fmt: skip
    add("--last", action="store_true",
        help="Compare with the documents that the committed package was made of, by git.")  # fmt: skip
    add("--only", action="append", default=[], metavar="NAME", help="With --last: only this API.")
    add("--format", choices=_FORMATS, default="text")
    add("--changelog", action="store_true", help="The same as --format changelog.")
    add("--show", dest="categories", type=_categories, default=_categories(_SHOWN), metavar="CATEGORIES",
        help=f"Of {','.join(_CATEGORIES)}, or all: {_SHOWN} unless given.")  # fmt: skip
    add("--uses", choices=("common", "all"), default="all",
        help="common: leave out uses that code hardly ever has.")  # fmt: skip
    add("--fail-on", type=_failing, default=_failing("delivery,types"), metavar="CATEGORIES",
        help="Exit code 1 if there are such changes: delivery,types unless given; types-rare or none.")  # fmt: skip
    add("--accept", type=Path, metavar="FILE", help="Changes that fail nothing: fingerprints.")
    add("--write-accept", action="store_true", help="Write all that fails now to --accept.")
    add("--config", type=Path, metavar="FILE", help="Instead of the nearest configuration.")


def _categories(text: str) -> tuple[str, ...]:
    return _CATEGORIES if text == "all" else _listed(text, _CATEGORIES)


def _failing(text: str) -> tuple[str, ...]:
    return () if text == "none" else _listed(text, (*_CATEGORIES, "types-rare"))


def _listed(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(text.split(","))
    for word in words:
        if word not in known:
            raise argparse.ArgumentTypeError(f"{word!r} is not one of {', '.join(known)}")
    return words


def diff(**arguments: Any) -> int:
    """Compare two versions of a document by their effect on code that uses the package: exit code 1 if it breaks."""
    with progress():
        return diff_documents(show=print_line, warn=print_note, **arguments)


def diff_documents(
    *,
    old: str | None,
    new: str | None,
    last: bool,
    only: list[str],
    config: Path | None,
    uses: str,
    show: Print,
    warn: Print,
    **options: Any,
) -> int:
    """Compare documents and print the report. Return the exit code. Raises HooksmithError."""
    from ..diff.formats import FORMATS, shown

    reports = _reports(old, new, last, only, config, uses, options)
    format_ = "changelog" if options["changelog"] else options["format"]
    code = 0
    for report in reports:
        accepted = _accepted(options["accept"], options["write_accept"])
        failing = _failures(report, options["fail_on"], accepted)
        if options["write_accept"]:
            _write_accepted(options["accept"], failing, report, accepted, warn)
            failing = []
        text = FORMATS[format_](report, shown(report, options["categories"]))
        if text:
            show(text.rstrip("\n"))
        _warn_of_stale(report, accepted, warn)
        code = max(code, FAILED if failing else 0)
    return code


def _reports(
    old: str | None,
    new: str | None,
    last: bool,
    only: list[str],
    config: Path | None,
    uses: str,
    options: Mapping[str, Any],
) -> list[Report]:
    from ..config import find_config, load_config
    from ..diff.documents import compare_documents, find_document
    from ..diff.last import last_documents
    from ..settings import Settings

    settings = Settings(
        package="api",
        roots=tuple(options["roots"]),
        overlays=tuple(options["overlays"]),
        **extension_settings(options["signature"], options["events"]),
    )
    if last:
        if old is not None:
            raise UsageError("--last goes without documents")
        loaded = load_config(config or find_config(Path()))
        pairs = last_documents(loaded, loaded.folder, tuple(only))
    else:
        if old is None:
            raise UsageError("name two documents", hint="hooksmith diff OLD NEW, or --last")
        before = find_document(old, config)
        if new is None and not (before.name and before.revision):
            raise UsageError("name the new document too", hint="hooksmith diff OLD NEW")
        after = (
            find_document(new, config)
            if new is not None
            else replace(before, label=before.name, revision="")
        )
        pairs = [(before, after)]
    return [compare_documents(*pair, settings, config=config, uses=uses) for pair in pairs]


def _accepted(path: Path | None, is_written: bool) -> Mapping[str, Accepted]:
    from ..diff.accepted import read_accepted

    if path is None:
        if is_written:
            raise UsageError("--write-accept goes with --accept FILE")
        return {}
    return {} if is_written and not path.exists() else read_accepted(path)


def _failures(
    report: Report, fail_on: tuple[str, ...], accepted: Mapping[str, Accepted]
) -> list[Entry]:
    from ..diff.report import failures

    return failures(report, fail_on, accepted)


def _write_accepted(
    path: Path, failing: list[Entry], report: Report, accepted: Mapping[str, Accepted], warn: Print
) -> None:
    from ..diff.accepted import accepted_text
    from ..errors import OutputError, Place

    kept = [entry for entry in report.entries if entry.fingerprint in accepted]
    try:
        path.write_text(accepted_text([*kept, *failing], accepted), "utf-8")
    except OSError as error:
        raise OutputError.at(
            Place(file=str(path)), f"cannot be written: {error.strerror or error}"
        ) from error
    warn(
        f"{path}: {len(kept) + len(failing)} changes accepted; write a reason behind each, after #"
    )


def _warn_of_stale(report: Report, accepted: Mapping[str, Accepted], warn: Print) -> None:
    from ..diff.accepted import stale

    for found in stale(accepted, report.entries):
        warn(f"warning: accepted {found.id} of {found.place}, line {found.line}: no such change")
