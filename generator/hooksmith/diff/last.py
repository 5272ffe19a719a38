"""Changes since the committed package was generated, in one line a document.

The old document is taken from git and not kept in the package. The committed package was made at the revision that
changed its manifest last, and `hooksmith check` holds the documents and the package of a revision together: git has
the old document already. A copy in the package would be large (WorkOS' document, compressed and as text, 139 KB: 6.6 %
of its package), and no review could read its changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import HooksmithError, LoadError, Place
from ..settings import Settings
from .documents import Document, compare_documents
from .formats.text import summary
from .report import Report
from .revisions import git, last_change, top_of

if TYPE_CHECKING:
    from ..config import Config

_MANIFEST = ".hooksmith.json"
_SHORT = 12


def last_documents(
    config: Config, package: Path, names: tuple[str, ...], base: str | None = None
) -> list[tuple[Document, Document]]:
    """Return each API's document as it was at a revision, and as it stands.

    `base`: the revision; None: that of the committed package. Raises LoadError if no revision of git has the package.
    """
    revision = base if base is not None else last_change(package / _MANIFEST)
    if not revision:
        raise LoadError.at(
            Place(file=str(package)),
            "no revision of git has the package",
            hint="name two documents",
        )
    shown = revision if base is not None else revision[:_SHORT]
    pairs = []
    for name in names or tuple(sorted(config.apis)):
        path = config.apis[name].spec
        old = Document(label=f"{name}@{shown}", path=path, name=name, revision=revision)
        pairs.append((old, Document(label=name, path=path, name=name)))
    return pairs


def meanings(
    package: Path, documents: Iterable[tuple[Path, Settings]], *, is_configured: bool
) -> list[str]:
    """Return a line for each document that differs from the document of the committed package.

    A line ends with the command for the details; `is_configured`: whether `--last` is.

    There is none if no revision of git has the package or the document, or if the old document cannot be read.
    """
    revision = last_change(package / _MANIFEST)
    lines = []
    for path, settings in documents if revision else ():
        report = _report(path, settings, revision)
        if report is not None and report.entries:
            more = "--last" if is_configured else f"{report.old} {report.new}"
            lines.append(f"{settings.package}: {summary(report)}: hooksmith diff {more}")
    return lines


def _report(path: Path, settings: Settings, revision: str) -> Report | None:
    try:
        top = top_of(path.parent)
        parts = [path.parent, *settings.roots, *settings.overlays]
        inside = [str(each.resolve()) for each in parts if each.resolve().is_relative_to(top)]
        if not git(top, "diff", "--name-only", revision, "--", *inside):
            return None
        real = path.resolve()
        label = f"{revision[:_SHORT]}:{real.relative_to(top).as_posix()}"
        old = Document(label=label, path=real, revision=revision)
        return compare_documents(old, Document(label=str(path), path=path), settings)[0]
    except HooksmithError:
        return None  # the old document is no concern of whoever generates the new package
