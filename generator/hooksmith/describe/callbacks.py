"""Callbacks of an operation: the requests that the API makes to addresses given in the call."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Callback, Reply, Type
from ..normalize.grammar import Node
from ..normalize.names import operations
from ..pointer import escape, unescape
from .media import opaque, preferred
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
    media_type, kind = _content(schemas, body, f"{read_from}/requestBody")
    return Callback(
        name=name,
        expression=expression,
        method=unescape(method.rpartition("/")[2]).upper(),
        pointer=pointer,
        type=kind,
        media_type=media_type,
        reply=_reply(schemas, node, read_from),
        summary=text(node.get("summary")),
        description=text(node.get("description")),
        deprecated=node.get("deprecated") is True,
    )


def _reply(schemas: Schemas, node: Node, read_from: str) -> Reply | None:
    """The first 2xx of the document, `default` where it has none; None where it says nothing of success."""
    responses = node.get("responses") or {}
    status = next((code for code in responses if code.startswith("2")), None)
    status = "default" if status is None and "default" in responses else status
    if status is None:
        return None
    place = f"{read_from}/responses/{escape(status)}"
    media_type, kind = _content(schemas, responses[status], place)
    return Reply(status=status, type=kind, media_type=media_type)


def _content(schemas: Schemas, holder: Node, place: str) -> tuple[str | None, Type | None]:
    """The media type and type of a request body or response at `place`, which may be a reference."""
    while "$ref" in holder:
        place, holder = holder["$ref"][1:], schemas.resolve(holder)
    media_type, content = preferred(holder.get("content") or {})
    if media_type is None:
        return None, None
    if "schema" not in content:
        return media_type, opaque(media_type)
    place = f"{place}/content/{escape(media_type)}/schema"
    return media_type, schemas.type_at(content["schema"], place)
