"""Rendered Python → formatted Python, by black, by ruff, or unchanged.

A formatted text depends on its rendered text and on the tools alone, so it is cached by content.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from ..caching.store import Cache
from ..caching.tool_fingerprint import tool_fingerprint
from ..errors import ConfigError
from ..settings import Formatter
from .rendered_code import RenderedCodeError

__all__ = ["LINE_LENGTH", "RenderedCodeError", "format_files"]

LINE_LENGTH = 100


def format_files(
    files: Mapping[str, str], formatter: Formatter = "black", cache: Cache | None = None
) -> dict[str, str]:
    """Format every .py text of `files` (path → text). The order of `files` is kept.

    Raises:
        RenderedCodeError: A text is not valid Python.
        ConfigError: The formatter is not installed.
    """
    if formatter == "none":
        return dict(files)
    cache = cache or Cache.default()
    _refuse_missing(formatter)
    tools = f"{formatter} {tool_fingerprint()}"
    python = {path: text for path, text in files.items() if path.endswith(".py")}
    keys = {path: cache.key(tools, text) for path, text in python.items()}
    cached = {path: text for path, key in keys.items() if (text := cache.get(key)) is not None}
    missing = {path: text for path, text in python.items() if path not in cached}
    formatted = _format(formatter, missing) if missing else {}
    for path, text in formatted.items():
        cache.put(keys[path], text)
    return {**files, **cached, **formatted}


def _format(formatter: Formatter, files: Mapping[str, str]) -> dict[str, str]:
    """Format all texts. The formatters are imported here, since most runs change nothing."""
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
