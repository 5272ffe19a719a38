"""Constraints → arguments of pydantic's `Field`, and JSON Schema."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any

from ..ir import Constraints
from ..openapi.formats import INTEGER_FORMATS
from .literals import literal

_FIELD_ARGUMENTS = {
    "minimum": "ge",
    "maximum": "le",
    "exclusive_minimum": "gt",
    "exclusive_maximum": "lt",
    "min_items": "min_length",
    "max_items": "max_length",
}
"""Constraint → the argument of pydantic's `Field`, if the names differ."""
_KEYWORDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive_minimum": "exclusiveMinimum",
    "exclusive_maximum": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "min_items": "minItems",
    "max_items": "maxItems",
    "unique_items": "uniqueItems",
}
_OF_OBJECTS = {"min_items": "minProperties", "max_items": "maxProperties"}
"""Constraint → keyword of JSON Schema."""


def constraint_schema(constraints: Constraints, json_type: str) -> dict[str, Any]:
    """Return constraints as JSON Schema. A format, which is asserted on sending alone, is no part of it."""
    keywords = _KEYWORDS | _OF_OBJECTS if json_type == "object" else _KEYWORDS
    schema = {
        keyword: value
        for name, keyword in keywords.items()
        if (value := getattr(constraints, name)) is not None and value is not False
    }
    further = json.loads(constraints.further or "{}")
    return (
        {**schema, **further}
        if schema.keys().isdisjoint(further)
        else {**schema, "allOf": [further]}
    )


def constraint_arguments(constraints: Constraints) -> list[str]:
    """Return constraints as arguments of pydantic's `Field`: `min_length=1`, …"""
    declared = {field.name: getattr(constraints, field.name) for field in fields(constraints)}
    _add_limits(declared)
    return [
        f"{_FIELD_ARGUMENTS.get(name, name)}={literal(value)}"
        for name, value in declared.items()
        if value is not None
        and value is not False
        and name not in ("unique_items", "format", "further")
        and not (name == "multiple_of" and isinstance(value, float))
        and (name != "pattern" or is_plain_pattern(value))
    ]


def with_whole_bounds(constraints: Constraints) -> Constraints:
    """Replace fractional bounds of an integer by the integers next to them: `0.5 <= n` is `1 <= n`.

    Pydantic takes no fractional bound of an `int`.
    """
    return replace(
        constraints,
        minimum=_rounded(constraints.minimum, math.ceil),
        maximum=_rounded(constraints.maximum, math.floor),
        exclusive_minimum=_rounded(constraints.exclusive_minimum, math.floor),
        exclusive_maximum=_rounded(constraints.exclusive_maximum, math.ceil),
    )


def _rounded(bound: float | None, rounding: Callable[[float], int]) -> int | None:
    """Round a bound; an infinite bound is none."""
    return None if bound is None or math.isinf(bound) else rounding(bound)


def _add_limits(declared: dict[str, Any]) -> None:
    """Add the limits of an integer's format, unless the schema declares narrower limits."""
    if declared["format"] not in INTEGER_FORMATS:
        return
    least, most = INTEGER_FORMATS[declared["format"]]
    minimum, maximum = declared["minimum"], declared["maximum"]
    if declared["exclusive_minimum"] is None or declared["exclusive_minimum"] < least:
        declared["minimum"] = max(least, least if minimum is None else minimum)
    if declared["exclusive_maximum"] is None or declared["exclusive_maximum"] > most:
        declared["maximum"] = min(most, most if maximum is None else maximum)


@cache
def is_plain_pattern(pattern: str) -> bool:
    """Return whether Rust's regex, which pydantic uses, accepts a pattern. It never backtracks, so it is never slow."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema  # slow, rarely needed

    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError:
        return False
    return True
