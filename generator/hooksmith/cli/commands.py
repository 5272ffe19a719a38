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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..batch import cores
from ..caching.run_results import Output
from ..errors import Diagnostic, HooksmithError, OutputError, Place
from ..progress import listening
from ..settings import Settings
from .diff_command import diff_documents
from .init_command import initialise
from .parser import UsageError, make_parser
from .pull_command import pull_documents
from .targets import Choice, Target, made, stated_extensions

if TYPE_CHECKING:
    from ..devtools.deliver import Attempt, Provider, Received
    from ..ir import Api
    from ..output.writer import Summary

STALE, ERROR, INTERRUPTED = 1, 2, 128 + signal.SIGINT
FAILED = 1
_SHOWN = 20

Files = Mapping[str, str]
"""Path below a package's folder → text."""


def main() -> None:
    """Run the command line, and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Do what `arguments` say; the exit code. Raises SystemExit after help, and where they say nothing sensible."""
    parser = make_parser(_COMMANDS)
    if not arguments:
        parser.print_help(sys.stderr)
        return ERROR
    given = vars(parser.parse_args(arguments))
    if given.pop("debug"):
        os.environ["HOOKSMITH_DEBUG"] = "1"
    command = given.pop("command")
    return _exit_code(lambda: _COMMANDS[command](**given))


# --- what ends a command ---------------------------------------------------------------------------------------


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
    except UsageError as error:
        _show([Diagnostic(message=str(error), hint=error.hint)])
        return ERROR
    except Exception as error:
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    if os.environ.get("HOOKSMITH_DEBUG"):
        import traceback

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


def generate(*, report: Path | None, jobs: int | None, **arguments: Any) -> int:
    """Write the package of each document: DIR/NAME with SPEC, else what [tool.hooksmith] says."""
    choice = Choice(**arguments)
    code = _each(choice.targets(), jobs or cores(), _write)
    if report is not None:
        _write_ledgers(choice, report)
    return code


def _write_ledgers(choice: Choice, file: Path) -> None:
    from ..pipeline import ledger

    found = {path.as_posix(): ledger(path, settings).as_json() for path, settings in choice.jobs()}
    try:
        file.write_text(
            json.dumps({"documents": found}, indent=2, ensure_ascii=False) + "\n", "utf-8"
        )
    except OSError as error:
        raise OutputError.at(
            Place(file=str(file)), f"cannot be written: {error.strerror or error}"
        ) from error


def check(*, jobs: int | None, **arguments: Any) -> int:
    """Compare the package with what its documents give now: exit code 1 and a diff where it is stale."""
    targets = Choice(**arguments).targets()
    return _each(targets, jobs or cores(), _compare)


def docs(*, out: Path, format_: str, **arguments: Any) -> int:
    """Write the documentation of each API into a folder: a static site, Markdown or llms.txt."""
    from .docs_command import write_docs

    choice = Choice(out=None, formatter="none", **arguments)
    with _progress():
        summary, diagnostics = write_docs(choice, out, format_)
    _show(diagnostics)
    _print_summary(out, summary)
    return 0


def inspect(**arguments: Any) -> int:
    """Print what a document says, as the generator understands it, in JSON."""
    api = _describe(**arguments)
    _print(json.dumps(dataclasses.asdict(api), indent=2, ensure_ascii=False))
    return 0


def events(*, as_json: bool, **arguments: Any) -> int:
    """Print the events of a document: wire value, class, what it says."""
    catalogue = _describe(**arguments).events.events
    if as_json:
        _print(
            json.dumps(
                [dataclasses.asdict(event) for event in catalogue], indent=2, ensure_ascii=False
            )
        )
        return 0
    rows = [
        (event.type, ", ".join(event.models), _first_line(event.summary or event.description))
        for event in catalogue
    ]
    _print_table([("EVENT", "CLASS", ""), *rows])
    return 0


def trigger(
    names: list[str],
    to: str,
    secrets: list[str],
    scheme: str | None,
    spec: Path | None,
    signature: str | None,
    events: str | None,
    changes: list[str],
    repeat: int,
    corrupt: bool,
    stale: bool,
) -> int:
    """Send an event as its provider would, signed, and show the reply: exit code 1 unless all are 2xx."""
    from ..devtools.deliver import parse_changes, trigger

    with _provider(names, spec, stated_extensions(signature, events), named=1) as (provider, kinds):
        attempts = trigger(
            provider, provider.make_webhook(secrets, scheme), kinds[0], to,
            changes=parse_changes(changes), repeat=repeat, corrupt=corrupt, stale=stale,
        )  # fmt: skip
        succeeded = [_print_attempt(kinds[0], attempt) for attempt in attempts]
    return 0 if all(succeeded) else FAILED


def listen(
    names: list[str],
    secrets: list[str],
    scheme: str | None,
    spec: Path | None,
    signature: str | None,
    events: str | None,
    port: int,
) -> int:
    """Receive deliveries on this machine and print their events, until interrupted."""
    from ..devtools.deliver import listen

    with _provider(names, spec, stated_extensions(signature, events), named=0) as (provider, _):
        webhook = provider.make_webhook(secrets, scheme)
        try:
            listen(provider, webhook, port, started=_print_address, received=_print_received)
        except KeyboardInterrupt:
            _say("stopped")
    return 0


def pull(names: list[str], *, check: bool, headers: list[str], config: Path | None) -> int:
    """Fetch the documents that the configuration names by URL: --check tells whether they have changed."""
    with _progress():
        return pull_documents(names, check=check, headers=headers, config=config, show=_print)


def init(source: str | None, *, package: str) -> int:
    """Begin with a provider, a document or a URL: configuration, document, package, first lines of code."""

    def generate_api(names: list[str], config: Path) -> int:
        arguments = Choice(
            specs=[], only=names, out=None, package=None, formatter=None, config=config
        )
        return _each(arguments.targets(), 1, _write)

    return initialise(source, package=package, show=_print, pull=pull, generate=generate_api)


def diff(**arguments: Any) -> int:
    """Say what a new version of a document does to code that uses the package: exit code 1 if it breaks."""
    with _progress():
        return diff_documents(show=_print, warn=_say, **arguments)


_COMMANDS: dict[str, Callable[..., int]] = {
    command.__name__: command
    for command in (
        generate,
        check,
        diff,
        docs,
        inspect,
        events,
        trigger,
        listen,
        pull,
        init,
    )
}


@contextmanager
def _provider(
    names: list[str], spec: Path | None, stated: Mapping[str, Any], *, named: int
) -> Iterator[tuple[Provider, list[str]]]:
    """The API that is meant, and the events that were named after it."""
    from ..devtools.deliver import generated_provider, load_provider

    if stated and spec is None:
        raise UsageError("--signature and --events go with --spec")
    if len(names) != named + (spec is None):
        wanted = ["an API of ours, or --spec FILE"] if spec is None else []
        raise UsageError(
            f"name {' and '.join([*wanted, *['an event'] * named]) or 'nothing but --spec'}"
        )
    if spec is None:
        yield load_provider(names[0]), names[1:]
        return
    with generated_provider(spec, stated=stated) as provider:
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
    from ..output.writer import write

    summary = write(files, target.folder, partial=target.partial)
    _print_summary(target.folder, summary)
    return 0


def _compare(target: Target, files: Files) -> int:
    from ..output.compare import compare
    from ..output.manifest import MANIFEST

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
        for path in sorted(paths, key=_is_runtime)[:_SHOWN]:
            _print(f"  {mark} {path}" + (" (had been edited)" if path in summary.edited else ""))
        if len(paths) > _SHOWN:
            _print(f"  {mark} … and {len(paths) - _SHOWN} more")


def _is_runtime(path: str) -> bool:
    """What every package has is shown last."""
    return "_runtime" in path.split("/")


def _describe(
    spec: Path,
    roots: list[Path],
    overlays: list[Path],
    signature: str | None,
    events: str | None,
) -> Api:
    """What `spec` says."""
    from ..pipeline import describe_document

    settings = Settings(
        package="api",
        roots=tuple(roots),
        overlays=tuple(overlays),
        **stated_extensions(signature, events),
    )
    with _progress():
        description = describe_document(spec, settings)
    _show(description.diagnostics)
    return description.api


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _print_table(rows: list[tuple[str, str, str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for row in rows:
        _print(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}".rstrip())
