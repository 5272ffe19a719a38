"""Properties that a subclass declares again: whether it narrows them, and how it has them."""

from __future__ import annotations

from typing import Any

from ..openapi.grammar import Node
from ..openapi.references import follow
from .combination import EXTRA_ASSERTIONS


def narrows(document: Node, inherited: Any, name: str, narrowing: list[Node]) -> bool:
    """Whether the redeclarations of a property only narrow the inherited one.

    A subclass can narrow scalars; whatever else is redeclared would have another type.
    """
    base = follow(document, inherited)
    for declared in [properties[name] for properties in narrowing if name in properties]:
        schema = follow(document, declared)
        if declared == inherited or declared in ({}, True):
            continue
        if not isinstance(schema, dict) or not isinstance(base, dict):
            return False
        if not _is_scalar(base) or not _is_scalar(schema) or not _admits(base, schema):
            return False
    return True


def inlined(document: Node, inherited: Any) -> Any:
    """Return a property to be narrowed: a copy of a scalar schema, any other schema itself."""
    target = follow(document, inherited)
    if isinstance(target, dict) and _is_scalar(target) and len(target.get("enum") or ()) < 2:
        return dict(target)
    return inherited


def drop_inherited(document: Node, merged: Node, inherited: Node, required: list[str]) -> None:
    """Remove the properties from a subclass that have the type they have in its base class.

    A choice of fewer values than the base class has is no type of its own, but an assertion.

    Args:
        document: The normal form.
        merged: Schema of the subclass.
        inherited: Properties of the base class.
        required: Names of properties that the base class requires.
    """
    properties = merged.get("properties", {})
    newly_required = set(merged.get("required", ())) - set(required)
    for name, schema in inherited.items():
        if name not in properties:
            continue
        if values := _fewer(document, schema, properties[name]):
            merged.setdefault(EXTRA_ASSERTIONS, []).append({"properties": {name: {"enum": values}}})
            properties[name] = schema
        if properties[name] == schema and name not in newly_required:
            del properties[name]


def _fewer(document: Node, base: Any, schema: Any) -> list[Any]:
    """Return the values of an enum that narrows another enum; [] if it is not one."""
    base, schema = follow(document, base), follow(document, schema)
    if not isinstance(base, dict) or not isinstance(schema, dict) or base == schema:
        return []
    values = schema.get("enum") or []
    return values if 1 < len(values) < len(base.get("enum") or ()) else []


_SCALARS = frozenset({"string", "integer", "number", "boolean"})
_COMPOUND = frozenset(
    "properties items prefixItems oneOf anyOf allOf additionalProperties patternProperties not if".split()
)


def _is_scalar(schema: Node) -> bool:
    """Whether a schema admits scalars of one type only, or constants."""
    if not _COMPOUND.isdisjoint(schema) or isinstance(schema.get("type"), list):
        return False
    type_ = schema.get("type")  # a list for several types
    is_single = isinstance(type_, str) and type_ in _SCALARS
    return "const" in schema or bool(schema.get("enum")) or is_single


def _admits(base: Node, schema: Node) -> bool:
    """Whether the type of a scalar schema is a subtype of another's in Python."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    admitted = [base["const"]] if "const" in base else base.get("enum")
    if values is None:
        is_same = base.get("type") in (None, schema.get("type")) and not admitted
        return is_same and base.get("format") == schema.get("format", base.get("format"))
    if admitted is not None:
        return all(value in admitted for value in values)
    types: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "boolean": (bool,)}
    expected = types.get(str(base.get("type")), ())
    return base.get("format") is None and all(type(value) in expected for value in values)
