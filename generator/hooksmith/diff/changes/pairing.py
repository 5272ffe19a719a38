"""Renames: which definition of the new document an old one has become."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from ...ir import AnyDefinition, Enum, Model
from ..sides import Side

ALIKE = 0.8
"""Share of properties or values that two definitions have in common, from which on one is the other renamed."""


def find_renames(old: Side, new: Side) -> dict[str, str]:
    """Return old name → new name of the definitions that only one document has by that name.

    Definitions at the same pointer in the same direction are one; otherwise those of one kind whose properties or
    values are alike.
    """
    gone = [each for each in old.api.definitions if each.name not in new.definitions]
    added = [each for each in new.api.definitions if each.name not in old.definitions]
    renames: dict[str, str] = {}
    by_place = {_place(each): each.name for each in added}
    for definition in gone:
        name = by_place.get(_place(definition))
        if name is not None:
            renames[definition.name] = name
    taken = set(renames.values())
    rest = [each for each in added if each.name not in taken]
    pairs = sorted(
        (
            (-likeness(one, other), sorted((one.name, other.name)), one.name, other.name)
            for one in gone
            if one.name not in renames
            for other in rest
            if type(one) is type(other) and likeness(one, other) >= ALIKE
        ),
    )
    for _, _, one_name, other_name in pairs:
        if one_name not in renames and other_name not in taken:
            renames[one_name] = other_name
            taken.add(other_name)
    return renames


def _place(definition: AnyDefinition) -> Hashable:
    kind = type(definition).__name__
    return (definition.pointer, kind, definition.sent, definition.received)


def likeness(one: AnyDefinition, other: AnyDefinition) -> float:
    """Return the share of properties or values that two definitions of one kind have in common."""
    if isinstance(one, Model) and isinstance(other, Model):
        return jaccard(
            ((each.wire, each.required) for each in one.fields),
            ((each.wire, each.required) for each in other.fields),
        )
    if isinstance(one, Enum) and isinstance(other, Enum):
        return jaccard((each.value for each in one.members), (each.value for each in other.members))
    return 0.0


def jaccard(one: Iterable[Hashable], other: Iterable[Hashable]) -> float:
    """Return the size of the intersection by that of the union; 0 if they have fewer than two members in common."""
    first, second = set(one), set(other)
    common = first & second
    return len(common) / len(first | second) if len(common) > 1 else 0.0
