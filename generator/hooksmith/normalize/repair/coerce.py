"""Conversion of JSON values of a wrong type to the right type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Drop:
    """Instead of a value: nothing can be made of it."""


DROP = Drop()

Check = Callable[[Any], Any]
"""A value → the same value where it is right, what it was meant to be, or DROP."""


def text(value: Any) -> Any:
    """A string; numbers are taken as written."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else DROP


def word(value: Any) -> Any:
    """A string that is not empty."""
    string = text(value)
    return DROP if string is DROP or not string.strip() else string


def flag(value: Any) -> Any:
    """True or False, also as text."""
    if isinstance(value, bool):
        return value
    lower = value.strip().lower() if isinstance(value, str) else None
    return {"true": True, "false": False}.get(lower, DROP) if lower else DROP


def number(value: Any) -> Any:
    """A number, also as text."""
    if isinstance(value, str):
        try:
            value = float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError:
            return DROP
    if isinstance(value, bool) or not isinstance(value, int | float):
        return DROP
    return value if value == value and abs(value) != float("inf") else DROP


def positive(value: Any) -> Any:
    """A number above 0."""
    amount = number(value)
    return amount if amount is not DROP and amount > 0 else DROP


def bound(value: Any) -> Any:
    """A number, or OpenAPI 3.0's flag at `minimum`."""
    return value if isinstance(value, bool) else number(value)


def count(value: Any) -> Any:
    """A whole number from 0 that a computer can count to."""
    amount = number(value)
    return (
        int(amount)
        if amount is not DROP and 0 <= amount < 2**63 and amount == int(amount)
        else DROP
    )


def mapping(value: Any) -> Any:
    """An object."""
    return value if isinstance(value, dict) else DROP


def mappings(value: Any) -> Any:
    """Return an object without the values that are not objects."""
    if not isinstance(value, dict):
        return DROP
    usable = {key: item for key, item in value.items() if isinstance(item, dict)}
    return value if len(usable) == len(value) else usable


def objects(value: Any) -> Any:
    """A list of objects; a single one is taken as a list of it."""
    items = value if isinstance(value, list) else [value]
    usable = [item for item in items if isinstance(item, dict)]
    return value if usable == value else usable or DROP


def texts(value: Any) -> Any:
    """A list of strings; a single one is taken as a list of it."""
    items = value if isinstance(value, list) else [value]
    usable = [string for item in items if (string := word(item)) is not DROP]
    return value if usable == value else usable or DROP


def anything_listed(value: Any) -> Any:
    """Return a list; an object is replaced by its values, any other value by a list of it."""
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else [value]


def text_lists(value: Any) -> Any:
    """A map from names to lists of strings."""
    if not isinstance(value, dict):
        return DROP
    usable = {
        key: strings for key, item in value.items() if (strings := _strings(item)) is not DROP
    }
    return value if usable == value else usable


def _strings(value: Any) -> Any:
    if not isinstance(value, list):
        return DROP
    return [item for item in value if isinstance(item, str)]


def requirements(value: Any) -> Any:
    """Alternatives of security: a list of maps from scheme names to lists of scopes."""
    items = value if isinstance(value, list) else [value]
    usable = [
        {name: scopes if isinstance(scopes, list) else [] for name, scopes in item.items()}
        for item in items
        if isinstance(item, dict)
    ]
    return value if usable == value else usable if usable or not items else DROP
