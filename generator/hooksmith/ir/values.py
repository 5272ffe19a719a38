"""Values of types: whether a default fits its type, and whether it has the same form in Python as in JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from .queries import all_fields
from .types import (
    Alias,
    AnyDefinition,
    Array,
    Constraints,
    Enum,
    Kind,
    LiteralOf,
    Map,
    Model,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)

_JSON_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.NULL: (type(None),),
    Kind.BOOLEAN: (bool,),
    Kind.INTEGER: (int,),
    Kind.NUMBER: (int, float),
    Kind.DECIMAL: (int, float),
    Kind.STRING: (str,),
    Kind.BINARY: (str,),
    Kind.DATE: (str,),
    Kind.DATE_TIME: (str,),
}
_READERS: dict[Kind, Callable[[str], date]] = {
    Kind.DATE: date.fromisoformat,
    Kind.DATE_TIME: datetime.fromisoformat,
}


def is_plain(type_: Type, default: Any) -> bool:
    """Return whether a default has the same form in Python as in JSON: no enum, date or model is made of it."""
    match type_:
        case Scalar(kind=kind):
            return kind not in _READERS and kind is not Kind.DECIMAL
        case LiteralOf():
            return True
        case Array(items=inner):
            return isinstance(default, list) and all(is_plain(inner, item) for item in default)
        case Map(values=inner):
            return isinstance(default, dict) and all(
                is_plain(inner, item) for item in default.values()
            )
        case Union(options=options):
            return default is None or all(is_plain(option, default) for option in options)
    return False


def fits(type_: Type, default: Any, definitions: Mapping[str, AnyDefinition]) -> bool:
    """Return whether a default, which JSON Schema does not hold to its schema, fits its type and its constraints."""
    match type_:
        case Scalar(kind=kind, constraints=constraints):
            return _is_of_kind(kind, default) and holds(constraints, default)
        case LiteralOf(values=values):
            return any(type(value) is type(default) and value == default for value in values)
        case Named(name=name):
            return _fits_definition(definitions[name], default, definitions)
        case Array(items=items, constraints=constraints):
            return (
                isinstance(default, list)
                and holds(constraints, default)
                and all(fits(items, item, definitions) for item in default)
            )
        case Map(values=values, constraints=constraints):
            return (
                isinstance(default, dict)
                and holds(constraints, default)
                and all(fits(values, item, definitions) for item in default.values())
            )
        case Tuple():
            return _fits_tuple(type_, default, definitions)
        case Union(options=options):
            return any(fits(option, default, definitions) for option in options)


def _fits_definition(
    definition: AnyDefinition, default: Any, definitions: Mapping[str, AnyDefinition]
) -> bool:
    match definition:
        case Enum(members=members):
            return any(
                type(member.value) is type(default) and member.value == default
                for member in members
            )
        case Alias(type=type_):
            return fits(type_, default, definitions)
        case Model():
            if not isinstance(default, dict):
                return False
            fields = {field.wire: field for field in all_fields(definition, definitions)}
            return all(
                field.wire in default for field in fields.values() if field.required
            ) and all(
                fits(fields[wire].type, value, definitions)
                if wire in fields
                else definition.extra is not None and fits(definition.extra, value, definitions)
                for wire, value in default.items()
            )


def _fits_tuple(type_: Tuple, default: Any, definitions: Mapping[str, AnyDefinition]) -> bool:
    if not isinstance(default, list) or (type_.complete and len(default) < len(type_.items)):
        return False
    further = default[len(type_.items) :]
    return (
        holds(type_.constraints, default)
        and all(
            fits(item, value, definitions)
            for item, value in zip(type_.items, default, strict=False)
        )
        and (not further or type_.rest is not None)
        and all(fits(type_.rest, value, definitions) for value in further if type_.rest)
    )


def _is_of_kind(kind: Kind, default: Any) -> bool:
    if kind is Kind.ANY:
        return True
    if isinstance(default, bool) and kind is not Kind.BOOLEAN:
        return False
    if not isinstance(default, _JSON_TYPES[kind]):
        return False
    return not isinstance(default, str) or kind not in _READERS or _can_read(kind, default)


def _can_read(kind: Kind, text: str) -> bool:
    try:
        _READERS[kind](text)
    except ValueError:
        return False
    return True


def holds(constraints: Constraints, default: Any) -> bool:
    """Return whether a default satisfies the constraints that its Python type asserts."""
    if isinstance(default, str):
        return _is_between(constraints.min_length, len(default), constraints.max_length) and (
            constraints.pattern is None or _matches(constraints.pattern, default)
        )
    if isinstance(default, list | dict):
        return _is_between(constraints.min_items, len(default), constraints.max_items)
    if isinstance(default, bool) or not isinstance(default, int | float):
        return True
    return (
        _is_between(constraints.minimum, default, constraints.maximum)
        and (constraints.exclusive_minimum is None or default > constraints.exclusive_minimum)
        and (constraints.exclusive_maximum is None or default < constraints.exclusive_maximum)
        and _is_multiple(constraints.multiple_of, default)
    )


def _is_multiple(step: float | None, value: float) -> bool:
    return not step or Fraction(str(value)) % Fraction(str(step)) == 0


def _is_between(least: float | None, value: float, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _matches(pattern: str, text: str) -> bool:
    """Return whether a text matches; also if Rust's engine cannot read the pattern: Python's may take years."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema  # slow, rarely needed

    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern)).isinstance_python(text)
    except SchemaError:
        return True
