"""Separate sent and received shapes (`…Input`) of schemas that are both sent and received.

The shapes differ if the schema has assertions (a constraint, an enum, a discriminated union), which only sent values
must satisfy, or `readOnly` or `writeOnly` properties. The received shape keeps the schema's name and has no
`writeOnly` properties. The sent shape is called `…Input` and has no `readOnly` properties. A schema that contains such
a schema and is itself sent and received is split as well. Formats and forbidden properties do not split a schema: its
class asserts them when it is sent (`_runtime/models/sent_and_received.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

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
from ..ir.queries import received_names, references, sent_names

Definitions = Mapping[str, AnyDefinition]
"""Definitions by name."""


@dataclass(frozen=True, slots=True)
class Directions:
    """Directions of an API's definitions. `inputs`: name of a definition → name of its separate sent shape."""

    sent: Collection[str]
    received: Collection[str]
    inputs: Mapping[str, str]


def split_by_direction(api: Api, sent: Iterable[str] = (), received: Iterable[str] = ()) -> Api:
    """Mark each definition as sent, received or both; split a definition whose sent and received shapes differ.

    Args:
        api: A part of an API, or the whole.
        sent: Names of definitions that the rest of the API sends.
        received: Names of definitions that the rest of the API receives.
    """
    directions = _directions(api, sent, received)
    return replace(
        api,
        definitions=tuple(
            shape for definition in api.definitions for shape in _shaped(definition, directions)
        ),
        resources=tuple(_shaped_resource(resource, directions) for resource in api.resources),
    )


def _directions(
    api: Api, sent_outside: Iterable[str], received_outside: Iterable[str]
) -> Directions:
    definitions = {definition.name: definition for definition in api.definitions}
    uses = {name: tuple(references(definition)) for name, definition in definitions.items()}
    operations = [operation for resource in api.resources for operation in resource.operations]
    delivered = [name for event in api.events.events for name in event.models]
    sent = _reachable(
        uses, (*sent_outside, *(name for each in operations for name in sent_names(each)))
    )
    received = _reachable(
        uses,
        (
            *received_outside,
            *delivered,
            *(name for each in operations for name in received_names(each)),
        ),
    )
    return Directions(sent, received, _inputs(definitions, uses, sent & received))


def _reachable(uses: Mapping[str, tuple[str, ...]], roots: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    stack = list(roots)
    while stack:
        name = stack.pop()
        if name not in seen and name in uses:
            seen.add(name)
            stack.extend(uses[name])
    return seen


def _inputs(
    definitions: Definitions, uses: Mapping[str, tuple[str, ...]], both: set[str]
) -> dict[str, str]:
    """Return name → name of the sent shape, for the definitions of `both` directions whose shapes differ."""
    users: dict[str, set[str]] = {}
    for name in both:
        for used in uses[name]:
            users.setdefault(used, set()).add(name)
    stack = [name for name in both if _differs(definitions[name], definitions)]
    split: set[str] = set()
    while stack:
        name = stack.pop()
        if name not in split:
            split.add(name)
            stack.extend(users.get(name, ()))
    return {name: _free(name + "Input", definitions) for name in definitions if name in split}


def _differs(definition: AnyDefinition, definitions: Definitions) -> bool:
    """Whether the sent and received shapes differ, apart from those of the definitions that it mentions."""
    match definition:
        case Model(fields=fields, extra=extra):
            directed = any(
                field.read_only or field.write_only or not field.is_declared for field in fields
            )
            directed = directed or bool(definition.further) or extra not in (None, ANY)
            types = [field.type for field in fields] + ([extra] if extra else [])
            return directed or any(_asserts(each, definitions) for each in types)
        case Alias(type=aliased):
            return _asserts(aliased, definitions)
    return False


def _asserts(type_: Type, definitions: Definitions) -> bool:
    """Whether a type accepts more values when received than when sent."""
    match type_:
        case Named(name):
            return isinstance(definitions[name], Enum)
        case Scalar(constraints=constraints):
            if constraints is NO_CONSTRAINTS:
                return False
            return replace(constraints, format=None) != NO_CONSTRAINTS
        case Array(items, constraints):
            return constraints != NO_CONSTRAINTS or _asserts(items, definitions)
        case Map(values, constraints):
            return constraints != NO_CONSTRAINTS or _asserts(values, definitions)
        case Tuple(items, rest, constraints):
            inner = (*items, *([rest] if rest else []))
            return constraints != NO_CONSTRAINTS or any(
                _asserts(item, definitions) for item in inner
            )
        case Union(options, discriminator, further):
            return bool(discriminator or further) or any(
                _asserts(option, definitions) for option in options
            )
        case LiteralOf(values):
            return len(values) > 1


def _shaped(definition: AnyDefinition, directions: Directions) -> tuple[AnyDefinition, ...]:
    """Return the shapes of a definition: one, or the received and the sent one."""
    name = definition.name
    marked = replace(definition, sent=name in directions.sent, received=name in directions.received)
    if name in directions.inputs:
        return _received(marked), _sent(marked, directions.inputs)
    return (_one_way(marked, directions.inputs),)


def _without(model: Model, *, read_only: bool = False, write_only: bool = False) -> Model:
    """Return a model without its read-only fields, or without its write-only and undeclared fields."""
    fields = tuple(
        field
        for field in model.fields
        if not (read_only and field.read_only)
        and not (write_only and (field.write_only or not field.is_declared))
    )
    return model if len(fields) == len(model.fields) else replace(model, fields=fields)


def _free(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name += "Shape"
    return name


def _received(definition: AnyDefinition) -> AnyDefinition:
    if isinstance(definition, Model):
        return _without(replace(definition, sent=False), write_only=True)
    return replace(definition, sent=False)


def _sent(definition: AnyDefinition, inputs: Mapping[str, str]) -> AnyDefinition:
    """Return the sent shape of a definition: no read-only fields, and references to sent shapes."""
    name = inputs.get(definition.name, definition.name)
    match definition:
        case Model():
            fields = tuple(
                _field(field, inputs) for field in _without(definition, read_only=True).fields
            )
            bases = tuple(inputs.get(base, base) for base in definition.bases)
            extra = None if definition.extra is None else _renamed(definition.extra, inputs)
            return replace(
                definition, name=name, received=False, fields=fields, bases=bases, extra=extra
            )
        case Alias():
            type_ = _renamed(definition.type, inputs)
            return replace(definition, name=name, received=False, type=type_)
    return replace(definition, name=name, received=False)


def _one_way(definition: AnyDefinition, inputs: Mapping[str, str]) -> AnyDefinition:
    """Return the only shape of a definition. If it is sent and received, it does not change."""
    if definition.sent == definition.received:
        return definition
    return _sent(definition, inputs) if definition.sent else _received(definition)


def _shaped_resource(resource: Resource, directions: Directions) -> Resource:
    """Return a resource whose operations refer to sent shapes."""
    operations = tuple(
        _shaped_operation(operation, directions) for operation in resource.operations
    )
    return replace(resource, operations=operations)


def _shaped_operation(operation: Operation, directions: Directions) -> Operation:
    """Return an operation whose parameters, bodies and callback answers refer to sent shapes."""
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
    """Return a callback whose answer refers to sent shapes."""
    reply = callback.reply
    if reply is None or reply.type is None:
        return callback
    return replace(callback, reply=replace(reply, type=_renamed(reply.type, inputs)))


def _parameter(parameter: Parameter, inputs: Mapping[str, str]) -> Parameter:
    return replace(parameter, field=_field(parameter.field, inputs))


def _body(body: Body, inputs: Mapping[str, str]) -> Body:
    fields = None if body.fields is None else tuple(_field(field, inputs) for field in body.fields)
    others = tuple(_body(other, inputs) for other in body.others)
    return replace(body, type=_renamed(body.type, inputs), fields=fields, others=others)


def _field(field: Field, inputs: Mapping[str, str]) -> Field:
    return replace(field, type=_renamed(field.type, inputs))


def _renamed(type_: Type, names: Mapping[str, str]) -> Type:
    """Return a type with its definitions renamed."""
    match type_:
        case Named(name):
            return Named(names.get(name, name))
        case Array(items=items):
            return replace(type_, items=_renamed(items, names))
        case Map(values=values):
            return replace(type_, values=_renamed(values, names))
        case Tuple(items, rest):
            return replace(
                type_,
                items=tuple(_renamed(item, names) for item in items),
                rest=None if rest is None else _renamed(rest, names),
            )
        case Union(options=options):
            return replace(type_, options=tuple(_renamed(option, names) for option in options))
        case Scalar() | LiteralOf():
            return type_
