"""`hooksmith docs`: the documentation of each API as a static site, Markdown or plain text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Diagnostic
from .printing import print_diagnostics, print_summary, progress
from .targets import Choice
from .usage_error import UsageError

if TYPE_CHECKING:
    from ..docs.site import DocumentedApi
    from ..output.writer import Summary

PROVIDERS = "hooksmith_providers"
"""The package whose APIs `trigger` and `listen` know by name."""


def docs(*, out: Path, format_: str, since: Path | None, **arguments: Any) -> int:
    """Write the documentation of each API into a folder: a static site, Markdown or llms.txt."""
    choice = Choice(out=None, formatter="none", **arguments)
    with progress():
        summary, diagnostics = write_docs(choice, out, format_, since)
    print_diagnostics(diagnostics)
    print_summary(out, summary)
    return 0


def write_docs(
    choice: Choice, folder: Path, format_: str, since: Path | None = None
) -> tuple[Summary, tuple[Diagnostic, ...]]:
    """Write the documentation into `folder`; return the changed files and the diagnostics. Raises HooksmithError."""
    from ..docs import FORMATS
    from ..output.writer import write

    documented, diagnostics = _documented(choice, since)
    return write(FORMATS[format_](documented), folder), diagnostics


def _documented(
    choice: Choice, since: Path | None
) -> tuple[list[DocumentedApi], tuple[Diagnostic, ...]]:
    from ..diff.report import compare
    from ..docs.site import DocumentedApi
    from ..docs.snippets import Names
    from ..pipeline import survey

    documented: list[DocumentedApi] = []
    diagnostics: list[Diagnostic] = []
    jobs = choice.jobs()
    if since is not None and len(jobs) != 1:
        raise UsageError("--since goes with one document")
    for path, settings in jobs:
        planned = survey(path, settings)
        diagnostics += planned.diagnostics
        names = Names(
            package=settings.import_name,
            provider=settings.package if settings.suite == PROVIDERS else "",
            spec=path.as_posix(),
        )
        report = None
        if since is not None:
            report = compare(survey(since, settings), planned, (since.as_posix(), path.as_posix()))
        documented.append(
            DocumentedApi(api=planned.api, view=planned.view, names=names, report=report)
        )
    return documented, tuple(diagnostics)
