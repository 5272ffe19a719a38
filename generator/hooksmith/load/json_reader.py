"""JSON text (RFC 8259) → data and positions.

Stricter than Python's `json` where a document would mean different things to different readers: a key may
stand once only, `NaN` and infinities are refused, and so is half a surrogate pair. Integers keep all digits.
"""

from __future__ import annotations

import json
import json.decoder
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from math import isfinite
from typing import Any

from .syntax import Position, SyntaxProblem, is_too_deep, too_deep

# Python's own, in C where it can: (text, start, strict) → (value, end). typeshed does not know it.
_scan_string: Callable[[str, int, bool], tuple[str, int]] = vars(json.decoder)["scanstring"]

_SPACE = re.compile(r"[ \t\n\r]*")
_ATOM = re.compile(r'[^\s,:\[\]{}"]+')
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class _NotStrict(ValueError):
    """Python's reader is content, we are not; `_Scanner` finds the place."""


def parse(text: str) -> Any:
    """The value that `text` holds. Raises SyntaxProblem."""
    try:
        data = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        raise SyntaxProblem(error.msg, error.lineno, error.colno) from error
    except RecursionError:
        raise too_deep() from None
    except _NotStrict as error:
        positions(text)
        raise SyntaxProblem(str(error)) from error
    except ValueError as error:
        raise SyntaxProblem(f"a number is too long: {error}") from error
    if is_too_deep(data):
        raise too_deep()
    if _SURROGATE_ESCAPE.search(text):
        positions(text)
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


def positions(text: str) -> Position:
    """Where everything stands in `text`, which `json` accepts. Raises SyntaxProblem where `parse` would."""
    return _Scanner(text).scan()


_TO_BRACKET = re.compile(r'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+', re.DOTALL)
"""All up to the next bracket that is in no string."""


class Finder:
    """Finds places in `text`, which `parse` accepts, one by one, passing over most of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, dict[str, tuple[int, int]]] = {}

    def find(self, keys: Iterable[str]) -> tuple[int, int]:
        """The line and column, counted from 1, of the value under `keys`, or of its key; as far down as they lead."""
        place = offset = _skip(self._text, 0)
        for key in keys:
            members = self._members(offset)
            if key not in members:
                break
            place, offset = members[key]
        return self._text.count("\n", 0, place) + 1, place - self._text.rfind("\n", 0, place)

    def _members(self, offset: int) -> dict[str, tuple[int, int]]:
        """Of the array or object there, by key or index: where each member begins, and its value."""
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
        """Where the value that begins there is over."""
        text, depth = self._text, 0
        if text[offset] == '"':
            return _scan_string(text, offset + 1, True)[1]
        if text[offset] not in "{[":
            found = _ATOM.match(text, offset)
            return found.end() if found else offset
        while True:
            found = _TO_BRACKET.match(text, offset)
            offset = found.end() if found else offset
            depth += 1 if text[offset] in "{[" else -1
            offset += 1
            if depth == 0:
                return offset


def _skip(text: str, offset: int) -> int:
    """The next sign that is not white space."""
    found = _SPACE.match(text, offset)
    return found.end() if found else offset


class _Scanner:
    """One pass over the tokens, with a stack of open containers instead of recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *(found.end() for found in re.finditer(r"\n", text))]

    def scan(self) -> Position:
        text = self._text
        root = Position(0, 0, {})
        stack: list[tuple[Position, bool]] = [(root, False)]
        key: tuple[str, int] | None = None
        offset = _skip(text, 0)
        while offset < len(text):
            character = text[offset]
            parent, is_object = stack[-1]
            if character in ",:":
                offset += 1
            elif character in "]}":
                stack.pop()
                offset += 1
            elif is_object and key is None:
                name, end = self._string(offset)
                key = self._key(parent, name, offset), offset
                offset = end
            else:
                name, start = key or (str(len(parent.children)), offset)
                parent.children[name] = position = self._position(start)
                key = None
                if character in "[{":
                    stack.append((position, character == "{"))
                    offset += 1
                else:
                    offset = self._leaf(offset)
            offset = _skip(text, offset)
        return root.children["0"]

    def _position(self, offset: int) -> Position:
        line = bisect_right(self._lines, offset)
        return Position(line, offset - self._lines[line - 1] + 1, {})

    def _problem(self, message: str, offset: int, hint: str = "") -> SyntaxProblem:
        position = self._position(offset)
        return SyntaxProblem(message, position.line, position.column, hint)

    def _key(self, parent: Position, name: str, offset: int) -> str:
        if name in parent.children:
            first = parent.children[name].line
            raise self._problem(
                f"the key {name!r} stands twice in one object", offset, f"first at line {first}"
            )
        return name

    def _string(self, offset: int) -> tuple[str, int]:
        value, end = _scan_string(self._text, offset + 1, True)
        if _HALF_PAIR.search(value):
            raise self._problem("half a surrogate pair is not a character", offset)
        return value, end

    def _leaf(self, offset: int) -> int:
        if self._text[offset] == '"':
            return self._string(offset)[1]
        found = _ATOM.match(self._text, offset)
        atom = found.group() if found else self._text[offset]
        if atom.lstrip("-") in ("NaN", "Infinity"):
            raise self._problem(f"{atom} is not a JSON number", offset)
        if atom not in ("true", "false", "null") and not isfinite(float(atom)):
            raise self._problem(f"{atom} is beyond the range of a double", offset)
        return offset + len(atom)
