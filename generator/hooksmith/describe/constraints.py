"""JSON types that a schema admits, and the constraints that pydantic has arguments for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..ir import NO_CONSTRAINTS, Constraints
from ..naming.union_options import telling_tag
from ..openapi.grammar import ASSERTIONS, Node
from ..openapi.references import follow
from .assertions import assertions

ARGUMENTS = {
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
BY_PATTERN = ("patternProperties", "additionalProperties", "required")
"""Keywords that `dict[str, T]` does not express."""


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


def family(document: Node, node: Node) -> str:
    """Return the family of a schema's type: "union", a JSON type ("number" for integers), "any", or "" if none.

    Several JSON types are no family: each has constraints of its own.
    """
    if "$ref" in node or "const" in node or node.get("enum"):
        return ""
    if union_keyword(document, node):
        return "union"
    names = [name for name in json_types(node) if name != "null"]
    name = names[0] if len(names) == 1 else ""
    return "number" if name == "integer" else name


def families(document: Node, node: Node) -> list[str]:
    """Return the families of all JSON types that a schema admits; ["union"] for a union."""
    single = family(document, node)
    if single or "$ref" in node or "const" in node or node.get("enum"):
        return [single]
    names = [name for name in json_types(node) if name != "null"]
    return ["number" if name == "integer" else name for name in names] or [""]


def union_keyword(document: Node, node: Node) -> str:
    """Return the keyword, `oneOf` or `anyOf`, whose options are types; "" if there is none.

    Options without a type, such as `{"required": ["a"]}`, only assert something of the type beside them.
    """
    for keyword in ("oneOf", "anyOf"):
        options = node.get(keyword)
        if options and not all(_only_asserts(document, option) for option in options):
            return keyword
    return ""


_TYPED = frozenset(
    "type const enum properties allOf items prefixItems additionalProperties".split()
)


def _only_asserts(document: Node, option: Any, depth: int = 0) -> bool:
    """Whether a schema admits values of any JSON type, or none."""
    option = follow(document, option)
    if not isinstance(option, dict):
        return option is False
    if depth > _DEEPEST or not _TYPED.isdisjoint(option) or not ASSERTIONS & option.keys():
        return False
    options = [inner for key in ("oneOf", "anyOf") for inner in option.get(key) or ()]
    return all(_only_asserts(document, inner, depth + 1) for inner in options)


_DEEPEST = 20


def is_exclusive(document: Node, node: Node) -> bool:
    """Whether no value can fit two options of `oneOf`, because their JSON types or a property differ."""
    options = [follow(document, option) for option in node["oneOf"]]
    if (node.get("discriminator") or {}).get("propertyName") or telling_tag(options):
        return True
    names = [name for option in options for name in set(types_of(option))]
    return "any" not in names and len(set(names)) == len(names)


def is_ambiguous(document: Node, node: Node) -> bool:
    """Whether several options of a schema's `oneOf` may fit a value, which is not checked.

    Objects with optional properties fit most open schemas: an API takes `{"name": …}` for any of three devices.
    """
    if union_keyword(document, node) != "oneOf" or is_exclusive(document, node):
        return False
    return has_objects(document, node["oneOf"])


def has_objects(document: Node, options: list[Any]) -> bool:
    """Whether an option of a union can be an object."""
    names = {name for option in options for name in types_of(follow(document, option))}
    return bool(names & {"any", "object"})


def types_of(option: Any) -> list[str]:
    """Return the JSON types of an option; those of its values for a constant or an enum."""
    if not isinstance(option, dict):
        return ["any"]
    if "const" in option or option.get("enum"):
        values = [option["const"]] if "const" in option else option["enum"]
        return [_TYPE_NAMES.get(type(value), "any") for value in values]
    if not option.keys().isdisjoint(("oneOf", "anyOf")):
        return ["any"]
    return ["number" if name == "integer" else name for name in json_types(option)]


_TYPE_NAMES = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
    list: "array",
    dict: "object",
}


_NAMING = frozenset(
    """properties patternProperties additionalProperties unevaluatedProperties $ref $dynamicRef allOf anyOf oneOf
    if dependentSchemas""".split()
)


def evaluates_properties(node: Node) -> bool:
    """Whether schemas in place evaluate properties, so that `unevaluatedProperties` is no `additionalProperties`."""
    schemas = [node[key] for key in ("if", "then", "else") if key in node]
    schemas += [inner for key in ("anyOf", "oneOf", "$also") for inner in node.get(key) or ()]
    schemas += (node.get("dependentSchemas") or {}).values()
    return "$dynamicRef" in node or any(
        isinstance(schema, dict) and not _NAMING.isdisjoint(schema) for schema in schemas
    )


def string_format(node: Node) -> Any:
    """Return the format of a string; `byte`, OpenAPI's older word for it, if base64 is its `contentEncoding`."""
    is_base64 = str(node.get("contentEncoding")).lower() in ("base64", "base64url")
    return "byte" if is_base64 and "format" not in node else node.get("format")


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
        ARGUMENTS[key]: node[key]
        for key in _KEYWORDS.get(family_, ())
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
    rest = {key: value for key, value in node.items() if key not in BY_PATTERN[:2]}
    others = node.get("additionalProperties", True)
    if len(patterns) == 1 and others is False and "propertyNames" not in node:
        return {**rest, "propertyNames": {"pattern": next(iter(patterns))}}
    if not patterns:
        return rest
    is_open = others in (True, {})
    return {**rest, "patternProperties": patterns} | (
        {} if is_open else {"additionalProperties": others}
    )
