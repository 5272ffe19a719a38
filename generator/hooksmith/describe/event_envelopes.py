"""Events in a list inside the body of a delivery: each item is an event, as in Adyen's notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ExtensionError
from ..ir import NULL, Alias, Array, Envelope, Field, Model, Named, Type, Union
from ..ir.queries import all_fields
from ..json_pointer import join, split
from ..normalize import Normal
from .deliveries import Delivery
from .schemas import Schemas


def find_envelope(
    schemas: Schemas, described: Sequence[Delivery], pointer: str | None
) -> Envelope | None:
    """Return the list that holds the events, if the pointer to the event type leads through one; otherwise None.

    An item that is an object of one property, which is an object, is a wrapper: the event is that property's value.
    """
    tokens = split(pointer or "")
    for delivery in described:
        for model in delivery.models:
            types = _types(schemas, model, tokens)
            lists = [index for index, type_ in enumerate(types[:-1]) if isinstance(type_, Array)]
            if len(types) > len(tokens) and len(lists) == 1:
                first = last = lists[0] + 1
                while last < len(tokens) - 1 and len(_fields(schemas, types[last])) == 1:
                    last += 1
                items, event = tokens[: first - 1], tokens[first:last]
                return Envelope(items=join("", *items), event=join("", *event))
    return None


def opened(schemas: Schemas, delivery: Delivery, envelope: Envelope) -> Delivery:
    """Return the delivery with the definition of an item as its event; unchanged if its body has no such list."""
    tokens = prefix_of(envelope)
    models: dict[str, None] = {}
    for name in delivery.models:
        types = _types(schemas, name, tokens)
        inner = types[-1]
        if len(types) <= len(tokens) or not _fields(schemas, inner):
            return delivery
        assert isinstance(inner, Named)
        models[inner.name] = None
    names = tuple(models)
    return delivery._replace(
        node=schemas.node(names[0]), models=names, batch=True, wrapper=delivery.models[0]
    )


def prefix_of(envelope: Envelope) -> list[str]:
    """Return the tokens of the pointer from a body to the first event."""
    return [*split(envelope.items), "0", *split(envelope.event)]


def _types(schemas: Schemas, model: str, tokens: Sequence[str]) -> list[Type]:
    """Return the types from a model along a pointer, the model's first; fewer if the pointer leads elsewhere."""
    types: list[Type] = [Named(model)]
    for token in tokens:
        owner = types[-1]
        if isinstance(owner, Array) and token.isdecimal():
            inner: Type | None = owner.items
        else:
            fields = _fields(schemas, owner)
            inner = next((field.type for field in fields if field.wire == token), None)
        if inner is None:
            break
        types.append(_plain(schemas, inner))
    return types


def _plain(schemas: Schemas, type_: Type) -> Type:
    """Return a type without aliases, and without the null of an optional type."""
    if isinstance(type_, Union):
        options = [option for option in type_.options if option != NULL]
        return _plain(schemas, options[0]) if len(options) == 1 else type_
    if isinstance(type_, Named):
        schemas.finish()
        definition = schemas.definitions[type_.name]
        if isinstance(definition, Alias):
            return _plain(schemas, definition.type)
    return type_


def _fields(schemas: Schemas, type_: Type) -> list[Field]:
    definition = schemas.definitions[type_.name] if isinstance(type_, Named) else None
    return all_fields(definition, schemas.definitions) if isinstance(definition, Model) else []


def relative_positions(
    normal: Normal, positions: Mapping[str, Any], envelope: Envelope
) -> dict[str, Any]:
    """Return positions relative to an event in the list; raises ExtensionError for a pointer to another place."""
    prefix = prefix_of(envelope)

    def relative(name: str, position: Any) -> Any:
        if not isinstance(position, str):
            return position
        tokens = split(position)
        if tokens[: len(prefix)] != prefix:
            place = normal.place(f"/x-hooksmith-events/{name}")
            inside = join("", *prefix)
            raise ExtensionError.at(
                place, f"{name}: {position} is outside the events, which are at {inside}"
            )
        return join("", *tokens[len(prefix) :])

    return {name: relative(name, position) for name, position in positions.items()}
