"""Separate shapes for what is sent and what is received, where a schema goes both ways and they differ.

They do where there is something to assert (a constraint, an enum, a union that may grow), which is done to
what we send alone, and where properties are `readOnly` or `writeOnly`. The received shape keeps the schema's
name and leaves out what is only ever written; the sent one is called `…Input` and leaves out what only the
API sets. Whatever contains such a schema and goes both ways is separated with it. Formats and forbidden properties
alone do not separate shapes: the one class asserts them where it is sent (`_runtime/both_ways.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..ir import (
    ANY,
    NO_CONSTRAINTS,
    Alias,
    AnyDefinition,
    Api,
    Array,
    Body,
    Callback,
    Enum,
    Field,
    LiteralOf,
    Map,
    Model,
    Named,
    Operation,
    Parameter,
    Resource,
    Scalar,
    Tuple,
    Type,
    Union,
)
from .directions import reached, references


@dataclass(frozen=True, slots=True)
class Directions:
    """Which definitions are sent, which received, and what the sent shape is called where there are two."""

    sent: frozenset[str] = frozenset()
    received: frozenset[str] = frozenset()
    inputs: Mapping[str, str] = field(default_factory=dict)


def settle_directions(read: Api) -> Directions:
    """The directions of an API's definitions, which are as the document has them."""
    definitions = {definition.name: definition for definition in read.definitions}
    sent, received = reached(definitions, read.resources, read.events)
    both = [name for name in definitions if name in sent and name in received]
    return Directions(frozenset(sent), frozenset(received), _settle_inputs(definitions, both))


def _settle_inputs(definitions: Mapping[str, AnyDefinition], both: Iterable[str]) -> dict[str, str]:
    """Name → name of the sent shape, for the definitions of `both` directions whose shapes differ."""
    users: dict[str, set[str]] = {}
    for name in both:
        for used in references(definitions[name]):
            users.setdefault(used, set()).add(name)
    stack = [name for name in both if differs(definitions[name], definitions)]
    split: set[str] = set()
    while stack:
        name = stack.pop()
        if name not in split:
            split.add(name)
            stack.extend(users.get(name, ()))
    return {name: _free(name + "Input", definitions) for name in definitions if name in split}


def shaped(definition: AnyDefinition, directions: Directions) -> tuple[AnyDefinition, ...]:
    """A definition as it is received and sent: one shape for both, or each its own."""
    name = definition.name
    marked = replace(definition, sent=name in directions.sent, received=name in directions.received)
    if name in directions.inputs:
        return _received(marked), _sent(marked, directions.inputs)
    return (_one_way(marked, directions.inputs),)


def _free(name: str, taken: Mapping[str, AnyDefinition]) -> str:
    while name in taken:
        name += "Shape"
    return name


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


def _received(definition: AnyDefinition) -> AnyDefinition:
    if isinstance(definition, Model):
        kept = tuple(field for field in definition.fields if not field.write_only)
        return replace(definition, sent=False, fields=kept)
    return replace(definition, sent=False)


def _sent(definition: AnyDefinition, inputs: Mapping[str, str]) -> AnyDefinition:
    """The sent shape: no read-only fields, and the sent shapes of what it is made of."""
    name = inputs.get(definition.name, definition.name)
    match definition:
        case Model():
            fields = tuple(
                _field(field, inputs) for field in definition.fields if not field.read_only
            )
            bases = tuple(inputs.get(base, base) for base in definition.bases)
            extra = None if definition.extra is None else renamed(definition.extra, inputs)
            return replace(
                definition, name=name, received=False, fields=fields, bases=bases, extra=extra
            )
        case Alias():
            kind = renamed(definition.type, inputs)
            return replace(definition, name=name, received=False, type=kind)
    return replace(definition, name=name, received=False)


def _one_way(definition: AnyDefinition, inputs: Mapping[str, str]) -> AnyDefinition:
    """What is only sent or only received, or goes both ways in one shape."""
    if definition.sent == definition.received:
        return definition
    return _sent(definition, inputs) if definition.sent else _received(definition)


def shaped_resource(resource: Resource, directions: Directions) -> Resource:
    """A resource whose operations send the shapes that are sent."""
    found = tuple(shaped_operation(operation, directions) for operation in resource.operations)
    return replace(resource, operations=found)


def shaped_operation(operation: Operation, directions: Directions) -> Operation:
    """An operation that sends the shapes that are sent."""
    inputs = directions.inputs
    if not inputs:
        return operation
    parameters = tuple(_parameter(parameter, inputs) for parameter in operation.parameters)
    return replace(
        operation,
        parameters=parameters,
        body=operation.body and _body(operation.body, inputs),
        callbacks=tuple(_callback(callback, inputs) for callback in operation.callbacks),
    )


def _callback(callback: Callback, inputs: Mapping[str, str]) -> Callback:
    """What is answered is sent."""
    reply = callback.reply
    if reply is None or reply.type is None:
        return callback
    return replace(callback, reply=replace(reply, type=renamed(reply.type, inputs)))


def _parameter(parameter: Parameter, inputs: Mapping[str, str]) -> Parameter:
    return replace(parameter, field=_field(parameter.field, inputs))


def _body(body: Body, inputs: Mapping[str, str]) -> Body:
    fields = None if body.fields is None else tuple(_field(field, inputs) for field in body.fields)
    others = tuple(_body(other, inputs) for other in body.others)
    return replace(body, type=renamed(body.type, inputs), fields=fields, others=others)


def _field(field: Field, inputs: Mapping[str, str]) -> Field:
    return replace(field, type=renamed(field.type, inputs))


def renamed(kind: Type, names: Mapping[str, str]) -> Type:
    """The type with definitions renamed."""
    match kind:
        case Named(name):
            return Named(names.get(name, name))
        case Array(items, constraints):
            return Array(renamed(items, names), constraints)
        case Map(values, constraints):
            return Map(renamed(values, names), constraints)
        case Tuple(items, rest):
            return replace(
                kind,
                items=tuple(renamed(item, names) for item in items),
                rest=None if rest is None else renamed(rest, names),
            )
        case Union(options, discriminator, further):
            return Union(
                tuple(renamed(option, names) for option in options), discriminator, further
            )
        case Scalar() | LiteralOf():
            return kind
