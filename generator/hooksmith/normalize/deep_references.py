"""Targets of `$ref`s inside of schemas and operations → components; a reference remains at the old place.

So every reference to a schema leads to a component, whatever later happens around the place where it stood.
"""

from __future__ import annotations

from ..json_pointer import escape, split
from ..naming.casing import pascal
from ..openapi.grammar import Node, walk
from ..openapi.references import resolve_local
from .bundled_document import Bundle

_SILENT = frozenset(
    """$defs allOf anyOf components content headers itemSchema mediaTypes oneOf parameters paths
    patternProperties properties schema schemas webhooks""".split()
)
_SPOKEN = {
    "items": "Item",
    "additionalProperties": "Value",
    "requestBody": "Request",
    "responses": "Reply",
}


def hoist(bundled: Bundle) -> None:
    """Move the targets of deep pointers into `components.schemas`, deepest first."""
    document = bundled.document
    deep: dict[str, list[Node]] = {}
    for visit in walk("openapi", document):
        reference = visit.node.get("$ref")
        if visit.kind == "schema" and isinstance(reference, str) and _is_deep(reference):
            deep.setdefault(reference, []).append(visit.node)
    for reference in sorted(deep, key=lambda each: (-each.count("/"), each)):
        local = _move(bundled, reference)
        for node in deep[reference]:
            node["$ref"] = local


def _is_deep(reference: str) -> bool:
    path = split(reference[1:])
    return path[:2] != ["components", "schemas"] or len(path) != 3


def _move(bundled: Bundle, reference: str) -> str:
    document = bundled.document
    target = resolve_local(document, reference)
    if isinstance(target, dict) and target.keys() == {"$ref"}:
        return str(target["$ref"])
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    name = _free(schemas, _name(document, split(reference[1:])))
    local = f"#/components/schemas/{escape(name)}"
    parent = resolve_local(document, reference.rpartition("/")[0])
    step = split(reference[1:])[-1]
    schemas[name] = target
    parent[int(step) if isinstance(parent, list) else step] = {"$ref": local}
    bundled.moved[local[1:]] = reference[1:]
    return local


def place_name(document: Node, pointer: str) -> str:
    """Return a name for the value at a pointer of the document, made of the words of the pointer."""
    return _name(document, split(pointer))


def _name(document: Node, path: list[str]) -> str:
    """Return the words of a pointer: names and statuses unchanged, keywords dropped or replaced by words."""
    if path[0] == "paths":
        operation = document["paths"].get(path[1], {}).get(path[2], {})
        identity = operation.get("operationId") if isinstance(operation, dict) else None
        path = [identity or f"{path[2]} {path[1]}", *path[3:]]
    words = [
        _SPOKEN.get(token, token)
        for token in path
        if (token not in _SILENT and "/" not in token[1:]) or " " in token
    ]
    return "".join(pascal(word) for word in words)


def _free(schemas: Node, name: str) -> str:
    while name in schemas:
        name += "Part"
    return name
