"""Output of the command line: results on stdout, diagnostics and progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Diagnostic
from ..progress import listening

if TYPE_CHECKING:
    from ..output.writer import Summary

_MAX_LISTED = 20


def print_line(text: str) -> None:
    """Print a line of the result. It is flushed at once: a reader may be waiting for it."""
    sys.stdout.write(escape_controls(text) + "\n")
    sys.stdout.flush()


def print_note(text: str) -> None:
    """Print a line on stderr."""
    sys.stderr.write(escape_controls(text) + "\n")


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of equal length, each column but the last as wide as its longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print_line("  ".join([*cells, row[-1]]).rstrip())


def print_summary(folder: Path, summary: Summary) -> None:
    """Print which files of a folder were written or removed."""
    changes = {"added": summary.added, "changed": summary.changed, "removed": summary.removed}
    counts = [f"{len(paths)} {name}" for name, paths in changes.items()]
    print_line(f"{folder}: {', '.join(counts)}, {len(summary.unchanged)} unchanged")
    for mark, paths in zip("+~-", changes.values(), strict=True):
        for path in sorted(paths, key=_is_runtime)[:_MAX_LISTED]:
            suffix = " (had been edited)" if path in summary.edited else ""
            print_line(f"  {mark} {path}{suffix}")
        if len(paths) > _MAX_LISTED:
            print_line(f"  {mark} … and {len(paths) - _MAX_LISTED} more")


def _is_runtime(path: str) -> bool:
    """Whether a file belongs to the runtime; these are listed last, since every package has them."""
    return "_runtime" in path.split("/")


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics on stderr; `error:` and `warning:` have colours on a terminal."""
    if not _can_style():
        for diagnostic in diagnostics:
            print_note(f"{diagnostic.severity}: {diagnostic}")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for diagnostic in diagnostics:
        style = "bold red" if diagnostic.severity == "error" else "bold yellow"
        severity = (f"{diagnostic.severity}:", style)
        console.print(Text.assemble(severity, " ", escape_controls(str(diagnostic))))


@contextmanager
def progress() -> Iterator[None]:
    """Show the current step of the body on stderr, if stderr is a terminal."""
    if not _can_style():
        yield
        return
    from rich.console import Console
    from rich.markup import escape

    with (
        Console(stderr=True).status("") as status,
        listening(lambda step: status.update(escape(step))),
    ):
        yield


def escape_controls(text: str) -> str:
    """Escape control characters, so that the text of a document cannot steer the terminal."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )


def _can_style() -> bool:
    """Whether stderr is a terminal and rich is installed, which the base install lacks."""
    return sys.stderr.isatty() and find_spec("rich") is not None
