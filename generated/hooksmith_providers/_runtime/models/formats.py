"""Formats of JSON Schema and of OpenAPI's registry, asserted of sent values.

Each assertion accepts more than its standard, so that no value is refused that some API accepts. An address needs an
`@`, a URI (RFC 3986) a scheme; a time, a duration (RFC 3339) and a decimal need a digit. `regex` and `uri-template`
have dialects; they are not asserted.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from .decimals import encode_decimal

Fits = Callable[[str], object]
"""Whether a text is of a format: something true, or not."""


def _is_read(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _fully(pattern: str) -> Fits:
    return re.compile(pattern, re.DOTALL).fullmatch


_EMAIL = _fully(".+@.+")
_URI = _fully("[A-Za-z][A-Za-z0-9+.-]*:.*")
_URI_REFERENCE = _fully(r"[^\s\x00-\x1f]*")
_HOSTNAME = _fully(r"[^\s/]+")
_WITH_A_DIGIT = _fully(".*[0-9].*")

FORMATS: Mapping[str, Fits] = {
    "uuid": _fully("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "email": _EMAIL,
    "idn-email": _EMAIL,
    "uri": _URI,
    "iri": _URI,
    "uri-reference": _URI_REFERENCE,
    "iri-reference": _URI_REFERENCE,
    "hostname": _HOSTNAME,
    "idn-hostname": _HOSTNAME,
    "ipv4": partial(_is_read, IPv4Address),
    "ipv6": partial(_is_read, IPv6Address),
    "time": _WITH_A_DIGIT,
    "duration": _WITH_A_DIGIT,
    "byte": _fully(
        r"(data:[^,]*,)?[A-Za-z0-9+/=_\r\n-]*"
    ),  # base64 in either alphabet (RFC 4648), padded or not
    "decimal": _WITH_A_DIGIT,
    "json-pointer": _fully("([/#].*)?"),
    "relative-json-pointer": _fully("[0-9].*"),
}
"""Formats of strings."""


def encode_bytes(value: Any) -> Any:
    """Return bytes as base64 (`byte`), any other value unchanged."""
    return b64encode(value).decode() if isinstance(value, (bytes, bytearray)) else value


ENCODERS: Mapping[str, Callable[[Any], Any]] = {
    "byte": encode_bytes,
    "decimal": encode_decimal,
}
"""Formats whose texts are made of Python values."""


def integer_limits(name: str) -> tuple[int, int]:
    """Return the least and the greatest integer of `int8` to `int64`, `uint8` to `uint64`."""
    unsigned, bits = name.split("int")
    size = 2 ** int(bits)
    return (0, size - 1) if unsigned else (-size // 2, size // 2 - 1)
