"""Addresses of callbacks: OpenAPI's runtime expressions, read from requests and evaluated for tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pydantic_core import from_json

from ..models.properties import resolve
from ..omit import OMIT

if TYPE_CHECKING:
    import httpx2

_PART = re.compile(r"\{([^{}]*)\}")
_LAST_WORD = re.compile(r"[^#/.$]+$")
LONGEST_PATH = 4096
"""Characters; a longer path is none of ours, and is not compared."""


class Address:
    """Form of a callback's addresses: the part in the operation's request, and the parts that the API adds.

    `{$request.body#/url}/invoices/{$request.body#/id}?kind=paid` has the part `id` in its path, and the constant
    `kind` in its
    query. An expression that does not begin with a part of the request is an address by itself.
    """

    def __init__(self, expression: str) -> None:
        text = f"{{{expression}}}" if expression.startswith("$") else expression
        base = _PART.match(text)
        added = text[base.end() :] if base else ""
        path, _, query = added.partition("?")
        self._names = _short(_PART.findall(added))
        self._path = path
        self._query = [pair.partition("=")[::2] for pair in query.split("&") if pair]

    def pattern(self, path: str) -> re.Pattern[str]:
        """Return the pattern of the paths of requests, if the address in the operation's request had this `path`."""
        text = re.escape(path.rstrip("/")) + _as_pattern(self._path)
        return re.compile(text.removesuffix("/") + "/?")

    def read(
        self, pattern: re.Pattern[str], path: str, query: Mapping[str, list[str]]
    ) -> dict[str, str] | None:
        """Return the values in an address by their last words; None if the request is another callback's."""
        match = pattern.fullmatch(path) if len(path) <= LONGEST_PATH else None
        if match is None:
            return None
        values = dict(zip(_PART.findall(self._path), match.groups(), strict=True))
        for name, text in self._query:
            part = _PART.fullmatch(text)
            values_in_query = query.get(name, [])
            if part is None and unquote(text) not in values_in_query:
                return None
            if part is not None and values_in_query:
                values[part[1]] = values_in_query[0]
        return {self._names[expression]: value for expression, value in values.items()}


def _as_pattern(template: str) -> str:
    """A regular expression with a group for each part in braces, which stands within one step of a path.

    Of several in a step, the first takes as much as it can; those between it and the last then have no choice, and are
    not tried again, so that a long path costs no more than its square.
    """
    begin, *behind = _PART.split(template)[::2]
    pattern, is_first = re.escape(begin), True
    for number, text in enumerate(behind, 1):
        is_last = number == len(behind) or "/" in text
        group = "([^/]+)" if is_first or is_last else "([^/]+?)"
        piece = group + re.escape(text)
        pattern += piece if is_first or is_last else f"(?>{piece})"
        is_first = "/" in text
    return pattern


def _short(expressions: list[str]) -> dict[str, str]:
    """Return expression → last word, such as `id` for `$request.body#/id`; the whole if two words are equal."""
    words = {}
    for expression in expressions:
        match = _LAST_WORD.search(expression)
        words[expression] = match[0] if match else expression
    count = Counter(words.values())
    return {
        expression: word if count[word] == 1 else expression for expression, word in words.items()
    }


def evaluate(
    expression: str, route: str, request: httpx2.Request, response: httpx2.Response | None
) -> str:
    """Return the address that an expression gives for a request of the operation at `route`.

    The first part of an expression is an address; later parts are escaped as path segments.

    Raises:
        ValueError: The request does not have a part of the expression.
    """

    def fill(part: re.Match[str]) -> str:
        value = _value(part[1], route, request, response)
        return quote(value, safe="") if part.start() else value

    if expression.startswith("$"):
        return _value(expression, route, request, response)
    return _PART.sub(fill, expression)


def _value(
    expression: str, route: str, request: httpx2.Request, response: httpx2.Response | None
) -> str:
    value = _expression_value(expression, route, request, response)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError(f"the call does not say {expression}")
    return str(value)


def _expression_value(
    expression: str, route: str, request: httpx2.Request, response: httpx2.Response | None
) -> object:
    """Return the value of a runtime expression (OpenAPI 3.1, "Runtime Expressions"); OMIT if there is none."""
    match expression:
        case "$url":
            return str(request.url)
        case "$method":
            return request.method
        case "$statusCode":
            return OMIT if response is None else response.status_code
    side, _, source = expression.partition(".")
    message = {"$request": request, "$response": response}.get(side)
    if message is None:
        return OMIT
    place, _, name = source.partition(".")
    match place:
        case "header":
            return message.headers.get(name, OMIT)
        case "query" if side == "$request":
            return request.url.params.get(name, OMIT)
        case "path" if side == "$request":
            return _in_path(route, request.url.path, name)
    return _in_body(message.content, source) if source.partition("#")[0] == "body" else OMIT


def _in_path(route: str, path: str, name: str) -> object:
    names = _PART.findall(route)
    match = re.search(f"{_as_pattern(route)}$", path)
    return OMIT if match is None or name not in names else match[names.index(name) + 1]


def _in_body(content: bytes, source: str) -> object:
    """Return the value of `body` or `body#/pointer`."""
    _, hash_, pointer = source.partition("#")
    if not hash_:
        return content.decode("utf-8", "replace")
    try:
        return resolve(from_json(content), pointer)
    except ValueError:
        return OMIT
