"""Two schemas that must both hold, combined in one."""

from __future__ import annotations

from typing import Any

from ..openapi.grammar import ANNOTATIONS, Node
from .discriminators import IMPLIED

ALSO = "$also"
"""A keyword of the normal form: further schemas that must hold, with assertions that no type expresses."""

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
"""Groups of keywords that cannot be combined if two schemas have them."""


def _set_aside(into: Node, schema: Node) -> None:
    """Keep assertions of both schemas that cannot be combined: those of `into` become a schema of their own."""
    for group in _GROUPS:
        stated = {key: into[key] for key in group if key in into}
        if stated and group[0] in schema and any(schema.get(key) != into.get(key) for key in group):
            into.setdefault(ALSO, []).append(stated)
            for key in stated:
                del into[key]


def combine(into: Node, schema: Node) -> None:
    """Narrow `into` by `schema`: both must hold."""
    _set_aside(into, schema)
    for key, value in schema.items():
        if key not in into:
            into[key] = (
                dict(value) if key == "properties" else list(value) if key == "required" else value
            )
        else:
            into[key] = _both(key, into[key], value)


def _both(key: str, left: Any, right: Any) -> Any:
    match key:
        case "properties":
            return {
                **left,
                **{name: _both_properties(left.get(name), value) for name, value in right.items()},
            }
        case "$also":
            return [*left, *right]
        case "required":
            return list(dict.fromkeys([*left, *right]))
        case "type":
            return _both_types(left, right)
        case "enum":
            return [value for value in left if value in right] or right
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties":
            return max(left, right)
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties":
            return min(left, right)
        case "examples":
            return [*left, *right]
        case "additionalProperties" if right is True:
            return left
        case "items" | "additionalProperties" if isinstance(left, dict):
            return _both_properties(left, right)
        case "oneOf" | "anyOf":
            return (
                left
                if left == right
                else [{"allOf": [one, other]} for one in left for other in right]
            )
    return right


def _both_types(left: Any, right: Any) -> Any:
    ours, theirs = (value if isinstance(value, list) else [value] for value in (left, right))
    both = [kind for kind in ours if kind in theirs or (kind == "integer" and "number" in theirs)]
    both += [kind for kind in theirs if kind == "integer" and "number" in ours and kind not in both]
    return (both[0] if len(both) == 1 else both) if both else right


_STRUCTURE = frozenset(
    """$ref oneOf anyOf allOf properties items prefixItems additionalProperties enum const""".split()
)
"""Keywords that give a schema a type of its own; one without them asserts something of the type beside it."""


def _both_properties(left: Any, right: Any) -> Any:
    """Return the schema of a property that two schemas declare.

    Plain schemas are combined. If one of two others only asserts something, both hold; otherwise the later one does.
    """
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
        only_asserts = _STRUCTURE.isdisjoint(left) or _STRUCTURE.isdisjoint(right)
        return {"allOf": [left, right]} if only_asserts else right
    merged = dict(left)
    combine(merged, right)
    return merged
