"""Generation of a package: load → normalize → name → describe → plan → render → format. Writes no files."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .describe import describe
from .errors import Diagnostic, DocumentError, ExtensionError
from .extensions import check_extensions
from .formatting import format_files
from .formatting.guard import check_module
from .ir import Api
from .load.input_file import Input
from .load.library import Library, load
from .name_places import NamedPlace, name_places
from .naming.names import Names, assign_names
from .normalize import Normal, normalize
from .normalize.diagnostics import summarized
from .normalize.selection import select
from .normalize.sources import Sources
from .output.runtime_copy import needed_folders, runtime_files
from .plan import plan
from .plan.views import PackageView
from .progress import report
from .render import render, render_suite
from .settings import Formatter, Settings

if TYPE_CHECKING:
    from .config import Config
    from .coverage_report import Ledger


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Package of one document: `files` maps paths below the package's folder to texts; `inputs` are the files read."""

    files: dict[str, str]
    diagnostics: tuple[Diagnostic, ...]
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """Package of a configuration: `files` maps paths below the package's folder to texts."""

    files: dict[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()


class Description(NamedTuple):
    """Content of one document."""

    api: Api
    diagnostics: tuple[Diagnostic, ...]
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """A document, described and planned, with nothing rendered."""

    api: Api
    view: PackageView
    diagnostics: tuple[Diagnostic, ...]
    sources: Sources
    """The places in the files that pointers of the IR were read from."""


def generate(path: Path, settings: Settings) -> Result:
    """Generate the files of one document's package. Raises HooksmithError."""
    result = _rendered(path, settings)
    report(f"{settings.package}: format")
    files = format_files(result.files, settings.formatter, check=check_module)
    if settings.runtime == "inner":
        files |= runtime_files(needed_folders(files))
    return replace(result, files=files)


def generate_suite(config: Config, only: Collection[str] = ()) -> SuiteResult:
    """Generate one package with a subpackage for each document of a configuration, or for those named in `only`."""
    files = render_suite(sorted(config.apis))
    diagnostics: list[Diagnostic] = []
    folders: set[str] = set()
    for name in sorted(only or config.apis):
        result = _rendered(config.apis[name].spec, config.settings(name))
        folders |= needed_folders(result.files)
        files |= {f"{name}/{path}": text for path, text in result.files.items()}
        diagnostics += result.diagnostics
    report("format")
    formatted = format_files(files, config.formatter, check=check_module)
    return SuiteResult({**runtime_files(folders), **formatted}, tuple(diagnostics))


def suite_top(
    apis: Iterable[str], folders: Collection[str], formatter: Formatter
) -> dict[str, str]:
    """Return the files of a suite outside its subpackages: these folders of the runtime, and the top module."""
    return {
        **runtime_files(folders),
        **format_files(render_suite(sorted(apis)), formatter, check=check_module),
    }


def ledger(path: Path, settings: Settings) -> Ledger:
    """Return the coverage report of one document. Raises HooksmithError."""
    from .coverage_report import account

    library = load(path, roots=settings.roots, overlays=settings.overlays)
    normal, names = _named(library, settings)
    return account(normal, names.classes, describe(normal, names, settings.source or path.name))


def named_places(path: Path, settings: Settings) -> list[NamedPlace]:
    """Return the names of one document that `names` can change, with their places. Raises HooksmithError."""
    library = load(path, roots=settings.roots, overlays=settings.overlays)
    normal, names = _named(library, settings)
    return list(name_places(normal, names, describe(normal, names, path.name)))


def describe_document(path: Path, settings: Settings) -> Description:
    """Load and describe one document. Raises HooksmithError.

    The raw document and its normal form are released on return, to limit peak memory.
    """
    return _read(path, settings)[0]


def survey(path: Path, settings: Settings) -> Survey:
    """Describe and plan one document. Raises HooksmithError."""
    description, sources = _read(path, settings)
    view = plan(description.api, settings.package, settings.runtime_package, settings.import_name)
    return Survey(description.api, view, description.diagnostics, sources)


def _read(path: Path, settings: Settings) -> tuple[Description, Sources]:
    """Load and describe one document. The sources keep the text of its files."""
    report(f"{settings.package}: read")
    library = load(path, roots=settings.roots, overlays=settings.overlays)
    normal, names = _named(library, settings)
    _refuse_broken_extensions(library)
    api = describe(normal, names, settings.source or path.name)
    warnings = summarized([*library.warnings, *normal.diagnostics])
    diagnostics = _warnings_or_raise(warnings, settings)
    return Description(api, diagnostics, library.inputs), normal.findings.sources


def _rendered(path: Path, settings: Settings) -> Result:
    """Generate the unformatted files of one document's package, without its runtime."""
    api, diagnostics, inputs = describe_document(path, settings)
    report(f"{settings.package}: render")
    view = plan(api, settings.package, settings.runtime_package, settings.import_name)
    del api  # the views suffice to render; limits peak memory
    return Result(files=render(view), diagnostics=diagnostics, inputs=inputs)


def _named(library: Library, settings: Settings) -> tuple[Normal, Names]:
    """Return the selected part of the normal form, and the names of the whole document.

    Extensions and names in the settings override the document's.
    """
    normal = normalize(library)
    normal.document.update(settings.extensions)
    names = assign_names(normal.document, settings.names, lambda: normal.place(""))
    select(normal, names.operations, settings.include, settings.exclude)
    return normal, names


def _warnings_or_raise(diagnostics: list[Diagnostic], settings: Settings) -> tuple[Diagnostic, ...]:
    """Return the warnings. Raises DocumentError if there are any and the settings are strict."""
    if diagnostics and settings.strict:
        raise DocumentError(*(replace(each, severity="error") for each in diagnostics))
    return tuple(diagnostics)


def _refuse_broken_extensions(library: Library) -> None:
    diagnostics = [
        diagnostic
        for document in library.documents.values()
        for diagnostic in check_extensions(document)
    ]
    if diagnostics:
        raise ExtensionError(*diagnostics)
