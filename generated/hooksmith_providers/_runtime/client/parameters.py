"""Parameters on the wire, in every style of OpenAPI 3.1 ("Style Values", after RFC 6570).

A value stays inside its place: all but RFC 3986's unreserved characters are percent-encoded. With `allow_reserved`,
reserved
characters and percent-encoded triples stay, except those that end a segment or a pair. A value that no encoding can
carry
is refused with a RequestError: an empty or dot segment of a path, a delimiter that the style cannot escape, a line
break in
a header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ..errors import Detail, RequestError
from ..headers import name_problem, value_problem
from ..json_pointer import pointer
from ..models.decimals import decimal_text, is_marked
from ..models.validation import check, plain
from ..omit import OMIT
from .operation import Operation, Parameter, Place

Values = Mapping[str, object]
Pairs = list[tuple[str, str]]
"""Names and values, both encoded."""

_RESERVED = {"path": ":@!$&'()*+,=", "query": ":/?@!$'()*,=", "cookie": ":/?@!$'()*="}
_RESERVED_IN_MEMBERS = ":@!$'()*"
_TRIPLE = re.compile(r"(%[0-9A-Fa-f]{2})")
_COOKIE_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
_SIMPLE = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}


def path_of(operation: Operation[Any], values: Values) -> str:
    """Return the operation's path with its parameters; it starts with a slash."""
    path = operation.path
    for parameter, value in _sent_values(operation.path_parameters, values, "path"):
        path = path.replace("{" + parameter.name + "}", _segment(parameter, value))
    for segment in path.split("/"):
        if segment.upper().replace("%2E", ".") in (".", ".."):
            raise RequestError(Detail("path", "a segment of dots alone would lead elsewhere"))
    return path


def query_of(operation: Operation[Any], values: Values, extra: Values) -> Pairs:
    """Return the pairs of the query. `extra` (form style, exploded) replaces parameters of the same name."""
    pairs = [
        pair
        for parameter, value in _sent_values(operation.query, values, "query")
        for pair in _pairs(parameter, value, "query")
    ]
    if not extra:
        return pairs
    added = [pair for name, value in extra.items() for pair in _extra(name, value)]
    names = {_encode(name) for name in extra}
    return [pair for pair in pairs if pair[0] not in names] + added


def headers_of(operation: Operation[Any], values: Values) -> Pairs:
    """Return the header parameters as names and values."""
    return [
        (parameter.name, _header(parameter, value))
        for parameter, value in _sent_values(operation.header, values, "header")
    ]


def cookies_of(operation: Operation[Any], values: Values) -> Pairs:
    """Return the cookie parameters as names and values."""
    return [
        pair
        for parameter, value in _sent_values(operation.cookie, values, "cookie")
        for pair in _cookie(parameter, value)
    ]


def form_pairs(parameter: Parameter, value: object) -> Pairs:
    """Return the pairs of a form's property, whose value is plain data."""
    return _pairs(parameter, value, "query")


def join(pairs: Iterable[tuple[str, str]], separator: str = "&") -> str:
    """Return encoded pairs as one text."""
    return separator.join(f"{name}={value}" for name, value in pairs)


def _sent_values(
    declared: tuple[Parameter, ...], values: Values, place: Place
) -> Iterator[tuple[Parameter, Any]]:
    """Yield each given parameter with its value, plain and validated; null is not sent."""
    if not declared and not values:
        return
    unknown = values.keys() - {parameter.name for parameter in declared}
    if unknown:
        raise RequestError(*(Detail(place + pointer(name), "is not described") for name in unknown))
    for parameter in declared:
        where = place + pointer(parameter.name)
        value = values.get(parameter.name, OMIT)
        if value is OMIT:
            if parameter.required:
                raise RequestError(Detail(where, "is required"))
            continue
        value = plain(value, where)
        if parameter.adapter is not None and not _is_plainly_text(parameter, value):
            check(parameter.adapter, value, where)
        if value is not None:
            yield parameter, value
        elif place == "path":
            raise RequestError(Detail(where, "is required"))


def _is_plainly_text(parameter: Parameter, value: object) -> bool:
    """Return whether the value is ASCII text, which needs no validation."""
    if parameter.annotation is not str or type(value) is not str:
        return False
    return value.isascii() and not is_marked(value)


def _segment(parameter: Parameter, value: Any) -> str:
    where = "path" + pointer(parameter.name)
    if parameter.media_type is not None:
        written = _encode(_content(parameter, value, where), parameter, "path")
    else:
        written = _styled(parameter, value, where)
    if not written:
        raise RequestError(Detail(where, "is empty, which would lead elsewhere"))
    return written


def _styled(parameter: Parameter, value: Any, where: str) -> str:
    """Return a path parameter in simple, label or matrix style."""
    style = parameter.style or "simple"
    explode = bool(parameter.explode)
    if style == "matrix":
        return _matrix(parameter, value, where)
    separator = "." if style == "label" and explode else ","
    written = separator.join(_members(parameter, value, explode, "path", where))
    return f".{written}" if style == "label" else written


def _matrix(parameter: Parameter, value: Any, where: str) -> str:
    name = _encode(parameter.name)
    if not parameter.explode or not isinstance(value, (dict, list)):
        written = ",".join(_members(parameter, value, False, "path", where))
        return f";{name}={written}" if written else f";{name}"
    members = _members(parameter, value, True, "path", where)
    if isinstance(value, dict):
        return "".join(f";{member}" for member in members)
    return "".join(f";{name}={member}" for member in members)


def _members(
    parameter: Parameter, value: Any, explode: bool, place: Place, where: str
) -> list[str]:
    """Return a scalar as one member, an array as its items, an object as `name=value` or as names and values."""
    if isinstance(value, list):
        return [_member(parameter, item, where) for item in value if item is not None]
    if not isinstance(value, dict):
        return [_encode(_text(value, where), parameter, place)]
    pairs = _object(parameter, value, where)
    if explode:
        return [f"{name}={member}" for name, member in pairs]
    return [text for pair in pairs for text in pair]


def _member(parameter: Parameter, item: Any, where: str) -> str:
    return _encode(_text(item, where), parameter, None)


def _object(parameter: Parameter, value: dict[str, Any], where: str) -> Pairs:
    return [
        (_encode(name), _member(parameter, item, where))
        for name, item in value.items()
        if item is not None
    ]


def _pairs(parameter: Parameter, value: Any, place: Place) -> Pairs:
    """Return the pairs of a query parameter or cookie in form, deepObject or a delimited style."""
    where = place + pointer(parameter.name)
    name = _encode(parameter.name)
    if parameter.media_type is not None:
        return [(name, _encode(_content(parameter, value, where), parameter, place))]
    if not isinstance(value, (dict, list)):
        return [(name, _encode(_text(value, where), parameter, place))]
    if parameter.style == "deepObject":
        return _deep(parameter, value, parameter.name, where)
    style = parameter.style or _SIMPLE[place]
    explode = style in ("form", "cookie") if parameter.explode is None else parameter.explode
    if not explode:
        return _joined(parameter, value, style, place, where)
    if isinstance(value, dict):
        return _object(parameter, value, where)
    return [(name, member) for member in _members(parameter, value, True, place, where)]


def _joined(parameter: Parameter, value: Any, style: str, place: Place, where: str) -> Pairs:
    """Return all members in one pair, joined by the style's delimiter; no pair for no members."""
    delimiter = _DELIMITERS.get(style, ",")
    members = _members(parameter, value, False, place, where)
    encoded = "," if delimiter == "," else quote(delimiter)
    if delimiter != "," and any(encoded in member for member in members):
        raise RequestError(Detail(where, f"holds the delimiter {delimiter!r} of its style"))
    return [(_encode(parameter.name), encoded.join(members))] if members else []


def _deep(parameter: Parameter, value: Any, name: str, where: str) -> Pairs:
    """Return `name[key]=value`. OpenAPI leaves nesting open: objects get more brackets, lists of scalars are repeated.

    A list of objects or lists is indexed, `name[0][key]=value`, as Rack, PHP and qs read it.
    """
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        value = {str(index): item for index, item in enumerate(value)}
    if isinstance(value, dict):
        for key in value:
            if "[" in key or "]" in key:
                raise RequestError(Detail(where, "has a name with brackets, the style's delimiter"))
        children = [(f"{name}[{key}]", item) for key, item in value.items()]
        return [pair for key, item in children for pair in _deep(parameter, item, key, where)]
    items = value if isinstance(value, list) else [value]
    return [
        (_encode(name), _encode(_text(item, where), parameter, "query"))
        for item in items
        if item is not None
    ]


def _extra(name: str, value: object) -> Pairs:
    return _pairs(Parameter(name), plain(value, "query" + pointer(name)), "query")


def _header(parameter: Parameter, value: Any) -> str:
    where = "header" + pointer(parameter.name)
    if parameter.media_type is not None:
        written = _content(parameter, value, where)
    else:
        written = ",".join(_raw_members(parameter, value, ",", where))
    problem = name_problem(parameter.name) or value_problem(written)
    if problem:
        raise RequestError(Detail(where, problem))
    return written


def _raw_members(parameter: Parameter, value: Any, delimiters: str, where: str) -> list[str]:
    """Return members without percent-encoding, which headers do not have; delimiters are refused."""
    pairs: Pairs = []
    if isinstance(value, dict):
        pairs = [(name, _text(item, where)) for name, item in value.items() if item is not None]
        members = [text for pair in pairs for text in pair]
        delimiters += "=" if parameter.explode else ""
    elif isinstance(value, list):
        members = [_text(item, where) for item in value if item is not None]
    else:
        return [_text(value, where)]
    if any(character in member for member in members for character in delimiters):
        raise RequestError(Detail(where, "holds a delimiter of its style"))
    return [f"{name}={text}" for name, text in pairs] if pairs and parameter.explode else members


def _cookie(parameter: Parameter, value: Any) -> Pairs:
    if parameter.style != "cookie":
        return _pairs(parameter, value, "cookie")
    where = "cookie" + pointer(parameter.name)
    if isinstance(value, dict):
        pairs = [(name, _text(item, where)) for name, item in value.items() if item is not None]
    else:
        items = value if isinstance(value, list) else [value]
        pairs = [(parameter.name, _text(item, where)) for item in items if item is not None]
    for name, text in pairs:
        if name_problem(name) == "is no header name" or not _COOKIE_VALUE.fullmatch(text):
            raise RequestError(Detail(where, "has characters that a cookie cannot carry"))
    return pairs


def _content(parameter: Parameter, value: Any, where: str) -> str:
    """Return the value of a `content` parameter in its media type."""
    if parameter.media_type is not None and "json" in parameter.media_type:
        return check(None, value, where).decode()
    return _text(value, where)


def _text(value: Any, where: str) -> str:
    """Return a scalar as text: `true` and `false`, numbers as in JSON."""
    if isinstance(value, str):
        return decimal_text(value) if is_marked(value) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    raise RequestError(Detail(where, "is nested deeper than its style can say"))


def _encode(text: str, parameter: Parameter | None = None, place: Place | None = None) -> str:
    """Return `text` percent-encoded as UTF-8. If `place` is None, the text is one of several members."""
    try:
        if parameter is None or not parameter.allow_reserved:
            return quote(text, safe="")
        safe = _RESERVED[place] if place else _RESERVED_IN_MEMBERS
        parts = enumerate(_TRIPLE.split(text))
        return "".join(part if at % 2 else quote(part, safe=safe) for at, part in parts)
    except UnicodeEncodeError:
        name = parameter.name if parameter else "name"
    raise RequestError(Detail(name, "has lone surrogates, which are no text"))


def missing(credentials: Pairs, pairs: Pairs) -> Pairs:
    """Return the credentials that a call does not give itself among its `pairs`."""
    names = {name for name, _ in pairs}
    return [pair for pair in credentials if pair[0] not in names]
