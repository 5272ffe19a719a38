"""JSON types that a schema admits, and the constraints that pydantic has arguments for."""

from __future__ import annotations

from dataclasses import replace

from ..ir import NO_CONSTRAINTS, Constraints
from ..openapi.grammar import Node
from .assertions import assertions

_ARGUMENTS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "minItems": "min_items",
    "maxItems": "max_items",
    "uniqueItems": "unique_items",
    "minProperties": "min_items",
    "maxProperties": "max_items",
}
"""Keyword → field of `Constraints`."""
_KEYWORDS = {
    "string": ("minLength", "maxLength", "pattern"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("minItems", "maxItems", "uniqueItems"),
    "object": ("minProperties", "maxProperties"),
}
"""Family of types → the keywords that constrain it."""
BY_PATTERN = ("patternProperties", "additionalProperties")


def json_types(node: Node) -> list[str]:
    """Return the JSON types that a schema admits, "null" last; ["any"] if it admits all.

    A schema without `type` is an object or an array if its keywords are those of one.
    """
    type_ = node.get("type")
    if isinstance(type_, str):
        return [type_]
    if isinstance(type_, list) and type_:
        return sorted(type_, key=lambda name: name == "null")
    if node.get("properties") or node.keys() & {
        "additionalProperties",
        "patternProperties",
        "allOf",
    }:
        return ["object"]
    if node.keys() & {"items", "prefixItems"}:
        return ["array"]
    return ["any"]


def family(node: Node) -> str:
    """Return the family of a schema's type: "union", a JSON type ("number" for integers), or "" if none."""
    if "$ref" in node or "const" in node or node.get("enum"):
        return ""
    if node.get("oneOf") or node.get("anyOf"):
        return "union"
    names = [name for name in json_types(node) if name != "null"]
    name = names[0] if len(names) == 1 else ""
    return "number" if name == "integer" else name


def allows_null(node: Node) -> bool:
    """Whether `type` or `enum` admits null."""
    type_ = node.get("type")
    if isinstance(type_, list) and "null" in type_:
        return True
    return type_ is None and None in (node.get("enum") or ())


def is_length_limited(node: Node, count: int) -> bool:
    """Whether `maxItems` limits an array to `count` items."""
    limit = node.get("maxItems")
    return isinstance(limit, int) and limit <= count


def constraints(
    document: Node, node: Node, family_: str, additional: tuple[str, ...] = ()
) -> Constraints:
    """Return the constraints of a schema on values of a family.

    Args:
        document: The normal form.
        node: The schema.
        family_: Family of types, as `family` returns it.
        additional: Keywords that the type of this schema does not express.
    """
    arguments = {
        _ARGUMENTS[key]: node[key]
        for key in _KEYWORDS[family_]
        if node.get(key) is not None and node[key] is not False
    }
    result = Constraints(**arguments) if arguments else NO_CONSTRAINTS
    further = assertions(document, node, family_, additional)
    return replace(result, further=further) if further else result


def without_plain_map(node: Node) -> Node:
    """Return an object's schema without the keywords that `dict[str, T]` expresses.

    If a single pattern names all properties, it becomes `propertyNames`. If patterns select types, they stay.
    """
    patterns = node.get("patternProperties") or {}
    rest = {key: value for key, value in node.items() if key not in BY_PATTERN}
    others = node.get("additionalProperties", node.get("unevaluatedProperties", True))
    if len(patterns) == 1 and others is False and "propertyNames" not in node:
        return {**rest, "propertyNames": {"pattern": next(iter(patterns))}}
    if not patterns:
        return rest
    is_open = others in (True, {})
    return {**rest, "patternProperties": patterns} | (
        {} if is_open else {"additionalProperties": others}
    )
