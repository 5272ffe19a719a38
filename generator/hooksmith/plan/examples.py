"""One delivered body for each event: the document's example, or one put together from its schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..ir import (
    Alias,
    AnyDefinition,
    Api,
    Array,
    Constraints,
    Enum,
    Event,
    Field,
    Kind,
    LiteralOf,
    Map,
    Model,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..pointer import split
from .samples import text_matching

_MOMENT = "2026-01-15T12:00:00Z"
_DEEPEST = 12


def plan_examples(api: Api) -> str:
    """JSON text: wire value → body. Empty where the document delivers nothing."""
    if not api.events.events:
        return ""
    definitions = {definition.name: definition for definition in api.definitions}
    bodies = {
        event.type: example_of(event, definitions, api.events.type) for event in api.events.events
    }
    return json.dumps(bodies, indent=1) + "\n"


def example_of(event: Event, definitions: Mapping[str, AnyDefinition], where: Any = None) -> Any:
    """The body of one delivery of this event."""
    if isinstance(event.example, dict):
        return event.example
    sampler = _Sampler(definitions)
    body = sampler.named(event.model, 0)
    stated = where.pointer if where is not None else None
    if isinstance(body, dict) and stated and sampler.knows(event.model, split(stated)):
        _put(body, stated, event.type)
    return body


def _put(body: dict[str, Any], pointer: str, value: str) -> None:
    *parents, last = (
        token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]
    )
    for token in parents:
        if not isinstance(body.get(token), dict):
            body[token] = {}
        body = body[token]
    body[last] = value


class _Sampler:
    """Makes the smallest value of a type: what is required, and null where it may be."""

    def __init__(self, definitions: Mapping[str, AnyDefinition]) -> None:
        self._definitions = definitions

    def named(self, name: str, depth: int) -> Any:
        definition = self._definitions[name]
        match definition:
            case Enum(members=members):
                return members[0].value if members else ""
            case Alias(type=kind):
                return self.value(kind, depth + 1)
            case Model():
                return {
                    field.wire: self._field(field, depth)
                    for field in self._fields(definition)
                    if field.required
                }

    def knows(self, name: str, tokens: list[str]) -> bool:
        """Whether a value of the definition has something at the tokens, as far as its models name their fields."""
        definition = self._definitions[name]
        fields = self._fields(definition) if isinstance(definition, Model) else []
        if not tokens or not fields:
            return True
        kinds = [field.type for field in fields if field.wire == tokens[0]]
        return bool(kinds) and all(
            self.knows(kind.name, tokens[1:]) for kind in kinds if isinstance(kind, Named)
        )

    def _fields(self, model: Model) -> list[Field]:
        inherited = [
            field
            for base in model.bases
            if isinstance(found := self._definitions[base], Model)
            for field in self._fields(found)
        ]
        return [*inherited, *model.fields]

    def _field(self, field: Field, depth: int) -> Any:
        return field.default if field.has_default else self.value(field.type, depth + 1)

    def value(self, kind: Type, depth: int) -> Any:
        """A value of `kind`; a type without end gives null where the chain gets long."""
        if depth > _DEEPEST:
            return None
        match kind:
            case Named(name):
                return self.named(name, depth)
            case LiteralOf(values):
                return values[0]
            case Array(items, constraints):
                return [self.value(items, depth + 1) for _ in range(constraints.min_items or 0)]
            case Tuple(items):
                return [self.value(item, depth + 1) for item in items]
            case Map():
                return {}
            case Union(options):
                nullable = any(
                    isinstance(option, Scalar) and option.kind is Kind.NULL for option in options
                )
                return None if nullable else self.value(options[0], depth + 1)
            case Scalar():
                return _scalar(kind.kind, kind.constraints)


def _scalar(kind: Kind, constraints: Constraints) -> Any:
    match kind:
        case Kind.STRING | Kind.BINARY:
            return _text(constraints)
        case Kind.DATE_TIME:
            return _MOMENT
        case Kind.DATE:
            return _MOMENT[:10]
        case Kind.BOOLEAN:
            return True
        case Kind.INTEGER | Kind.NUMBER:
            return _number(constraints, whole=kind is Kind.INTEGER)
        case Kind.NULL | Kind.ANY:
            return None


def _text(constraints: Constraints) -> str:
    text = text_matching(constraints.pattern) if constraints.pattern else "example"
    text = text[: constraints.max_length] if constraints.max_length is not None else text
    return text + "x" * ((constraints.min_length or 0) - len(text))


def _number(constraints: Constraints, *, whole: bool) -> int | float:
    low = constraints.minimum
    if low is None and constraints.exclusive_minimum is not None:
        low = constraints.exclusive_minimum + (1 if whole else 0.5)
    if low is None:
        high = (
            constraints.maximum
            if constraints.maximum is not None
            else constraints.exclusive_maximum
        )
        low = 1 if high is None or high > 1 else high - 1
    step = constraints.multiple_of
    if step:
        low = -(-low // step) * step
    return int(low) if whole else low
