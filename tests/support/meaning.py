"""Equality of JSON values by meaning: numbers by value, timestamps by moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)")


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal but for the notation of numbers and timestamps."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return Decimal(str(one)) == Decimal(str(other))
    if isinstance(one, str) and isinstance(other, str):
        return one == other or (moment(one) is not None and moment(one) == moment(other))
    return type(one) is type(other) and bool(one == other)


def moment(text: str) -> tuple[datetime, str] | None:
    """Return the second in UTC, and the digits of its fraction."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    seconds, fraction, offset = match.groups()
    whole = datetime.fromisoformat(seconds + offset.upper().replace("Z", "+00:00"))
    return whole.astimezone(UTC), (fraction or "").rstrip("0")
