"""`x-hooksmith-pagination` → how pages follow one another, checked against the reply it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import ExtensionError
from ..ir import ANY, Alias, Array, Map, Model, Named, Pagination, Parameter, Reply, Type, Union
from ..json_pointer import split
from ..normalize import Normal
from ..openapi.grammar import Node
from ..suggest import did_you_mean
from .schemas import Schemas


def describe_pagination(
    normal: Normal,
    schemas: Schemas,
    operation: Node,
    pointer: str,
    parameters: Iterable[Parameter],
    replies: list[Reply],
) -> Pagination | None:
    """The operation's pagination, or None; raises ExtensionError where it does not fit the operation."""
    stated: dict[str, Any] | None = operation.get("x-hooksmith-pagination")
    if stated is None:
        return None
    schemas.finish()
    kinds = [
        reply.type for reply in replies if reply.status.startswith("2") and reply.type is not None
    ]
    place = f"{pointer}/x-hooksmith-pagination"
    _check_parameters(normal, place, stated, parameters)
    found = [item for kind in kinds if (item := _item(schemas, kind, stated["items"])) is not None]
    if not found:
        raise ExtensionError.at(
            normal.place(f"{place}/items"),
            f"items: {stated['items']!r} leads to no array in the success reply",
            hint="give a JSON pointer to the array of items, such as /data",
        )
    _check_pointers(normal, schemas, place, stated, kinds)
    return Pagination(
        style=stated["style"],
        parameter=stated["parameter"],
        items=stated["items"],
        item=found[0],
        next=stated.get("next"),
        size=stated.get("size"),
        complete=stated.get("complete"),
    )


def _check_parameters(
    normal: Normal, place: str, stated: dict[str, Any], parameters: Iterable[Parameter]
) -> None:
    query = [found.field.wire for found in parameters if found.location == "query"]
    for key in ("parameter", "size"):
        if key in stated and stated[key] not in query:
            raise ExtensionError.at(
                normal.place(f"{place}/{key}"),
                f"{key}: the operation has no query parameter {stated[key]!r}",
                hint=did_you_mean(stated[key], query) or f"it has: {', '.join(query) or 'none'}",
            )


def _check_pointers(
    normal: Normal, schemas: Schemas, place: str, stated: dict[str, Any], kinds: list[Type]
) -> None:
    for key in ("next", "complete"):
        path = split(stated.get(key, ""))
        if path and not any(_leads_on(schemas, kind, path) for kind in kinds):
            raise ExtensionError.at(
                normal.place(f"{place}/{key}"),
                f"{key}: {stated[key]!r} leads to nothing in the success reply",
                hint="give a JSON pointer into the reply, such as /meta/next",
            )


def _leads_on(schemas: Schemas, kind: Type, path: list[str]) -> bool:
    """Whether a value of the type can have something at the path."""
    match kind:
        case Union(options=options):
            return any(_leads_on(schemas, option, path) for option in options)
        case Named(name):
            definition = schemas.definitions[name]
            if isinstance(definition, Alias):
                return _leads_on(schemas, definition.type, path)
            if not path:
                return True
            return isinstance(definition, Model) and (
                any(_leads_on(schemas, Named(base), path) for base in definition.bases)
                or any(
                    _leads_on(schemas, field.type, path[1:])
                    for field in definition.fields
                    if field.wire == path[0]
                )
            )
        case Map(values):
            return not path or _leads_on(schemas, values, path[1:])
    return not path or kind == ANY


def _item(schemas: Schemas, kind: Type, pointer: str) -> Type | None:
    """The type of the items; a reply that is itself an array is taken as the items."""
    if isinstance(kind, Union):
        return next(
            (
                item
                for option in kind.options
                if (item := _item(schemas, option, pointer)) is not None
            ),
            None,
        )
    if isinstance(kind, Array):
        return kind.items
    if isinstance(kind, Named):
        definition = schemas.definitions.get(kind.name)
        if isinstance(definition, Alias):
            return _item(schemas, definition.type, pointer)
        if isinstance(definition, Model):
            return _inside(schemas, definition, split(pointer))
    return ANY if kind == ANY else None


def _inside(schemas: Schemas, model: Model, path: list[str]) -> Type | None:
    if not path:
        return None
    for base in model.bases:
        definition = schemas.definitions[base]
        if (
            isinstance(definition, Model)
            and (found := _inside(schemas, definition, path)) is not None
        ):
            return found
    for field in model.fields:
        if field.wire == path[0]:
            return _item(schemas, field.type, "".join(f"/{token}" for token in path[1:]))
    return None
