"""Texts that look like values of a property, by the names of the property and of its object."""

from __future__ import annotations

from typing import NamedTuple

from ..naming.casing import snake

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
