"""An example of each event: the document's example, or a sample of its schema."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..ir import (
    NULL,
    Alias,
    AnyDefinition,
    Api,
    Array,
    Constraints,
    Enum,
    Envelope,
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
from ..ir.queries import all_fields
from ..json_pointer import split
from ..naming.casing import plain, prefix_of
from ..openapi.media_types import is_form
from .text_samples import TOP, ValuePlace, plausible_text, text_matching

_MOMENT = "2026-01-15T12:00:00Z"
_DEEPEST = 12
_MAX_VALUES = 5_000
"""Values in one example, beyond which the rest is null: required properties of recursive models multiply."""
_MAX_TEXT = 10_000
_MAX_ITEMS = 100
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
    "decimal": "1.50",
    "byte": "ZXhhbXBsZQ==",
    "json-pointer": "/example",
    "relative-json-pointer": "0",
}
"""Format → a text of it, for each of `STRING_FORMATS`."""


def plan_examples(api: Api, definitions: Mapping[str, AnyDefinition]) -> str:
    """Return JSON text: event type → body, or the whole delivery if `has_headers`. Empty if there are no events.

    An event of several classes has an example of each class, under `TYPE as CLASS`.
    """
    if not api.events.events:
        return ""
    is_wrapped, place, envelope = has_headers(api), api.events.type, api.events.envelope
    examples: dict[str, Any] = {}
    for event in api.events.events:
        bodies = {event.type: example_of(event, definitions, place, envelope)}
        for name in event.options:
            option = replace(event, model=name, example=None)
            bodies[f"{event.type} as {name}"] = example_of(option, definitions, place, envelope)
        for key, body in bodies.items():
            examples[key] = _delivered(event, body, envelope, definitions) if is_wrapped else body
    return json.dumps(examples, indent=1) + "\n"


def has_headers(api: Api) -> bool:
    """Return whether an example needs more than the JSON of an event: headers, a batch, or a form."""
    return any(
        event.headers or event.batch or is_form(event.media_type or "")
        for event in api.events.events
    )


def _delivered(
    event: Event,
    body: Any,
    envelope: Envelope | None,
    definitions: Mapping[str, AnyDefinition],
) -> dict[str, Any]:
    """Return `{"headers": …, "body": …}`; a form with JSON in a field has that field's name as `"carrier"`.

    If the event is an item of a list inside the body, `"at"` is the tokens of the pointer to it.
    """
    media_type = event.media_type or "application/json"
    if is_form(media_type):
        media_type = "application/x-www-form-urlencoded"
    headers = {"Content-Type": media_type, **event.headers}
    if envelope is not None and event.wrapper:
        whole = _enveloped(event, body, envelope, definitions)
        at = [*split(envelope.items), 0, *split(envelope.event)]
        return {"headers": headers, "body": whole, "at": at}
    delivery = {"headers": headers, "body": [body] if event.batch else body}
    return {**delivery, "carrier": event.carrier} if event.carrier else delivery


def _enveloped(
    event: Event, body: Any, envelope: Envelope, definitions: Mapping[str, AnyDefinition]
) -> Any:
    """Return a whole body with an event as the only item of its list."""
    known = event.example if isinstance(event.example, dict) else None
    whole = known or _Sampler(definitions).named(event.wrapper, 0)
    item = body
    for token in reversed(split(envelope.event)):
        item = {token: item}
    whole = copy.deepcopy(whole)
    _put(whole, envelope.items, [item])
    return whole


def example_of(
    event: Event,
    definitions: Mapping[str, AnyDefinition],
    place: Position | None = None,
    envelope: Envelope | None = None,
) -> Any:
    """Return the example of an event: the document's, or a sample.

    Args:
        event: The event.
        definitions: All definitions by name.
        place: The place of the event type in a delivery.
        envelope: The list inside a body that holds the events.
    """
    body = _example_of(event, definitions, place, envelope)
    if place is not None and place.parts and not event.composed_type:
        return _with_type_part(event, body, place.parts)
    return body


def _with_type_part(event: Event, body: Any, parts: Sequence[Position]) -> Any:
    """Set the part of the event type that a header leaves to the body, unless the body has it."""
    first = parts[0].header
    head = plain(event.headers.get(first, "")) if first is not None else ""
    pointers = [part.pointer for part in parts[1:] if part.pointer is not None]
    if not head or len(pointers) != 1 or not isinstance(body, dict):
        return body
    rest = event.type[len(prefix_of(event.type, len(head))) :].lstrip("-_./: ")
    current = _at(body, pointers[0])
    if not rest or (isinstance(current, str) and plain(current) == plain(rest)):
        return body
    body = copy.deepcopy(body)
    _put(body, pointers[0], rest)
    return body


def _enveloped_member(example: Any, envelope: Envelope | None) -> Any:
    """Return the first event of a body's example; None if the example has none."""
    if envelope is None:
        return None
    items = _at(example, envelope.items)
    member = _at(items[0], envelope.event) if isinstance(items, list) and items else None
    return member if isinstance(member, dict) else None


def _example_of(
    event: Event,
    definitions: Mapping[str, AnyDefinition],
    place: Position | None,
    envelope: Envelope | None,
) -> Any:
    if event.wrapper:
        member = _enveloped_member(event.example, envelope)
        if member is not None:
            return member
    elif isinstance(event.example, dict) and not event.carrier:
        return event.example
    if event.batch and isinstance(event.example, list):
        member = _batch_member(event, place)
        if member is not None:
            return member
    sampler = _Sampler(definitions)
    body = sampler.named(event.model, 0)
    pointer = place.pointer if place is not None else None
    if isinstance(body, dict) and pointer and sampler.has_property(event.model, split(pointer)):
        _put(body, pointer, event.type)
    return body


def _batch_member(event: Event, place: Position | None) -> Any:
    """Return the event of this type in an example of a batch; None if the batch has no such event."""
    pointer = place.pointer if place is not None else None
    for item in event.example if isinstance(event.example, list) else ():
        if isinstance(item, dict) and (not pointer or _at(item, pointer) == event.type):
            return item
    return None


def _at(body: Any, pointer: str) -> Any:
    for token in split(pointer):
        body = body.get(token) if isinstance(body, dict) else None
    return body


def _put(body: dict[str, Any], pointer: str, value: Any) -> None:
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
    """Makes the smallest value of a type: required properties alone, and null if the type allows it."""

    def __init__(self, definitions: Mapping[str, AnyDefinition]) -> None:
        self._definitions = definitions
        self._remaining = _MAX_VALUES

    def named(self, name: str, depth: int, place: ValuePlace = TOP) -> Any:
        """Return a value of a definition."""
        definition = self._definitions[name]
        match definition:
            case Enum(members=members):
                return members[0].value if members else ""
            case Alias(type=aliased):
                return self.value(aliased, depth + 1, place)
            case Model():
                return {
                    field.wire: self._field(field, depth, place.inside(name, field.wire))
                    for field in all_fields(definition, self._definitions)
                    if field.required
                }

    def has_property(self, name: str, tokens: list[str]) -> bool:
        """Return whether the models of a definition have a property at the tokens; a model without fields has any."""
        definition = self._definitions[name]
        fields: list[Field] = []
        if isinstance(definition, Model):
            fields = all_fields(definition, self._definitions)
        if not tokens or not fields:
            return True
        types = [field.type for field in fields if field.wire == tokens[0]]
        return bool(types) and all(
            self.has_property(type_.name, tokens[1:]) for type_ in types if isinstance(type_, Named)
        )

    def _field(self, field: Field, depth: int, place: ValuePlace) -> Any:
        return field.default if field.has_default else self.value(field.type, depth + 1, place)

    def value(self, type_: Type, depth: int, place: ValuePlace = TOP) -> Any:
        """Return a value of a type; null beyond a depth or a number of values that recursive types alone reach."""
        self._remaining -= 1
        if depth > _DEEPEST or self._remaining < 0:
            return None
        match type_:
            case Named(name):
                return self.named(name, depth, place)
            case LiteralOf(values):
                return values[0]
            case Array(items, constraints):
                return [
                    self.value(items, depth + 1, place)
                    for _ in range(min(constraints.min_items or 0, _MAX_ITEMS))
                ]
            case Tuple(items):
                return [self.value(item, depth + 1) for item in items]
            case Map():
                return {}
            case Union(options):
                return None if NULL in options else self.value(options[0], depth + 1, place)
            case Scalar():
                return _scalar(type_.kind, type_.constraints, place)


def _scalar(kind: Kind, constraints: Constraints, place: ValuePlace) -> Any:
    match kind:
        case Kind.STRING:
            return _text(constraints, plausible_text(place))
        case Kind.BINARY:
            return _text(constraints, "example")
        case Kind.DATE_TIME:
            return _MOMENT
        case Kind.DATE:
            return _MOMENT[:10]
        case Kind.BOOLEAN:
            return True
        case Kind.INTEGER | Kind.NUMBER | Kind.DECIMAL:
            return _number(constraints, whole=kind is Kind.INTEGER)
        case Kind.NULL | Kind.ANY:
            return None


def _text(constraints: Constraints, plausible: str) -> str:
    """Return a text that fits the constraints: `plausible` if they demand no other form."""
    longest = _MAX_TEXT if constraints.max_length is None else constraints.max_length
    if len(plausible) > longest:
        plausible = "example"
    plain = FORMAT_SAMPLES.get(constraints.format or "", plausible)
    text = text_matching(constraints.pattern) if constraints.pattern else plain
    text = text[: constraints.max_length] if constraints.max_length is not None else text
    return text + "x" * (min(constraints.min_length or 0, _MAX_TEXT) - len(text))


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
    return math.ceil(low) if whole else low
