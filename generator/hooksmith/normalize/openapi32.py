"""OpenAPI 3.2 → 3.1, in place: by equivalents, or by less exact forms with a warning.

Source: OpenAPI Specification 3.2.0. A `querystring` parameter that is a form becomes query parameters; media types of
`components.mediaTypes` stand where they are referred to; the schema of a sequence's items (`itemSchema`) gets a class
of its own, and the sequence is read as a whole or as a stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..json_pointer import escape
from ..openapi.grammar import Node, Visit, copied, walk
from ..openapi.references import resolve_local
from .bundled_document import Bundle
from .deep_references import place_name
from .diagnostics import Findings

FORM = "application/x-www-form-urlencoded"


def lower_32(bundled: Bundle, findings: Findings) -> None:
    """Replace the constructs of OpenAPI 3.2 in a document by those of 3.1."""
    lowering = _Lowering(bundled, findings)
    for visit in list(walk("openapi", bundled.document)):
        lowering.visit(visit)
    for tag in bundled.document.get("tags") or ():
        if isinstance(tag.get("summary"), str):
            tag.setdefault("description", tag["summary"])


class _Lowering:
    def __init__(self, bundled: Bundle, findings: Findings) -> None:
        self._bundled = bundled
        self._document = bundled.document
        self._findings = findings

    def visit(self, visit: Visit) -> None:
        """One object of the document."""
        if visit.kind == "mediaType":
            self._media_type(visit.node, visit.pointer)
        elif visit.kind in ("operation", "pathItem"):
            self._parameters(visit.node, visit.pointer)
        elif visit.kind == "response" and "summary" in visit.node:
            visit.node["description"] = visit.node.get("description") or visit.node["summary"]
        elif visit.kind == "example" and "value" not in visit.node and "dataValue" in visit.node:
            visit.node["value"] = visit.node["dataValue"]
        elif visit.kind == "schema" and "defaultMapping" in (visit.node.get("discriminator") or {}):
            self._findings.widen(
                visit.pointer,
                "discriminator.defaultMapping",
                "a value that is not mapped gives Unknown",
            )
        elif visit.kind == "parameter" and visit.node.get("style") == "cookie":
            visit.node["style"] = "form"
            self._findings.widen(
                visit.pointer, "style: cookie", "values are percent-encoded, as in the style `form`"
            )

    # --- media types

    def _media_type(self, node: Node, pointer: str) -> None:
        reference = node.get("$ref")
        if isinstance(reference, str):
            del node["$ref"]
            target = resolve_local(self._document, reference)
            node.update(
                {
                    key: copied(value)
                    for key, value in target.items()
                    if key not in ("schema", "itemSchema")
                }
            )
            for key in target.keys() & {"schema", "itemSchema"}:
                node[key] = {"$ref": f"{reference}/{key}"}
        if isinstance(node.get("itemSchema"), dict):
            self._items(node, pointer)

    def _items(self, node: Node, pointer: str) -> None:
        """The items of a stream are named as components are: whoever reads the stream parses them by their class."""
        if "schema" in node:
            return
        item = node["itemSchema"]
        if "$ref" not in item:
            schemas = self._document.setdefault("components", {}).setdefault("schemas", {})
            name = place_name(self._document, f"{pointer}/itemSchema") + "Item"
            while name in schemas:
                name += "Part"
            schemas[name] = item
            node["itemSchema"] = {"$ref": f"#/components/schemas/{escape(name)}"}
            self._bundled.moved[f"/components/schemas/{escape(name)}"] = f"{pointer}/itemSchema"
        if "/responses/" not in pointer:
            self._findings.widen(
                f"{pointer}/itemSchema",
                "a sequence of items",
                "it is sent as a whole, as bytes or text",
            )

    # --- querystring

    def _parameters(self, holder: Node, pointer: str) -> None:
        parameters = holder.get("parameters") or []
        lowered = []
        for index, parameter in enumerate(parameters):
            target = self._follow(parameter)
            if target.get("in") == "querystring":
                lowered += list(self._query(target, f"{pointer}/parameters/{index}"))
            else:
                lowered.append(parameter)
        if parameters and lowered != parameters:
            holder["parameters"] = lowered

    def _query(self, parameter: Node, pointer: str) -> Iterator[Node]:
        """The properties of a form, each a parameter of its own."""
        content = (parameter.get("content") or {}).get(FORM)
        schema = self._follow(content.get("schema") or {}) if content else {}
        if not isinstance(schema.get("properties"), dict):
            self._findings.widen(
                pointer,
                f"the query string {parameter['name']!r}",
                "pass it as a part of the path or by a hook",
            )
            return
        for name, value in schema["properties"].items():
            yield {
                "name": name,
                "in": "query",
                "required": parameter.get("required") is True
                and name in (schema.get("required") or ()),
                "schema": copied(value),
                **(
                    {"description": value["description"]}
                    if isinstance(value, dict) and "description" in value
                    else {}
                ),
            }

    def _follow(self, node: Any) -> Node:
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            node = resolve_local(self._document, node["$ref"])
        return node if isinstance(node, dict) else {}
