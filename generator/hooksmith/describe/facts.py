"""What definitions and calls are made of, by names alone.

All that is needed to tell which way a definition goes, in what shapes, and where it stands: so that what is true of the
whole document can be decided again when a little of it is different.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from ..ir import (
    ANY,
    NO_CONSTRAINTS,
    Alias,
    AnyDefinition,
    Api,
    Array,
    Enum,
    LiteralOf,
    Map,
    Model,
    Named,
    Operation,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..ir.queries import names_in, received_types, references, sent_types


class Uses(NamedTuple):
    """The names that a definition is made of: in all, as it is received, and as it is sent; `bases` are among them.

    `differs`: whether its two shapes differ, apart from those of what it is made of.
    """

    all: tuple[str, ...]
    received: tuple[str, ...]
    sent: tuple[str, ...]
    bases: tuple[str, ...]
    differs: bool


class CallUses(NamedTuple):
    """The names that a call sends and receives, and those that its body's fields mention."""

    resource: str
    sent: tuple[str, ...]
    received: tuple[str, ...]
    fields: tuple[str, ...]


class Facts(NamedTuple):
    """Of a whole API, as the document has it: by definitions' names in their order, and by pointers of operations.

    `delivered`: the group of each event, and its models.
    """

    definitions: Mapping[str, Uses]
    calls: Mapping[str, CallUses]
    delivered: tuple[tuple[str, tuple[str, ...]], ...]


def facts_of(read: Api) -> Facts:
    """The facts of an API before it has directions."""
    by_name = {definition.name: definition for definition in read.definitions}
    return Facts(
        definitions={name: uses_of(definition, by_name) for name, definition in by_name.items()},
        calls={
            operation.pointer: call_uses(resource.name, operation)
            for resource in read.resources
            for operation in resource.operations
        },
        delivered=tuple((event.group, event.models) for event in read.events.events),
    )


def uses_of(definition: AnyDefinition, by_name: Mapping[str, AnyDefinition]) -> Uses:
    """The facts of one definition. `by_name` has those that it mentions."""
    found = tuple(references(definition))
    if not isinstance(definition, Model):
        return Uses(found, found, found, (), differs(definition, by_name))
    received = sent = found
    if any(field.write_only for field in definition.fields):
        received = tuple(references(without(definition, write_only=True)))
    if any(field.read_only for field in definition.fields):
        sent = tuple(references(without(definition, read_only=True)))
    return Uses(found, received, sent, definition.bases, differs(definition, by_name))


def call_uses(resource: str, operation: Operation) -> CallUses:
    """The facts of one call."""
    return CallUses(
        resource,
        sent=tuple(name for kind in sent_types(operation) for name in names_in(kind)),
        received=tuple(name for kind in received_types(operation) for name in names_in(kind)),
        fields=tuple(_of_fields(operation)),
    )


def _of_fields(operation: Operation) -> Iterator[str]:
    for body in (operation.body, *operation.body.others) if operation.body else ():
        for field in body.fields or ():
            yield from names_in(field.type)


def without(model: Model, *, read_only: bool = False, write_only: bool = False) -> Model:
    """A model without the fields that are only read, or only written."""
    kept = tuple(
        field
        for field in model.fields
        if not (read_only and field.read_only) and not (write_only and field.write_only)
    )
    return model if len(kept) == len(model.fields) else replace(model, fields=kept)


def differs(definition: AnyDefinition, by_name: Mapping[str, AnyDefinition]) -> bool:
    """Whether the two shapes of a definition differ, apart from those of what it is made of."""
    match definition:
        case Model(fields=fields, extra=extra):
            directed = any(field.read_only or field.write_only for field in fields)
            directed = directed or bool(definition.further) or extra not in (None, ANY)
            kinds = [field.type for field in fields] + ([extra] if extra else [])
            return directed or any(_asserts(kind, by_name) for kind in kinds)
        case Alias(type=kind):
            return _asserts(kind, by_name)
    return False


def _asserts(kind: Type, by_name: Mapping[str, AnyDefinition]) -> bool:
    """Whether a type is read more tolerantly when it is received."""
    match kind:
        case Named(name):
            return isinstance(by_name[name], Enum)
        case Scalar(constraints=constraints):
            if constraints is NO_CONSTRAINTS:
                return False
            return replace(constraints, format=None) != NO_CONSTRAINTS
        case Array(items, constraints):
            return constraints != NO_CONSTRAINTS or _asserts(items, by_name)
        case Map(values, constraints):
            return constraints != NO_CONSTRAINTS or _asserts(values, by_name)
        case Tuple(items, rest, constraints):
            inner = (*items, *([rest] if rest else []))
            return constraints != NO_CONSTRAINTS or any(_asserts(item, by_name) for item in inner)
        case Union(options, discriminator, further):
            return bool(discriminator or further) or any(
                _asserts(option, by_name) for option in options
            )
        case LiteralOf():
            return False
