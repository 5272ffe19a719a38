"""How deliveries are told apart: by a property, a header, or several parts together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ..ir import Position
from ..json_pointer import escape, split
from ..naming.casing import plain, prefix_of
from .deliveries import Delivery
from .schemas import Schemas

_LIKELY = ("type", "event", "event_type", "eventType", "event_name", "topic", "action", "name")
_DECLARED = _LIKELY[:6]
"""What a property must be called for several values of its own to be taken as so many types."""


def position(stated: Any) -> Position | None:
    """A position of `x-hooksmith-events`."""
    match stated:
        case str():
            return Position(pointer=stated)
        case {"header": str(name)}:
            return Position(header=name)
        case [_, *_]:
            return Position(parts=tuple(filter(None, map(position, stated))))
    return None


def detect(schemas: Schemas, found: Sequence[Delivery]) -> Position | None:
    """The property whose values tell every body from the others, or else such a header (by its schema)."""
    bodies = [delivery.node for delivery in found if delivery.node is not None]
    return _property(schemas, bodies) or _header(schemas, found)


def _property(schemas: Schemas, bodies: list[Any]) -> Position | None:
    """The likeliest name where there are several.

    A body may have several values, if the property's name says that they are types.
    """
    values: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for body in bodies:
        for name in schemas.properties(body):
            stated = body_values(schemas, body, f"/{escape(name)}")
            if stated and (len(stated) == 1 or name in _DECLARED):
                values[name].append(stated)
    likeliest = _likeliest(values, len(bodies))
    return Position(pointer=f"/{escape(likeliest)}") if likeliest is not None else None


def _header(schemas: Schemas, found: Sequence[Delivery]) -> Position | None:
    """Only a webhook, not a body, has headers: the bodies of one webhook count once."""
    values: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    spelled: dict[str, str] = {}
    webhooks = {delivery.pointer: delivery for delivery in found}
    for delivery in webhooks.values():
        for name, parameter in _headers(schemas, delivery).items():
            stated = _stated(schemas.resolve(parameter.get("schema")))
            if len(stated) == 1:
                spelled.setdefault(name, str(parameter.get("name")))
                values[name].append(stated)
    likeliest = _likeliest(values, len(webhooks))
    return Position(header=spelled[likeliest]) if likeliest is not None else None


def _likeliest(values: Mapping[str, list[tuple[str, ...]]], bodies: int) -> str | None:
    telling = [
        name for name, stated in values.items() if len(stated) == bodies and _are_apart(stated)
    ]
    ranked = sorted(
        telling, key=lambda name: _LIKELY.index(name) if name in _LIKELY else len(_LIKELY)
    )
    return ranked[0] if ranked else None


def _are_apart(stated: list[tuple[str, ...]]) -> bool:
    everything = [value for values in stated for value in values]
    return len(set(everything)) == len(everything)


def kinds(schemas: Schemas, delivery: Delivery, where: Position | None) -> tuple[str, ...]:
    """The wire values of a delivery's type; its key where nothing says, or where several parts make it up."""
    if where is None or where.parts:
        return (delivery.key,)
    if where.header is not None:
        stated = header_value(schemas, delivery, where.header)
        return _stated(stated) or _example(stated) or (delivery.key,)
    return body_values(schemas, delivery.node, where.pointer or "") or (delivery.key,)


def body_values(schemas: Schemas, body: Any, pointer: str) -> tuple[str, ...]:
    """The values that a string of a body can have, where its schema says."""
    node = body
    for token in split(pointer):
        node = schemas.properties(node).get(token)
    return _stated(schemas.resolve(node))


def told_headers(
    schemas: Schemas, delivery: Delivery, kind: str, wheres: Sequence[Position | None]
) -> dict[str, str]:
    """What examples of this type have in the headers that tell type, id and time, `wheres` in this order."""
    found: dict[str, str] = {}
    for index, where in enumerate(wheres):
        for place in where.places if where is not None else ():
            if place.header is None:
                continue
            stated = header_value(schemas, delivery, place.header)
            said = (*_stated(stated), *_example(stated), "example")[0]
            tells = index == 0 and not plain(kind).startswith(plain(said))
            found[place.header] = _without_rest(schemas, delivery, kind, where) if tells else said
    return found


def _without_rest(schemas: Schemas, delivery: Delivery, kind: str, where: Position | None) -> str:
    """A type without what the body tells of it."""
    for place in where.places if where is not None else ():
        for value in body_values(schemas, delivery.node, place.pointer or "")[:1]:
            if plain(kind).endswith(plain(value)):
                kind = prefix_of(kind, len(plain(kind)) - len(plain(value))) or kind
    return kind


def said_otherwise(schemas: Schemas, delivery: Delivery, kind: str, where: Position | None) -> str:
    """What the parts of a type are by the document's schemas, joined, where that is not the webhook's key."""
    said: list[str] = []
    for place in where.parts if where is not None else ():
        if place.header is not None:
            stated = header_value(schemas, delivery, place.header)
            found = _stated(stated) or _example(stated)
        else:
            found = body_values(schemas, delivery.node, place.pointer or "")
        if len(found) != 1:
            return ""
        said.append(found[0])
    return ".".join(said) if plain("".join(said)) != plain(kind) else ""


def header_value(schemas: Schemas, delivery: Delivery, header: str) -> Any:
    """The schema of a header by the webhook's own parameters, with the parameter's example."""
    parameter = _headers(schemas, delivery).get(header.lower(), {})
    schema = schemas.resolve(parameter.get("schema"))
    found = dict(schema) if isinstance(schema, dict) else {}
    return {**found, "example": parameter["example"]} if "example" in parameter else found


def _headers(schemas: Schemas, delivery: Delivery) -> dict[str, Any]:
    """The header parameters of a delivery by their names in lower case; the operation's own come first."""
    found: dict[str, Any] = {}
    for stated in delivery.parameters:
        parameter = schemas.resolve(stated)
        if isinstance(parameter, dict) and parameter.get("in") == "header":
            found.setdefault(str(parameter.get("name")).lower(), parameter)
    return found


def _example(schema: Any) -> tuple[str, ...]:
    value = schema.get("example")
    examples = schema.get("examples")
    if value is None and isinstance(examples, list) and examples:
        value = examples[0]
    return (value,) if isinstance(value, str) else ()


def _stated(schema: Any) -> tuple[str, ...]:
    if not isinstance(schema, dict):
        return ()
    if isinstance(schema.get("const"), str):
        return (schema["const"],)
    values = [value for value in schema.get("enum") or () if value is not None]
    return tuple(dict.fromkeys(values)) if all(isinstance(value, str) for value in values) else ()
