"""The whole program: load → normalize → describe → plan → render → format. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, NamedTuple

from .aside import aside
from .caching.run_results import Earlier
from .describe import describe, describe_undirected, direct
from .describe.facts import facts_of
from .describe.request_models import settle_directions
from .edits import Revised, Snapshot, UnsureError, revise, take_snapshot
from .errors import Diagnostic, DocumentError, ExtensionError
from .extensions import check_extensions
from .formatting import format_files
from .ir import Api
from .load.files import read_text
from .load.input_file import Input, digest_of
from .load.library import Library, load
from .normalize import Normal, normalize
from .plan import plan
from .plan.parts import Arrangement, Parts, arrange
from .plan.views import PackageView
from .progress import report
from .render import render, render_suite, runtime_files
from .settings import Formatter, Settings

if TYPE_CHECKING:
    from .config import Config
    from .coverage_report import Ledger


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a document becomes: `files` is path below the package's folder → text; `inputs` all that it depends on."""

    files: dict[str, str]
    diagnostics: tuple[Diagnostic, ...]
    inputs: tuple[Input, ...]


Keep = Callable[[Iterable[bytes]], None]
"""Takes what the next run needs to know after an edit: see `edits.Snapshot`."""


def generate(path: Path, settings: Settings, keep: Keep | None = None) -> Result:
    """One document → the files of its package. Raises HooksmithError."""
    result = _rendered(path, settings, keep)
    report(f"{settings.package}: format")
    files = format_files(result.files, settings.formatter)
    if settings.runtime == "inner":
        files |= runtime_files()
    return replace(result, files=files)


def regenerate(path: Path, settings: Settings, earlier: Earlier, keep: Keep) -> Result | None:
    """As `generate`, by reading what was edited alone; None where that cannot be relied on."""
    try:
        revised = _revised(path, settings, earlier)
        formatted = aside(lambda: format_files(revised.files, settings.formatter))
        keep(revised.snapshot.packed())
    except (UnsureError, UnpicklingError):
        return None
    changed, same = formatted(), earlier.files()
    if same is None:
        return None
    inputs = (replace(earlier.input, digest=digest_of(revised.snapshot.text)),)
    return Result(
        files=revised.whole(changed, same), diagnostics=revised.diagnostics, inputs=inputs
    )


def _revised(path: Path, settings: Settings, earlier: Earlier) -> Revised:
    """What an edit changes."""
    snapshot = Snapshot.unpacked(earlier.snapshot())
    if digest_of(snapshot.text) != earlier.input.digest:
        raise UnsureError("the snapshot is of another text")
    report(f"{settings.package}: read what was edited")
    return revise(path, read_text(path).encode(), settings, snapshot, earlier.diagnostics)


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What a configuration becomes: `files` is path below the package's folder → text."""

    files: dict[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()


def generate_suite(config: Config, only: Collection[str] = ()) -> SuiteResult:
    """All documents of a configuration, or those named in `only` → the files of one package of subpackages."""
    files = render_suite(sorted(config.apis))
    found: list[Diagnostic] = []
    for name in sorted(only or config.apis):
        result = _rendered(config.apis[name].spec, config.settings(name))
        files |= {f"{name}/{path}": text for path, text in result.files.items()}
        found += result.diagnostics
    report("format")
    return SuiteResult({**runtime_files(), **format_files(files, config.formatter)}, tuple(found))


def suite_top(apis: Iterable[str], formatter: Formatter) -> dict[str, str]:
    """What a package of several APIs has besides them: its runtime, and its own module."""
    return {**runtime_files(), **format_files(render_suite(sorted(apis)), formatter)}


def ledger(path: Path, settings: Settings) -> Ledger:
    """What becomes of everything that one document has. Raises HooksmithError."""
    from .coverage_report import account

    normal = _normal(load(path, roots=settings.roots, overlays=settings.overlays), settings)
    return account(normal, describe(normal, settings.source or path.name))


def understand(path: Path, settings: Settings) -> tuple[Api, tuple[Diagnostic, ...]]:
    """What one document says, and what is wrong with it. Raises HooksmithError."""
    read = _read(path, settings, is_kept=False)
    return read.api, read.diagnostics


@dataclass(frozen=True, slots=True)
class Survey:
    """A document, described and planned, with nothing rendered."""

    api: Api
    view: PackageView


def survey(path: Path, settings: Settings) -> Survey:
    """Describe and plan one document. Raises HooksmithError."""
    read = _read(path, settings, is_kept=False)
    definitions = {definition.name: definition for definition in read.api.definitions}
    parts = Parts(read.api, definitions, read.arrangement, settings.runtime_package)
    return Survey(read.api, plan(read.api, parts, settings.package))


def _normal(library: Library, settings: Settings) -> Normal:
    """The normal form, with what the settings say in the document's place."""
    normal = normalize(library, settings.names)
    normal.document.update(settings.extensions)
    return normal


def _rendered(path: Path, settings: Settings, keep: Keep | None = None) -> Result:
    read = _read(path, settings, is_kept=keep is not None)
    report(f"{settings.package}: render")
    api = read.api
    definitions = {definition.name: definition for definition in api.definitions}
    parts = Parts(api, definitions, read.arrangement, settings.runtime_package)
    view = plan(api, parts, settings.package)
    if keep is not None and read.snapshot is not None:
        keep(read.snapshot.with_plan(parts, view).packed())
    diagnostics, inputs = read.diagnostics, read.inputs
    del read, api, definitions, parts  # what is planned is enough to render
    return Result(files=render(view), diagnostics=diagnostics, inputs=inputs)


class _Read(NamedTuple):
    """What is known of a document once it has been read."""

    api: Api
    arrangement: Arrangement
    diagnostics: tuple[Diagnostic, ...]
    inputs: tuple[Input, ...]
    snapshot: Snapshot | None


def _read(path: Path, settings: Settings, *, is_kept: bool) -> _Read:
    """What was read and its normal form end here, before anything else takes their memory."""
    report(f"{settings.package}: read")
    library = load(path, roots=settings.roots, overlays=settings.overlays)
    normal = _normal(library, settings)
    _refuse_broken_extensions(library)
    read = describe_undirected(normal, settings.source or path.name)
    facts = facts_of(read)
    directions = settle_directions(facts)
    diagnostics = _bearable([*library.warnings, *normal.diagnostics], settings)
    snapshot = take_snapshot(normal, read, facts, directions) if is_kept else None
    arrangement = arrange(facts, directions)
    return _Read(direct(read, directions), arrangement, diagnostics, library.inputs, snapshot)


def _bearable(found: list[Diagnostic], settings: Settings) -> tuple[Diagnostic, ...]:
    """What is wrong, as warnings. Raises DocumentError where the settings do not bear it."""
    if found and settings.strict:
        raise DocumentError(*(replace(each, severity="error") for each in found))
    return tuple(found)


def _refuse_broken_extensions(library: Library) -> None:
    found = [
        diagnostic
        for document in library.documents.values()
        for diagnostic in check_extensions(document)
    ]
    if found:
        raise ExtensionError(*found)
