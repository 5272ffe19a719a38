"""Location of the event type in a delivery: a property, a header, or several parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..ir import Position
from ..json_pointer import escape, join, split
from ..naming.casing import plain, prefix_of
from ..openapi.grammar import Node
from .deliveries import Delivery
from .event_pointers import child, choices_of, resolve_in
from .schemas import Schemas

_LIKELY = ("type", "event", "event_type", "eventType", "event_name", "topic", "action", "name")
"""Names of properties that hold the event type, the likeliest first."""
_DECLARED = _LIKELY[:6]
"""Names of properties whose several values in one body are several event types."""
_KEYED = (
    "type",
    "event",
    "event_type",
    "eventType",
    "event_name",
    "eventCode",
    "event_code",
    "topic",
)
"""Names of string properties that hold the event type, the likeliest first."""
_DEEPEST = 6
_MAX_PROPERTIES = 2_000
"""Properties of one body that are looked at: schemas may contain themselves."""

_WireForm = Callable[[str], str]
_WIRE_FORMS: tuple[_WireForm, ...] = (
    lambda key: key,
    lambda key: key.lstrip("/"),
    lambda key: key.strip("/").replace("/", "."),
    lambda key: key.replace("-", "."),
    lambda key: key.replace("_", "."),
)
"""Key of a webhook → event type in its deliveries."""


def position(value: Any) -> Position | None:
    """Return the position for a value of `x-hooksmith-events`; None if it has no known form."""
    match value:
        case str():
            return Position(pointer=value)
        case {"header": str(name)}:
            return Position(header=name)
        case [_, *_]:
            return Position(parts=tuple(filter(None, map(position, value))))
    return None


def detect(schemas: Schemas, described: Sequence[Delivery]) -> Position | None:
    """Return the property, otherwise the header, whose values differ in all deliveries.

    Without such constants, return the property that fits the keys of the webhooks; None if there is none.
    """
    bodies = [delivery.node for delivery in described if delivery.node is not None]
    constant = _property(schemas, bodies) or _header(schemas, described)
    pointer = detect_by_key(schemas, described) if constant is None else None
    return constant if pointer is None else Position(pointer=pointer)


def _property(schemas: Schemas, bodies: list[Any]) -> Position | None:
    """Return the likeliest property with a different value in each body.

    It has one value in each body; several are admitted if its name declares event types.
    """
    values: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for body in bodies:
        for name in schemas.properties(body):
            choices = body_values(schemas, body, f"/{escape(name)}")
            if choices and (len(choices) == 1 or name in _DECLARED):
                values[name].append(choices)
    likeliest = _likeliest(values, len(bodies))
    return Position(pointer=f"/{escape(likeliest)}") if likeliest is not None else None


def _header(schemas: Schemas, described: Sequence[Delivery]) -> Position | None:
    """Return the header that has one value in each webhook, a different value in each."""
    values: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    names: dict[str, str] = {}
    webhooks = {delivery.pointer: delivery for delivery in described}
    for delivery in webhooks.values():
        for name, parameter in _headers(schemas, delivery).items():
            choices = choices_of(schemas.resolve(parameter.get("schema")))
            if len(choices) == 1:
                names.setdefault(name, str(parameter.get("name")))
                values[name].append(choices)
    likeliest = _likeliest(values, len(webhooks))
    return Position(header=names[likeliest]) if likeliest is not None else None


def _likeliest(values: Mapping[str, list[tuple[str, ...]]], count: int) -> str | None:
    """Return the likeliest name whose values exist in all `count` bodies and differ in all of them."""
    telling = [
        name for name, choices in values.items() if len(choices) == count and _are_distinct(choices)
    ]
    ranked = sorted(
        telling, key=lambda name: _LIKELY.index(name) if name in _LIKELY else len(_LIKELY)
    )
    return ranked[0] if ranked else None


def _are_distinct(choices: list[tuple[str, ...]]) -> bool:
    values = [value for group in choices for value in group]
    return len(set(values)) == len(values)


def event_types(
    schemas: Schemas, described: Sequence[Delivery], type_position: Position | None
) -> list[tuple[str, Delivery]]:
    """Return (event type, delivery) in document order.

    If the document names no position of the type, or composes the type from parts, the type is the webhook's key.
    """
    if type_position is None or type_position.parts:
        return [(delivery.key, delivery) for delivery in described]
    if type_position.header is not None:
        return [
            (event_type, delivery)
            for delivery in described
            for event_type in _header_types(schemas, delivery, type_position.header)
        ]
    types = types_at(schemas, described, type_position.pointer or "")
    return [
        (event_type, delivery)
        for delivery, own_types in zip(described, types, strict=True)
        for event_type in own_types
    ]


def _header_types(schemas: Schemas, delivery: Delivery, header: str) -> tuple[str, ...]:
    schema = header_value(schemas, delivery, header)
    return choices_of(schema) or _example(schema) or (delivery.key,)


def body_values(schemas: Schemas, body: Any, pointer: str) -> tuple[str, ...]:
    """Return the strings that the schema of a body admits at a JSON Pointer; () if it does not limit them."""
    return choices_of(resolve_in(schemas, body, pointer))


def example_headers(
    schemas: Schemas,
    delivery: Delivery,
    event_type: str,
    positions: Sequence[Position | None],
) -> dict[str, str]:
    """Return example values of the headers that carry an event's type, id and timestamp.

    Args:
        schemas: Reader of the document's schemas.
        delivery: A delivery of the event type.
        event_type: The event type.
        positions: Positions of type, id and timestamp, in this order.
    """
    examples: dict[str, str] = {}
    for index, location in enumerate(positions):
        for place in location.places if location is not None else ():
            if place.header is None:
                continue
            schema = header_value(schemas, delivery, place.header)
            example = (*choices_of(schema), *_example(schema), "example")[0]
            if index == 0 and not plain(event_type).startswith(plain(example)):
                example = _without_body_parts(schemas, delivery, event_type, location)
            examples[place.header] = example
    return examples


def _without_body_parts(
    schemas: Schemas, delivery: Delivery, event_type: str, location: Position | None
) -> str:
    """Return an event type without the parts at its end that the body carries."""
    for place in location.places if location is not None else ():
        for value in body_values(schemas, delivery.node, place.pointer or "")[:1]:
            if plain(event_type).endswith(plain(value)):
                letters = len(plain(event_type)) - len(plain(value))
                event_type = prefix_of(event_type, letters) or event_type
    return event_type


def composed_type(
    schemas: Schemas, delivery: Delivery, event_type: str, location: Position | None
) -> str:
    """Return the event type that the schemas of its parts compose, if that differs from `event_type`; otherwise ""."""
    type_parts: list[str] = []
    for place in location.parts if location is not None else ():
        if place.header is not None:
            schema = header_value(schemas, delivery, place.header)
            choices = choices_of(schema) or _example(schema)
        else:
            choices = body_values(schemas, delivery.node, place.pointer or "")
        if len(choices) != 1:
            return ""
        type_parts.append(choices[0])
    return ".".join(type_parts) if plain("".join(type_parts)) != plain(event_type) else ""


def header_value(schemas: Schemas, delivery: Delivery, header: str) -> Any:
    """Return the schema of a header, with the example of its parameter; {} if the webhook has no such parameter."""
    parameter = _headers(schemas, delivery).get(header.lower(), {})
    schema = schemas.resolve(parameter.get("schema"))
    copy = dict(schema) if isinstance(schema, dict) else {}
    return {**copy, "example": parameter["example"]} if "example" in parameter else copy


def _headers(schemas: Schemas, delivery: Delivery) -> dict[str, Any]:
    """Return the header parameters of a delivery by lower-case name; those of the operation take precedence."""
    headers: dict[str, Any] = {}
    for item in delivery.parameters:
        parameter = schemas.resolve(item)
        if isinstance(parameter, dict) and parameter.get("in") == "header":
            headers.setdefault(str(parameter.get("name")).lower(), parameter)
    return headers


def _example(schema: Any) -> tuple[str, ...]:
    value = schema.get("example")
    examples = schema.get("examples")
    if value is None and isinstance(examples, list) and examples:
        value = examples[0]
    return (value,) if isinstance(value, str) else ()


# --- types by the keys of the webhooks


def detect_by_key(schemas: Schemas, described: Sequence[Delivery]) -> str | None:
    """Return the pointer to the string property that fits the keys of most webhooks; None if there is none.

    A value or example fits a key if both have the same letters and digits. Wrong examples are common, so a property
    may contradict some keys. Without any value, a property of each body whose name declares event types is taken.
    """
    bodies = [delivery for delivery in described if delivery.node is not None]
    keys = {delivery.key for delivery in bodies}
    fitting: dict[str, set[str]] = defaultdict(set)
    present: dict[str, set[str]] = defaultdict(set)
    valued: dict[str, set[str]] = defaultdict(set)
    for delivery in bodies:
        for pointer, node in _strings(schemas, delivery.node):
            values = [*choices_of(node), *_examples_at(delivery.example, node, pointer)]
            present[pointer].add(delivery.key)
            if values:
                valued[pointer].add(delivery.key)
            if _fit(values, delivery.key):
                fitting[pointer].add(delivery.key)
    confirmed = [
        pointer
        for pointer, fits in fitting.items()
        if 2 * len(fits) > len((valued if _is_likely(pointer) else present)[pointer])
        and (len(keys) > 1 or _is_likely(pointer))
    ]
    if confirmed:
        return max(confirmed, key=lambda pointer: (len(fitting[pointer]), *_likelihood(pointer)))
    by_name = [
        pointer
        for pointer, owners in present.items()
        if len(keys) > 1
        and owners == keys
        and pointer not in valued
        and pointer.count("/") == 1
        and _is_likely(pointer)
    ]
    return max(by_name, key=_likelihood, default=None)


def types_at(
    schemas: Schemas, described: Sequence[Delivery], pointer: str
) -> list[tuple[str, ...]]:
    """Return the event types of each delivery, for a type at a JSON Pointer into the body.

    They are the values that the schema admits. Of an enum that several webhooks share, a webhook has the value that
    fits its key. Without such a value, the type is the key in the form of the other types.
    """
    keys = {plain(delivery.key) for delivery in described}
    fits: dict[str, str] = {}
    types: list[tuple[str, ...]] = []
    for delivery in described:
        node = resolve_in(schemas, delivery.node, pointer)
        choices = choices_of(node)
        fit = _fit([*choices, *_examples_at(delivery.example, node, pointer)], delivery.key)
        others = keys - {plain(delivery.key)}
        is_shared = len(choices) > 1 and any(plain(choice) in others for choice in choices)
        if fit:
            fits[delivery.key] = fit
        types.append(tuple(choices) if choices and not is_shared else (fit,) if fit else ())
    form = next(
        (form for form in _WIRE_FORMS if all(form(key) == value for key, value in fits.items())),
        _WIRE_FORMS[0],
    )
    return [each or (form(delivery.key),) for each, delivery in zip(types, described, strict=True)]


def _fit(values: Sequence[str], key: str) -> str:
    """Return the first value that fits a key; empty if none does."""
    return next((value for value in values if plain(value) == plain(key)), "")


def _is_likely(pointer: str) -> bool:
    return split(pointer)[-1] in _KEYED


def _likelihood(pointer: str) -> tuple[int, int]:
    """Return a sort key: the likelier name, then the shallower place."""
    tokens = split(pointer)
    rank = _KEYED.index(tokens[-1]) if tokens[-1] in _KEYED else len(_KEYED)
    return -rank, -len(tokens)


def _strings(schemas: Schemas, body: Any) -> Iterator[tuple[str, Node]]:
    """Yield (JSON Pointer, schema) of the string properties of a body; the first item stands for those of a list."""
    stack: list[tuple[str, Any]] = [("", body)]
    remaining = _MAX_PROPERTIES
    while stack and remaining:
        pointer, node = stack.pop()
        node = schemas.resolve(node)
        remaining -= 1
        if not isinstance(node, dict):
            continue
        if pointer and "string" in (node.get("type"), *_listed(node.get("type"))):
            yield pointer, node
        if pointer.count("/") >= _DEEPEST:
            continue
        tokens = [*schemas.properties(node), *(["0"] if "items" in node else [])]
        stack += [(join(pointer, token), child(schemas, node, token)) for token in reversed(tokens)]


def _listed(types: Any) -> Sequence[Any]:
    return types if isinstance(types, list) else ()


def _examples_at(body: Any, node: Any, pointer: str) -> Iterator[str]:
    """Yield the examples of a property: in the example of the body, and in its schema."""
    value = body
    for token in split(pointer):
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and token == "0":
            value = value[0] if value else None
        else:
            value = None
    listed = (node.get("example"), *_listed(node.get("examples"))) if isinstance(node, dict) else ()
    for example in (value, *listed):
        if isinstance(example, str):
            yield example
