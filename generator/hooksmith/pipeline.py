"""The whole program: load → normalize → describe → plan → render → format. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from .config import Config, Settings
from .describe import describe
from .errors import Diagnostic, ExtensionError
from .extensions import check_extensions
from .format import format_files
from .ir import Api
from .load import Library, load
from .normalize import normalize
from .plan import plan
from .render import render, render_suite, runtime_files


@dataclass(frozen=True, slots=True)
class Result:
    """What a document becomes: `files` is path below the package's folder → text."""

    files: dict[str, str]
    api: Api
    diagnostics: tuple[Diagnostic, ...] = ()


def generate(path: Path, settings: Settings) -> Result:
    """One document → the files of its package. Raises HooksmithError."""
    result = _rendered(path, settings)
    return Result(format_files(result.files, settings.formatter), result.api, result.diagnostics)


def generate_suite(config: Config, only: Collection[str] = ()) -> dict[str, str]:
    """All documents of a configuration, or those named in `only` → the files of one package of subpackages."""
    files = {**runtime_files(), **render_suite(sorted(config.apis))}
    for name in sorted(only or config.apis):
        found = _rendered(config.apis[name].spec, config.settings(name)).files
        files |= {f"{name}/{path}": text for path, text in found.items()}
    return format_files(files, config.formatter)


def _rendered(path: Path, settings: Settings) -> Result:
    library = load(path, roots=settings.roots)
    normal = normalize(library, settings.names)
    _refuse_broken_extensions(library)
    api = describe(normal, settings.source or path.name)
    files = render(plan(api, settings.package, ".._runtime" if settings.runtime == "shared" else "._runtime"))
    if settings.runtime == "inner":
        files |= runtime_files()
    return Result(files, api, tuple(normal.diagnostics))


def _refuse_broken_extensions(library: Library) -> None:
    found = [diagnostic for document in library.documents.values() for diagnostic in check_extensions(document)]
    if found:
        raise ExtensionError(*found)
