"""Arguments of the command line.

The parser is argparse's: a richer one takes longer to import than a run that finds nothing changed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, get_args

from ..settings import Formatter
from ..suggest import did_you_mean
from .diff_command import add_diff_arguments
from .drift_command import add_drift_arguments
from .inbox_command import add_inbox_arguments, add_work_arguments
from .init_command import add_init_arguments
from .pull_command import add_pull_arguments

DOCS_FORMATS = ("html", "llms", "markdown")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors have the form of all errors of the tool, and exit code 2."""

    def error(self, message: str) -> NoReturn:
        hint = _spelling_hint(message, self._known_words()) or f"{self.prog} --help"
        self.exit(2, f"error: {message}\n  hint: {hint}\n")

    def _known_words(self) -> list[str]:
        """Return every option and choice, including those of commands."""
        words: list[str] = []
        for action in self._actions:
            choices = action.choices or ()
            words += [*action.option_strings, *map(str, choices)]
            if isinstance(choices, Mapping):
                words += [word for parser in choices.values() for word in parser._known_words()]
        return words


class _CommandParser(_Parser):
    """A parser that accepts positional arguments between options: `trigger workos --to URL user.created`."""

    _is_mixing = False

    def parse_known_args(self, *args: Any, **options: Any) -> Any:
        if self._is_mixing:
            return super().parse_known_args(*args, **options)
        self._is_mixing = True
        try:
            return self.parse_known_intermixed_args(*args, **options)
        finally:
            self._is_mixing = False


def _spelling_hint(message: str, known: list[str]) -> str:
    """Return a hint for an unknown word in an error of argparse, such as `unrecognized arguments: --pakage x`."""
    for lead in ("unrecognized arguments: ", "invalid choice: "):
        if lead in message:
            word = message.partition(lead)[2].split(" ")[0]
            return did_you_mean(word.partition("=")[0].strip("'"), known)
    return ""


def make_parser(commands: Mapping[str, Callable[..., int]]) -> argparse.ArgumentParser:
    """Return a parser whose result has `debug`, the name of a `command`, and the arguments of that command.

    The first line of a command's docstring is its description.
    """
    parser = _Parser(prog="hooksmith", description="Typed Python for webhooks, out of OpenAPI.")
    parser.add_argument(
        "--version", action=_Version, nargs=0, default=argparse.SUPPRESS, help="Show the version."
    )
    parser.add_argument("--debug", action="store_true", help="Show tracebacks.")
    subparsers = parser.add_subparsers(
        title="commands",
        metavar="COMMAND",
        dest="command",
        required=True,
        parser_class=_CommandParser,
    )
    for name, command in commands.items():
        doc = command.__doc__ or ""
        _ARGUMENTS[name](subparsers.add_parser(name, help=doc, description=doc, allow_abbrev=False))
    return parser


class _Version(argparse.Action):
    """Print the version; importlib.metadata, which knows it, is imported only here: that takes 30 ms."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from .. import __version__

        sys.stdout.write(f"hooksmith {__version__}\n")
        parser.exit()


# --- arguments of each command -----------------------------------------------------------------------------------


def _add_generate_arguments(parser: argparse.ArgumentParser) -> None:
    _add_check_arguments(parser)
    parser.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        help="Write a coverage report as JSON: each part of the documents, emitted or degraded, with the reason.",
    )


def _add_docs_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("specs", nargs="*", metavar="SPEC", type=Path,
        help="Documents; without any, those of the configuration.")  # fmt: skip
    add("--out", type=Path, metavar="DIR", default=Path("site"), help="The folder: site/.")
    add("--format", choices=DOCS_FORMATS, default="html", dest="format_",
        help="A static site, Markdown files, or llms.txt.")  # fmt: skip
    add("--since", type=Path, metavar="OLD",
        help="With one document: an older version of it; a page says what changed.")  # fmt: skip
    add("--only", action="append", default=[], metavar="NAME", help="Only this API; repeatable.")
    add("--package", metavar="NAME", help="With SPEC: the name that examples import.")
    add("--config", type=Path, metavar="FILE", help="Instead of the nearest configuration.")
    _add_document_arguments(parser)
    _add_extension_arguments(parser)


def _add_check_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("specs", nargs="*", metavar="SPEC", type=Path,
        help="Documents; without any, those of the configuration.")  # fmt: skip
    add("--only", action="append", default=[], metavar="NAME", help="Only this API; repeatable.")
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="With SPEC: the folder that the package is written into.",
    )
    add("--package", metavar="NAME", help="With SPEC: the package's name.")
    add("--formatter", choices=get_args(Formatter),
        help="Formatter of the code: black unless configured.")  # fmt: skip
    add("--config", type=Path, metavar="FILE", help="Instead of the nearest configuration.")
    _add_document_arguments(parser)
    _add_extension_arguments(parser)
    add("--jobs", type=_positive_integer, metavar="N",
        help="Documents at a time; default: the number of cores.")  # fmt: skip
    add("--only-tags", action="append", default=[], metavar="TAG,TAG",
        help="With SPEC: only what has one of these tags, and what that uses; * and ? are wild.")  # fmt: skip
    add("--strict", action="store_true",
        help="Treat warnings about a document as errors.")  # fmt: skip


def _add_inspect_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "spec", metavar="SPEC", type=Path, help="An OpenAPI or JSON Schema document."
    )
    parser.add_argument("--names", action="store_true",
        help="List the names that `names` in the configuration can change, with their places.")  # fmt: skip
    _add_document_arguments(parser)
    _add_extension_arguments(parser)


def _add_events_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "spec", metavar="SPEC|API", type=Path, help="A document, or a shipped API such as workos."
    )
    _add_document_arguments(parser)
    _add_extension_arguments(parser)
    parser.add_argument("--json", action="store_true", dest="as_json", help="As JSON.")


def _add_trigger_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("names", nargs="*", metavar="[API] EVENT", help="Such as: workos user.created user.deleted")
    _add_sender_arguments(parser)
    add("--set", action="append", default=[], dest="changes", metavar="PATH=VALUE",
        help="Change a value, such as data.email=a@b.c; repeatable.")  # fmt: skip
    add("--body", type=Path, metavar="FILE",
        help="Send the content of a file; headers are those of EVENT's example, if named.")  # fmt: skip
    add("--count", type=_positive_integer, default=1, metavar="N",
        help="Send N examples of each event, each with an id of its own.")  # fmt: skip
    add("--repeat", type=_positive_integer, default=1, metavar="N",
        help="Send each delivery N times, with the same id.")  # fmt: skip
    add("--corrupt", action="store_true", help="Send another body than was signed.")
    add("--stale", action="store_true", help="Sign as of an hour ago.")


def _add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="[API] DIR",
        help="Folder of `listen --record`, or one of its files; API: if the files do not name it.")  # fmt: skip
    _add_sender_arguments(parser)


def _add_sender_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of commands that send deliveries."""
    add = parser.add_argument
    add("--to", required=True, metavar="URL", help="Address of the receiver.")
    _add_provider_arguments(parser)
    add("--rate", type=_positive_number, metavar="R", help="The most deliveries a second.")
    add("--parallel", type=_positive_integer, default=1, metavar="N",
        help="Deliveries under way at a time.")  # fmt: skip


def _add_listen_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("names", nargs="*", metavar="API", help="Such as: workos")
    _add_provider_arguments(parser)
    add("--port", type=_port, default=8000, help="0: any that is free.")
    add("--record", type=Path, metavar="DIR", help="Write each request into an .http file.")
    add("--forward", metavar="URL",
        help="Send each request on, unchanged; the reply is that of URL.")  # fmt: skip


def _add_provider_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--secret", action="append", default=[], dest="secrets", metavar="SECRET",
        help="The webhook's secret or JWK, or @FILE; repeatable.")  # fmt: skip
    add("--scheme", metavar="NAME",
        help="Signature scheme, if the document declares none: a name or a declaration.")  # fmt: skip
    add("--spec", type=Path, metavar="FILE", help="A document, instead of a shipped API.")
    _add_extension_arguments(parser)


def _add_extension_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for a document without extensions of its own."""
    add = parser.add_argument
    add("--signature", metavar="NAME|JSON",
        help="Signature scheme of the document's deliveries: a name or a declaration.")  # fmt: skip
    add("--events", metavar="JSON",
        help='Location of the event type, such as {"type": {"header": "X-Event"}}.')  # fmt: skip


def _add_diff_arguments(parser: argparse.ArgumentParser) -> None:
    add_diff_arguments(parser)
    _add_document_arguments(parser)
    _add_extension_arguments(parser)


def _add_drift_arguments(parser: argparse.ArgumentParser) -> None:
    add_drift_arguments(parser)
    _add_document_arguments(parser)
    _add_extension_arguments(parser)


def _add_document_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root", action="append", default=[], dest="roots", metavar="DIR", type=Path,
        help="A further folder that $refs may reach.",
    )  # fmt: skip
    parser.add_argument(
        "--overlay", action="append", default=[], dest="overlays", metavar="FILE", type=Path,
        help="An OpenAPI Overlay, applied to the document before anything else.",
    )  # fmt: skip


def _positive_integer(text: str) -> int:
    return _parse_integer(text, 1, sys.maxsize)


def _positive_number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def _port(text: str) -> int:
    return _parse_integer(text, 0, 65535)


def _parse_integer(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        limit = f"{least} or more" if most == sys.maxsize else f"{least} to {most}"
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, {limit}")
    return int(text)


_ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "generate": _add_generate_arguments,
    "check": _add_check_arguments,
    "docs": _add_docs_arguments,
    "inspect": _add_inspect_arguments,
    "events": _add_events_arguments,
    "trigger": _add_trigger_arguments,
    "listen": _add_listen_arguments,
    "replay": _add_replay_arguments,
    "pull": add_pull_arguments,
    "init": add_init_arguments,
    "inbox": add_inbox_arguments,
    "work": add_work_arguments,
    "diff": _add_diff_arguments,
    "drift": _add_drift_arguments,
}
