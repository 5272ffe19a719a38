"""Separate shapes for what is sent and what is received, where a schema goes both ways and they differ.

They do where there is something to assert (a constraint, an enum, a union that may grow), which is done to
what we send alone, and where properties are `readOnly` or `writeOnly`. The received shape keeps the schema's
name and leaves out what is only ever written; the sent one is called `…Input` and leaves out what only the
API sets. Whatever contains such a schema and goes both ways is separated with it. Formats and forbidden properties
alone do not separate shapes: the one class asserts them where it is sent (`_runtime/models/sent_and_received.py`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..ir import (
    Alias,
    AnyDefinition,
    Array,
    Body,
    Callback,
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
from .facts import Facts, without


@dataclass(frozen=True, slots=True)
class Directions:
    """Which definitions are sent, which received, and what the sent shape is called where there are two."""

    sent: frozenset[str] = frozenset()
    received: frozenset[str] = frozenset()
    inputs: Mapping[str, str] = field(default_factory=dict)


def settle_directions(facts: Facts) -> Directions:
    """The directions of an API's definitions."""
    calls, delivered = facts.calls.values(), facts.delivered
    sent = _reach(facts, (name for call in calls for name in call.sent))
    received = _reach(
        facts,
        (
            *(name for _, models in delivered for name in models),
            *(name for call in calls for name in call.received),
        ),
    )
    both = [name for name in facts.definitions if name in sent and name in received]
    return Directions(frozenset(sent), frozenset(received), _settle_inputs(facts, both))


def _reach(facts: Facts, roots: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    stack = list(roots)
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack.extend(facts.definitions[name].all)
    return seen


def _settle_inputs(facts: Facts, both: Iterable[str]) -> dict[str, str]:
    """Name → name of the sent shape, for the definitions of `both` directions whose shapes differ."""
    definitions = facts.definitions
    users: dict[str, set[str]] = {}
    for name in both:
        for used in definitions[name].all:
            users.setdefault(used, set()).add(name)
    stack = [name for name in both if definitions[name].differs]
    split: set[str] = set()
    while stack:
        name = stack.pop()
        if name not in split:
            split.add(name)
            stack.extend(users.get(name, ()))
    return {name: _free(name + "Input", definitions) for name in definitions if name in split}


class ShapeUses(NamedTuple):
    """The names of the shapes that a shape is made of; `bases` are among them. `sent`: whether it is sent."""

    uses: tuple[str, ...]
    bases: tuple[str, ...]
    sent: bool


def shape_uses(facts: Facts, directions: Directions) -> dict[str, ShapeUses]:
    """What all shapes are made of, by their names, as `shaped` makes them."""
    found: dict[str, ShapeUses] = {}
    inputs = directions.inputs
    for name, it in facts.definitions.items():
        sent, received = name in directions.sent, name in directions.received
        if name in inputs or received != sent:
            if received:
                found[name] = ShapeUses(it.received, it.bases, False)
            if sent:
                found[inputs.get(name, name)] = ShapeUses(
                    tuple(inputs.get(used, used) for used in it.sent),
                    tuple(inputs.get(base, base) for base in it.bases),
                    True,
                )
        else:
            found[name] = ShapeUses(it.all, it.bases, sent)
    return found


def shaped(definition: AnyDefinition, directions: Directions) -> tuple[AnyDefinition, ...]:
    """A definition as it is received and sent: one shape for both, or each its own."""
    name = definition.name
    marked = replace(definition, sent=name in directions.sent, received=name in directions.received)
    if name in directions.inputs:
        return _received(marked), _sent(marked, directions.inputs)
    return (_one_way(marked, directions.inputs),)


def _free(name: str, taken: Container[str]) -> str:
    while name in taken:
        name += "Shape"
    return name


def _received(definition: AnyDefinition) -> AnyDefinition:
    if isinstance(definition, Model):
        return without(replace(definition, sent=False), write_only=True)
    return replace(definition, sent=False)


def _sent(definition: AnyDefinition, inputs: Mapping[str, str]) -> AnyDefinition:
    """The sent shape: no read-only fields, and the sent shapes of what it is made of."""
    name = inputs.get(definition.name, definition.name)
    match definition:
        case Model():
            fields = tuple(
                _field(field, inputs) for field in without(definition, read_only=True).fields
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
