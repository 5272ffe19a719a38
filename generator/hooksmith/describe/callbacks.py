"""Callbacks of an operation: the requests that the API makes to addresses given in the call."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Callback
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
    body, place = node.get("requestBody") or {}, f"{read_from}/requestBody"
    if "$ref" in body:
        place, body = body["$ref"][1:], schemas.resolve(body)
    media_type, content = preferred(body.get("content") or {})
    kind = None
    if media_type is not None:
        place = f"{place}/content/{escape(media_type)}/schema"
        kind = (
            schemas.type_at(content["schema"], place) if "schema" in content else opaque(media_type)
        )
    return Callback(
        name=name,
        expression=expression,
        method=unescape(method.rpartition("/")[2]).upper(),
        pointer=pointer,
        type=kind,
        media_type=media_type,
        summary=text(node.get("summary")),
        description=text(node.get("description")),
        deprecated=node.get("deprecated") is True,
    )
