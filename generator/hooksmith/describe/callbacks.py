"""Callbacks of an operation: the requests that the API makes to addresses given in the call."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Callback, Kind, Reply, Scalar, Type
from ..json_pointer import escape, unescape
from ..openapi.grammar import Node
from ..openapi.media_types import essence, preferred
from ..openapi.operations import operations
from .content import opaque
from .schemas import Schemas, text


def describe_callbacks(schemas: Schemas, operation: Node, pointer: str) -> Iterator[Callback]:
    """One for each callback, runtime expression and method; `pointer` leads to the operation."""
    for name, stated in (operation.get("callbacks") or {}).items():
        place = f"{pointer}/callbacks/{escape(name)}"
        read_from = stated["$ref"][1:] if "$ref" in stated else place
        for expression, item in schemas.resolve(stated).items():
            for method, node in operations(item) if isinstance(item, dict) else ():
                step = f"{escape(expression)}/{method}"
                yield _callback(
                    schemas,
                    name,
                    expression,
                    method,
                    node,
                    f"{place}/{step}",
                    f"{read_from}/{step}",
                )


def _callback(
    schemas: Schemas,
    name: str,
    expression: str,
    method: str,
    node: Node,
    pointer: str,
    read_from: str,
) -> Callback:
    """`read_from`: where the schemas stand, which is elsewhere than the callback if that is a reference."""
    body = node.get("requestBody") or {}
    media_type, kind, typed = _content(schemas, body, f"{read_from}/requestBody")
    reply, reply_typed = _reply(schemas, node, read_from)
    untyped = (
        "" if typed else media_type,
        reply.media_type if reply and not reply_typed else "",
    )
    return Callback(
        name=name,
        expression=expression,
        method=unescape(method.rpartition("/")[2]).upper(),
        pointer=pointer,
        type=kind,
        media_type=media_type,
        reply=reply,
        untyped=tuple(found for found in untyped if found),
        summary=text(node.get("summary")),
        description=text(node.get("description")),
        deprecated=node.get("deprecated") is True,
    )


def _reply(schemas: Schemas, node: Node, read_from: str) -> tuple[Reply | None, bool]:
    """The first 2xx of the document, `default` where it has none, and whether its schema could be applied.

    None where the document says nothing of success.
    """
    responses = node.get("responses") or {}
    status = next((code for code in responses if code.startswith("2")), None)
    status = "default" if status is None and "default" in responses else status
    if status is None:
        return None, True
    place = f"{read_from}/responses/{escape(status)}"
    media_type, kind, typed = _content(schemas, responses[status], place)
    return Reply(status=status, type=kind, media_type=media_type), typed


def _content(schemas: Schemas, holder: Node, place: str) -> tuple[str | None, Type | None, bool]:
    """The media type and type of a request body or response at `place`, which may be a reference.

    And whether its schema, where it has one, could be applied; what it could not is text or bytes.
    """
    while "$ref" in holder:
        place, holder = holder["$ref"][1:], schemas.resolve(holder)
    media_type, content = preferred(holder.get("content") or {})
    if media_type is None:
        return None, None, True
    if "schema" not in content:
        return media_type, opaque(media_type), True
    place = f"{place}/content/{escape(media_type)}/schema"
    kind = schemas.type_at(content["schema"], place)
    typed = _is_typed(media_type, kind)
    return media_type, kind if typed else opaque(media_type), typed


def _is_typed(media_type: str, kind: Type) -> bool:
    """Whether a body can be had as `kind`: as JSON and forms can, and what is text or bytes by itself."""
    plain = essence(media_type)
    return (
        plain in ("application/json", "application/x-www-form-urlencoded")
        or plain.endswith("+json")
        or (isinstance(kind, Scalar) and kind.kind in (Kind.STRING, Kind.BINARY))
    )
