"""Webhooks of the normal form → the event catalogue of the IR."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..ir import Alias, Event, Events, Named, Position, Type, Union
from ..normalize import Normal
from ..normalize.casing import snake, upper
from ..normalize.grammar import Node
from ..normalize.names import operations
from ..pointer import escape, split
from .fields import unique
from .operations import preferred
from .schemas import Schemas, provenance, text

_LIKELY = ("type", "event", "event_type", "eventType", "event_name", "topic", "action", "name")


def describe_events(normal: Normal, schemas: Schemas) -> Events:
    """One event for each kind of delivery that the document's `webhooks` describe."""
    found = [delivery for key, item in (normal.document.get("webhooks") or {}).items() for delivery in _deliveries(schemas, key, item)]
    stated = normal.document.get("x-hooksmith-events") or {}
    where = _position(stated.get("type")) or _detect(schemas, [node for _, node, _, _, _ in found])
    schemas.finish()
    types = [_event_type(schemas, node, where) or key for key, node, _, _, _ in found]
    events: dict[str, Event] = {}
    for (_, node, model, operation, content), kind, member in zip(found, types, unique(types, upper), strict=True):
        events.setdefault(kind, _event(kind, member, model, operation, content, node))
    return Events(
        events=tuple(events.values()),
        type=where,
        id=_position(stated.get("id")),
        timestamp=_position(stated.get("timestamp")),
    )


Delivery = tuple[str, Any, str, Node, Node]
"""The webhook's key, the schema of its body, the name of the body's definition, the operation, the media type object."""


def _deliveries(schemas: Schemas, key: str, item: Any) -> list[Delivery]:
    found: list[Delivery] = []
    for method, operation in operations(item) if isinstance(item, dict) else ():
        pointer = f"/webhooks/{escape(key)}/{method}/requestBody"
        body = operation.get("requestBody") or {}
        if "$ref" in body:
            pointer, body = body["$ref"][1:], schemas.resolve(body)
        media_type, content = preferred(body.get("content") or {})
        if media_type is None or "schema" not in content:
            continue
        kind = schemas.type_at(content["schema"], f"{pointer}/content/{escape(media_type)}/schema")
        schemas.finish()
        found += [(key, schemas.node(name), name, operation, content) for name in _models(schemas, kind)]
    return found


def _models(schemas: Schemas, kind: Type) -> list[str]:
    """The names of the models that a body may be: one, or the options of a union."""
    if isinstance(kind, Union):
        return [name for option in kind.options for name in _models(schemas, option)]
    if not isinstance(kind, Named):
        return []
    definition = schemas.definitions[kind.name]
    return _models(schemas, definition.type) if isinstance(definition, Alias) else [kind.name]


def _event(kind: str, member: str, model: str, operation: Node, content: Node, node: Any) -> Event:
    return Event(
        type=kind,
        model=model,
        member=member,
        group=_group(operation, kind),
        summary=text(operation.get("summary")),
        description=text(operation.get("description")) or text(node.get("description") if isinstance(node, dict) else ""),
        deprecated=operation.get("deprecated") is True,
        example=_example(content),
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


def _detect(schemas: Schemas, bodies: list[Any]) -> Position | None:
    """The property that every body has with a single value of its own; the likeliest name where there are several."""
    seen: Counter[str] = Counter()
    for body in bodies:
        for name in schemas.properties(body):
            if _event_type(schemas, body, Position(pointer=f"/{escape(name)}")):
                seen[name] += 1
    everywhere = [name for name, count in seen.items() if count == len(bodies)]
    telling = [name for name in everywhere if len({_event_type(schemas, body, Position(pointer=f"/{escape(name)}")) for body in bodies}) == len(bodies)]
    ranked = sorted(telling, key=lambda name: _LIKELY.index(name) if name in _LIKELY else len(_LIKELY))
    return Position(pointer=f"/{escape(ranked[0])}") if ranked else None


def _event_type(schemas: Schemas, body: Any, where: Position | None) -> str | None:
    """The one value that a body's type can have, where its schema says."""
    if where is None or where.pointer is None:
        return None
    node = body
    for token in split(where.pointer):
        node = schemas.properties(node).get(token)
    node = schemas.resolve(node)
    if not isinstance(node, dict):
        return None
    if isinstance(node.get("const"), str):
        return str(node["const"])
    values: list[Any] = node.get("enum") or []
    return str(values[0]) if len(values) == 1 and isinstance(values[0], str) else None
