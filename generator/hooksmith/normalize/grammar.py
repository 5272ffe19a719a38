"""Which objects of OpenAPI 3.1 and JSON Schema 2020-12 stand under which keys.

One table, so that every walk over a document goes the same way: into schemas wherever they stand, and never into
examples, defaults or extensions, whose `$ref`s are data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..pointer import escape

Node = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

# How children hang under a key: one object, a list of them, or a map from names to them.
_ONE, _LIST, _MAP = "one", "list", "map"

_SCHEMA = {
    **dict.fromkeys(("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), (_MAP, "schema")),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (_LIST, "schema")),
    **dict.fromkeys(
        (
            "items",
            "additionalProperties",
            "unevaluatedProperties",
            "unevaluatedItems",
            "propertyNames",
            "contains",
            "not",
            "if",
            "then",
            "else",
        ),
        (_ONE, "schema"),
    ),
}
_VALUE = {"schema": (_ONE, "schema"), "content": (_MAP, "mediaType"), "examples": (_MAP, "example")}

GRAMMAR: dict[str, dict[str, tuple[str, str]]] = {
    "openapi": {
        "paths": (_MAP, "pathItem"),
        "webhooks": (_MAP, "pathItem"),
        "components": (_ONE, "components"),
    },
    "components": {
        "schemas": (_MAP, "schema"),
        "responses": (_MAP, "response"),
        "parameters": (_MAP, "parameter"),
        "requestBodies": (_MAP, "requestBody"),
        "headers": (_MAP, "header"),
        "examples": (_MAP, "example"),
        "callbacks": (_MAP, "callback"),
        "pathItems": (_MAP, "pathItem"),
        "mediaTypes": (_MAP, "mediaType"),
        "securitySchemes": (_MAP, "securityScheme"),
        "links": (_MAP, "link"),
    },
    "pathItem": {
        "parameters": (_LIST, "parameter"),
        "additionalOperations": (_MAP, "operation"),
        **dict.fromkeys(METHODS, (_ONE, "operation")),
    },
    "operation": {
        "parameters": (_LIST, "parameter"),
        "requestBody": (_ONE, "requestBody"),
        "responses": (_MAP, "response"),
        "callbacks": (_MAP, "callback"),
    },
    "parameter": _VALUE,
    "header": _VALUE,
    "requestBody": {"content": (_MAP, "mediaType")},
    "response": {"headers": (_MAP, "header"), "content": (_MAP, "mediaType"), "links": (_MAP, "link")},
    "mediaType": {
        "schema": (_ONE, "schema"),
        "itemSchema": (_ONE, "schema"),
        "examples": (_MAP, "example"),
        "encoding": (_MAP, "encoding"),
    },
    "encoding": {"headers": (_MAP, "header")},
    "schema": _SCHEMA,
    "example": {},
    "securityScheme": {},
    "link": {},
}

SECTIONS = {child: key for key, (_, child) in GRAMMAR["components"].items()}
"""The section of `components` that holds objects of a kind."""


class Visit(NamedTuple):
    """A node on a walk: what kind of object it is and where it stands."""

    kind: str
    pointer: str
    node: Node


def children(kind: str, node: Node, pointer: str) -> Iterator[Visit]:
    """The objects right below `node`, in document order."""
    if kind == "callback":
        yield from _map(node, "pathItem", pointer)
        return
    grammar = GRAMMAR[kind]
    for key, value in node.items():
        shape = grammar.get(key)
        if shape is None:
            continue
        how, child = shape
        if how is _ONE:
            if isinstance(value, dict):
                yield Visit(child, f"{pointer}/{key}", value)
        else:
            yield from _SPREAD[how](value, child, f"{pointer}/{key}")


def _map(value: Any, child: str, pointer: str) -> Iterator[Visit]:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict) and (child == "schema" or not key.startswith("x-")):
                yield Visit(child, f"{pointer}/{escape(key)}", item)


def _list(value: Any, child: str, pointer: str) -> Iterator[Visit]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield Visit(child, f"{pointer}/{index}", item)


_SPREAD: dict[str, Callable[[Any, str, str], Iterator[Visit]]] = {_LIST: _list, _MAP: _map}


def walk(kind: str, node: Node, pointer: str = "") -> Iterator[Visit]:
    """`node` and all below it, parents first, without recursion, so that depth is no limit."""
    stack = [Visit(kind, pointer, node)]
    while stack:
        visit = stack.pop()
        yield visit
        stack.extend(reversed(list(children(visit.kind, visit.node, visit.pointer))))
