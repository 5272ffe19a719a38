"""Wire names → Python identifiers: words, PascalCase, snake_case, UPPER_CASE."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

from .reserved import BUILTINS, KEYWORDS

_BOUNDARIES = re.compile(
    r"(?<=[a-z0-9])(?<!^[eio])(?=[A-Z])"  # nextCursor → next Cursor, but eTag and iOS stay whole
    r"|(?<=[A-Z])(?<!^[EO])(?<![a-z0-9][EO])(?=[A-Z][a-z])"  # HTTPServer → HTTP Server, but OAuth stays whole
    r"(?![A-Z](?:v[0-9]|s(?![a-z])))"  # as do IPv4 and IDs
)
"""Between words in camelCase. E, i and O alone are no words, but begin one (`eInvoice`, `iPhone`, `OData`)."""
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

SHADOWING = KEYWORDS | BUILTINS | {"self", "cls", "match", "case", "type"}
"""Names that an argument must not take."""


def parts(text: str) -> list[str]:
    """Runs of letters and digits: `dsync.user.created` gives `["dsync", "user", "created"]`."""
    normal = unicodedata.normalize("NFKC", text)
    return [part for part in re.split(r"[^\w]+|_+", normal) if part]


def words(text: str) -> list[str]:
    """As `parts`, with camelCase taken apart too."""
    return [word for part in parts(text) for word in _BOUNDARIES.split(part) if word]


@lru_cache(maxsize=65536)
def pascal(text: str) -> str:
    """`user.created` → `UserCreated`; capitals inside a word stay (`OAuthToken`), all-capitals words do where alone."""
    found = parts(text)
    shout = len(found) > 1 and text.isupper()
    name = "".join(part.capitalize() if shout else part[0].upper() + part[1:] for part in found)
    return _identifier(name or spoken(text).title().replace(" ", ""), "Of")


@lru_cache(maxsize=65536)
def snake(text: str) -> str:
    """`nextCursor` → `next_cursor`, `HTTPServer` → `http_server`, `x-request-id` → `x_request_id`."""
    found = "_".join(words(_with_signs(text))) or spoken(text).replace(" ", "_")
    return _identifier(found.lower(), "n_")


@lru_cache(maxsize=65536)
def upper(text: str) -> str:
    """`user.created` → `USER_CREATED`; signs are spoken where nothing else tells values apart (`-1` → `MINUS_1`)."""
    found = "_".join(words(_with_trailing_signs(text)))
    if not found or (text[:1] in "+-<>!=*$" and found):
        found = "_".join(
            part for part in (spoken(text[:1] if found else text).replace(" ", "_"), found) if part
        )
    return _identifier(found.upper(), "VALUE_")


_TRAILING = re.compile(r"(?<=\w)[<>=+#%-]+$")
_LEADING = re.compile(r"^[<>=+@-](?=\w)")


def _with_trailing_signs(text: str) -> str:
    """`StartTime>=` → `StartTime greater than equals`: what stands there tells names apart."""
    return _TRAILING.sub(lambda found: f" {spoken(found[0])}", text)


def _with_signs(text: str) -> str:
    """As above, and `-1` → `minus 1`, `@id` → `at id`."""
    return _LEADING.sub(lambda found: f"{spoken(found[0])} ", _with_trailing_signs(text))


def spoken(text: str) -> str:
    """Signs as words: `>=` → `greater than equals`; nothing at all is `empty`."""
    if not text:
        return "empty"
    return " ".join(_SYMBOLS.get(char) or _unicode_name(char) for char in text)


def _unicode_name(char: str) -> str:
    if char.isalnum():
        return char
    return "".join(
        c if c.isalnum() else " " for c in unicodedata.name(char, f"u{ord(char):04x}")
    ).lower()


LONGEST = 120
"""Longer names are cut, with a digest of the whole at the end: they become file names too."""


def _identifier(name: str, prefix: str) -> str:
    """Return `name` without characters that no identifier has, in the form that Python compares (NFKC, PEP 3131)."""
    kept = "".join(char for char in name if ("a" + char).isidentifier())
    if not kept.isascii():
        normal = unicodedata.normalize("NFKC", kept)
        kept = "".join(char for char in normal if ("a" + char).isidentifier())
    if not kept or not kept.isidentifier():
        kept = prefix + kept
    if len(kept) > LONGEST:
        digest = sha256(kept.encode()).hexdigest()[:8]
        kept = f"{kept[: LONGEST - 9]}_{digest.upper() if kept.isupper() else digest}"
    return kept + "_" if kept in KEYWORDS else kept


def argument(text: str) -> str:
    """The name of a method's argument: snake_case, with an underscore behind what would shadow (`id` → `id_`)."""
    name = snake(text)
    return name + "_" if name in SHADOWING and not name.endswith("_") else name


def plain(text: str) -> str:
    """Return the letters and digits of a text in one case, by which parts of event types are compared."""
    return "".join(char for char in text.casefold() if char.isalnum())


def prefix_of(text: str, count: int) -> str:
    """Return the beginning of a text with `count` letters and digits, without signs at its end."""
    end = next((end for end in range(len(text) + 1) if len(plain(text[:end])) >= count), 0)
    return text[:end]
