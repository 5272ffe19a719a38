"""Base classes among the parts of an `allOf`, and the properties that a subclass declares anew."""

from __future__ import annotations

from ..openapi.grammar import Node
from .all_of_part import Part, can_extend
from .subclasses import inlined, narrows


def base_classes(document: Node, parts: list[Part], outside: Node) -> list[Part]:
    """Return the parts of an `allOf` that are base classes.

    A base class shares no property with another; the other parts and the keywords beside the `allOf` only narrow its
    properties. If they do more, its own base classes take its place, as far as they can.

    Args:
        document: The document.
        parts: The members of the `allOf`.
        outside: The keywords beside it.
    """
    candidates = [part for part in parts if part.can_be_base]
    others = [part for part in parts if part not in candidates]
    if any(not part.is_object for part in others) or not can_extend(outside):
        return []
    claims = {*outside.get("properties", ()), *outside.get("required", ())}
    claims = claims.union(*(part.claims for part in others))
    narrowing = [*(part.properties for part in others), outside.get("properties") or {}]
    shared = _shared(candidates)
    bases: list[Part] = []
    for part in candidates:
        if not shared.isdisjoint(part.properties):
            continue
        if _is_narrowed(document, part, part.properties.keys() & claims, narrowing):
            bases.append(part)
        else:
            bases += [
                base
                for base in part.bases()
                if _is_narrowed(document, base, base.properties.keys() & claims, narrowing)
            ]
    return bases


def _shared(candidates: list[Part]) -> set[str]:
    """Return the properties that several candidates define."""
    owners: dict[str, int] = {}
    for part in candidates:
        for name in part.properties:
            owners[name] = owners.get(name, 0) + 1
    return {name for name, count in owners.items() if count > 1}


def _is_narrowed(document: Node, part: Part, names: set[str], narrowing: list[Node]) -> bool:
    return all(narrows(document, part.properties[name], name, narrowing) for name in names)


def redeclared_properties(
    document: Node, parts: list[Part], bases: list[Part], outside: Node
) -> Node:
    """Return the inherited properties that the schema, or a part that is no base, declares or requires anew."""
    declared = set(outside.get("properties") or {})
    required = set(outside.get("required") or ())
    for part in parts:
        if part not in bases:
            declared |= part.properties.keys()
            required |= set(part.required)
    redeclared: Node = {}
    for base in bases:
        newly_required = required - set(base.required)
        for name, inherited in base.properties.items():
            if name in declared or name in newly_required:
                redeclared[name] = inlined(document, inherited)
    return redeclared
