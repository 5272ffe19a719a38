"""Names of methods, unique within a resource."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ..ir import Operation
from .casing import argument
from .resource_names import NO_TAG, resource_attribute
from .short_names import short_names
from .unique_names import unique


def with_names_by_tag(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations with method names that are unique within each tag.

    Operations without a tag count as one tag, although their paths select their resources: a new path that moves an
    operation to another resource then does not rename it.
    """
    by_tag: dict[str, list[Operation]] = {}
    for operation in operations:
        by_tag.setdefault(resource_attribute(operation.tag or NO_TAG), []).append(operation)
    named = {
        (operation.pointer, operation.id): operation
        for group in by_tag.values()
        for operation in _distinct_names(group)
    }
    return [named[operation.pointer, operation.id] for operation in operations]


def _distinct_names(operations: Sequence[Operation]) -> Sequence[Operation]:
    """Return operations with unique method names; if names collide, all are named by `id` with signs spoken."""
    if len({operation.name for operation in operations}) == len(operations):
        return operations
    names = unique([operation.id for operation in operations], argument)
    return [
        replace(operation, name=name) for operation, name in zip(operations, names, strict=True)
    ]


def with_names_in_resource(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """Return the operations of a resource with unique method names; only colliding names change.

    Names can collide if the resource has operations of several tags, or with and without a tag.
    """
    count = Counter(operation.name for operation in operations)
    colliding = [operation for operation in operations if count[operation.name] > 1]
    taken = [name for name, times in count.items() if times == 1]
    names = unique([operation.id for operation in colliding], argument, taken)
    renamed = {
        (operation.pointer, operation.id): name
        for operation, name in zip(colliding, names, strict=True)
    }
    return tuple(
        replace(operation, name=renamed.get((operation.pointer, operation.id), operation.name))
        for operation in operations
    )


def with_short_names(operations: Sequence[Operation], resource: str) -> tuple[Operation, ...]:
    """Return the operations of a resource, whose method names are unique, without the words of the resource's name."""
    names = short_names([operation.name for operation in operations], resource)
    return tuple(
        replace(operation, name=name) for operation, name in zip(operations, names, strict=True)
    )
