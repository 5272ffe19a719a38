"""Deliveries that a document's `webhooks` describe: one for each definition that a body, or an item of a batch, has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..ir import Alias, Array, Model, Named, Type, Union
from ..json_pointer import escape
from ..normalize import Normal
from ..openapi.grammar import Node
from ..openapi.media_types import is_form, preferred
from ..openapi.operations import operations
from .prose import text
from .schemas import Schemas


class Delivery(NamedTuple):
    """A delivery of a webhook.

    `key`: key of the webhook; `pointer`: JSON Pointer to its operation. `node`: schema of the event; None if the
    document does not describe an object. `models`: definitions of the event. `parameters`: parameters of the
    operation, then those of the path item. `batch`: whether the body is a list of events.
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
    """Whether one of the media types is a URL-encoded form."""
    carrier: str = ""
    """Form field that holds the event as JSON; empty: none."""
    wrapper: str = ""
    """Definition of the body, if the event is an item of a list in it."""


class _Body(NamedTuple):
    """Request body of a webhook: type and Media Type Object of the preferred media type."""

    type: Type | None
    content: Node
    media_type: str | None
    form: bool
    carrier: str = ""


class _Source(NamedTuple):
    """An operation of a webhook, with its key, Path Item Object, JSON Pointer and request body."""

    key: str
    item: Node
    pointer: str
    operation: Node
    body: _Body


def deliveries(normal: Normal, schemas: Schemas) -> list[Delivery]:
    """Return the deliveries of a document in document order."""
    return [
        delivery
        for key, item in (normal.document.get("webhooks") or {}).items()
        if isinstance(item, dict)
        for source in _sources(schemas, key, item)
        for delivery in _of_operation(normal, schemas, source)
    ]


def _sources(schemas: Schemas, key: str, item: Node) -> list[_Source]:
    """Return the operations of a webhook; if one has a body, only those with a body."""
    place = f"/webhooks/{escape(key)}"
    sources = [
        _Source(key, item, f"{place}/{step}", node, _body(schemas, node, f"{place}/{step}"))
        for step, node in operations(item)
    ]
    with_body = [source for source in sources if source.body.type is not None]
    return with_body or sources


def _of_operation(normal: Normal, schemas: Schemas, source: _Source) -> Iterator[Delivery]:
    """Yield a delivery for each definition of the body; if there is none, one with an open model."""
    key, item, pointer, operation, body = source
    delivery = Delivery(
        key=key,
        operation=operation,
        pointer=pointer,
        node=None,
        models=(),
        example=_example(schemas, body.content),
        parameters=(*(operation.get("parameters") or ()), *(item.get("parameters") or ())),
        media_type=body.media_type,
        form=body.form,
    )
    models = dict.fromkeys(_models(schemas, body.type) if body.type is not None else ())
    schemas.finish()
    for name, batch in models:
        node = schemas.node(name)
        yield delivery._replace(node=node, models=(name,), batch=batch, carrier=body.carrier)
    if not models:
        if body.type is not None and _is_list(schemas, body.type):
            _warn_of_list(normal, pointer)
        model = schemas.add_open_model(key, pointer, text(operation.get("description")))
        yield delivery._replace(models=(model,))


def _body(schemas: Schemas, operation: Node, pointer: str) -> _Body:
    place, body = f"{pointer}/requestBody", operation.get("requestBody") or {}
    if "$ref" in body:
        place, body = body["$ref"][1:], schemas.resolve(body)
    contents = body.get("content") or {}
    media_type, content = preferred(contents)
    has_form = any(is_form(key) for key in contents)
    if media_type is None or "schema" not in content:
        return _Body(None, content, media_type, has_form)
    type_ = schemas.type_at(content["schema"], f"{place}/content/{escape(media_type)}/schema")
    schemas.finish()
    if is_form(media_type) and (field := _carrier(schemas, type_)):
        return _Body(field[1], content, media_type, has_form, field[0])
    return _Body(type_, content, media_type, has_form)


def _carrier(schemas: Schemas, type_: Type) -> tuple[str, Type] | None:
    """Return (wire name, type) of a form's only field if that is an object, and so JSON; otherwise None.

    OpenAPI 3.1.1, 4.8.15.1: an object in a form is serialised as JSON.
    """
    names = [name for name, _ in _models(schemas, type_)]
    definition = schemas.definitions[names[0]] if len(names) == 1 else None
    if not isinstance(definition, Model) or len(definition.fields) != 1 or definition.bases:
        return None
    field = definition.fields[0]
    return (field.wire, field.type) if list(_models(schemas, field.type)) else None


def _models(schemas: Schemas, type_: Type, batch: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield (name of a model, whether it is an item of a list) for all models that a body may be."""
    if isinstance(type_, Union):
        for option in type_.options:
            yield from _models(schemas, option, batch)
    elif isinstance(type_, Array) and not batch:
        yield from _models(schemas, type_.items, True)
    elif isinstance(type_, Named):
        definition = schemas.definitions[type_.name]
        if isinstance(definition, Alias):
            yield from _models(schemas, definition.type, batch)
        elif isinstance(definition, Model):
            yield type_.name, batch


def _is_list(schemas: Schemas, type_: Type) -> bool:
    while isinstance(type_, Named):
        definition = schemas.definitions[type_.name]
        if not isinstance(definition, Alias):
            return False
        type_ = definition.type
    return isinstance(type_, Array)


def _warn_of_list(normal: Normal, pointer: str) -> None:
    what = "the body is a list of what are no objects, and an event is an object"
    normal.findings.widen(pointer, what, "the delivery has no class of its own")
    normal.warn(
        pointer,
        f"{what}: a delivery of this webhook cannot be read as events",
        "verify it with Webhook.verify, and read its JSON",
    )


def acknowledgement(schemas: Schemas, described: Sequence[Delivery]) -> Any:
    """Return the example of the webhooks' success replies; None if they have none, or several."""
    examples = []
    for delivery in described:
        for status, item in (delivery.operation.get("responses") or {}).items():
            response = schemas.resolve(item)
            if str(status).startswith("2") and isinstance(response, dict):
                _, content = preferred(response.get("content") or {})
                example = _example(schemas, content)
                examples += [] if example is None else [example]
    return examples[0] if examples and all(each == examples[0] for each in examples) else None


def _example(schemas: Schemas, content: Node) -> Any:
    """Return the first example of a Media Type Object, or None."""
    if "example" in content:
        return content["example"]
    for item in (content.get("examples") or {}).values():
        example = schemas.resolve(item)
        if isinstance(example, dict) and "value" in example:
            return example["value"]
    return None
