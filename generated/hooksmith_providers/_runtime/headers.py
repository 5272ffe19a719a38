"""Header fields: names in lower case, values that cannot end their line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\x21-\x7e]([\x20\x09\x21-\x7e]*[\x21-\x7e])?|")

# Set by the transport, and able to split one request into two.
_FRAMING = frozenset({"connection", "content-length", "host", "transfer-encoding", "upgrade"})


def name_problem(name: str) -> str | None:
    """Why `name` cannot be a header's name (RFC 9110, section 5.1), or None."""
    if not _NAME.fullmatch(name):
        return "is no header name"
    return "is set by the transport" if name.lower() in _FRAMING else None


def value_problem(value: str) -> str | None:
    """Why `value` cannot be a header's value, or None; never tells the value."""
    if _VALUE.fullmatch(value):
        return None
    return "has line breaks, control characters, outer spaces or characters beyond ASCII"


def first_problem(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """The first name that cannot be sent, by itself or for its value, and why."""
    for name, value in headers.items():
        problem = name_problem(name) or value_problem(value)
        if problem:
            return name, problem
    return None


def merge(*layers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers of all layers by lower-case name; a later layer wins."""
    return {name.lower(): value for layer in layers for name, value in layer}
