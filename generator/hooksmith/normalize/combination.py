"""Two schemas → one schema for the values that both accept."""

from __future__ import annotations

from typing import Any

from ..openapi.grammar import ANNOTATIONS, Node
from .discriminators import IMPLIED

EXTRA_ASSERTIONS = "$also"
"""Keyword of the normal form: schemas that must hold too, and that no type expresses."""

MAX_OPTIONS = 1_000
"""Options that a combination of two unions may have."""

_GROUPS = (
    ("if", "then", "else"),
    ("contains", "minContains", "maxContains"),
    ("not",),
    ("propertyNames",),
    ("dependentRequired",),
    ("dependentSchemas",),
    ("patternProperties",),
    ("multipleOf",),
    ("prefixItems", "items"),
    ("const",),
    ("pattern",),
)
"""Keywords that cannot be combined into one if two schemas define them differently."""


def combine(into: Node, schema: Node) -> bool:
    """Narrow `into` by `schema`. Return False if a union of `into` became an assertion, to limit its options."""
    _move_uncombinable(into, schema)
    is_exact = True
    for key in ("oneOf", "anyOf"):
        if _is_too_large(into.get(key), schema.get(key)):
            into.setdefault(EXTRA_ASSERTIONS, []).append({key: into.pop(key)})
            is_exact = False
    for key, value in schema.items():
        if key in into:
            into[key] = _both(key, into[key], value)
        elif key in ("properties", "required"):
            into[key] = value.copy()
        else:
            into[key] = value
    return is_exact


def _is_too_large(left: Any, right: Any) -> bool:
    return bool(left and right) and left != right and len(left) * len(right) > MAX_OPTIONS


def _move_uncombinable(into: Node, schema: Node) -> None:
    """Move keywords that both schemas define and that cannot be combined into `into[EXTRA_ASSERTIONS]`."""
    for group in _GROUPS:
        declared = {key: into[key] for key in group if key in into}
        if (
            declared
            and group[0] in schema
            and any(schema.get(key) != into.get(key) for key in group)
        ):
            into.setdefault(EXTRA_ASSERTIONS, []).append(declared)
            for key in declared:
                del into[key]


def _both(key: str, left: Any, right: Any) -> Any:
    """Return the value of a keyword that two schemas define."""
    match key:
        case "properties":
            return {
                **left,
                **{name: _both_properties(left.get(name), value) for name, value in right.items()},
            }
        case "$also" | "examples":
            return [*left, *right]
        case "required":
            return list(dict.fromkeys([*left, *right]))
        case "type":
            return _both_types(left, right)
        case "enum":
            return _common_values(left, right) or right
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties":
            return max(left, right)
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties":
            return min(left, right)
        case "items" | "additionalProperties":
            return _both_properties(left, right)
        case "oneOf" | "anyOf" if left == right:
            return left
        case "oneOf" | "anyOf":
            return [{"allOf": [one, other]} for one in left for other in right]
    return right


def _common_values(left: list[Any], right: list[Any]) -> list[Any]:
    if all(isinstance(value, str) for value in (*left, *right)):
        values = set(right)  # an enum can have tens of thousands of values
        return [value for value in left if value in values]
    return [value for value in left if value in right]


def _both_types(left: Any, right: Any) -> Any:
    """Return the types that both `type`s allow, or `right` if there are none."""
    lefts, rights = (value if isinstance(value, list) else [value] for value in (left, right))
    both = [name for name in lefts if name in rights or (name == "integer" and "number" in rights)]
    both += [
        name for name in rights if name == "integer" and "number" in lefts and name not in both
    ]
    return (both[0] if len(both) == 1 else both) if both else right


_STRUCTURE = frozenset("$ref oneOf anyOf allOf prefixItems enum const".split())
"""Keywords that give a schema a type of its own."""


def _only_asserts(schema: Any) -> bool:
    """Whether a schema and all schemas inside it only narrow a type beside them."""
    if not isinstance(schema, dict):
        return schema is True
    inner = [schema[key] for key in ("items", "additionalProperties") if key in schema]
    inner += schema.get("properties", {}).values()
    return _STRUCTURE.isdisjoint(schema) and all(map(_only_asserts, inner))


def _both_properties(left: Any, right: Any) -> Any:
    """Return the schema of a property that two schemas declare.

    Plain schemas are combined. If one of two others only asserts something, both hold; otherwise the later one does.
    """
    if right is True or left is False:
        return left
    if not isinstance(left, dict) or not isinstance(right, dict) or left == right:
        return right
    if IMPLIED in left:
        return right
    if (
        "$ref" in left
        or "$ref" in right
        or (left.keys() | right.keys()) & {"oneOf", "anyOf", "allOf"}
    ):
        if right.keys() <= ANNOTATIONS:
            return {**left, **right}
        return {"allOf": [left, right]} if _only_asserts(left) or _only_asserts(right) else right
    merged = dict(left)
    combine(merged, right)
    return merged
