"""Types of the IR: their shapes, nullability and constraints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace

from ...ir import (
    NO_CONSTRAINTS,
    NULL,
    Array,
    Constraints,
    LiteralOf,
    Map,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)

_LEAST = ("minimum", "exclusive_minimum", "min_length", "min_items")
_MOST = ("maximum", "exclusive_maximum", "max_length", "max_items")


def renamed(type_: Type, names: Mapping[str, str]) -> Type:
    """Return the type with its definitions renamed."""
    match type_:
        case Named(name):
            return Named(names.get(name, name))
        case Array():
            return replace(type_, items=renamed(type_.items, names))
        case Map():
            return replace(type_, values=renamed(type_.values, names))
        case Tuple():
            rest = type_.rest
            return replace(
                type_,
                items=tuple(renamed(item, names) for item in type_.items),
                rest=None if rest is None else renamed(rest, names),
            )
        case Union():
            return replace(type_, options=tuple(renamed(part, names) for part in type_.options))
    return type_


def options(type_: Type) -> tuple[Type, ...]:
    """Return the options of a type; a type that is no union is its own option."""
    if isinstance(type_, Union):
        return tuple(inner for option in type_.options for inner in options(option))
    return (type_,)


def is_nullable(type_: Type) -> bool:
    """Whether null is one of a type's values by its own text."""
    return NULL in options(type_)


def without_null(type_: Type) -> Type:
    """Return the type without its option null."""
    if not isinstance(type_, Union):
        return type_
    rest = tuple(without_null(option) for option in type_.options if option != NULL)
    return rest[0] if len(rest) == 1 else replace(type_, options=rest)


def shape(type_: Type) -> Type:
    """Return the type without constraints, secrecy and the order of its options, at any depth."""
    match type_:
        case Scalar():
            return Scalar(type_.kind)
        case Array(items=items):
            return Array(shape(items))
        case Map(values=values):
            return Map(shape(values))
        case Tuple():
            rest = None if type_.rest is None else shape(type_.rest)
            return Tuple(tuple(map(shape, type_.items)), rest, NO_CONSTRAINTS, type_.complete)
        case Union():
            ordered = tuple(sorted((shape(part) for part in type_.options), key=repr))
            return Union(ordered, type_.discriminator)
        case LiteralOf(values):
            return LiteralOf(tuple(sorted(values, key=repr)))
    return type_


def constraints(type_: Type) -> Iterator[Constraints]:
    """Yield the constraints in a type, in the order of its parts."""
    match type_:
        case Scalar():
            yield type_.constraints
        case Array(items=inner) | Map(values=inner):
            yield type_.constraints
            yield from constraints(inner)
        case Tuple():
            yield type_.constraints
            for item in type_.items:
                yield from constraints(item)
        case Union():
            yield Constraints(further=type_.further)
            for option in type_.options:
                yield from constraints(option)


def tightened(old: Type, new: Type) -> list[str]:
    """Return the constraints of `new` that a value of `old` may break, such as `max_length=10`."""
    pairs = zip(constraints(old), constraints(new), strict=False)
    return [text for one, other in pairs for text in _tightened(one, other)]


def _tightened(old: Constraints, new: Constraints) -> Iterator[str]:
    for attribute in fields(Constraints):
        before, after = getattr(old, attribute.name), getattr(new, attribute.name)
        if before == after or after in (None, False, ""):
            continue
        is_wider = before not in (None, False, "") and (
            (attribute.name in _LEAST and after < before)
            or (attribute.name in _MOST and after > before)
        )
        if not is_wider:
            yield f"{attribute.name}={after}"


def limits(type_: Type) -> str:
    """Return the constraints of a type as text."""
    texts = [
        f"{attribute.name}={current}"
        for each in constraints(type_)
        for attribute in fields(Constraints)
        if (current := getattr(each, attribute.name)) not in (None, False, "")
    ]
    return ", ".join(texts) or "no limits"


def text(type_: Type | None) -> str:
    """Return a type in words for messages."""
    match type_:
        case None:
            return "nothing"
        case Scalar(kind=kind):
            return str(kind.value)
        case Named(name):
            return name
        case Array(items=items):
            return f"list of {text(items)}"
        case Map(values=values):
            return f"map of {text(values)}"
        case Tuple(items=items):
            return f"tuple of {', '.join(map(text, items))}"
        case LiteralOf(values):
            return " or ".join(map(repr, values))
        case Union():
            return " or ".join(map(text, type_.options))
