"""JSON values of a document → Python literals. No text of a document can leave its literal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any


def literal(value: Any) -> str:
    """Return the Python literal for a JSON value, in ASCII where `repr` gives ASCII.

    Raises:
        TypeError: The value is not JSON.
    """
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return f"[{_items(value)}]"
    if isinstance(value, tuple):
        return f"({_items(value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        entries = (f"{literal(key)}: {literal(item)}" for key, item in value.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, float) and math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    raise TypeError(f"no literal for {type(value).__name__}")


def mapping(entries: Iterable[tuple[str, str]]) -> str:
    """Return a dict display of expressions. Several entries end in a comma, so that each gets a line."""
    texts = [f"{key}: {expression}" for key, expression in entries]
    return f"{{{', '.join(texts)}{',' if len(texts) > 1 else ''}}}"


def _items(values: list[Any] | tuple[Any, ...]) -> str:
    return ", ".join(literal(item) for item in values)


def _string(value: str) -> str:
    """Return a string literal in black's style: double quotes, unless single quotes need fewer escapes.

    Quotes, backslashes, line ends and invisible characters are escaped.
    """
    quote = "'" if value.count('"') > value.count("'") else '"'
    escaped = (
        value.replace("\\", "\\\\")
        .replace(quote, f"\\{quote}")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t")
    )
    if not escaped.isprintable():
        escaped = "".join(_escape(char) for char in escaped)
    return f"{quote}{escaped}{quote}"


def _escape(char: str) -> str:
    """Return an unprintable character as an escape sequence."""
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
