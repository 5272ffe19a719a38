"""JSON text (RFC 8259) → data and places.

Stricter than Python's `json` where readers disagree: a duplicate key, `NaN`, infinities and half a surrogate pair are
errors. Integers keep all digits.
"""

from __future__ import annotations

import json
import json.decoder
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from math import isfinite
from typing import Any

from .syntax import SyntaxProblem, is_too_deep, too_deep

# Python's own, in C where it can: (text, start, strict) → (value, end). typeshed does not know it.
_scan_string: Callable[[str, int, bool], tuple[str, int]] = vars(json.decoder)["scanstring"]

_SPACE = re.compile(r"[ \t\n\r]*")
_ATOM = re.compile(r'[^\s,:\[\]{}"]+')
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class _NotStrict(ValueError):
    """Python's `json` accepts the text, hooksmith does not."""


def parse(text: str) -> Any:
    """Return the data in `text`. Raises SyntaxProblem."""
    try:
        data = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        raise SyntaxProblem(error.msg, error.lineno, error.colno) from error
    except RecursionError:
        raise too_deep() from None
    except _NotStrict as error:
        _Validator(text).run()
        raise SyntaxProblem(str(error)) from error
    except ValueError as error:
        raise SyntaxProblem(f"a number is too long: {error}") from error
    if is_too_deep(data):
        raise too_deep()
    if _SURROGATE_ESCAPE.search(text):
        _Validator(text).run()
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _NotStrict("a key stands twice in one object")
    return members


def _refuse(constant: str) -> Any:
    raise _NotStrict(f"{constant} is not a JSON number")


def _finite(number: str) -> float:
    value = float(number)
    if not isfinite(value):
        raise _NotStrict(f"{number} is beyond the range of a double")
    return value


_TO_BRACKET = re.compile(r'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+', re.DOTALL)
"""The text up to the next bracket outside a string."""


class Finder:
    """Finds the places of values in `text`, which `parse` accepts; scans only the collections on the way."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, dict[str, tuple[int, int]]] = {}

    def find(self, keys: Iterable[str]) -> tuple[int, int]:
        """Return the line and column, from 1, of the value under `keys`, or of its key if it has one.

        If a key is missing, return the place of the last value before it.
        """
        place = offset = _skip(self._text, 0)
        for key in keys:
            members = self._members(offset)
            if key not in members:
                break
            place, offset = members[key]
        return _line_and_column(self._lines, place)

    @cached_property
    def _lines(self) -> array[int]:
        return _line_starts(self._text)

    def _members(self, offset: int) -> dict[str, tuple[int, int]]:
        """Return the offsets of each member, and of its value, in the collection there, by key or index."""
        if offset not in self._known:
            self._known[offset] = dict(self._scanned(offset))
        return self._known[offset]

    def _scanned(self, offset: int) -> Iterator[tuple[str, tuple[int, int]]]:
        text = self._text
        is_object = text[offset] == "{"
        if text[offset] not in "{[":
            return
        start = _skip(text, offset + 1)
        index = 0
        while text[start] not in "}]":
            key, value = str(index), start
            if is_object:
                key, end = _scan_string(text, start + 1, True)
                value = _skip(text, _skip(text, end) + 1)
            yield key, (start, value)
            start = _skip(text, self._end(value))
            if text[start] == ",":
                start = _skip(text, start + 1)
            index += 1

    def _end(self, offset: int) -> int:
        """Return the offset behind the value that begins there."""
        text, depth = self._text, 0
        if text[offset] == '"':
            return _scan_string(text, offset + 1, True)[1]
        if text[offset] not in "{[":
            match = _ATOM.match(text, offset)
            return match.end() if match else offset
        while True:
            match = _TO_BRACKET.match(text, offset)
            offset = match.end() if match else offset
            depth += 1 if text[offset] in "{[" else -1
            offset += 1
            if depth == 0:
                return offset


def _skip(text: str, offset: int) -> int:
    """Return the offset of the next character that is not white space."""
    match = _SPACE.match(text, offset)
    return match.end() if match else offset


def _line_starts(text: str) -> array[int]:
    return array("L", [0, *(newline.end() for newline in re.finditer(r"\n", text))])


def _line_and_column(lines: array[int], offset: int) -> tuple[int, int]:
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1


class _Validator:
    """Check for input that `json` accepts and hooksmith refuses, in a pass over the tokens without recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = _line_starts(text)

    def run(self) -> None:
        """Raises SyntaxProblem at the first token that is not strict JSON."""
        text = self._text
        stack: list[dict[str, int] | None] = []
        """Of each open collection: the keys of an object with their offsets, or None for an array."""
        is_key = False
        offset = _skip(text, 0)
        while offset < len(text):
            character = text[offset]
            if character in "[{":
                stack.append({} if character == "{" else None)
                is_key = character == "{"
                offset += 1
            elif character in "]}":
                stack.pop()
                offset += 1
            elif character in ",:":
                is_key = character == "," and stack[-1] is not None
                offset += 1
            elif is_key and (keys := stack[-1]) is not None:
                offset = self._key(keys, offset)
            else:
                offset = self._leaf(offset)
            offset = _skip(text, offset)

    def _problem(self, message: str, offset: int, hint: str = "") -> SyntaxProblem:
        return SyntaxProblem(message, *_line_and_column(self._lines, offset), hint)

    def _key(self, keys: dict[str, int], offset: int) -> int:
        key, end = self._string(offset)
        if key in keys:
            first = _line_and_column(self._lines, keys[key])[0]
            raise self._problem(
                f"the key {key!r} stands twice in one object", offset, f"first at line {first}"
            )
        keys[key] = offset
        return end

    def _string(self, offset: int) -> tuple[str, int]:
        value, end = _scan_string(self._text, offset + 1, True)
        if _HALF_PAIR.search(value):
            raise self._problem("half a surrogate pair is not a character", offset)
        return value, end

    def _leaf(self, offset: int) -> int:
        if self._text[offset] == '"':
            return self._string(offset)[1]
        match = _ATOM.match(self._text, offset)
        atom = match.group() if match else self._text[offset]
        if atom.lstrip("-") in ("NaN", "Infinity"):
            raise self._problem(f"{atom} is not a JSON number", offset)
        if atom not in ("true", "false", "null") and not isfinite(float(atom)):
            raise self._problem(f"{atom} is beyond the range of a double", offset)
        return offset + len(atom)
