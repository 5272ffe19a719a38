"""Unions of types: flattening, null, secrets and assertions."""

from __future__ import annotations

from dataclasses import replace

from ..ir import ANY, NULL, Array, Kind, LiteralOf, Scalar, Type, Union


def union(options: list[Type], discriminator: str | None = None) -> Type:
    """Return the union of types without nested unions and repetitions, null last.

    If only one option remains, return that option. If an option admits any value, return `ANY`. Options with a
    discriminator stay a union of their own beside null.
    """
    distinct: list[Type] = []
    for option in options:
        for inner in _options(option):
            _append(distinct, inner)
    if ANY in distinct or not distinct:
        return ANY
    distinct.sort(key=lambda option: option == NULL)
    if len(distinct) == 1:
        return distinct[0]
    values = [option for option in distinct if option != NULL]
    if discriminator and 1 < len(values) < len(distinct):
        return Union((Union(tuple(values), discriminator), NULL))
    return Union(tuple(distinct), discriminator if len(values) > 1 else None)


def _options(type_: Type) -> tuple[Type, ...]:
    is_plain = isinstance(type_, Union) and not type_.discriminator and not type_.further
    return type_.options if isinstance(type_, Union) and is_plain else (type_,)


def _append(options: list[Type], option: Type) -> None:
    """Add an option to a list unless it is there; join a literal with a literal before it."""
    last = options[-1] if options else None
    if isinstance(option, LiteralOf) and isinstance(last, LiteralOf):
        options[-1] = LiteralOf(tuple(dict.fromkeys((*last.values, *option.values))))
    elif option not in options:
        options.append(option)


def nullable(type_: Type, is_nullable: bool) -> Type:
    """Return a type, with null as an option if `is_nullable`."""
    return union([type_, NULL]) if is_nullable else type_


def asserting(type_: Type, further: str) -> Type:
    """Return a type with assertions on its value. `further`: JSON text of a schema; empty: nothing is asserted."""
    if not further:
        return type_
    if isinstance(type_, Union) and not type_.further:
        return replace(type_, further=further)
    return Union((type_,), further=further)


def as_secret(type_: Type) -> Type:
    """Return a type whose strings are hidden in repr, logs and tracebacks."""
    match type_:
        case Scalar(kind=Kind.STRING):
            return Scalar(Kind.STRING, type_.constraints, secret=True)
        case Array(items=items):
            return replace(type_, items=as_secret(items))
        case Union(options=options, discriminator=None):
            return replace(type_, options=tuple(as_secret(option) for option in options))
    return type_
