"""What the command line takes. On argparse: anything richer costs more to import than a run with nothing to do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, get_args

from ..settings import Formatter
from ..suggest import did_you_mean
from .diff_command import add_diff_arguments
from .init_command import add_init_arguments
from .pull_command import add_pull_arguments

DOCS_FORMATS = ("html", "llms", "markdown")


class UsageError(Exception):
    """Arguments that do not go together."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as all our errors are said, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        hint = _other_words(message, self._known()) or f"{self.prog} --help"
        self.exit(2, f"error: {message}\n  hint: {hint}\n")

    def _known(self) -> list[str]:
        """Every option and choice, those of commands too."""
        found: list[str] = []
        for action in self._actions:
            choices = action.choices or ()
            found += [*action.option_strings, *map(str, choices)]
            if isinstance(choices, Mapping):
                found += [name for parser in choices.values() for name in parser._known()]
        return found


class _CommandParser(_Parser):
    """Takes positional arguments between options too: `trigger workos --to URL user.created`."""

    _is_mixing = False

    def parse_known_args(self, *args: Any, **options: Any) -> Any:
        if self._is_mixing:
            return super().parse_known_args(*args, **options)
        self._is_mixing = True
        try:
            return self.parse_known_intermixed_args(*args, **options)
        finally:
            self._is_mixing = False


def _other_words(message: str, known: list[str]) -> str:
    """Another spelling for what argparse refuses: `unrecognized arguments: --pakage x`, `invalid choice: 'chek' …`."""
    for lead in ("unrecognized arguments: ", "invalid choice: "):
        if lead in message:
            word = message.partition(lead)[2].split(" ")[0]
            return did_you_mean(word.partition("=")[0].strip("'"), known)
    return ""


def make_parser(commands: Mapping[str, Callable[..., int]]) -> argparse.ArgumentParser:
    """A parser whose result has `debug`, the name of a `command`, and what that takes.

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
    """Looked up only when asked for: what knows the versions of packages takes long to import."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from .. import __version__

        sys.stdout.write(f"hooksmith {__version__}\n")
        parser.exit()


# --- arguments of each command -----------------------------------------------------------------------------------


def _generate(parser: argparse.ArgumentParser) -> None:
    _check(parser)
    parser.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        help="Account for everything that the documents have, as JSON: emitted, or degraded and why.",
    )


def _docs(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("specs", nargs="*", metavar="SPEC", type=Path,
        help="Documents; without any, those of the configuration.")  # fmt: skip
    add("--out", type=Path, metavar="DIR", default=Path("site"), help="The folder: site/.")
    add("--format", choices=DOCS_FORMATS, default="html", dest="format_",
        help="A static site, Markdown files, or llms.txt.")  # fmt: skip
    add("--only", action="append", default=[], metavar="NAME", help="Only this API; repeatable.")
    add("--package", metavar="NAME", help="With SPEC: the name that examples import.")
    add("--config", type=Path, metavar="FILE", help="Instead of the nearest configuration.")
    _roots(parser)
    _stated(parser)


def _check(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("specs", nargs="*", metavar="SPEC", type=Path,
        help="Documents; without any, those of the configuration.")  # fmt: skip
    add("--only", action="append", default=[], metavar="NAME", help="Only this API; repeatable.")
    add("--out", type=Path, metavar="DIR", help="With SPEC: where the package goes.")
    add("--package", metavar="NAME", help="With SPEC: the package's name.")
    add("--formatter", choices=get_args(Formatter),
        help="What formats the code: black unless configured.")  # fmt: skip
    add("--config", type=Path, metavar="FILE", help="Instead of the nearest configuration.")
    _roots(parser)
    _stated(parser)
    add("--jobs", type=_count, metavar="N",
        help="Documents at a time: as many as cores unless given.")  # fmt: skip
    add("--strict", action="store_true",
        help="What is wrong with a document, but usable, is an error.")  # fmt: skip


def _inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "spec", metavar="SPEC", type=Path, help="An OpenAPI or JSON Schema document."
    )
    _roots(parser)
    _stated(parser)


def _events(parser: argparse.ArgumentParser) -> None:
    _inspect(parser)
    parser.add_argument("--json", action="store_true", dest="as_json", help="As JSON.")


def _trigger(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("names", nargs="+", metavar="[API] EVENT", help="Such as: workos user.created")
    add("--to", required=True, metavar="URL", help="Where the delivery goes.")
    _provider(parser)
    add("--set", action="append", default=[], dest="changes", metavar="PATH=VALUE",
        help="Another value, such as data.email=a@b.c.")  # fmt: skip
    add("--repeat", type=_count, default=1, metavar="N", help="Send the same event N times.")
    add("--corrupt", action="store_true", help="Send another body than was signed.")
    add("--stale", action="store_true", help="Sign it an hour ago.")


def _listen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="API", help="Such as: workos")
    _provider(parser)
    parser.add_argument("--port", type=_port, default=8000, help="0: any that is free.")


def _provider(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--secret", action="append", default=[], dest="secrets", metavar="SECRET",
        help="The webhook's secret or JWK, or @FILE; repeatable.")  # fmt: skip
    add("--scheme", metavar="NAME",
        help="How deliveries are signed, where that is not established.")  # fmt: skip
    add("--spec", type=Path, metavar="FILE", help="A document, instead of an API we ship.")
    _stated(parser)


def _stated(parser: argparse.ArgumentParser) -> None:
    """What a document of somebody else does not say."""
    add = parser.add_argument
    add("--signature", metavar="NAME|JSON",
        help="How the document's deliveries are signed: a known scheme, or its declaration.")  # fmt: skip
    add("--events", metavar="JSON",
        help='Where they say what they are, such as {"type": {"header": "X-Event"}}.')  # fmt: skip


def _diff(parser: argparse.ArgumentParser) -> None:
    add_diff_arguments(parser)
    _roots(parser)
    _stated(parser)


def _roots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root", action="append", default=[], dest="roots", metavar="DIR", type=Path,
        help="A further folder that $refs may reach.",
    )  # fmt: skip
    parser.add_argument(
        "--overlay", action="append", default=[], dest="overlays", metavar="FILE", type=Path,
        help="An OpenAPI Overlay, applied to the document before anything else.",
    )  # fmt: skip


def _count(text: str) -> int:
    return _number(text, 1, sys.maxsize)


def _port(text: str) -> int:
    return _number(text, 0, 65535)


def _number(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        limit = f"{least} or more" if most == sys.maxsize else f"{least} to {most}"
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, {limit}")
    return int(text)


_ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "generate": _generate,
    "check": _check,
    "docs": _docs,
    "inspect": _inspect,
    "events": _events,
    "trigger": _trigger,
    "listen": _listen,
    "pull": add_pull_arguments,
    "init": add_init_arguments,
    "diff": _diff,
}
