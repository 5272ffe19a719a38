"""Grammar of OpenAPI 3.1 and JSON Schema 2020-12: the type of object under each keyword.

All walks over a document use this table. They enter every schema, but no examples, defaults or extensions, whose
`$ref`s are data.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from ..json_pointer import escape, split

Node = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

# Value of a keyword: one object, a list of objects, or a map from names to objects.
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
"""Type of object → its section of `components`."""

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
"""Keywords of a schema that assert nothing (JSON Schema Validation 2020-12, 9)."""

ASSERTIONS = frozenset(_SCHEMA.keys() - {"$defs", "definitions"}) | frozenset(
    """type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems
    minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired format
    contentEncoding contentMediaType discriminator nullable""".split()
)
"""Keywords that constrain a value. Unknown keywords are annotations (JSON Schema Core 2020-12, 6.5)."""


class Visit(NamedTuple):
    """A node on a walk: type of object, JSON Pointer, and the object."""

    kind: str
    pointer: str
    node: Node


_visit = partial(tuple.__new__, Visit)
"""Makes a `Visit` of a tuple: the walks of a generation make a million, and its constructor takes twice as long."""

BESIDE_EXTENSIONS = frozenset({"pathItem", "response", "callback"})
"""Types of objects in maps whose `x-` keys are extensions. In other maps (headers, schemas) `x-rate` is a name."""


def children(kind: str, node: Node, pointer: str) -> list[Visit]:
    """Return the objects directly below an object, in document order.

    A map that is a reference, which OpenAPI does not allow, is one object of the type `map:` and its members' type.
    """
    grammar = GRAMMAR.get(kind)
    if grammar is None:
        return _in_map(
            node, "pathItem" if kind == "callback" else kind.removeprefix("map:"), pointer
        )
    if grammar.keys().isdisjoint(node):  # true of most objects, and this is the most frequent call
        return []
    visits: list[Visit] = []
    for key, value in node.items():
        if key not in grammar:
            continue
        how, child = grammar[key]
        if how is MAP:
            if isinstance(value, dict) and isinstance(value.get("$ref"), str):
                visits.append(Visit(f"map:{child}", f"{pointer}/{key}", value))
            else:
                visits += _in_map(value, child, f"{pointer}/{key}")
        elif how is ONE and isinstance(value, dict):
            visits.append(_visit((child, f"{pointer}/{key}", value)))
        elif how is LIST or key == "items":  # a tuple, up to draft 2019-09
            visits += _in_list(value, child, f"{pointer}/{key}")
    return visits


def _in_map(value: Any, child: str, pointer: str) -> list[Visit]:
    if not isinstance(value, dict):
        return []
    has_extensions = child in BESIDE_EXTENSIONS
    return [
        _visit((child, f"{pointer}/{escape(key) if '/' in key or '~' in key else key}", item))
        for key, item in value.items()
        if isinstance(item, dict) and not (has_extensions and key.startswith("x-"))
    ]


def _in_list(value: Any, child: str, pointer: str) -> list[Visit]:
    if not isinstance(value, list):
        return []
    return [
        _visit((child, f"{pointer}/{index}", item))
        for index, item in enumerate(value)
        if isinstance(item, dict)
    ]


def walk(kind: str, node: Node, pointer: str = "") -> Iterator[Visit]:
    """Yield an object and all objects below it, parents first.

    The walk uses a stack instead of recursion, so that deep documents do not exceed Python's limit.

    Args:
        kind: Type of the object: "openapi", "schema", …
        node: The object.
        pointer: JSON Pointer to the object.
    """
    stack = [Visit(kind, pointer, node)]
    while stack:
        visit = stack.pop()
        yield visit
        kind, pointer, node = visit
        if below := children(kind, node, pointer):
            below.reverse()
            stack += below


def copied(value: Any) -> Any:
    """Return a deep copy of a JSON value; several times as fast as copy.deepcopy."""
    if type(value) is dict:
        return {
            key: copied(item) if type(item) in (dict, list) else item for key, item in value.items()
        }
    return [copied(item) for item in value] if type(value) is list else value


def kind_at(pointer: str) -> str | None:
    """Return the type of object at a JSON Pointer of a bundled document; None if the grammar has none there."""
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
