"""`x-hooksmith-pagination`: checked against the operation's parameters and success reply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import ExtensionError
from ...ir import ANY, Alias, Array, Map, Model, Named, Pagination, Parameter, Reply, Type, Union
from ...json_pointer import split
from ...normalize import Normal
from ...openapi.grammar import Node
from ...suggest import did_you_mean
from ..schemas import Schemas


def describe_pagination(
    normal: Normal,
    schemas: Schemas,
    operation: Node,
    pointer: str,
    parameters: Iterable[Parameter],
    replies: list[Reply],
) -> Pagination | None:
    """Return the pagination of an operation, or None.

    Args:
        normal: The document.
        schemas: Reader of its schemas.
        operation: Operation Object, at `pointer`.
        pointer: A JSON Pointer.
        parameters: Parameters of the operation.
        replies: Replies of the operation.

    Raises:
        ExtensionError: A parameter or a JSON Pointer of the extension does not exist in the operation.
    """
    extension: dict[str, Any] | None = operation.get("x-hooksmith-pagination")
    if extension is None or extension["style"] == "off":
        return None
    schemas.finish()
    types = [each.type for each in replies if each.status.startswith("2") and each.type is not None]
    item = _checked_item_type(normal, schemas, pointer, extension, parameters, types)
    return Pagination(
        style=extension["style"],
        parameter=extension.get("parameter", ""),
        items=extension["items"],
        item=item,
        next=extension.get("next"),
        last=extension.get("last"),
        size=extension.get("size"),
        more=extension.get("more"),
        complete=extension.get("complete"),
        first=extension.get("first", 1),
    )


def _checked_item_type(
    normal: Normal,
    schemas: Schemas,
    pointer: str,
    extension: dict[str, Any],
    parameters: Iterable[Parameter],
    types: list[Type],
) -> Type:
    """Check the extension of the operation at `pointer`. Return the type of an item. Raises ExtensionError."""
    place = f"{pointer}/x-hooksmith-pagination"
    _check_parameters(normal, place, extension, parameters)
    item = _item_type(normal, schemas, place, extension, types)
    _check_pointers(normal, schemas, place, extension, types)
    return item


def _item_type(
    normal: Normal, schemas: Schemas, place: str, extension: dict[str, Any], types: list[Type]
) -> Type:
    """Return the type of the items; raise ExtensionError if a reply of none of the types has an array there."""
    items = (_item(schemas, type_, extension["items"]) for type_ in types)
    item = next((type_ for type_ in items if type_ is not None), None)
    if item is None:
        raise ExtensionError.at(
            normal.place(f"{place}/items"),
            f"items: {extension['items']!r} leads to no array in the success reply",
            hint="give a JSON pointer to the array of items, such as /data",
        )
    return item


def _check_parameters(
    normal: Normal, place: str, extension: dict[str, Any], parameters: Iterable[Parameter]
) -> None:
    query = [parameter.field.wire for parameter in parameters if parameter.location == "query"]
    for key in ("parameter", "size"):
        if key in extension and extension[key] not in query:
            raise ExtensionError.at(
                normal.place(f"{place}/{key}"),
                f"{key}: the operation has no query parameter {extension[key]!r}",
                hint=did_you_mean(extension[key], query) or f"it has: {', '.join(query) or 'none'}",
            )


def _check_pointers(
    normal: Normal, schemas: Schemas, place: str, extension: dict[str, Any], types: list[Type]
) -> None:
    for key in ("next", "more", "complete"):
        path = split(extension.get(key, ""))
        if path and not any(_can_lead(schemas, type_, path) for type_ in types):
            raise ExtensionError.at(
                normal.place(f"{place}/{key}"),
                f"{key}: {extension[key]!r} leads to nothing in the success reply",
                hint="give a JSON pointer into the reply, such as /meta/next",
            )


def _can_lead(schemas: Schemas, type_: Type, path: list[str]) -> bool:
    """Whether a value of a type can have the tokens of a JSON Pointer."""
    match type_:
        case Union(options=options):
            return any(_can_lead(schemas, option, path) for option in options)
        case Named(name):
            definition = schemas.definitions[name]
            if isinstance(definition, Alias):
                return _can_lead(schemas, definition.type, path)
            if not path:
                return True
            return isinstance(definition, Model) and (
                any(_can_lead(schemas, Named(base), path) for base in definition.bases)
                or any(
                    _can_lead(schemas, field.type, path[1:])
                    for field in definition.fields
                    if field.wire == path[0]
                )
            )
        case Map(values):
            return not path or _can_lead(schemas, values, path[1:])
    return not path or type_ == ANY


def _item(schemas: Schemas, type_: Type, pointer: str) -> Type | None:
    """Return the type of the items at a JSON Pointer, or None.

    If the reply itself is an array, its items are returned whatever the pointer.
    """
    if isinstance(type_, Union):
        items = (_item(schemas, option, pointer) for option in type_.options)
        return next((item for item in items if item is not None), None)
    if isinstance(type_, Array):
        return type_.items
    if isinstance(type_, Named):
        definition = schemas.definitions.get(type_.name)
        if isinstance(definition, Alias):
            return _item(schemas, definition.type, pointer)
        if isinstance(definition, Model):
            return _item_of_model(schemas, definition, split(pointer))
    return ANY if type_ == ANY else None


def _item_of_model(schemas: Schemas, model: Model, path: list[str]) -> Type | None:
    if not path:
        return None
    for base in model.bases:
        definition = schemas.definitions[base]
        if isinstance(definition, Model):
            item = _item_of_model(schemas, definition, path)
            if item is not None:
                return item
    for field in model.fields:
        if field.wire == path[0]:
            return _item(schemas, field.type, "".join(f"/{token}" for token in path[1:]))
    return None
