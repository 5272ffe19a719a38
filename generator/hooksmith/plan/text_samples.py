"""Sample texts: a text that matches a pattern, and a text that suits the name of a property."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from ..naming.casing import snake

_CLASSES = {
    constants.CATEGORY_DIGIT: "0",
    constants.CATEGORY_WORD: "a",
    constants.CATEGORY_SPACE: " ",
    constants.CATEGORY_NOT_DIGIT: "a",
    constants.CATEGORY_NOT_WORD: "-",
    constants.CATEGORY_NOT_SPACE: "a",
}
_LIKELY = "a0A-_ ./:@"
_LONGEST = 10_000


def text_matching(pattern: str) -> str:
    """Return a text that probably matches a JSON Schema pattern; "example" if the pattern is too complex.

    The match is not verified: a hostile pattern could take exponential time.
    """
    try:
        return "".join(_texts(parser.parse(pattern)))
    except (re.error, RecursionError, OverflowError, NotImplementedError):
        return "example"


def _texts(nodes: Iterable[tuple[Any, Any]]) -> Iterable[str]:
    for operation, argument in nodes:
        yield _text(operation, argument)


def _text(operation: Any, argument: Any) -> str:
    if operation is constants.LITERAL:
        return str(chr(argument))
    if operation is constants.NOT_LITERAL:
        return next(char for char in _LIKELY if ord(char) != argument)
    if operation is constants.ANY:
        return "a"
    if operation is constants.IN:
        return _member(argument)
    if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
        fewest, _, inner = argument
        text = "".join(_texts(inner))
        if len(text) * fewest > _LONGEST:
            raise OverflowError
        return text * int(fewest)
    if operation is constants.SUBPATTERN:
        return "".join(_texts(argument[3]))
    if operation is constants.BRANCH:
        return "".join(_texts(argument[1][0]))
    if operation is constants.AT:
        return ""
    raise NotImplementedError(str(operation))


def _member(items: list[tuple[Any, Any]]) -> str:
    """Return a character of a set."""
    if items[0][0] is constants.NEGATE:
        return next(
            (char for char in _LIKELY if not any(_is_in(char, item) for item in items[1:])), "é"
        )
    operation, argument = items[0]
    if operation is constants.RANGE:
        return chr(argument[0])
    if operation is constants.CATEGORY:
        return str(_CLASSES[argument])
    return chr(argument)


def _is_in(char: str, item: tuple[Any, Any]) -> bool:
    operation, argument = item
    if operation is constants.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    if operation is constants.CATEGORY:
        return bool(_CLASSES[argument] == char)
    return bool(ord(char) == argument)


_GENERIC_OBJECTS = frozenset(
    "attributes body content data detail details entity item items object payload record resource value values".split()
)
_ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
_MOMENT = "2026-01-15T12:00:00Z"
_LAST_WORDS = {
    "at": _MOMENT,
    "timestamp": _MOMENT,
    "date": _MOMENT[:10],
    "birthday": _MOMENT[:10],
    "birthdate": _MOMENT[:10],
    "email": "ada@example.com",
    "url": "https://example.com/",
    "uri": "https://example.com/",
    "href": "https://example.com/",
    "link": "https://example.com/",
    "website": "https://example.com/",
    "domain": "example.com",
    "host": "example.com",
    "hostname": "example.com",
    "ip": "192.0.2.1",
    "phone": "+442079460000",
    "country": "GB",
    "currency": "GBP",
    "language": "en",
    "locale": "en-GB",
    "timezone": "Europe/London",
    "city": "London",
    "street": "1 Example Street",
    "address": "1 Example Street, London",
    "username": "ada",
    "agent": "Mozilla/5.0",
}
_NAMES = {
    "email_address": "ada@example.com",
    "ip_address": "192.0.2.1",
    "phone_number": "+442079460000",
    "first_name": "Ada",
    "given_name": "Ada",
    "last_name": "Lovelace",
    "family_name": "Lovelace",
    "full_name": "Ada Lovelace",
    "display_name": "Ada Lovelace",
    "date_of_birth": _MOMENT[:10],
    "time_zone": "Europe/London",
    "country_code": "GB",
    "currency_code": "GBP",
    "postal_code": "N1 9GU",
    "zip_code": "N1 9GU",
}


class ValuePlace(NamedTuple):
    """The wire name of a value's property, and the noun of its object; both empty outside objects."""

    name: str = ""
    noun: str = ""
    object_noun: str = "event"
    """The noun of an object at this place."""

    def inside(self, definition: str, name: str) -> ValuePlace:
        """Return the place of a property of the object here, whose definition has a name."""
        noun = self.object_noun
        if self.name and (not noun or noun in _GENERIC_OBJECTS):
            noun = snake(definition).partition("_")[0]
        return ValuePlace(name=name, noun=noun, object_noun=snake(name))


TOP = ValuePlace()


def plausible_text(place: ValuePlace) -> str:
    """Return a text that a property of this name may have; "example" for other names."""
    name = snake(place.name)
    words = name.split("_")
    for ending in ("_".join(words[-2:]), "_".join(words[-3:])):
        if ending in _NAMES:
            return _NAMES[ending]
    if words[-1] in ("id", "uid", "guid"):
        return f"{'_'.join(words[:-1]) or place.noun or 'id'}_{_ULID}"
    return _LAST_WORDS.get(words[-1], "example")
