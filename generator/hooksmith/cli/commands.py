"""Command line of hooksmith: its commands, and how a run ends.

Exit codes: 0, success, also if the reader of stdout closes it; 1, `check` found a stale package, `pull --check` a newer
document, or a delivery was not answered with 2xx; 2, an error; 130, interrupted.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence

from .delivery_commands import listen, replay, trigger
from .diff_command import diff
from .docs_command import docs
from .document_commands import events, inspect
from .drift_command import drift
from .exit_codes import ERROR, exit_code_of
from .generate_commands import check, generate
from .inbox_command import inbox, work
from .init_command import init
from .parser import make_parser
from .pull_command import pull
from .required_extras import require_generator

COMMANDS: dict[str, Callable[..., int]] = {
    command.__name__: command
    for command in (
        generate,
        check,
        diff,
        docs,
        drift,
        inspect,
        events,
        trigger,
        listen,
        replay,
        pull,
        init,
        inbox,
        work,
    )
}
BASE_COMMANDS = frozenset({"events", "trigger", "listen", "replay", "inbox", "work"})
"""Commands that need the extra `generator` only if a document is named; they ask for it themselves."""


def main() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and return the exit code. Raises SystemExit after `--help`, and if the arguments are wrong."""
    parser = make_parser(COMMANDS)
    if not arguments:
        parser.print_help(sys.stderr)
        return ERROR
    values = vars(parser.parse_args(arguments))
    if values.pop("debug"):
        os.environ["HOOKSMITH_DEBUG"] = "1"
    name = values.pop("command")

    def command() -> int:
        if name not in BASE_COMMANDS:
            require_generator(name)
        return COMMANDS[name](**values)

    return exit_code_of(command)
