"""Changes of request bodies as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Body
from ..sides import Call
from .arguments import bodies
from .change import Change, Context
from .types import shape, text


def body_changes(context: Context, old: Call, new: Call) -> Iterator[Change]:
    """Yield the changes of the request body of an operation."""
    before, after = old.operation.body, new.operation.body

    def change(rule: str, one: str = "", other: str = "", category: str = "") -> Change:
        body = after or before
        return Change(
            rule=rule,
            old_place=f"{old.place}(body)" if before else "",
            new_place="" if after is None else f"{new.place}(body)",
            name="body",
            owner=f"{new.place}()",
            old=one,
            new=other,
            pointer=body.pointer if body else "",
            is_gone=after is None,
            direction="sent",
            category=category,
        )

    if before is None or after is None:
        if before is not None:
            yield change("body-removed")
        elif after is not None:
            yield change("body-added" + ("-required" if _must_be_given(after) else ""))
        return
    if before.required != after.required:
        yield change("body-required" if after.required else "body-optional")
    shapes = (_shape(before), _shape(after))
    if shapes[0] != shapes[1]:
        yield change("body-shape", *shapes)
    types = (
        [body.media_type for body in bodies(old.operation)],
        [body.media_type for body in bodies(new.operation)],
    )
    if types[0] != types[1]:
        category = "behaviour" if types[0][0] != types[1][0] else ""
        yield change("body-media-types", ", ".join(types[0]), ", ".join(types[1]), category)
    if shape(context.translated(before.type)) != shape(after.type):
        yield change("body-type", text(before.type), text(after.type))


def _shape(body: Body) -> str:
    return "one argument" if body.fields is None else "an argument for each property"


def _must_be_given(body: Body) -> bool:
    if body.fields is None:
        return body.required
    return any(field.required for field in body.fields)
