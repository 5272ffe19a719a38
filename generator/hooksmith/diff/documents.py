"""The documents of a comparison: files, APIs of the configuration, and either at a revision of git."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigError, LoadError, Place
from ..frozen import value
from ..pipeline import Survey, generate, survey
from ..settings import Settings
from .project.checkers import Checker
from .project.usage import CodeReport, examine_code
from .report import Entry, Report, compare
from .revisions import check_revision, checked_out, top_of
from .sides import Side

if TYPE_CHECKING:
    from ..config import Config


@value(kw_only=True)
class Document:
    """A document as the user named it.

    `name`: of an API of the configuration, or empty. `revision`: of git, or empty for the file in the work tree.
    """

    label: str
    path: Path
    name: str = ""
    revision: str = ""


def find_document(text: str, config: Path | None = None) -> Document:
    """Return the document that `text` names: FILE, NAME, NAME@REVISION or REVISION:FILE. Raises HooksmithError."""
    path = Path(text)
    if path.is_file():
        return Document(label=text, path=path)
    revision, colon, file = text.partition(":")
    if colon and file:
        return Document(label=text, path=top_of(Path()) / file, revision=revision)
    name, at, revision = text.partition("@")
    configuration = _config(config)
    if configuration is not None and name in configuration.apis and (revision or not at):
        return Document(
            label=text, path=configuration.apis[name].spec, name=name, revision=revision
        )
    raise LoadError.at(
        Place(file=text),
        "there is no such file, nor an API of that name in the configuration",
        hint="FILE, NAME, NAME@REVISION or REVISION:FILE",
    )


def _config(path: Path | None) -> Config | None:
    from ..config import find_config, load_config

    if path is not None:
        return load_config(path)
    try:
        return load_config(find_config(Path()))
    except ConfigError:
        return None


@value(kw_only=True)
class Code:
    """The user's code to examine. `package`: the name that it imports the package by."""

    folder: Path
    package: str
    checker: Checker = "pyright"


@value()
class _Checkout:
    """A document, described and planned. `folder`: the folder of the checkout, if the document is of a revision."""

    survey: Survey
    path: Path
    settings: Settings
    folder: Path | None = None

    def files(self) -> dict[str, str]:
        """The files of the package, with a runtime of its own."""
        settings = replace(self.settings, formatter="none", runtime="inner")
        return generate(self.path, settings).files


def compare_documents(
    old: Document,
    new: Document,
    settings: Settings,
    *,
    config: Path | None = None,
    uses: str = "all",
    code: Code | None = None,
) -> tuple[Report, CodeReport | None]:
    """Compare two documents with the same settings: those of the configuration, if one of them is of an API there."""
    name = new.name or old.name
    configuration = _config(config) if name else None
    if configuration is not None:
        settings = replace(configuration.settings(name), strict=False)
    with ExitStack() as stack:
        before, after = (
            stack.enter_context(_checkout(document, settings)) for document in (old, new)
        )
        report = compare(before.survey, after.survey, (old.label, new.label), uses=uses)
        examined = None
        if code is not None:
            files = (before.files(), after.files())
            side = Side(before.survey)
            examined = examine_code(code.folder, code.package, files, side, report, code.checker)
        folders = {before.folder: old.revision, after.folder: new.revision}
        return _relabelled(report, folders), examined


@contextmanager
def _checkout(document: Document, settings: Settings) -> Iterator[_Checkout]:
    """Yield the document, described and planned, for as long as its files are there."""
    if not document.revision:
        yield _Checkout(survey(document.path, settings), document.path, settings)
        return
    check_revision(document.revision)
    top = top_of(document.path.parent if document.path.parent.is_dir() else Path())
    path = _inside(document.path, top)
    roots = [_inside(root, top) for root in settings.roots if root.resolve().is_relative_to(top)]
    overlays = [
        _inside(each, top) for each in settings.overlays if each.resolve().is_relative_to(top)
    ]
    with checked_out(top, document.revision, [path.parent, path, *roots, *overlays]) as folder:

        def moved(paths: tuple[Path, ...]) -> tuple[Path, ...]:
            inside = ((each, _inside(each, top)) for each in paths)
            return tuple(
                folder / real.relative_to(top) if real.is_relative_to(top) else each
                for each, real in inside
            )

        there = folder / path.relative_to(top)
        if not there.is_file():
            raise AbsentDocumentError.at(
                Place(file=document.label), "the document is not in that revision"
            )
        then = replace(settings, roots=moved(settings.roots), overlays=moved(settings.overlays))
        yield _Checkout(survey(there, then), there, then, folder)


class AbsentDocumentError(LoadError):
    """A revision of git does not have the document."""


def _inside(path: Path, top: Path) -> Path:
    """Return a path by which it stands in the work tree, whether it still exists or not."""
    return path if path.is_absolute() and path.is_relative_to(top) else path.absolute().resolve()


def _relabelled(report: Report, folders: dict[Path | None, str]) -> Report:
    """Name files that were checked out as git does: `main:specs/openapi.yaml`."""
    names = {f"{folder}/": f"{revision}:" for folder, revision in folders.items() if folder}
    if not names:
        return report

    def named(place: Place | None) -> Place | None:
        for prefix, label in names.items():
            if place is not None and place.file.startswith(prefix):
                return replace(place, file=label + place.file.removeprefix(prefix))
        return place

    def relabelled(entry: Entry) -> Entry:
        return replace(entry, place=named(entry.place), place_in_new=named(entry.place_in_new))

    return replace(report, entries=tuple(map(relabelled, report.entries)))
