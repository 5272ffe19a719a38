"""Rendered Python → formatted Python, by black, by ruff, or unchanged; and checked by the guard.

A formatted text depends on its rendered text and on the tools alone, so it is cached by content. A text in the cache
has passed its check.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from importlib.util import find_spec

from ..caching.store import Cache
from ..caching.tool_fingerprint import tool_fingerprint
from ..errors import ConfigError
from ..settings import Formatter
from .rendered_code import RenderedCodeError

__all__ = ["LINE_LENGTH", "RenderedCodeError", "format_files"]

LINE_LENGTH = 100
Check = Callable[[str, str], None]


def check_syntax(path: str, text: str) -> None:
    """Raise RenderedCodeError if the text of a module is not valid Python."""
    try:
        compile(text, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        raise RenderedCodeError(path, str(error)) from error


def format_files(
    files: Mapping[str, str],
    formatter: Formatter = "black",
    cache: Cache | None = None,
    check: Check = check_syntax,
) -> dict[str, str]:
    """Format and check every .py text of `files` (path → text). The order of `files` is kept.

    Args:
        files: The texts.
        formatter: The formatter.
        cache: The cache of formatted texts; None: the user's.
        check: Raises RenderedCodeError for a path and text that must not be written.

    Raises:
        RenderedCodeError: A text is not valid Python, or `check` refuses it.
        ConfigError: The formatter is not installed.
    """
    cache = cache or Cache.default()
    if formatter != "none":
        _refuse_missing(formatter)
    tools = f"{formatter} {check.__name__} {tool_fingerprint()}"
    python = {path: text for path, text in files.items() if path.endswith(".py")}
    keys = {path: cache.key(tools, text) for path, text in python.items()}
    cached = {path: text for path, key in keys.items() if (text := cache.get(key)) is not None}
    missing = {path: text for path, text in python.items() if path not in cached}
    if not missing:
        return {**files, **cached}
    formatted = _format(formatter, missing)
    for path, text in formatted.items():
        check(path, text)
        cache.put(keys[path], text)
    return {**files, **cached, **formatted}


def _format(formatter: Formatter, files: Mapping[str, str]) -> dict[str, str]:
    """Format all texts. The formatters are imported on demand, since most runs change nothing."""
    if formatter == "none":
        return dict(files)
    if formatter == "black":
        from .black import format_with_black

        return format_with_black(files, LINE_LENGTH)
    from .ruff import format_with_ruff

    return format_with_ruff(files, LINE_LENGTH)


def _refuse_missing(formatter: str) -> None:
    if find_spec(formatter) is None:
        raise ConfigError.at(
            None,
            f"the formatter {formatter} is not installed",
            hint=f"pip install {formatter}, or choose another: black, ruff or none",
        )
