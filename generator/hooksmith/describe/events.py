"""Webhooks of the normal form → the event catalogue of the IR."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..ir import Alias, Array, Event, Events, Model, Named, Position, Type, Union
from ..normalize import Normal
from ..normalize.casing import snake, upper
from ..normalize.grammar import Node
from ..normalize.names import operations
from ..pointer import escape, split
from .fields import unique
from .media import preferred
from .positions import check_positions
from .schemas import Schemas, provenance, text

_LIKELY = ("type", "event", "event_type", "eventType", "event_name", "topic", "action", "name")


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A webhook's key, its operation and where that stands, the body's schema, definition and media type object.

    `node` is None where the document says nothing about the body's properties.
    """

    key: str
    operation: Node
    pointer: str
    node: Any
    model: str
    content: Node


def describe_events(normal: Normal, schemas: Schemas) -> Events:
    """One event for each kind of delivery that the document's `webhooks` describe."""
    found = [
        delivery
        for key, item in (normal.document.get("webhooks") or {}).items()
        for delivery in _deliveries(normal, schemas, key, item)
    ]
    stated = normal.document.get("x-hooksmith-events") or {}
    where = _position(stated.get("type")) or _detect(
        schemas, [delivery.node for delivery in found if delivery.node is not None]
    )
    check_positions(normal, schemas, stated, [(one.pointer, one.node) for one in found])
    schemas.finish()
    kinds: dict[str, _Delivery] = {}
    for kind, delivery in _told_apart(normal, schemas, found, where):
        _settle(kinds, kind, delivery)
    members = unique(list(kinds), upper)
    return Events(
        events=tuple(
            _event(kind, member, kinds[kind]) for kind, member in zip(kinds, members, strict=True)
        ),
        type=where,
        id=_position(stated.get("id")),
        timestamp=_position(stated.get("timestamp")),
    )


def _settle(kinds: dict[str, _Delivery], kind: str, delivery: _Delivery) -> None:
    """Deliveries of one type but of several models cannot be told apart: all but the first go by their keys."""
    if kinds.setdefault(kind, delivery).model != delivery.model:
        kinds.setdefault(delivery.key, delivery)


def _told_apart(
    normal: Normal, schemas: Schemas, found: list[_Delivery], where: Position | None
) -> Iterator[tuple[str, _Delivery]]:
    """(type, delivery) in order. A webhook whose models nothing tells apart has an open model in their place."""
    grouped: dict[tuple[str, str], list[_Delivery]] = defaultdict(list)
    for delivery in found:
        for kind in _kinds(schemas, delivery, where):
            grouped[delivery.pointer, kind].append(delivery)
    opened: dict[str, _Delivery] = {}
    for (pointer, kind), several in grouped.items():
        models = list(dict.fromkeys(delivery.model for delivery in several))
        if len(models) > 1 and pointer not in opened:
            opened[pointer] = _opened(normal, schemas, several[0], models)
        yield kind, several[0] if len(models) == 1 else opened[pointer]


def _opened(normal: Normal, schemas: Schemas, delivery: _Delivery, models: list[str]) -> _Delivery:
    what = f"nothing tells {', '.join(models)} apart"
    normal.findings.widen(delivery.pointer, what, "read as an object with any properties")
    normal.warn(
        delivery.pointer,
        f"{what}: the body is read as an object with any properties",
        "give each a property of one value, as `type: {const: order.paid}`",
    )
    description = text(delivery.operation.get("description"))
    model = schemas.add_open_model(delivery.key, delivery.pointer, description)
    return replace(delivery, node=None, model=model)


def _deliveries(normal: Normal, schemas: Schemas, key: str, item: Any) -> list[_Delivery]:
    found: list[_Delivery] = []
    for method, operation in operations(item) if isinstance(item, dict) else ():
        place = f"/webhooks/{escape(key)}/{method}"
        pointer, body = f"{place}/requestBody", operation.get("requestBody") or {}
        if "$ref" in body:
            pointer, body = body["$ref"][1:], schemas.resolve(body)
        media_type, content = preferred(body.get("content") or {})
        names: list[str] = []
        if media_type is not None and "schema" in content:
            kind = schemas.type_at(
                content["schema"], f"{pointer}/content/{escape(media_type)}/schema"
            )
            schemas.finish()
            names = _models(schemas, kind)
            if not names and _is_list(schemas, kind):
                _say_list(normal, place)
        found += [
            _Delivery(key, operation, place, schemas.node(name), name, content) for name in names
        ]
        if not names:
            model = schemas.add_open_model(key, place, text(operation.get("description")))
            found.append(_Delivery(key, operation, place, None, model, content))
    return found


def _models(schemas: Schemas, kind: Type) -> list[str]:
    """The names of the models that a body may be: one, or the options of a union."""
    if isinstance(kind, Union):
        return [name for option in kind.options for name in _models(schemas, option)]
    if not isinstance(kind, Named):
        return []
    definition = schemas.definitions[kind.name]
    if isinstance(definition, Alias):
        return _models(schemas, definition.type)
    return [kind.name] if isinstance(definition, Model) else []


def _is_list(schemas: Schemas, kind: Type) -> bool:
    while isinstance(kind, Named):
        definition = schemas.definitions[kind.name]
        if not isinstance(definition, Alias):
            return False
        kind = definition.type
    return isinstance(kind, Array)


def _say_list(normal: Normal, place: str) -> None:
    what = "the body is a list, and an event is an object"
    normal.findings.widen(place, what, "the items have a type, the delivery has none")
    normal.warn(
        place,
        f"{what}: a delivery of this webhook cannot be read as an event",
        "the type of the items is generated: read each of them with it",
    )


def _event(kind: str, member: str, delivery: _Delivery) -> Event:
    operation, node = delivery.operation, delivery.node
    return Event(
        type=kind,
        model=delivery.model,
        member=member,
        group=_group(operation, kind),
        pointer=delivery.pointer,
        summary=text(operation.get("summary")),
        description=text(operation.get("description"))
        or text(node.get("description") if isinstance(node, dict) else ""),
        deprecated=operation.get("deprecated") is True,
        example=_example(delivery.content),
        provenance=provenance(operation),
    )


def _group(operation: Node, kind: str) -> str:
    tags = operation.get("tags")
    if isinstance(tags, list) and tags:
        return str(tags[0])
    head, dot, _ = kind.partition(".")
    return snake(head) if dot else ""


def _example(content: Node) -> Any:
    if "example" in content:
        return content["example"]
    for example in (content.get("examples") or {}).values():
        if isinstance(example, dict) and "value" in example:
            return example["value"]
    return None


def _position(stated: Any) -> Position | None:
    if isinstance(stated, str):
        return Position(pointer=stated)
    if isinstance(stated, dict):
        return Position(header=stated["header"])
    return None


_DECLARED = _LIKELY[:6]
"""What a property must be called for several values of its own to be taken as so many types."""


def _detect(schemas: Schemas, bodies: list[Any]) -> Position | None:
    """The property whose values tell every body from the others; the likeliest name where there are several.

    A body may have several values, if the property's name says that they are types.
    """
    values: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for body in bodies:
        for name in schemas.properties(body):
            stated = _values(schemas, body, Position(pointer=f"/{escape(name)}"))
            if stated and (len(stated) == 1 or name in _DECLARED):
                values[name].append(stated)
    telling = [
        name for name, stated in values.items() if len(stated) == len(bodies) and _are_apart(stated)
    ]
    ranked = sorted(
        telling, key=lambda name: _LIKELY.index(name) if name in _LIKELY else len(_LIKELY)
    )
    return Position(pointer=f"/{escape(ranked[0])}") if ranked else None


def _are_apart(stated: list[tuple[str, ...]]) -> bool:
    everything = [value for values in stated for value in values]
    return len(set(everything)) == len(everything)


def _kinds(schemas: Schemas, delivery: _Delivery, where: Position | None) -> tuple[str, ...]:
    """The wire values of a delivery's type; its key where nothing says."""
    if where is None:
        return (delivery.key,)
    if where.header is not None:
        return _header_values(schemas, delivery, where.header) or (delivery.key,)
    return _values(schemas, delivery.node, where) or (delivery.key,)


def _header_values(schemas: Schemas, delivery: _Delivery, header: str) -> tuple[str, ...]:
    """What the webhook's own parameters say of the header: a constant, or at least an example."""
    for stated in delivery.operation.get("parameters") or ():
        parameter = schemas.resolve(stated)
        if (
            str(parameter.get("in")) == "header"
            and str(parameter.get("name")).lower() == header.lower()
        ):
            schema = schemas.resolve(parameter.get("schema"))
            told = _stated(schema)
            return told or tuple(
                value for value in [parameter.get("example")] if isinstance(value, str)
            )
    return ()


def _values(schemas: Schemas, body: Any, where: Position) -> tuple[str, ...]:
    """The values that a body's type can have, where its schema says."""
    node = body
    for token in split(where.pointer or ""):
        node = schemas.properties(node).get(token)
    return _stated(schemas.resolve(node))


def _stated(schema: Any) -> tuple[str, ...]:
    if not isinstance(schema, dict):
        return ()
    if isinstance(schema.get("const"), str):
        return (schema["const"],)
    values = [value for value in schema.get("enum") or () if value is not None]
    return tuple(dict.fromkeys(values)) if all(isinstance(value, str) for value in values) else ()
