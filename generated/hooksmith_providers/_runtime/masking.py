"""Masking of credentials in texts of an API and of the transport: errors, logs, request ids."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from functools import cache
from json import dumps
from urllib.parse import quote

_HEAD = 8
"""Characters of a secret that are masked at least: a text may end inside of a secret."""
_NAME = re.compile(r"auth|cookie|credential|key|pass|secret|session|signature|token", re.IGNORECASE)


class Mask:
    """Function that masks the credentials of a request in a text. The repr hides them.

    A secret is found as it is, percent-encoded, in a JSON string or Pointer, in HTML, in both alphabets of base64, and
    if the text has no more than its first eight characters.

    Args:
        secrets: The credentials.
        headers: The caller's headers; long values of those whose names announce a credential are masked as well.
    """

    def __init__(
        self, secrets: Iterable[str] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self._secrets = secrets
        self._headers = headers or {}

    def __call__(self, text: str) -> str:
        """Return `text` with `***` in place of the credentials."""
        values = [value for name, value in self._headers.items() if _NAME.search(name)]
        values += [value.partition(" ")[2] for value in values]
        values = [value for value in values if len(value) >= _HEAD]
        for secret in sorted({*self._secrets, *values} - {""}, key=len, reverse=True):
            text = _without(text, secret)
        return text

    def __repr__(self) -> str:
        return "Mask(***)"


def _without(text: str, secret: str) -> str:
    text = re.sub("".join(map(_forms, secret)), "***", text)
    pieces, start = [], 0
    for match in re.finditer("".join(map(_forms, secret[:_HEAD])), text):
        if match.start() >= start:
            pieces.append(text[start : match.start()])
            start = _end(text, match.end(), secret[_HEAD:])
    return "***".join([*pieces, text[start:]])


def _end(text: str, start: int, rest: str) -> int:
    """Return the end of a secret that breaks off in `text`. `rest`: its characters from `start`."""
    for char in rest:
        match = re.compile(_forms(char)).match(text, start)
        if match is None:
            return start
        start = match.end()
    return start


@cache
def _forms(char: str) -> str:
    """Return an expression for a character in each notation."""
    forms = {char, html.escape(char), dumps(char)[1:-1], f"&#{ord(char)};"}
    forms |= {f"\\u{ord(char):04x}", f"\\u{ord(char):04X}"} if ord(char) < 0x10000 else set()
    encoded = quote(char, safe="", errors="replace")
    if encoded == char:
        encoded = f"%{ord(char):02X}"
    forms |= {encoded, encoded.lower()}
    forms |= {" ": {"+"}, "+": {"-"}, "/": {"_", "\\/", "~1"}, "~": {"~0"}}.get(char, set())
    return f"(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})"
