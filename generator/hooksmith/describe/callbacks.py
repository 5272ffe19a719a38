"""Callbacks of an operation: requests that the API sends to addresses of the caller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..ir import Callback, Kind, Reply, Scalar, Type
from ..json_pointer import escape
from ..openapi.grammar import Node
from ..openapi.media_types import is_form, is_json, preferred
from ..openapi.operations import http_method, operations
from .content import opaque
from .prose import text
from .schemas import Schemas


class _Payload(NamedTuple):
    """Content of a request or reply in its preferred media type.

    `untyped`: the media type, if the runtime cannot apply the schema of the content; `type` is then text or bytes.
    """

    media_type: str | None = None
    type: Type | None = None
    untyped: str = ""


def describe_callbacks(schemas: Schemas, operation: Node, pointer: str) -> Iterator[Callback]:
    """Yield the callbacks of an operation, one for each name, runtime expression and method.

    Args:
        schemas: Reader of the document's schemas.
        operation: Operation Object.
        pointer: JSON Pointer to `operation`.
    """
    for name, item in (operation.get("callbacks") or {}).items():
        place = f"{pointer}/callbacks/{escape(name)}"
        target = item["$ref"][1:] if "$ref" in item else place
        for expression, path_item in schemas.resolve(item).items():
            for step, node in operations(path_item) if isinstance(path_item, dict) else ():
                path = f"{escape(expression)}/{step}"
                request = _payload(
                    schemas, node.get("requestBody") or {}, f"{target}/{path}/requestBody"
                )
                reply, reply_payload = _reply(schemas, node, f"{target}/{path}")
                untyped = (request.untyped, reply_payload.untyped)
                yield Callback(
                    name=name,
                    expression=expression,
                    method=http_method(step).upper(),
                    pointer=f"{place}/{path}",
                    type=request.type,
                    media_type=request.media_type,
                    reply=reply,
                    untyped=tuple(media_type for media_type in untyped if media_type),
                    summary=text(node.get("summary")),
                    description=text(node.get("description")),
                    deprecated=node.get("deprecated") is True,
                )


def _reply(schemas: Schemas, node: Node, pointer: str) -> tuple[Reply | None, _Payload]:
    """Return the answer that the API expects on success: the first 2xx, otherwise `default`, otherwise None."""
    responses = node.get("responses") or {}
    status = next((code for code in responses if code.startswith("2")), None)
    status = "default" if status is None and "default" in responses else status
    if status is None:
        return None, _Payload()
    payload = _payload(schemas, responses[status], f"{pointer}/responses/{escape(status)}")
    return Reply(status=status, type=payload.type, media_type=payload.media_type), payload


def _payload(schemas: Schemas, holder: Node, pointer: str) -> _Payload:
    """Return the content of a request body or response, which may be a reference."""
    while "$ref" in holder:
        pointer, holder = holder["$ref"][1:], schemas.resolve(holder)
    media_type, content = preferred(holder.get("content") or {})
    if media_type is None:
        return _Payload()
    if "schema" not in content:
        return _Payload(media_type, opaque(media_type))
    type_ = schemas.type_at(content["schema"], f"{pointer}/content/{escape(media_type)}/schema")
    if _is_typed(media_type, type_):
        return _Payload(media_type, type_)
    return _Payload(media_type, opaque(media_type), media_type)


def _is_typed(media_type: str, type_: Type) -> bool:
    """Whether the runtime can read or write a type in a media type."""
    return (
        is_json(media_type)
        or is_form(media_type)
        or (isinstance(type_, Scalar) and type_.kind in (Kind.STRING, Kind.BINARY))
    )
