"""Members of enums, and types of enums without a name. Whether null is allowed: `schemas.py`, `constraints.py`.

`plan/annotations.py` decides whether an enum is open.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..ir import NULL, Constraints, EnumMember, Kind, LiteralOf, Scalar, Type
from ..ir.values import holds
from ..naming.casing import upper
from ..naming.unique_names import unique
from ..openapi.grammar import Node
from .constraints import ARGUMENTS, constraints
from .prose import text
from .unions import union


def literal(values: list[Any]) -> Type:
    """Return the type of a choice of JSON values.

    `Literal` takes neither fractions nor objects and arrays. A choice with these is any number, or any value, and
    asserts its values.
    """
    choice = Constraints(further=json.dumps({"enum": values}))
    if any(isinstance(value, dict | list) for value in values):
        return Scalar(Kind.ANY, choice)
    if any(isinstance(value, float) for value in values):
        numbers = [value for value in values if _is_number(value)]
        others = [value for value in values if not _is_number(value)]
        choice = Constraints(further=json.dumps({"enum": numbers}))
        return union([Scalar(Kind.NUMBER, choice), *([literal(others)] if others else [])])
    scalars = tuple(value for value in values if value is not None)
    options: list[Type] = [LiteralOf(scalars)] if scalars else []
    return union([*options, *([NULL] if len(scalars) < len(values) else [])])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def admitted_values(document: Node, node: Node) -> list[Any]:
    """Return the values of an enum that the constraints beside it admit; all values if it admits none of them."""
    if node.keys().isdisjoint(ARGUMENTS):
        return list(node["enum"])
    limits = [constraints(document, node, family) for family in ("string", "number")]
    values = [value for value in node["enum"] if all(holds(each, value) for each in limits)]
    return values or list(node["enum"])


def enum_members(document: Node, node: Node, pointer: str) -> Iterator[EnumMember]:
    """Yield the members of an enum, named by `x-enum-varnames` or `x-enumNames`, otherwise by their values."""
    values = list(dict.fromkeys(value for value in node["enum"] if value is not None))
    declared = node.get("x-enum-varnames") or node.get("x-enumNames") or ()
    descriptions = node.get("x-enum-descriptions") or ()
    wires = (
        [str(name) for name in declared]
        if len(declared) == len(values)
        else [str(value) for value in values]
    )
    names = unique(wires, upper)
    indices = {value: index for index, value in reversed(list(enumerate(node["enum"])))}
    admitted = admitted_values(document, node)
    for index, (value, name) in enumerate(zip(values, names, strict=True)):
        if value not in admitted:
            continue
        description = text(descriptions[index]) if index < len(descriptions) else ""
        yield EnumMember(
            name=name,
            value=value,
            description=description,
            pointer=f"{pointer}/enum/{indices[value]}",
        )
