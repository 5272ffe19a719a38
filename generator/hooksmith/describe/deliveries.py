"""Webhooks of the normal form → what is delivered: an entry for each class that a body, or a part of a batch, has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..ir import Alias, Array, Model, Named, Type, Union
from ..json_pointer import escape
from ..normalize import Normal
from ..openapi.grammar import Node
from ..openapi.media_types import is_form, preferred
from ..openapi.operations import operations
from .schemas import Schemas, text


class Delivery(NamedTuple):
    """A webhook's key, its operation and where that stands, the event's schema, definition and example.

    `node` is None where the document says nothing about the event's properties. `models`: its definition, or those of
    its options. `batch`: whether the body is a list of such events. `parameters`: the operation's, and the path's.
    """

    key: str
    operation: Node
    pointer: str
    node: Any
    models: tuple[str, ...]
    example: Any
    parameters: tuple[Any, ...] = ()
    batch: bool = False
    media_type: str | None = None
    form: bool = False
    """Whether it may come as a form, whatever its media type here is."""
    carrier: str = ""
    """The form's field that has the event in JSON."""


class _Body(NamedTuple):
    """The schema of a body: its type, and the media type object that it stands in."""

    type: Type | None
    content: Node
    media_type: str | None
    form: bool
    carrier: str = ""


def deliveries(normal: Normal, schemas: Schemas) -> list[Delivery]:
    """What the document's `webhooks` describe, in their order."""
    return [
        delivery
        for key, item in (normal.document.get("webhooks") or {}).items()
        if isinstance(item, dict)
        for delivery in _of_item(normal, schemas, key, item)
    ]


def _of_item(normal: Normal, schemas: Schemas, key: str, item: Node) -> Iterator[Delivery]:
    """Of one webhook. A method without a body (DELETE) says nothing of its own where another method has one."""
    place = f"/webhooks/{escape(key)}"
    found = [
        (f"{place}/{method}", operation, _body(schemas, operation, f"{place}/{method}"))
        for method, operation in operations(item)
    ]
    has_bodies = any(body.type is not None for _, _, body in found)
    for pointer, operation, body in found:
        if body.type is not None or not has_bodies:
            yield from _of_operation(normal, schemas, key, item, pointer, operation, body)


def _of_operation(
    normal: Normal,
    schemas: Schemas,
    key: str,
    item: Node,
    place: str,
    operation: Node,
    body: _Body,
) -> Iterator[Delivery]:
    parameters = (*(operation.get("parameters") or ()), *(item.get("parameters") or ()))
    example = _example(schemas, body.content)
    found = dict.fromkeys(_members(schemas, body.type) if body.type is not None else ())
    schemas.finish()
    for name, batch in found:
        yield Delivery(
            key, operation, place, schemas.node(name), (name,), example,
            parameters, batch, body.media_type, body.form, body.carrier,
        )  # fmt: skip
    if not found:
        if body.type is not None and _is_list(schemas, body.type):
            _say_list(normal, place)
        model = schemas.add_open_model(key, place, text(operation.get("description")))
        yield Delivery(
            key, operation, place, None, (model,), example,
            parameters, False, body.media_type, body.form,
        )  # fmt: skip


def _body(schemas: Schemas, operation: Node, place: str) -> _Body:
    pointer, body = f"{place}/requestBody", operation.get("requestBody") or {}
    if "$ref" in body:
        pointer, body = body["$ref"][1:], schemas.resolve(body)
    contents = body.get("content") or {}
    media_type, content = preferred(contents)
    form = any(is_form(each) for each in contents)
    if media_type is None or "schema" not in content:
        return _Body(None, content, media_type, form)
    place = f"{pointer}/content/{escape(media_type)}/schema"
    kind = schemas.type_at(content["schema"], place)
    schemas.finish()
    if is_form(media_type) and (carried := _carried(schemas, kind)):
        return _Body(carried[1], content, media_type, form, carried[0])
    return _Body(kind, content, media_type, form)


def _carried(schemas: Schemas, kind: Type) -> tuple[str, Type] | None:
    """The one field of a form, and what it carries, where that is no text but JSON (OpenAPI 3.1, Encoding Object)."""
    names = [name for name, _ in _members(schemas, kind)]
    definition = schemas.definitions[names[0]] if len(names) == 1 else None
    if not isinstance(definition, Model) or len(definition.fields) != 1 or definition.bases:
        return None
    inner = definition.fields[0]
    return (inner.wire, inner.type) if list(_members(schemas, inner.type)) else None


def _members(schemas: Schemas, kind: Type, batch: bool = False) -> Iterator[tuple[str, bool]]:
    """(model, whether it comes in lists) of all that a body may be: one, or the options of a union."""
    if isinstance(kind, Union):
        for option in kind.options:
            yield from _members(schemas, option, batch)
    elif isinstance(kind, Array) and not batch:
        yield from _members(schemas, kind.items, True)
    elif isinstance(kind, Named):
        definition = schemas.definitions[kind.name]
        if isinstance(definition, Alias):
            yield from _members(schemas, definition.type, batch)
        elif isinstance(definition, Model):
            yield kind.name, batch


def _is_list(schemas: Schemas, kind: Type) -> bool:
    while isinstance(kind, Named):
        definition = schemas.definitions[kind.name]
        if not isinstance(definition, Alias):
            return False
        kind = definition.type
    return isinstance(kind, Array)


def _say_list(normal: Normal, place: str) -> None:
    what = "the body is a list of what are no objects, and an event is an object"
    normal.findings.widen(place, what, "the delivery has no class of its own")
    normal.warn(
        place,
        f"{what}: a delivery of this webhook cannot be read as events",
        "verify it with Webhook.verify, and read its JSON",
    )


def _example(schemas: Schemas, content: Node) -> Any:
    if "example" in content:
        return content["example"]
    for stated in (content.get("examples") or {}).values():
        example = schemas.resolve(stated)
        if isinstance(example, dict) and "value" in example:
            return example["value"]
    return None
