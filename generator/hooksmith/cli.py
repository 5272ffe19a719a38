"""The command line; the only file that prints.

Exit codes: 0, also when whoever reads the output has enough; 1, `check` found the package stale, or `trigger` was
not answered 2xx; 2, an error; 130, interrupted.
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

from .errors import Diagnostic, HooksmithError, OutputError, Place
from .fleet import cores
from .progress import listening
from .recall import Output
from .settings import Formatter, Settings
from .targets import Choice, Target, made

if TYPE_CHECKING:
    from .deliver import Attempt, Provider, Received
    from .ir import Api
    from .write import Summary

STALE, ERROR, INTERRUPTED = 1, 2, 128 + signal.SIGINT
FAILED = 1
_SHOWN = 20

_P = ParamSpec("_P")

Files = Mapping[str, str]
"""Path below a package's folder → text."""

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
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="N", min=1, help="Documents at a time: as many as cores unless given."
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="What is wrong with a document, but usable, is an error.")
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Account for everything that the documents have, as JSON: emitted, or degraded and why.",
    ),
]
Lenient = Annotated[
    bool,
    typer.Option(
        "--lenient", help="Even what OpenAPI forbids outright is a warning, where possible."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


Given = Annotated[
    list[str] | None,
    typer.Option(
        "--secret", metavar="SECRET", help="The webhook's secret or JWK, or @FILE; repeatable."
    ),
]
Scheme = Annotated[
    str | None,
    typer.Option(
        "--scheme", metavar="NAME", help="How deliveries are signed, where that is not established."
    ),
]
OfSpec = Annotated[
    Path | None,
    typer.Option("--spec", metavar="FILE", help="A document, instead of an API we ship."),
]


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
    if not sys.stderr.isatty():  # rich takes a while to import
        for found in diagnostics:
            _say(f"{found.severity}: {found}")
        return
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
    jobs: Jobs = None,
    strict: Strict = False,
    lenient: Lenient = False,
    report: Report = None,
) -> int:
    """Write the package of each document: DIR/NAME with SPEC, else what [tool.hooksmith] says."""
    choice = Choice(
        specs=spec or [], only=only or [], out=out, package=package,
        formatter=formatter, config=config, roots=root or [], strict=strict, lenient=lenient,
    )  # fmt: skip
    code = _each(choice.targets(), jobs or cores(), _write)
    if report is not None:
        _write_ledgers(choice, report)
    return code


def _write_ledgers(choice: Choice, file: Path) -> None:
    from .pipeline import ledger

    found = {path.as_posix(): ledger(path, settings).as_json() for path, settings in choice.jobs()}
    try:
        file.write_text(
            json.dumps({"documents": found}, indent=2, ensure_ascii=False) + "\n", "utf-8"
        )
    except OSError as error:
        raise OutputError.at(
            Place(file=str(file)), f"cannot be written: {error.strerror or error}"
        ) from error


@_command
def check(
    spec: Specs = None,
    only: Only = None,
    out: Out = None,
    package: Package = None,
    formatter: FormatterOption = None,
    config: ConfigFile = None,
    root: Roots = None,
    jobs: Jobs = None,
    strict: Strict = False,
    lenient: Lenient = False,
) -> int:
    """Compare the package with what its documents give now: exit code 1 and a diff where it is stale."""
    choice = Choice(
        specs=spec or [], only=only or [], out=out, package=package,
        formatter=formatter, config=config, roots=root or [], strict=strict, lenient=lenient,
    )  # fmt: skip
    return _each(choice.targets(), jobs or cores(), _compare)


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


@_command
def trigger(
    names: Annotated[
        list[str], typer.Argument(metavar="[API] EVENT", help="Such as: workos user.created")
    ],
    to: Annotated[str, typer.Option("--to", metavar="URL", help="Where the delivery goes.")],
    secret: Given = None,
    scheme: Scheme = None,
    spec: OfSpec = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Another value, such as data.email=a@b.c."
        ),
    ] = None,
    repeat: Annotated[
        int, typer.Option("--repeat", min=1, metavar="N", help="Send the same event N times.")
    ] = 1,
    corrupt: Annotated[
        bool, typer.Option("--corrupt", help="Send another body than was signed.")
    ] = False,
    stale: Annotated[bool, typer.Option("--stale", help="Sign it an hour ago.")] = False,
) -> int:
    """Send an event as its provider would, signed, and show the reply: exit code 1 unless all are 2xx."""
    from .deliver import parse_changes, trigger

    with _provider(names, spec, events=1) as (provider, kinds):
        attempts = trigger(
            provider, provider.make_webhook(secret or [], scheme), kinds[0], to,
            changes=parse_changes(changes or []), repeat=repeat, corrupt=corrupt, stale=stale,
        )  # fmt: skip
        succeeded = [_print_attempt(kinds[0], attempt) for attempt in attempts]
    return 0 if all(succeeded) else FAILED


@_command
def listen(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[API]", help="Such as: workos")
    ] = None,
    secret: Given = None,
    scheme: Scheme = None,
    spec: OfSpec = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")
    ] = 8000,
) -> int:
    """Receive deliveries on this machine and print their events, until interrupted."""
    from .deliver import listen

    with _provider(names or [], spec, events=0) as (provider, _):
        webhook = provider.make_webhook(secret or [], scheme)
        try:
            listen(provider, webhook, port, started=_print_address, received=_print_received)
        except KeyboardInterrupt:
            _say("stopped")
    return 0


@contextmanager
def _provider(
    names: list[str], spec: Path | None, *, events: int
) -> Iterator[tuple[Provider, list[str]]]:
    """The API that is meant, and the events that were named after it."""
    from .deliver import generated_provider, load_provider

    if len(names) != events + (spec is None):
        wanted = ["an API of ours, or --spec FILE"] if spec is None else []
        raise typer.BadParameter(
            f"name {' and '.join([*wanted, *['an event'] * events]) or 'nothing but --spec'}"
        )
    if spec is None:
        yield load_provider(names[0]), names[1:]
        return
    with generated_provider(spec) as provider:
        yield provider, names


def _print_attempt(kind: str, attempt: Attempt) -> bool:
    identity = f" {attempt.event_id}" if attempt.event_id else ""
    _print(
        f"{kind}{identity}: {attempt.status} {attempt.reason} in {attempt.seconds * 1000:.0f} ms".replace(
            "  ", " "
        )
    )
    for name, value in attempt.headers.items():
        _print(f"  {name}: {value}")
    if attempt.body.strip():
        _print("  " + attempt.body.strip()[:2000].replace("\n", "\n  "))
    return attempt.succeeded


def _print_address(url: str) -> None:
    _print(f"listening on {url}")
    sys.stdout.flush()


def _print_received(received: Received) -> None:
    if received.event is None:
        _print(f"{received.status} {received.text}")
    else:
        _print(f"{received.status} {received.kind}: {received.event!r}")
    sys.stdout.flush()


def _each(targets: list[Target], jobs: int, act: Callable[[Target, Files], int]) -> int:
    """Do all targets, going on past one that fails; the worst exit code."""
    results = made(targets, jobs)
    worst = 0
    while (found := _next(results)) is not None:
        worst = max(worst, _exit_code(functools.partial(_act_on, act, *found)))
    return worst


def _next(
    results: Iterator[tuple[Target, Output | Exception]],
) -> tuple[Target, Output | Exception] | None:
    with _progress():
        return next(results, None)


def _act_on(act: Callable[[Target, Files], int], target: Target, output: Output | Exception) -> int:
    """What was found on the way is shown; errors among it end the target."""
    if isinstance(output, Exception):
        raise output
    errors = [found for found in output.diagnostics if found.severity == "error"]
    _show(found for found in output.diagnostics if found.severity != "error")
    if errors:
        raise HooksmithError(*errors)
    return act(target, output.files)


def _write(target: Target, files: Files) -> int:
    from .write import write

    summary = write(files, target.folder, partial=target.partial)
    _print_summary(target.folder, summary)
    return 0


def _compare(target: Target, files: Files) -> int:
    from .write import MANIFEST, compare

    found = compare(files, target.folder, partial=target.partial)
    differences = [difference for difference in found if difference.path != MANIFEST] or found
    for difference in differences:
        _print(difference.shown(target.folder))
    if not differences:
        return 0
    kinds = [difference.kind for difference in differences]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    hints = ["move or delete the foreign files"] if "foreign" in kinds else []
    hints += ["hooksmith generate"] if set(kinds) != {"foreign"} else []
    _say(f"{target.folder} is stale: {counts}\n  hint: {', then '.join(hints)}")
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
