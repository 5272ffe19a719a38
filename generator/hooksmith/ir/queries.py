"""Questions about the IR: definitions that a type refers to, fields of a model, types sent and received."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .api import Api
from .operations import Operation
from .types import (
    NULL,
    Alias,
    AnyDefinition,
    Array,
    Field,
    LiteralOf,
    Map,
    Model,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)


def names_in(type_: Type) -> Iterator[str]:
    """Yield the names of the definitions that a type refers to."""
    match type_:
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


def references(definition: AnyDefinition) -> Iterator[str]:
    """Yield the names of the definitions that a definition refers to: base classes, fields, further properties."""
    match definition:
        case Model(fields=fields, bases=bases, extra=extra):
            yield from bases
            for field in fields:
                yield from names_in(field.type)
            if extra is not None:
                yield from names_in(extra)
        case Alias(type=type_):
            yield from names_in(type_)


def all_fields(model: Model, definitions: Mapping[str, AnyDefinition]) -> list[Field]:
    """Return the fields of a model, those of its base classes first.

    Args:
        model: The model.
        definitions: Definitions by name, the base classes among them.
    """
    fields: dict[str, Field] = {}
    for name in model.bases:
        base = definitions[name]
        if isinstance(base, Model):
            fields |= {field.wire: field for field in all_fields(base, definitions)}
    return list({**fields, **{field.wire: field for field in model.fields}}.values())


def has_further_properties(model: Model, definitions: Mapping[str, AnyDefinition]) -> bool:
    """Return whether the document allows further properties of a model explicitly, or lists no property."""
    return not all_fields(model, definitions) or _mentions_further(model, definitions)


def _mentions_further(model: Model, definitions: Mapping[str, AnyDefinition]) -> bool:
    bases = [base for name in model.bases if isinstance(base := definitions[name], Model)]
    return model.has_further or any(_mentions_further(base, definitions) for base in bases)


def sent_types(operation: Operation) -> Iterator[Type]:
    """Yield the types of an operation's parameters and bodies, and of the answers to its callbacks."""
    for parameter in operation.parameters:
        yield parameter.field.type
    if operation.body:
        for body in (operation.body, *operation.body.others):
            yield body.type
    for callback in operation.callbacks:
        if callback.reply is not None and callback.reply.type is not None:
            yield callback.reply.type


def received_types(operation: Operation) -> Iterator[Type]:
    """Yield the types of an operation's replies, and of the bodies of its callbacks."""
    for reply in (*operation.replies, *operation.errors):
        for type_ in (reply.type, *(other.type for other in reply.others)):
            if type_ is not None:
                yield type_
    if operation.stream is not None:
        yield operation.stream.item
        yield from operation.stream.events.values()
    for callback in operation.callbacks:
        if callback.type is not None:
            yield callback.type


def sent_names(operation: Operation) -> Iterator[str]:
    """Yield the names of the definitions that an operation sends."""
    for type_ in sent_types(operation):
        yield from names_in(type_)


def received_names(operation: Operation) -> Iterator[str]:
    """Yield the names of the definitions that an operation receives."""
    for type_ in received_types(operation):
        yield from names_in(type_)


def success_type(operation: Operation) -> Type | None:
    """Return the union of an operation's success replies; None if they have no content."""
    types: list[Type | None] = []
    for reply in operation.replies:
        types += [reply.type, *(other.type for other in reply.others if other.type is not None)]
    distinct = list(dict.fromkeys(NULL if type_ is None else type_ for type_ in types))
    if not distinct or distinct == [NULL]:
        return None
    return distinct[0] if len(distinct) == 1 else Union(tuple(distinct))


def has_event_type(api: Api) -> bool:
    """Return whether a delivery holds its event type, or can be of one type only."""
    return api.events.type is not None or len(api.events.events) == 1


def signs_url(signature: Mapping[str, Any] | None) -> bool:
    """Return whether signatures of a scheme may cover the URL, so that a receiver must know its own."""
    if signature is None or signature["scheme"] == "http-message-signatures":
        return signature is not None
    return "{url}" in signature.get("signed", "") or "body_digest" in signature


def collections_of(
    type_: Type, definitions: Mapping[str, AnyDefinition], aliases: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield `object` and `array` for each such value that a type accepts. `aliases`: the aliases around the type."""
    match type_:
        case Array() | Tuple():
            yield "array"
        case Map():
            yield "object"
        case Union(options=options):
            for option in options:
                yield from collections_of(option, definitions, aliases)
        case Named(name) if name not in aliases:
            definition = definitions[name]
            if isinstance(definition, Alias):
                yield from collections_of(definition.type, definitions, aliases | {name})
            elif isinstance(definition, Model):
                yield "object"
