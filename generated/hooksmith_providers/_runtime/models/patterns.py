"""Regular expressions of a document: Rust's engine, which never backtracks, or Python's with a limit on the text.

An expression such as `^(?!x)(a+)+$` takes Python's engine exponential time: a text of 30 characters, hours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import SchemaError, SchemaValidator, core_schema

Search = Callable[[str], object]

MOST_STEPS = 10_000_000
"""Steps of Python's engine for one text, in the worst case; it does not search a text that could take more."""


class UndecidedError(Exception):
    """A text is too long for Python's engine, so whether it matches is not known."""


_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_AT_START = re.compile(r"\(\?([=!])")
_AT_END = re.compile(r"\(\?<([=!])")


@lru_cache(maxsize=512)
def search_of(pattern: str) -> Search | None:
    """Return a search by an expression; None if no engine reads the expression. A search may raise UndecidedError.

    Lookaheads after a leading `^` and lookbehinds before a final `$` are searched for apart, so that Rust's engine
    can read the parts.
    """
    search = _linear_search(pattern)
    if search is not None:
        return search
    parts = [(_linear_search(part), is_expected) for part, is_expected in _conjunction(pattern)]
    if parts and all(part is not None for part, _ in parts):
        return lambda text: all(
            bool(part(text)) is is_expected for part, is_expected in parts if part is not None
        )
    return _limited_search(pattern)


def _linear_search(pattern: str) -> Search | None:
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern)).isinstance_python
    except SchemaError:
        return None


def _limited_search(pattern: str) -> Search | None:
    """Return a search by Python's engine, which raises UndecidedError for a text that is too long for it."""
    try:
        search = re.compile(pattern).search
        longest = _longest_text(pattern)
    except (re.error, OverflowError, RecursionError):
        return None

    def limited_search(text: str) -> object:
        if len(text) > longest:
            raise UndecidedError
        return search(text)

    return limited_search


# --- lookarounds at the ends


def _conjunction(pattern: str) -> Iterator[tuple[str, bool]]:
    """Yield expressions that a text must match (True) or must not match (False), in place of `pattern`.

    Yield nothing if the expression has no other form.
    """
    if not pattern.startswith("^") or "|" in _outside_of_groups(pattern):
        return
    rest = pattern[1:]
    while match := _AT_START.match(rest):
        end = _end_of_group(rest, 0)
        yield f"^(?:{rest[match.end() : end]})", match[1] == "="
        rest = rest[end + 1 :]
    lookbehinds = [
        match for match in _AT_END.finditer(rest) if rest[match.start() - 1 : match.start()] != "\\"
    ]
    if (
        rest.endswith(")$")
        and lookbehinds
        and _end_of_group(rest, lookbehinds[-1].start()) == len(rest) - 2
    ):
        last = lookbehinds[-1]
        yield f"(?:{rest[last.end() : -2]})$", last[1] == "="
        rest = f"{rest[: last.start()]}$"
    yield f"^{rest}", True


def _end_of_group(pattern: str, start: int) -> int:
    """Return the position of the parenthesis that closes the group at `start`; the length if there is none."""
    depth = 0
    for at, char in _signs(pattern, start):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return at
    return len(pattern)


def _outside_of_groups(pattern: str) -> str:
    depth, chars = 0, []
    for _, char in _signs(pattern, 0):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            chars.append(char)
    return "".join(chars)


def _signs(pattern: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the characters of an expression, without escaped characters and those of classes."""
    at, is_in_class = start, False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif is_in_class:
            is_in_class = char != "]"
        elif char == "[":
            is_in_class = True
            at += pattern[at + 1 : at + 3] in ("^]", "]")
        else:
            yield at, char
        at += 1


# --- the cost of Python's engine


class _Cost(NamedTuple):
    """Worst case of a search: `factor` times the text's length to the power of `degree`, or exponential."""

    factor: int = 1
    degree: int = 0
    variants: int = 0
    is_exponential: bool = False

    def __add__(self, other: object) -> _Cost:
        assert isinstance(other, _Cost)
        return _Cost(
            self.factor * other.factor,
            self.degree + other.degree,
            self.variants + other.variants,
            self.is_exponential or other.is_exponential,
        )


def _longest_text(pattern: str) -> float:
    """Return the length of the longest text that Python's engine searches in at most `MOST_STEPS` steps."""
    parser: Any = re._parser  # type: ignore[attr-defined]
    cost = _cost(parser.parse(pattern), is_repeated=False)
    if cost.is_exponential:
        return math.log(MOST_STEPS, 2 + cost.variants)
    degree = cost.degree + (not pattern.startswith("^"))
    if degree == 0:
        return math.inf if cost.factor <= MOST_STEPS else 0
    return float((MOST_STEPS / cost.factor) ** (1 / degree))


def _cost(items: Any, is_repeated: bool) -> _Cost:
    """Return the cost of a sequence of the parser's items. `is_repeated`: whether a repetition is around it."""
    total = _Cost()
    for operator, argument in items:
        name = str(operator)
        if name in _REPEATS:
            least, most, inner = argument
            total += _repeat(least, most, inner, is_repeated)
        elif name == "BRANCH":
            total += _Cost(len(argument[1]), 0, len(argument[1]), is_repeated)
            for option in argument[1]:
                total += _cost(option, is_repeated)
        elif name in ("GROUPREF", "GROUPREF_EXISTS"):
            total += _Cost(1, 1, 1, is_repeated)
        else:
            for part in _inner(name, argument):
                total += _cost(part, is_repeated)
    return total


def _repeat(least: int, most: int, inner: Any, is_repeated: bool) -> _Cost:
    body = _cost(inner, is_repeated or most > 1)
    if least == most:
        return body
    is_endless = str(most) == "MAXREPEAT"
    factor = 1 if is_endless else int(most) - int(least) + 1
    return body + _Cost(factor, int(is_endless), 1, is_repeated)


def _inner(name: str, argument: Any) -> Iterator[Any]:
    """Yield the sequences inside a group or an assertion."""
    if name in ("ASSERT", "ASSERT_NOT"):
        yield argument[1]
    elif name == "SUBPATTERN":
        yield argument[3]
    elif name == "ATOMIC_GROUP":
        yield argument
