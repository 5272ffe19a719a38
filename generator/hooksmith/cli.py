"""The command line; the only file that prints.

Exit codes: 0, also when whoever reads the output has enough; 1, `check` found the package stale; 2, an error;
130, interrupted.
"""

from __future__ import annotations

import dataclasses
import functools
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from .config import Formatter, Settings
from .errors import Diagnostic, HooksmithError
from .progress import listening
from .targets import Choice, Target

if TYPE_CHECKING:
    from .ir import Api
    from .write import Summary

STALE, ERROR, INTERRUPTED = 1, 2, 128 + signal.SIGINT
_SHOWN = 20

_P = ParamSpec("_P")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Spec = Annotated[Path, typer.Argument(metavar="SPEC", help="An OpenAPI or JSON Schema document.")]
Specs = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[SPEC]...", help="Documents; without any, those of the configuration."),
]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="NAME", help="Only this API; repeatable.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="With SPEC: where the package goes.")
]
Package = Annotated[
    str | None, typer.Option("--package", metavar="NAME", help="With SPEC: the package's name.")
]
FormatterOption = Annotated[
    Formatter | None,
    typer.Option("--formatter", help="What formats the code: black unless configured."),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Instead of the nearest configuration."),
]
Roots = Annotated[
    list[Path] | None,
    typer.Option("--root", metavar="DIR", help="A further folder that $refs may reach."),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def main() -> None:
    """Run the command line, and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


# --- what ends a command ---------------------------------------------------------------------------------------


def _command(function: Callable[_P, int]) -> Callable[_P, None]:
    """A command of `app`: the function's result is the exit code, and errors become messages."""

    @functools.wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        raise typer.Exit(_exit_code(lambda: function(*args, **kwargs)))

    run.__annotations__ = {**function.__annotations__, "return": None}
    return app.command()(run)


def _exit_code(function: Callable[[], int]) -> int:
    try:
        code = function()
        sys.stdout.flush()
        return code
    except HooksmithError as error:
        _show(error.diagnostics)
        return ERROR
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; Python would complain when it flushes once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (typer.Exit, typer.BadParameter):
        raise
    except Exception as error:
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    if os.environ.get("HOOKSMITH_DEBUG"):
        traceback.print_exception(error)
    name = type(error).__name__
    hint = "this is a fault of hooksmith, please report it; HOOKSMITH_DEBUG=1 shows the traceback"
    _show([Diagnostic(message=f"internal error: {name}: {error}", hint=hint)])
    return ERROR


# --- printing --------------------------------------------------------------------------------------------------


def _safe(text: str) -> str:
    """`text` without control characters: what a document says must not steer the terminal."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )


def _print(text: str) -> None:
    sys.stdout.write(_safe(text) + "\n")


def _say(text: str) -> None:
    sys.stderr.write(_safe(text) + "\n")


def _show(diagnostics: Iterable[Diagnostic]) -> None:
    """Findings on stderr, `error:` and `warning:` in colour on a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for found in diagnostics:
        style = "bold red" if found.severity == "error" else "bold yellow"
        console.print(Text.assemble((f"{found.severity}:", style), " ", _safe(str(found))))


@contextmanager
def _progress() -> Iterator[None]:
    """The step in hand, on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.markup import escape

    with (
        Console(stderr=True).status("") as status,
        listening(lambda step: status.update(escape(step))),
    ):
        yield


# --- commands --------------------------------------------------------------------------------------------------


def _print_version(wanted: bool) -> None:
    if wanted:
        from . import __version__

        _print(f"hooksmith {__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True),
]


@app.callback()
def options(
    version: Version = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Typed Python for webhooks, out of OpenAPI."""
    if debug:
        os.environ["HOOKSMITH_DEBUG"] = "1"


@_command
def generate(
    spec: Specs = None,
    only: Only = None,
    out: Out = None,
    package: Package = None,
    formatter: FormatterOption = None,
    config: ConfigFile = None,
    root: Roots = None,
) -> int:
    """Write the package of each document: DIR/NAME with SPEC, else what [tool.hooksmith] says."""
    choice = Choice(
        specs=spec or [], only=only or [], out=out, package=package,
        formatter=formatter, config=config, roots=root or [],
    )  # fmt: skip
    return _each(choice.targets(), _write)


@_command
def check(
    spec: Specs = None,
    only: Only = None,
    out: Out = None,
    package: Package = None,
    formatter: FormatterOption = None,
    config: ConfigFile = None,
    root: Roots = None,
) -> int:
    """Compare the package with what its documents give now: exit code 1 and a diff where it is stale."""
    choice = Choice(
        specs=spec or [], only=only or [], out=out, package=package,
        formatter=formatter, config=config, roots=root or [],
    )  # fmt: skip
    return _each(choice.targets(), _compare)


@_command
def inspect(spec: Spec, root: Roots = None) -> int:
    """Print what a document says, as the generator understands it, in JSON."""
    api = _describe(spec, root)
    _print(json.dumps(dataclasses.asdict(api), indent=2, ensure_ascii=False))
    return 0


@_command
def events(spec: Spec, as_json: AsJson = False, root: Roots = None) -> int:
    """Print the events of a document: wire value, class, what it says."""
    catalogue = _describe(spec, root).events.events
    if as_json:
        _print(
            json.dumps(
                [dataclasses.asdict(event) for event in catalogue], indent=2, ensure_ascii=False
            )
        )
        return 0
    rows = [
        (event.type, event.model, _first_line(event.summary or event.description))
        for event in catalogue
    ]
    _print_table([("EVENT", "CLASS", ""), *rows])
    return 0


def _each(targets: Iterable[Target], act: Callable[[Target], int]) -> int:
    """Do all targets, going on past one that fails; the worst exit code."""
    return max(_exit_code(functools.partial(act, target)) for target in targets)


def _made(target: Target) -> Mapping[str, str]:
    """The files of a target. What was found on the way is shown; errors among it end the target."""
    with _progress():
        files, diagnostics = target.make()
    errors = [found for found in diagnostics if found.severity == "error"]
    _show(found for found in diagnostics if found.severity != "error")
    if errors:
        raise HooksmithError(*errors)
    return files


def _write(target: Target) -> int:
    from .write import write

    summary = write(_made(target), target.folder, partial=target.partial)
    _print_summary(target.folder, summary)
    return 0


def _compare(target: Target) -> int:
    from .write import compare

    differences = compare(_made(target), target.folder, partial=target.partial)
    for difference in differences:
        _print(difference.unified(target.folder).rstrip("\n"))
    if not differences:
        return 0
    kinds = [difference.kind for difference in differences]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    _say(f"{target.folder} is stale: {counts}\n  hint: hooksmith generate")
    return STALE


def _print_summary(folder: Path, summary: Summary) -> None:
    lists = {"added": summary.added, "changed": summary.changed, "removed": summary.removed}
    counts = [f"{len(paths)} {name}" for name, paths in lists.items()]
    _print(f"{folder}: {', '.join(counts)}, {len(summary.unchanged)} unchanged")
    for mark, paths in zip("+~-", lists.values(), strict=True):
        for path in paths[:_SHOWN]:
            _print(f"  {mark} {path}" + (" (had been edited)" if path in summary.edited else ""))
        if len(paths) > _SHOWN:
            _print(f"  {mark} … and {len(paths) - _SHOWN} more")


def _describe(spec: Path, roots: list[Path] | None) -> Api:
    """What `spec` says. The Python it gives is of no interest, so it is not formatted."""
    from .pipeline import generate

    settings = Settings(package="api", formatter="none", roots=tuple(roots or ()))
    with _progress():
        result = generate(spec, settings)
    _show(result.diagnostics)
    return result.api


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _print_table(rows: list[tuple[str, str, str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for row in rows:
        _print(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}".rstrip())
