"""Wire names → Python identifiers: words, PascalCase, snake_case, UPPER_CASE."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

from .reserved import KEYWORDS, SHADOWING

_BOUNDARIES = re.compile(
    r"(?<=[a-z0-9])(?<!^[eio])(?=[A-Z])"  # nextCursor → next Cursor, but eTag and iOS stay whole
    r"|(?<=[A-Z])(?<!^[EO])(?<![a-z0-9][EO])(?=[A-Z][a-z])"  # HTTPServer → HTTP Server, but OAuth stays whole
    r"(?![A-Z](?:v[0-9]|s(?![a-z])))"  # as do IPv4 and IDs
)
"""Boundaries between words in camelCase. E, i and O alone are no words, but begin one (`eInvoice`, `OData`)."""
_SYMBOLS = {
    "+": "plus",
    "-": "minus",
    "*": "asterisk",
    "/": "slash",
    "<": "less than",
    ">": "greater than",
    "=": "equals",
    "!": "not",
    "&": "and",
    "|": "or",
    "%": "percent",
    "$": "dollar",
    "#": "hash",
    "@": "at",
    ".": "dot",
    ",": "comma",
    ":": "colon",
    " ": "space",
    "_": "underscore",
    "~": "tilde",
    "^": "caret",
    "?": "question mark",
}


def parts(text: str) -> list[str]:
    """Return the runs of letters and digits: `dsync.user.created` → `["dsync", "user", "created"]`."""
    normal = unicodedata.normalize("NFKC", text)
    return [part for part in re.split(r"[^\w]+|_+", normal) if part]


def words(text: str) -> list[str]:
    """Return the words of a text, camelCase split: `userIds.first` → `["user", "Ids", "first"]`."""
    return [word for part in parts(text) for word in _BOUNDARIES.split(part) if word]


@lru_cache(maxsize=65536)
def pascal(text: str) -> str:
    """Return a text in PascalCase: `user.created` → `UserCreated`.

    Capitals inside a word stay (`OAuthToken`); a single word in capitals stays too (`URL`).
    """
    runs = parts(text)
    is_shouted = len(runs) > 1 and text.isupper()
    name = "".join(run.capitalize() if is_shouted else run[0].upper() + run[1:] for run in runs)
    return _identifier(name or spoken(text).title().replace(" ", ""), "Of")


@lru_cache(maxsize=65536)
def snake(text: str) -> str:
    """Return a text in snake_case: `nextCursor` → `next_cursor`, `HTTPServer` → `http_server`."""
    name = "_".join(words(_with_signs(text))) or spoken(text).replace(" ", "_")
    return _identifier(name.lower(), "n_")


@lru_cache(maxsize=65536)
def upper(text: str) -> str:
    """Return a text in UPPER_CASE: `user.created` → `USER_CREATED`. A leading sign is spoken: `-1` → `MINUS_1`."""
    name = "_".join(words(_with_trailing_signs(text)))
    if not name or text[:1] in "+-<>!=*$":
        sign = spoken(text[:1] if name else text).replace(" ", "_")
        name = f"{sign}_{name}" if name else sign
    return _identifier(name.upper(), "VALUE_")


_TRAILING = re.compile(r"(?<=\w)[<>=+#%-]+$")
_LEADING = re.compile(r"^[<>=+@-](?=\w)")


def _with_trailing_signs(text: str) -> str:
    """Speak the signs at the end: `StartTime>=` → `StartTime greater than equals`."""
    return _TRAILING.sub(lambda sign: f" {spoken(sign[0])}", text)


def _with_signs(text: str) -> str:
    """Speak the signs at both ends: `-1` → `minus 1`, `@id` → `at id`."""
    return _LEADING.sub(lambda sign: f"{spoken(sign[0])} ", _with_trailing_signs(text))


def spoken(text: str) -> str:
    """Return signs as words: `>=` → `greater than equals`; the empty text → `empty`."""
    if not text:
        return "empty"
    return " ".join(_SYMBOLS.get(char) or _unicode_name(char) for char in text)


def _unicode_name(char: str) -> str:
    if char.isalnum():
        return char
    return "".join(
        c if c.isalnum() else " " for c in unicodedata.name(char, f"u{ord(char):04x}")
    ).lower()


MAX_LENGTH = 120
"""Length beyond which a name is cut and ends in a digest: names become file names too."""


def _identifier(name: str, prefix: str) -> str:
    """Return `name` without characters that no identifier has, in the form that Python compares (NFKC, PEP 3131)."""
    is_plain = name.isascii() and name.isidentifier()
    identifier = name if is_plain else "".join(filter(_continues, name))
    if not identifier.isascii():
        normal = unicodedata.normalize("NFKC", identifier)
        identifier = "".join(filter(_continues, normal))
    if not identifier.isidentifier():
        identifier = prefix + identifier
    if len(identifier) > MAX_LENGTH:
        digest = sha256(identifier.encode()).hexdigest()[:8]
        digest = digest.upper() if identifier.isupper() else digest
        identifier = f"{identifier[: MAX_LENGTH - 9]}_{digest}"
    return identifier + "_" if identifier in KEYWORDS else identifier


def _continues(char: str) -> bool:
    """Return whether an identifier may have a character after its first."""
    return ("a" + char).isidentifier()


def argument(text: str) -> str:
    """Return the argument for a name: snake_case, with an underscore if it would shadow a builtin (`id` → `id_`)."""
    name = snake(text)
    return name + "_" if name in SHADOWING and not name.endswith("_") else name


def plain(text: str) -> str:
    """Return the letters and digits of a text in one case, by which parts of event types are compared."""
    return "".join(char for char in text.casefold() if char.isalnum())


def prefix_of(text: str, count: int) -> str:
    """Return the beginning of a text with `count` letters and digits, without signs at its end."""
    end = next((end for end in range(len(text) + 1) if len(plain(text[:end])) >= count), 0)
    return text[:end]
