"""Replies that are streams of items: server-sent events, JSON lines and JSON sequences.

OpenAPI 3.2 describes an item by `itemSchema`; in 3.0 and 3.1 the `schema` of a streaming media type is read as the
schema of one item (for server-sent events, of the data of one event), and an array as the array of all items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from ..ir import (
    Alias,
    Array,
    ItemStream,
    Kind,
    LiteralOf,
    Model,
    Named,
    Operation,
    Scalar,
    Type,
    Union,
)
from ..ir.queries import all_fields
from ..json_pointer import escape
from ..naming.argument_names import free_name
from ..openapi.grammar import Node
from ..openapi.media_types import is_event_stream, is_item_stream
from .schemas import Schemas

_SWITCH = "stream"
"""Boolean property of a request body that asks for a stream instead of one reply."""
_EVENT_FIELDS = frozenset({"data", "event", "id", "retry"})
"""Fields of a server-sent event (OpenAPI 3.2.0, 4.14.4, "Sequential Media Types")."""


def describe_stream(
    schemas: Schemas, operation: Node, contents: Iterator[tuple[str, Node, str]]
) -> ItemStream | None:
    """Return the stream among the contents of an operation's success replies; None if there is none.

    Args:
        schemas: Reader of the document's schemas.
        operation: Operation Object, whose `x-hooksmith-stream` may name the data after which nothing follows.
        contents: Media type, Media Type Object and the object's JSON Pointer.
    """
    extension = operation.get("x-hooksmith-stream") or {}
    for media_type, node, pointer in contents:
        if not is_item_stream(media_type):
            continue
        stream = _stream(schemas, media_type, node, pointer)
        if stream is not None:
            return replace(stream, done=extension.get("done", stream.done))
    return None


def stream_operations(operation: Operation, taken: Collection[str]) -> Iterator[Operation]:
    """Yield the operations that become methods: a streaming method, and a plain method.

    If the body has a boolean property `stream`, or if the reply is always a stream, one method does both.

    Args:
        operation: An operation, with the name of its method.
        taken: The names of all methods of its resource.
    """
    stream = operation.stream
    if stream is None:
        yield operation
        return
    if _is_always_stream(operation):
        yield replace(operation, stream=replace(stream, switch=None))
        return
    switch = _switch(operation)
    if switch is not None:
        yield replace(operation, stream=replace(stream, switch=switch))
        return
    yield replace(operation, stream=None)
    name = free_name(f"{operation.name.rstrip('_')}_stream", "get", taken)
    yield replace(operation, name=name, id=f"{operation.id}_stream")


def _is_always_stream(operation: Operation) -> bool:
    media_types = [
        media_type
        for reply in operation.replies
        for media_type in (reply.media_type, *(other.media_type for other in reply.others))
        if media_type is not None
    ]
    return all(map(is_item_stream, media_types))


def _switch(operation: Operation) -> str | None:
    """Return the argument that asks for the stream, if the preferred body has one."""
    fields = (operation.body.fields or ()) if operation.body else ()
    return next(
        (field.name for field in fields if field.wire == _SWITCH and _can_be_true(field.type)), None
    )


def _can_be_true(type_: Type) -> bool:
    match type_:
        case Scalar(kind=Kind.BOOLEAN):
            return True
        case Union(options=options):
            return any(map(_can_be_true, options))
        case LiteralOf(values=values):
            return True in values
    return False


def _stream(schemas: Schemas, media_type: str, node: Node, pointer: str) -> ItemStream | None:
    key = "itemSchema" if "itemSchema" in node else "schema"
    if key not in node:
        return None
    schema, place = node[key], f"{pointer}/{key}"
    if is_event_stream(media_type) and key == "itemSchema":
        described = _described_events(schemas, media_type, schema, place)
        if described is not None:
            return described
    item = schemas.type_at(schema, place)
    schemas.finish()
    if key == "schema":
        item = _item_of(schemas, item)
    if not _is_described(schemas, item):
        return None
    return ItemStream(
        media_type=media_type, item=item, describes_error=_has_tag(schemas, item, "error")
    )


def _item_of(schemas: Schemas, type_: Type) -> Type:
    """Return the items of an array, and any other type itself."""
    if isinstance(type_, Named):
        definition = schemas.definitions.get(type_.name)
        if isinstance(definition, Alias) and isinstance(definition.type, Array):
            return definition.type.items
    return type_.items if isinstance(type_, Array) else type_


def _is_described(schemas: Schemas, type_: Type, seen: tuple[str, ...] = ()) -> bool:
    """Whether a type describes the items; an untyped stream is read by `stream` of the client."""
    match type_:
        case Named(name):
            definition = schemas.definitions.get(name)
            if isinstance(definition, Alias):
                return name not in seen and _is_described(schemas, definition.type, (*seen, name))
            return definition is not None
        case Union(options=options):
            return all(_is_described(schemas, option, seen) for option in options)
        case Scalar(kind=kind):
            return kind not in (Kind.BINARY, Kind.ANY)
    return True


def _has_tag(schemas: Schemas, type_: Type, value: str) -> bool:
    """Whether an option of a union has a property with this value alone, so that the value identifies the option."""
    match type_:
        case Named(name):
            definition = schemas.definitions.get(name)
            if isinstance(definition, Alias):
                return _has_tag(schemas, definition.type, value)
            return isinstance(definition, Model) and any(
                isinstance(field.type, LiteralOf) and field.type.values == (value,)
                for field in all_fields(definition, schemas.definitions)
            )
        case Union(options=options):
            return any(_has_tag(schemas, option, value) for option in options)
    return False


# --- server-sent events of OpenAPI 3.2 ---------------------------------------------------------------------------


def _described_events(
    schemas: Schemas, media_type: str, schema: Any, pointer: str
) -> ItemStream | None:
    """Return the stream of an `itemSchema` that describes whole events; None if it describes their data."""
    options = list(_options(schemas, schema, pointer))
    if not options or not all(_is_event(option) for option, _ in options):
        return None
    events: dict[str, Type] = {}
    unnamed: list[Type] = []
    for option, place in options:
        type_ = _data_type(schemas, option["properties"]["data"], f"{place}/properties/data")
        names = _event_names(option["properties"].get("event"))
        if not names:
            unnamed.append(type_)
        events.update(dict.fromkeys(names, type_))
    schemas.finish()
    types = list(dict.fromkeys([*events.values(), *unnamed]))
    item = types[0] if len(types) == 1 else Union(tuple(types))
    if unnamed or len(set(events.values())) < 2:
        return ItemStream(media_type=media_type, item=item, describes_error="error" in events)
    return ItemStream(
        media_type=media_type, item=item, events=events, describes_error="error" in events
    )


def _options(schemas: Schemas, schema: Any, pointer: str) -> Iterator[tuple[Node, str]]:
    """Yield the options of a schema, each resolved, with its JSON Pointer."""
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        pointer = schema["$ref"][1:]
        schema = schemas.resolve(schema)
    if not isinstance(schema, dict):
        return
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            for index, option in enumerate(schema[key]):
                yield from _options(schemas, option, f"{pointer}/{key}/{index}")
            return
    yield schema, pointer


def _is_event(schema: Node) -> bool:
    properties = schema.get("properties") or {}
    return "data" in properties and properties.keys() <= _EVENT_FIELDS


def _event_names(schema: Any) -> list[str]:
    if not isinstance(schema, dict):
        return []
    values = [schema["const"]] if "const" in schema else schema.get("enum") or []
    return [value for value in values if isinstance(value, str)]


def _data_type(schemas: Schemas, schema: Any, pointer: str) -> Type:
    """Return the type of an event's data: that of `contentSchema` if the data is text that holds JSON."""
    if isinstance(schema, dict) and isinstance(schema.get("contentSchema"), dict):
        return schemas.type_at(schema["contentSchema"], f"{pointer}/contentSchema")
    return schemas.type_at(schema, pointer)


def stream_contents(replies: Iterator[tuple[Node, str]]) -> Iterator[tuple[str, Node, str]]:
    """Yield media type, Media Type Object and JSON Pointer of the contents of Response Objects."""
    for reply, pointer in replies:
        for media_type, node in (reply.get("content") or {}).items():
            if isinstance(node, dict):
                yield media_type, node, f"{pointer}/content/{escape(media_type)}"
