"""Event types that no constant names: the property whose values, examples or name fit the keys of the webhooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..json_pointer import join, split
from ..naming.casing import plain
from ..openapi.grammar import Node
from .deliveries import Delivery
from .event_pointers import child, choices_of, resolve_in
from .schemas import Schemas

NAMES = (
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
            values = [*choices_of(node), *_examples(delivery.example, node, pointer)]
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
        fit = _fit([*choices, *_examples(delivery.example, node, pointer)], delivery.key)
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
    return split(pointer)[-1] in NAMES


def _likelihood(pointer: str) -> tuple[int, int]:
    """Return a sort key: the likelier name, then the shallower place."""
    tokens = split(pointer)
    rank = NAMES.index(tokens[-1]) if tokens[-1] in NAMES else len(NAMES)
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


def _examples(body: Any, node: Any, pointer: str) -> Iterator[str]:
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
