"""Problems of values: places and messages without the input, from pydantic's errors."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from ..errors import Detail
from ..json_pointer import pointer
from .reading import MOST_PROBLEMS

# Their messages quote the input, or whatever a validator raised about it.
_QUOTING = frozenset(
    {
        "assertion_error",
        "bytes_invalid_encoding",
        "datetime_object_invalid",
        "get_attribute_error",
        "iteration_error",
        "mapping_type",
        "union_tag_invalid",
        "url_parsing",
        "url_syntax_violation",
        "uuid_parsing",
        "value_error",
    }
)
_OURS = frozenset({"json_schema", "missing_constant", "null", "string_format", "unique_items"})
_TELLING = (frozenset(get_args(ErrorType)) | _OURS) - _QUOTING
IMPLIED = "implied_type"
"""Type of the error that stands beside those of a value of an implied type, and says nothing more."""
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
_FEW = 10
_LONGEST = 200  # of an input that is compared with what is allowed


def details_of(error: ValidationError, document: Any) -> tuple[Detail, ...]:
    """Return the problems of a document; the first `MOST_PROBLEMS`."""
    problems = _listed(error)
    details = [
        Detail(pointer(*_tokens(each, document)), message_of(each))
        for each in problems[:MOST_PROBLEMS]
    ]
    if len(problems) > MOST_PROBLEMS:
        details.append(Detail("", f"{len(problems) - MOST_PROBLEMS} further problems"))
    return tuple(details)


def _listed(error: ValidationError) -> list[ErrorDetails]:
    return [each for each in error.errors(include_url=False) if each["type"] != IMPLIED]


def is_no_json(error: ValidationError) -> bool:
    """Return whether an error is that of a text that is not JSON, by the parser's standard."""
    return error.error_count() == 1 and error.errors()[0]["type"] == "json_invalid"


def _tokens(misfit: ErrorDetails, document: Any) -> list[int | str]:
    """Return the place of an error in the document, without pydantic's names for options of a union."""
    tokens: list[int | str] = []
    place, last = document, len(misfit["loc"]) - 1
    token: Any
    for at, token in enumerate(misfit["loc"]):
        inside = isinstance(place, dict) and token in place
        if inside or (isinstance(place, list) and isinstance(token, int) and token < len(place)):
            tokens.append(token)
            place = place[token]
        elif at == last and misfit["type"] == "missing":
            tokens.append(token)
    return tokens


def message_of(misfit: ErrorDetails) -> str:
    kind = misfit["type"]
    if kind in ("enum", "literal_error"):
        return _not_listed(misfit)
    return misfit["msg"] if kind in _TELLING else f"Input is not valid ({kind})"


def _not_listed(misfit: ErrorDetails) -> str:
    """Return the allowed values; of more than ten the closest, which is the document's text and not the input's."""
    listed = _QUOTED.findall(misfit.get("ctx", {}).get("expected", ""))
    if len(listed) <= _FEW:
        return misfit["msg"]
    close = difflib.get_close_matches(str(misfit["input"])[:_LONGEST], listed, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"Input is none of the {len(listed)} values allowed{hint}"


class Problem:
    """Problem of a value: its own message, or the problems of the values inside it, by property or index.

    `is_listed`: whether all errors are in it; otherwise they are too many.
    """

    def __init__(self) -> None:
        self.message = ""
        self.inside: dict[int | str, Problem] = {}
        self.is_listed = True

    @classmethod
    def of(cls, error: ValidationError, value: Any) -> Problem:
        """Return the problem of a value that is not valid."""
        problem = cls()
        if error.error_count() > MOST_PROBLEMS:
            problem.message = f"Input has {error.error_count()} problems"
            problem.is_listed = False
            return problem
        for each in _listed(error):
            problem._add(value, each)
        return problem

    def _add(self, value: Any, error: ErrorDetails) -> None:
        problem = self
        for token in _tokens(error, value):
            problem = problem.inside.setdefault(token, Problem())
        problem.message = problem.message or message_of(error)

    def leaves(self, place: str) -> Iterator[Detail]:
        """Yield the innermost problems with their places."""
        for token, inner in self.inside.items():
            yield from inner.leaves(place + pointer(token))
        if not self.inside:
            yield Detail(place, self.message)
