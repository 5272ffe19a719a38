"""Location of the event type in a delivery: a property, a header, or several parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ..ir import Position
from ..json_pointer import escape
from ..naming.casing import plain, prefix_of
from .deliveries import Delivery
from .event_pointers import choices_of, resolve_in
from .event_type_by_key import detect_by_key, types_at
from .schemas import Schemas

_LIKELY = ("type", "event", "event_type", "eventType", "event_name", "topic", "action", "name")
"""Names of properties that hold the event type, the likeliest first."""
_DECLARED = _LIKELY[:6]
"""Names of properties whose several values in one body are several event types."""


def position(value: Any) -> Position | None:
    """Return the position for a value of `x-hooksmith-events`; None if it has no known form."""
    match value:
        case str():
            return Position(pointer=value)
        case {"header": str(name)}:
            return Position(header=name)
        case [_, *_]:
            return Position(parts=tuple(filter(None, map(position, value))))
    return None


def detect(schemas: Schemas, described: Sequence[Delivery]) -> Position | None:
    """Return the property, otherwise the header, whose values differ in all deliveries.

    Without such constants, return the property that fits the keys of the webhooks; None if there is none.
    """
    bodies = [delivery.node for delivery in described if delivery.node is not None]
    constant = _property(schemas, bodies) or _header(schemas, described)
    pointer = detect_by_key(schemas, described) if constant is None else None
    return constant if pointer is None else Position(pointer=pointer)


def _property(schemas: Schemas, bodies: list[Any]) -> Position | None:
    """Return the likeliest property with a different value in each body.

    It has one value in each body; several are admitted if its name declares event types.
    """
    values: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for body in bodies:
        for name in schemas.properties(body):
            choices = body_values(schemas, body, f"/{escape(name)}")
            if choices and (len(choices) == 1 or name in _DECLARED):
                values[name].append(choices)
    likeliest = _likeliest(values, len(bodies))
    return Position(pointer=f"/{escape(likeliest)}") if likeliest is not None else None


def _header(schemas: Schemas, described: Sequence[Delivery]) -> Position | None:
    """Return the header that has one value in each webhook, a different value in each."""
    values: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    names: dict[str, str] = {}
    webhooks = {delivery.pointer: delivery for delivery in described}
    for delivery in webhooks.values():
        for name, parameter in _headers(schemas, delivery).items():
            choices = choices_of(schemas.resolve(parameter.get("schema")))
            if len(choices) == 1:
                names.setdefault(name, str(parameter.get("name")))
                values[name].append(choices)
    likeliest = _likeliest(values, len(webhooks))
    return Position(header=names[likeliest]) if likeliest is not None else None


def _likeliest(values: Mapping[str, list[tuple[str, ...]]], count: int) -> str | None:
    """Return the likeliest name whose values exist in all `count` bodies and differ in all of them."""
    telling = [
        name for name, choices in values.items() if len(choices) == count and _are_distinct(choices)
    ]
    ranked = sorted(
        telling, key=lambda name: _LIKELY.index(name) if name in _LIKELY else len(_LIKELY)
    )
    return ranked[0] if ranked else None


def _are_distinct(choices: list[tuple[str, ...]]) -> bool:
    values = [value for group in choices for value in group]
    return len(set(values)) == len(values)


def event_types(
    schemas: Schemas, described: Sequence[Delivery], type_position: Position | None
) -> list[tuple[str, Delivery]]:
    """Return (event type, delivery) in document order.

    If the document names no position of the type, or composes the type from parts, the type is the webhook's key.
    """
    if type_position is None or type_position.parts:
        return [(delivery.key, delivery) for delivery in described]
    if type_position.header is not None:
        return [
            (event_type, delivery)
            for delivery in described
            for event_type in _header_types(schemas, delivery, type_position.header)
        ]
    types = types_at(schemas, described, type_position.pointer or "")
    return [
        (event_type, delivery)
        for delivery, own_types in zip(described, types, strict=True)
        for event_type in own_types
    ]


def _header_types(schemas: Schemas, delivery: Delivery, header: str) -> tuple[str, ...]:
    schema = header_value(schemas, delivery, header)
    return choices_of(schema) or _example(schema) or (delivery.key,)


def body_values(schemas: Schemas, body: Any, pointer: str) -> tuple[str, ...]:
    """Return the strings that the schema of a body admits at a JSON Pointer; () if it does not limit them."""
    return choices_of(resolve_in(schemas, body, pointer))


def example_headers(
    schemas: Schemas,
    delivery: Delivery,
    event_type: str,
    positions: Sequence[Position | None],
) -> dict[str, str]:
    """Return example values of the headers that carry an event's type, id and timestamp.

    Args:
        schemas: Reader of the document's schemas.
        delivery: A delivery of the event type.
        event_type: The event type.
        positions: Positions of type, id and timestamp, in this order.
    """
    examples: dict[str, str] = {}
    for index, location in enumerate(positions):
        for place in location.places if location is not None else ():
            if place.header is None:
                continue
            schema = header_value(schemas, delivery, place.header)
            example = (*choices_of(schema), *_example(schema), "example")[0]
            if index == 0 and not plain(event_type).startswith(plain(example)):
                example = _without_body_parts(schemas, delivery, event_type, location)
            examples[place.header] = example
    return examples


def _without_body_parts(
    schemas: Schemas, delivery: Delivery, event_type: str, location: Position | None
) -> str:
    """Return an event type without the parts at its end that the body carries."""
    for place in location.places if location is not None else ():
        for value in body_values(schemas, delivery.node, place.pointer or "")[:1]:
            if plain(event_type).endswith(plain(value)):
                letters = len(plain(event_type)) - len(plain(value))
                event_type = prefix_of(event_type, letters) or event_type
    return event_type


def composed_type(
    schemas: Schemas, delivery: Delivery, event_type: str, location: Position | None
) -> str:
    """Return the event type that the schemas of its parts compose, if that differs from `event_type`; otherwise ""."""
    type_parts: list[str] = []
    for place in location.parts if location is not None else ():
        if place.header is not None:
            schema = header_value(schemas, delivery, place.header)
            choices = choices_of(schema) or _example(schema)
        else:
            choices = body_values(schemas, delivery.node, place.pointer or "")
        if len(choices) != 1:
            return ""
        type_parts.append(choices[0])
    return ".".join(type_parts) if plain("".join(type_parts)) != plain(event_type) else ""


def header_value(schemas: Schemas, delivery: Delivery, header: str) -> Any:
    """Return the schema of a header, with the example of its parameter; {} if the webhook has no such parameter."""
    parameter = _headers(schemas, delivery).get(header.lower(), {})
    schema = schemas.resolve(parameter.get("schema"))
    copy = dict(schema) if isinstance(schema, dict) else {}
    return {**copy, "example": parameter["example"]} if "example" in parameter else copy


def _headers(schemas: Schemas, delivery: Delivery) -> dict[str, Any]:
    """Return the header parameters of a delivery by lower-case name; those of the operation take precedence."""
    headers: dict[str, Any] = {}
    for item in delivery.parameters:
        parameter = schemas.resolve(item)
        if isinstance(parameter, dict) and parameter.get("in") == "header":
            headers.setdefault(str(parameter.get("name")).lower(), parameter)
    return headers


def _example(schema: Any) -> tuple[str, ...]:
    value = schema.get("example")
    examples = schema.get("examples")
    if value is None and isinstance(examples, list) and examples:
        value = examples[0]
    return (value,) if isinstance(value, str) else ()
