"""The whole program: load → normalize → describe → plan → render → format. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .describe import describe
from .errors import Diagnostic, DocumentError, ExtensionError
from .extensions import check_extensions
from .format import format_files
from .ir import Api
from .ledger import Ledger, account
from .load import Library, load
from .normalize import Normal, normalize
from .plan import plan
from .plan.parts import Parts, arrange
from .progress import report
from .recall import Input
from .render import render, render_suite, runtime_files
from .settings import Formatter, Settings

if TYPE_CHECKING:
    from .config import Config


@dataclass(frozen=True, slots=True)
class Result:
    """What a document becomes: `files` is path below the package's folder → text."""

    files: dict[str, str]
    api: Api
    diagnostics: tuple[Diagnostic, ...] = ()
    inputs: tuple[Input, ...] = ()
    """Every file that it depends on."""


def generate(path: Path, settings: Settings) -> Result:
    """One document → the files of its package. Raises HooksmithError."""
    result = _rendered(path, settings)
    report(f"{settings.package}: format")
    files = format_files(result.files, settings.formatter)
    if settings.runtime == "inner":
        files |= runtime_files()
    return replace(result, files=files)


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
    normal = _normal(load(path, roots=settings.roots), settings)
    return account(normal, describe(normal, settings.source or path.name))


def _normal(library: Library, settings: Settings) -> Normal:
    """The normal form, with what the settings say in the document's place."""
    normal = normalize(library, settings.names)
    for name, value in (("signature", settings.signature), ("events", settings.events)):
        if value is not None:
            normal.document[f"x-hooksmith-{name}"] = value
    return normal


def _rendered(path: Path, settings: Settings) -> Result:
    report(f"{settings.package}: read")
    library = load(path, roots=settings.roots)
    normal = _normal(library, settings)
    _refuse_broken_extensions(library)
    api = describe(normal, settings.source or path.name)
    diagnostics = _bearable(normal.diagnostics, settings)
    report(f"{settings.package}: render")
    arrangement = arrange(api)
    definitions = {definition.name: definition for definition in api.definitions}
    runtime = runtime_package(settings)
    parts = Parts(api, definitions, arrangement, runtime)
    files = render(plan(api, parts, arrangement, settings.package, runtime))
    return Result(files, api, diagnostics, library.inputs)


def runtime_package(settings: Settings) -> str:
    """The package of the runtime, relative to a module at the top of the generated one."""
    return ".._runtime" if settings.runtime == "shared" else "._runtime"


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
