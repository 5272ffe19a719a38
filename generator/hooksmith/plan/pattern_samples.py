"""A short text that matches a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_CLASSES = {
    constants.CATEGORY_DIGIT: "0",
    constants.CATEGORY_WORD: "a",
    constants.CATEGORY_SPACE: " ",
    constants.CATEGORY_NOT_DIGIT: "a",
    constants.CATEGORY_NOT_WORD: "-",
    constants.CATEGORY_NOT_SPACE: "a",
}
_LIKELY = "a0A-_ ./:@"
_LONGEST = 10_000


def text_matching(pattern: str) -> str:
    """Return a text that probably matches a JSON Schema pattern; "example" if the pattern is too complex.

    The match is not verified: a hostile pattern could take exponential time.
    """
    try:
        return "".join(_texts(parser.parse(pattern)))
    except (re.error, RecursionError, OverflowError, NotImplementedError):
        return "example"


def _texts(nodes: Iterable[tuple[Any, Any]]) -> Iterable[str]:
    for operation, argument in nodes:
        yield _text(operation, argument)


def _text(operation: Any, argument: Any) -> str:
    if operation is constants.LITERAL:
        return str(chr(argument))
    if operation is constants.NOT_LITERAL:
        return next(char for char in _LIKELY if ord(char) != argument)
    if operation is constants.ANY:
        return "a"
    if operation is constants.IN:
        return _member(argument)
    if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
        fewest, _, inner = argument
        text = "".join(_texts(inner))
        if len(text) * fewest > _LONGEST:
            raise OverflowError
        return text * int(fewest)
    if operation is constants.SUBPATTERN:
        return "".join(_texts(argument[3]))
    if operation is constants.BRANCH:
        return "".join(_texts(argument[1][0]))
    if operation is constants.AT:
        return ""
    raise NotImplementedError(str(operation))


def _member(items: list[tuple[Any, Any]]) -> str:
    """Return a character of a set."""
    if items[0][0] is constants.NEGATE:
        return next(
            (char for char in _LIKELY if not any(_is_in(char, item) for item in items[1:])), "é"
        )
    operation, argument = items[0]
    if operation is constants.RANGE:
        return chr(argument[0])
    if operation is constants.CATEGORY:
        return str(_CLASSES[argument])
    return chr(argument)


def _is_in(char: str, item: tuple[Any, Any]) -> bool:
    operation, argument = item
    if operation is constants.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    if operation is constants.CATEGORY:
        return bool(_CLASSES[argument] == char)
    return bool(ord(char) == argument)
