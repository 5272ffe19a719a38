"""Which definitions are sent, which received: what we receive is read tolerantly, what we send is checked."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import (
    Alias,
    AnyDefinition,
    Array,
    LiteralOf,
    Map,
    Model,
    Named,
    Operation,
    Scalar,
    Tuple,
    Type,
    Union,
)


def sent_types(operation: Operation) -> Iterator[Type]:
    """The types of what a call sends, and of what its callbacks are answered."""
    for parameter in operation.parameters:
        yield parameter.field.type
    if operation.body:
        for body in (operation.body, *operation.body.others):
            yield body.type
    for callback in operation.callbacks:
        if callback.reply is not None and callback.reply.type is not None:
            yield callback.reply.type


def received_types(operation: Operation) -> Iterator[Type]:
    """The types of a call's replies, and of its callbacks."""
    for reply in (*operation.replies, *operation.errors):
        kinds = (reply.type, *(other.type for other in reply.others))
        yield from (kind for kind in kinds if kind is not None)
    for callback in operation.callbacks:
        if callback.type is not None:
            yield callback.type


def references(definition: AnyDefinition) -> Iterator[str]:
    """The names of the definitions that a definition is made of."""
    match definition:
        case Model(fields=fields, bases=bases, extra=extra):
            yield from bases
            for field in fields:
                yield from names_in(field.type)
            if extra is not None:
                yield from names_in(extra)
        case Alias(type=kind):
            yield from names_in(kind)


def names_in(kind: Type) -> Iterator[str]:
    """The names of the definitions that a type mentions."""
    match kind:
        case Named(name):
            yield name
        case Array(items=items):
            yield from names_in(items)
        case Map(values=values):
            yield from names_in(values)
        case Tuple(items=items, rest=rest):
            for item in (*items, *([rest] if rest else [])):
                yield from names_in(item)
        case Union(options=options):
            for option in options:
                yield from names_in(option)
        case Scalar() | LiteralOf():
            return
