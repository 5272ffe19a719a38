"""`hooksmith init`: a configuration, the document, the generated package, and the first lines of code."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ..output.whole_file import replace_file
from .generate_commands import generate_configured
from .printing import print_line
from .pull_command import pull

Print = Callable[[str], None]
Run = Callable[..., int]


def add_init_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `hooksmith init` to its parser."""
    add = parser.add_argument
    add("source", nargs="?", metavar="PROVIDER|SPEC|URL",
        help="A provider of the catalogue, a document, or its URL; without one, the providers are listed.")  # fmt: skip
    add("--package", default="webhook_apis", metavar="NAME",
        help="Name of the generated package, if there is no configuration yet.")  # fmt: skip


def init(source: str | None, *, package: str) -> int:
    """Begin with a provider, a document or a URL: configuration, document, package, first lines of code."""
    return initialise(
        source, package=package, show=print_line, pull=pull, generate=generate_configured
    )


def initialise(source: str | None, *, package: str, show: Print, pull: Run, generate: Run) -> int:
    """Write the configuration, fetch the document if it has a URL, and generate. Return the exit code.

    `pull` and `generate` are the commands of these names. Raises HooksmithError.
    """
    if source is None:
        return _list_providers(show)
    from ..config import load_config
    from ..devtools.starter import configuration_file, configured_text, first_lines, parse_source
    from ..pipeline import describe_document

    start = parse_source(source, Path())
    path = configuration_file(Path())
    before = path.read_text("utf-8") if path.is_file() else None
    replace_file(path, configured_text(path, start, package).encode())
    if "://" in start.spec:
        try:
            pull([start.name], check=False, headers=[], config=path)
        except BaseException:
            _restore(path, before)
            raise
    show(f"{path}: apis.{start.name}")
    code = generate([start.name], path)
    if code:
        return code
    config = load_config(path)
    api = describe_document(config.apis[start.name].spec, config.settings(start.name)).api
    if start.note:
        show(f"note: {start.note}")
    show("\n" + first_lines(api, f"{config.package}.{start.name}"))
    return 0


def _restore(path: Path, text: str | None) -> None:
    """Give a configuration file the text that it had before; None: there was no file."""
    if text is None:
        path.unlink(missing_ok=True)
    else:
        replace_file(path, text.encode())


def _list_providers(show: Print) -> int:
    from ..catalogue import catalogue_entry, catalogue_names

    show("hooksmith init PROVIDER, or a file, or an https:// URL. Providers:")
    for name in catalogue_names():
        entry = catalogue_entry(name)
        signature = (
            f"signed as {entry.signature!r}" if entry.signature else "signature not established"
        )
        show(f"  {name:<12} {entry.title}, {signature}: {entry.document}")
    return 0
