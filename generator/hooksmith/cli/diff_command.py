"""`hooksmith diff`: the consequences of a new version of a document for code that uses the package."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_codes import FAILED
from .printing import print_line, print_note, progress
from .targets import extension_settings
from .usage_error import UsageError

if TYPE_CHECKING:
    from ..diff.accepted import Accepted
    from ..diff.documents import Code, Document
    from ..diff.project.usage import CodeReport
    from ..diff.report import Entry, Report

    Compared = tuple[Report, CodeReport | None]

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
    add("--base", metavar="REVISION",
        help="Compare the documents of the configuration with those at a revision of git.")  # fmt: skip
    add(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="With --last and --base: only this API.",
    )
    add("--format", choices=_FORMATS, default="text")
    add("--markdown", type=Path, metavar="FILE",
        help="Also append the report in Markdown to a file.")  # fmt: skip
    add("--changelog", action="store_true", help="The same as --format changelog.")
    add("--show", dest="categories", type=_categories, default=_categories(_SHOWN), metavar="CATEGORIES",
        help=f"Of {','.join(_CATEGORIES)}, or all: {_SHOWN} unless given.")  # fmt: skip
    add("--uses", choices=("common", "all"), default="all",
        help="common: leave out uses that code hardly ever has.")  # fmt: skip
    add("--fail-on", type=_failing, default=_failing("delivery,types"), metavar="CATEGORIES",
        help="Exit code 1 if there are such changes: delivery,types unless given; types-rare or none.")  # fmt: skip
    add("--accept", type=Path, metavar="FILE", help="Changes that fail nothing: fingerprints.")
    add("--write-accept", action="store_true", help="Write all that fails now to --accept.")
    add("--code", type=Path, metavar="DIR",
        help="Say which lines of this code break, and what becomes of its handlers.")  # fmt: skip
    add("--package", metavar="NAME",
        help="With --code: the name that the code imports the package by.")  # fmt: skip
    add("--checker", choices=("pyright", "mypy"), default="pyright", help="With --code.")
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


def diff_documents(*, show: Print, warn: Print, **options: Any) -> int:
    """Compare documents and print the reports. Return the exit code. Raises HooksmithError."""
    from ..diff.report import failures

    compared = list(_compared(options, warn))
    accepted = _accepted(options["accept"], options["write_accept"])
    entries = [entry for report, _ in compared for entry in report.entries]
    failing = [
        entry for report, _ in compared for entry in failures(report, options["fail_on"], accepted)
    ]
    if options["write_accept"]:
        _write_accepted(options["accept"], failing, entries, accepted, warn)
        failing = []
    text = _text(compared, options)
    if text:
        show(text)
    if options["markdown"] is not None:
        _append_markdown(options["markdown"], [report for report, _ in compared], options)
    _warn_of_stale(entries, accepted, warn)
    return FAILED if failing else 0


def _text(compared: list[Compared], options: Mapping[str, Any]) -> str:
    """Return the reports in the chosen format; JSON of several is a list."""
    from ..diff.formats import FORMATS, shown
    from ..diff.formats.json_report import as_json
    from ..diff.project.usage import as_json as code_as_json
    from ..diff.project.usage import as_text

    format_ = "changelog" if options["changelog"] else options["format"]
    if format_ == "json":
        data = [
            as_json(report, shown(report, options["categories"]))
            | ({"code": code_as_json(code)} if code else {})
            for report, code in compared
        ]
        many = options["last"] or options["base"] is not None
        return json.dumps(data if many else data[0], indent=2, ensure_ascii=False)
    texts = [
        FORMATS[format_](report, shown(report, options["categories"])).rstrip("\n")
        + ("\n" + as_text(code) if code and format_ == "text" else "")
        for report, code in compared
    ]
    return "\n".join(text for text in texts if text)


def _compared(options: Mapping[str, Any], warn: Print) -> Iterator[Compared]:
    """Yield the reports of all pairs of documents. With --base, a document that the revision lacks is left out."""
    from ..diff.documents import AbsentDocumentError, compare_documents
    from ..settings import Settings

    settings = Settings(
        package="api",
        roots=tuple(options["roots"]),
        overlays=tuple(options["overlays"]),
        **extension_settings(options["signature"], options["events"]),
    )
    config = options["config"]
    for old, new in _pairs(options):
        code = _code(options, new.name or old.name)
        try:
            yield compare_documents(
                old, new, settings, config=config, uses=options["uses"], code=code
            )
        except AbsentDocumentError:
            if options["base"] is None:
                raise
            warn(f"{new.label}: not in {options['base']}")


def _pairs(options: Mapping[str, Any]) -> list[tuple[Document, Document]]:
    from ..config import find_config, load_config
    from ..diff.documents import find_document
    from ..diff.last import last_documents

    old, new, config = options["old"], options["new"], options["config"]
    base = options["base"]
    if options["last"] or base is not None:
        if old is not None or (options["last"] and base is not None):
            raise UsageError("--last and --base go alone, without documents")
        loaded = load_config(config or find_config(Path()))
        return last_documents(loaded, loaded.folder, tuple(options["only"]), base)
    if old is None:
        raise UsageError("name two documents", hint="hooksmith diff OLD NEW, or --last")
    before = find_document(old, config)
    if new is not None:
        return [(before, find_document(new, config))]
    if not (before.name and before.revision):
        raise UsageError("name the new document too", hint="hooksmith diff OLD NEW")
    return [(before, replace(before, label=before.name, revision=""))]


def _code(options: Mapping[str, Any], name: str) -> Code | None:
    """Return the user's code to examine; the configuration names the package of an API in it."""
    from ..config import find_config, load_config
    from ..diff.documents import Code

    folder = options["code"]
    if folder is None:
        return None
    if not folder.is_dir():
        raise UsageError(f"--code: {folder} is no folder")
    package = options["package"]
    if package is None and name:
        loaded = load_config(options["config"] or find_config(Path()))
        package = f"{loaded.package}.{name}"
    if package is None:
        raise UsageError("--code goes with --package: the name that the code imports")
    return Code(folder=folder, package=package, checker=options["checker"])


def _append_markdown(path: Path, reports: list[Report], options: Mapping[str, Any]) -> None:
    from ..diff.formats import FORMATS, shown
    from ..errors import OutputError, Place

    try:
        with path.open("a", encoding="utf-8") as file:
            for report in reports:
                file.write(FORMATS["markdown"](report, shown(report, options["categories"])) + "\n")
    except OSError as error:
        raise OutputError.at(
            Place(file=str(path)), f"cannot be written: {error.strerror or error}"
        ) from error


def _accepted(path: Path | None, is_written: bool) -> Mapping[str, Accepted]:
    from ..diff.accepted import read_accepted

    if path is None:
        if is_written:
            raise UsageError("--write-accept goes with --accept FILE")
        return {}
    return {} if is_written and not path.exists() else read_accepted(path)


def _write_accepted(
    path: Path,
    failing: list[Entry],
    entries: list[Entry],
    accepted: Mapping[str, Accepted],
    warn: Print,
) -> None:
    from ..diff.accepted import accepted_text
    from ..errors import OutputError, Place

    still_accepted = [entry for entry in entries if entry.fingerprint in accepted]
    try:
        path.write_text(accepted_text([*still_accepted, *failing], accepted), "utf-8")
    except OSError as error:
        raise OutputError.at(
            Place(file=str(path)), f"cannot be written: {error.strerror or error}"
        ) from error
    warn(
        f"{path}: {len(still_accepted) + len(failing)} changes accepted; write a reason behind each, after #"
    )


def _warn_of_stale(entries: list[Entry], accepted: Mapping[str, Accepted], warn: Print) -> None:
    from ..diff.accepted import stale

    for entry in stale(accepted, entries):
        warn(f"warning: accepted {entry.id} of {entry.place}, line {entry.line}: no such change")
