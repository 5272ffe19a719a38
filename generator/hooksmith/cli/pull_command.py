"""`hooksmith pull`: fetch the documents that the configuration names by URL."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..errors import ConfigError, Place
from ..suggest import did_you_mean
from .exit_codes import STALE
from .printing import print_line, progress
from .usage_error import UsageError

if TYPE_CHECKING:
    from ..config import Config
    from ..devtools.pull import Source

Print = Callable[[str], None]


def add_pull_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `hooksmith pull` to its parser."""
    add = parser.add_argument
    add(
        "names",
        nargs="*",
        metavar="NAME",
        help="These APIs; without any, all with a URL as `spec`.",
    )
    add("--check", action="store_true",
        help="Write nothing: exit code 1 if a published document is not the fetched one.")  # fmt: skip
    add("--header", action="append", default=[], dest="headers", metavar="'NAME: VALUE'",
        help="Sent with each request, for documents that need credentials; repeatable.")  # fmt: skip
    add("--config", type=Path, metavar="FILE", help="Instead of the nearest configuration.")


def pull(names: list[str], *, check: bool, headers: list[str], config: Path | None) -> int:
    """Fetch the documents that the configuration names by URL; --check: compare them, exit code 1 if they changed."""
    with progress():
        return pull_documents(names, check=check, headers=headers, config=config, show=print_line)


def pull_documents(
    names: Sequence[str], *, check: bool, headers: Sequence[str], config: Path | None, show: Print
) -> int:
    """Fetch documents and write them, or with `check` compare them. Return the exit code. Raises HooksmithError."""
    from ..devtools.pull import fetch, store

    header_values = dict(map(_header, headers))
    code = 0
    for source in _sources(config, names):
        pulled = fetch(source, header_values)
        if check and pulled.changed:
            code = STALE
            show(f"{source.name}: {source.url} has changed: {', '.join(pulled.changed)}")
            show(f"  hint: hooksmith pull {source.name}, then hooksmith diff says what that means")
        elif check:
            show(f"{source.name}: {source.url} is what was fetched")
        else:
            store(pulled)
            outcome = f"changed: {', '.join(pulled.changed)}" if pulled.changed else "unchanged"
            show(f"{source.name}: {source.path}, {outcome}")
    return code


def _header(text: str) -> tuple[str, str]:
    name, colon, content = text.partition(":")
    if not colon or not name.strip():
        raise UsageError("--header is 'NAME: VALUE'", hint="such as 'Authorization: Bearer TOKEN'")
    return name.strip(), content.strip()


def _sources(config: Path | None, names: Sequence[str]) -> Iterator[Source]:
    from ..config import find_config, load_config
    from ..devtools.pull import Source

    path = config or find_config(Path())
    loaded = load_config(path)
    _check_names(loaded, path, names)
    for name in names or loaded.urls:
        relative = PurePosixPath(loaded.apis[name].spec.relative_to(path.parent).as_posix())
        yield Source(name, loaded.urls[name], relative, path.parent)


def _check_names(config: Config, path: Path, names: Sequence[str]) -> None:
    for name in names:
        if name not in config.urls:
            hint = (
                did_you_mean(name, config.urls) or f"with a URL: {', '.join(config.urls) or 'none'}"
            )
            message = f"there is no API {name!r} whose `spec` is a URL"
            raise ConfigError.at(Place(file=str(path)), message, hint=hint)
    if not config.urls:
        hint = 'such as spec = "https://example.com/openapi.json"'
        raise ConfigError.at(Place(file=str(path)), "no `spec` is a URL", hint=hint)
