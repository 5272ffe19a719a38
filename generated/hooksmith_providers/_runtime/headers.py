"""Header fields: lower-case names, and values without line ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\x21-\x7e]([\x20\x09\x21-\x7e]*[\x21-\x7e])?|")

# Set by the transport, and able to split one request into two.
_FRAMING = frozenset({"connection", "content-length", "host", "transfer-encoding", "upgrade"})


def name_problem(name: str) -> str | None:
    """Return the problem of a header name (RFC 9110, section 5.1); None if there is none."""
    if not _NAME.fullmatch(name):
        return "is no header name"
    return "is set by the transport" if name.lower() in _FRAMING else None


def value_problem(value: str) -> str | None:
    """Return the problem of a header value, without the value; None if there is none."""
    if _VALUE.fullmatch(value):
        return None
    return "has line breaks, control characters, outer spaces or characters beyond ASCII"


def first_problem(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first name that cannot be sent, for itself or its value, and the problem."""
    for name, value in headers.items():
        problem = name_problem(name) or value_problem(value)
        if problem:
            return name, problem
    return None


def merge(*layers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the headers of all layers by lower-case name; a later layer replaces an earlier."""
    return {name.lower(): value for layer in layers for name, value in layer}
