"""`x-hooksmith-pagination` → how pages follow one another, checked against the reply it speaks of."""

from __future__ import annotations

from typing import Any

from ..errors import ExtensionError
from ..ir import ANY, Alias, Array, Model, Named, Pagination, Reply, Type, Union
from ..normalize import Normal
from ..normalize.grammar import Node
from ..pointer import split
from .schemas import Schemas


def describe_pagination(
    normal: Normal, schemas: Schemas, operation: Node, pointer: str, replies: list[Reply]
) -> Pagination | None:
    """The operation's pagination, or None; raises ExtensionError where its pointers do not fit the reply."""
    stated: dict[str, Any] | None = operation.get("x-hooksmith-pagination")
    if stated is None:
        return None
    schemas.finish()
    kinds = [
        reply.type for reply in replies if reply.status.startswith("2") and reply.type is not None
    ]
    found = [item for kind in kinds if (item := _item(schemas, kind, stated["items"])) is not None]
    if not found:
        raise ExtensionError.at(
            normal.place(f"{pointer}/x-hooksmith-pagination/items"),
            f"items: {stated['items']!r} leads to no array in the success reply",
            hint="give a JSON pointer to the array of items, such as /data",
        )
    return Pagination(
        style=stated["style"],
        parameter=stated["parameter"],
        items=stated["items"],
        item=found[0],
        next=stated.get("next"),
        size=stated.get("size"),
        complete=stated.get("complete"),
    )


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
