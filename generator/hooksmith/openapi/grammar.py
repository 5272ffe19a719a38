"""Which objects of OpenAPI 3.1 and JSON Schema 2020-12 stand under which keys.

One table, so that every walk over a document goes the same way: into schemas wherever they stand, and never into
examples, defaults or extensions, whose `$ref`s are data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..json_pointer import escape, split

Node = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

# How children hang under a key: one object, a list of them, or a map from names to them.
ONE, LIST, MAP = "one", "list", "map"

_SCHEMA = {
    **dict.fromkeys(
        (
            "properties",
            "patternProperties",
            "$defs",
            "definitions",
            "dependentSchemas",
            "dependencies",
        ),
        (MAP, "schema"),
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (LIST, "schema")),
    **dict.fromkeys(
        (
            "items",
            "additionalItems",
            "contentSchema",
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
        (ONE, "schema"),
    ),
}
_VALUE = {"schema": (ONE, "schema"), "content": (MAP, "mediaType"), "examples": (MAP, "example")}

GRAMMAR: dict[str, dict[str, tuple[str, str]]] = {
    "openapi": {
        "paths": (MAP, "pathItem"),
        "webhooks": (MAP, "pathItem"),
        "x-webhooks": (MAP, "pathItem"),
        "components": (ONE, "components"),
        # Swagger 2.0:
        "definitions": (MAP, "schema"),
        "parameters": (MAP, "parameter"),
        "responses": (MAP, "response"),
    },
    "components": {
        "schemas": (MAP, "schema"),
        "responses": (MAP, "response"),
        "parameters": (MAP, "parameter"),
        "requestBodies": (MAP, "requestBody"),
        "headers": (MAP, "header"),
        "examples": (MAP, "example"),
        "callbacks": (MAP, "callback"),
        "pathItems": (MAP, "pathItem"),
        "mediaTypes": (MAP, "mediaType"),
        "securitySchemes": (MAP, "securityScheme"),
        "links": (MAP, "link"),
    },
    "pathItem": {
        "parameters": (LIST, "parameter"),
        "additionalOperations": (MAP, "operation"),
        **dict.fromkeys(METHODS, (ONE, "operation")),
    },
    "operation": {
        "parameters": (LIST, "parameter"),
        "requestBody": (ONE, "requestBody"),
        "responses": (MAP, "response"),
        "callbacks": (MAP, "callback"),
    },
    "parameter": _VALUE,
    "header": _VALUE,
    "requestBody": {"content": (MAP, "mediaType")},
    "response": {
        "schema": (ONE, "schema"),
        "headers": (MAP, "header"),
        "content": (MAP, "mediaType"),
        "links": (MAP, "link"),
    },
    "mediaType": {
        "schema": (ONE, "schema"),
        "itemSchema": (ONE, "schema"),
        "examples": (MAP, "example"),
        "encoding": (MAP, "encoding"),
    },
    "encoding": {"headers": (MAP, "header")},
    "schema": _SCHEMA,
    "example": {},
    "securityScheme": {},
    "link": {},
}

SECTIONS = {child: key for key, (_, child) in GRAMMAR["components"].items()}
"""The section of `components` that holds objects of a kind."""


ANNOTATIONS = frozenset(
    {
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "externalDocs",
        "xml",
        "$comment",
    }
)
"""Keywords of a schema that assert nothing."""

ASSERTIONS = frozenset(_SCHEMA.keys() - {"$defs", "definitions"}) | frozenset(
    """type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems
    minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired format
    contentEncoding contentMediaType discriminator nullable""".split()
)
"""Keywords that say what a value must be. A keyword that nobody knows is an annotation (JSON Schema, 6.5)."""


class Visit(NamedTuple):
    """A node on a walk: what kind of object it is and where it stands."""

    kind: str
    pointer: str
    node: Node


BESIDE_EXTENSIONS = frozenset({"pathItem", "response", "callback"})
"""What stands in maps whose other keys are extensions; schemas, headers and the like may be called `x-rate`."""


def children(kind: str, node: Node, pointer: str) -> list[Visit]:
    """The objects right below `node`, in document order."""
    if kind == "callback":
        return _in_map(node, "pathItem", pointer)
    grammar = GRAMMAR[kind]
    if grammar.keys().isdisjoint(node):  # most are: a quick way out of the hottest loop
        return []
    found: list[Visit] = []
    for key, value in node.items():
        if key not in grammar:
            continue
        how, child = grammar[key]
        if how is MAP:
            found += _in_map(value, child, f"{pointer}/{key}")
        elif how is ONE and isinstance(value, dict):
            found.append(Visit(child, f"{pointer}/{key}", value))
        elif how is LIST or key == "items":  # a tuple, up to draft 2019-09
            found += _in_list(value, child, f"{pointer}/{key}")
    return found


def _in_map(value: Any, child: str, pointer: str) -> list[Visit]:
    if not isinstance(value, dict):
        return []
    plain = child not in BESIDE_EXTENSIONS
    return [
        Visit(child, f"{pointer}/{escape(key)}", item)
        for key, item in value.items()
        if isinstance(item, dict) and (plain or not key.startswith("x-"))
    ]


def _in_list(value: Any, child: str, pointer: str) -> list[Visit]:
    if not isinstance(value, list):
        return []
    return [
        Visit(child, f"{pointer}/{index}", item)
        for index, item in enumerate(value)
        if isinstance(item, dict)
    ]


def walk(
    kind: str, node: Node, pointer: str = "", *, without: str | None = None
) -> Iterator[Visit]:
    """`node` and all below it, parents first, without recursion, so that depth is no limit.

    `without` is a kind of which no object is visited, nor what is below one.
    """
    stack = [Visit(kind, pointer, node)]
    while stack:
        visit = stack.pop()
        yield visit
        kind, pointer, node = visit
        if found := children(kind, node, pointer):
            if without is not None:
                found = [child for child in found if child.kind != without]
            found.reverse()
            stack += found


def copied(value: Any) -> Any:
    """`value`, JSON's types alone, with objects and arrays of its own; several times as fast as copy.deepcopy."""
    if type(value) is dict:
        return {
            key: copied(item) if type(item) in (dict, list) else item for key, item in value.items()
        }
    return [copied(item) for item in value] if type(value) is list else value


def kind_at(pointer: str) -> str | None:
    """What kind of object stands at a pointer of a bundled document, by the grammar alone; None: none that we know."""
    kind: str | None = "openapi"
    tokens = iter(split(pointer))
    for token in tokens:
        if kind == "callback":
            kind = "pathItem"
            continue
        how, kind = GRAMMAR.get(kind or "", {}).get(token, (ONE, None))
        if kind is None:
            return None
        if how is not ONE and next(tokens, None) is None:
            return None
    return kind
