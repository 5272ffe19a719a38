"""One delivered body for each event: the document's example, or one put together from its schema."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    Position,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..json_pointer import split
from ..naming.casing import plain, prefix_of
from ..openapi.media_types import is_form
from .pattern_samples import text_matching

_MOMENT = "2026-01-15T12:00:00Z"
_DEEPEST = 12
FORMAT_SAMPLES = {
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "uri": "https://example.com/",
    "iri": "https://example.com/",
    "uri-reference": "/example",
    "iri-reference": "/example",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "12:00:00Z",
    "duration": "P1D",
    "byte": "ZXhhbXBsZQ==",
    "json-pointer": "/example",
    "relative-json-pointer": "0",
}
"""Format → a text of it, for each of `STRING_FORMATS`."""


def plan_examples(api: Api, definitions: Mapping[str, AnyDefinition]) -> str:
    """JSON text: wire value → body, or all of the delivery where `has_headers`. Empty where there are no events.

    An event of several classes has an example of each, under `TYPE as CLASS`.
    """
    if not api.events.events:
        return ""
    wrapped, where = has_headers(api), api.events.type
    found: dict[str, Any] = {}
    for event in api.events.events:
        bodies = {event.type: example_of(event, definitions, where)}
        for name in event.options:
            option = replace(event, model=name, example=None)
            bodies[f"{event.type} as {name}"] = example_of(option, definitions, where)
        for key, body in bodies.items():
            found[key] = _delivered(event, body) if wrapped else body
    return json.dumps(found, indent=1) + "\n"


def has_headers(api: Api) -> bool:
    """Whether an example is more than the JSON of an event: it has headers that matter, or is a batch or a form."""
    return any(
        event.headers or event.batch or is_form(event.media_type or "")
        for event in api.events.events
    )


def _delivered(event: Event, body: Any) -> dict[str, Any]:
    """`{"headers": …, "body": …}`, for a form that carries JSON also `"carrier"`."""
    form = is_form(event.media_type or "")
    kind = "application/x-www-form-urlencoded" if form else event.media_type or "application/json"
    delivery = {
        "headers": {"Content-Type": kind, **event.headers},
        "body": [body] if event.batch else body,
    }
    return {**delivery, "carrier": event.carrier} if event.carrier else delivery


def example_of(event: Event, definitions: Mapping[str, AnyDefinition], where: Any = None) -> Any:
    """One event of this kind, as its document has it or put together."""
    body = _example_of(event, definitions, where)
    return (
        _completed(event, body, where.parts)
        if where is not None and where.parts and not event.said
        else body
    )


def _completed(event: Event, body: Any, parts: Sequence[Position]) -> Any:
    """The body with the part of the type that the header leaves to it, where it has another or none."""
    first = parts[0].header
    head = plain(event.headers.get(first, "")) if first is not None else ""
    places = [part.pointer for part in parts[1:] if part.pointer is not None]
    if not head or len(places) != 1 or not isinstance(body, dict):
        return body
    rest = event.type[len(prefix_of(event.type, len(head))) :].lstrip("-_./: ")
    known = _at(body, places[0])
    if not rest or (isinstance(known, str) and plain(known) == plain(rest)):
        return body
    body = copy.deepcopy(body)
    _put(body, places[0], rest)
    return body


def _example_of(event: Event, definitions: Mapping[str, AnyDefinition], where: Any) -> Any:
    if isinstance(event.example, dict) and not event.carrier:
        return event.example
    if event.batch and isinstance(event.example, list):
        chosen = _of_type(event, where)
        if chosen is not None:
            return chosen
    sampler = _Sampler(definitions)
    body = sampler.named(event.model, 0)
    stated = where.pointer if where is not None else None
    if isinstance(body, dict) and stated and sampler.knows(event.model, split(stated)):
        _put(body, stated, event.type)
    return body


def _of_type(event: Event, where: Any) -> Any:
    """The event of this type in an example of a batch, which may have others."""
    pointer = where.pointer if where is not None else None
    for item in event.example if isinstance(event.example, list) else ():
        if isinstance(item, dict) and (not pointer or _at(item, pointer) == event.type):
            return item
    return None


def _at(body: Any, pointer: str) -> Any:
    for token in split(pointer):
        body = body.get(token) if isinstance(body, dict) else None
    return body


def _put(body: dict[str, Any], pointer: str, value: str) -> None:
    *parents, last = split(pointer)
    for token in parents:
        if not isinstance(body.get(token), dict):
            body[token] = {}
        body = body[token]
    body[last] = value


def sample_value(type_: Type, definitions: Mapping[str, AnyDefinition]) -> Any:
    """Return the smallest JSON value of a type: required properties alone, and null where the type allows it."""
    return _Sampler(definitions).value(type_, 0)


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
    plain = FORMAT_SAMPLES.get(constraints.format or "", "example")
    text = text_matching(constraints.pattern) if constraints.pattern else plain
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
