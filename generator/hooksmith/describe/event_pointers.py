"""Check of the positions in `x-hooksmith-events` against the schemas of the bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ExtensionError
from ..json_pointer import escape, split
from ..normalize import Normal
from ..suggest import did_you_mean
from .schemas import Schemas


def check_positions(
    normal: Normal, schemas: Schemas, positions: Mapping[str, Any], bodies: list[tuple[str, Any]]
) -> None:
    """Warn of each body that has no value at a position.

    Args:
        normal: The document.
        schemas: Reader of its schemas.
        positions: Value of `x-hooksmith-events`.
        bodies: (JSON Pointer to the webhook's operation, schema of the event or None).

    Raises:
        ExtensionError: No body has a value at a position.
    """
    for name, pointer in _pointers(positions):
        if not bodies:
            continue
        missing = [pair for pair in bodies if not _can_lead(schemas, pair[1], split(pointer))]
        if len(missing) == len(bodies):
            known = dict.fromkeys(
                key for _, body in bodies for key in _candidates(schemas, body, pointer)
            )
            raise ExtensionError.at(
                normal.place(f"/x-hooksmith-events/{name}"),
                f"{name}: no webhook has a body with anything at {pointer}",
                hint=did_you_mean(pointer, known),
            )
        for place, body in missing:
            normal.warn(
                place,
                f"the body has nothing at {pointer}, where x-hooksmith-events says its {name} is",
                did_you_mean(pointer, _candidates(schemas, body, pointer)),
            )


def fits_somewhere(schemas: Schemas, position: Any, bodies: list[Any]) -> bool:
    """Whether a position names a header, or a place that a body can have."""
    if isinstance(position, list):
        return all(fits_somewhere(schemas, part, bodies) for part in position)
    return not isinstance(position, str) or any(
        _can_lead(schemas, body, split(position)) for body in bodies
    )


def _pointers(positions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (name, JSON Pointer) of the positions that every body must have; of several parts only the first."""
    for name in ("type", "id", "timestamp"):
        position = positions.get(name)
        position = position[0] if isinstance(position, list) else position
        if isinstance(position, str):
            yield name, position


def _can_lead(schemas: Schemas, node: Any, tokens: list[str]) -> bool:
    """Whether a value of a schema can have the tokens of a JSON Pointer; an object without properties can."""
    if not tokens:
        return True
    node = schemas.resolve(node)
    if not isinstance(node, dict):
        return True
    options = [option for key in ("oneOf", "anyOf") for option in node.get(key) or ()]
    properties = schemas.properties(node)
    if tokens[0] in properties or (tokens[0].isdecimal() and "items" in node):
        return _can_lead(schemas, child(schemas, node, tokens[0]), tokens[1:])
    if options:
        return any(_can_lead(schemas, option, tokens) for option in options)
    if isinstance(node.get("additionalProperties"), dict) or node.get("patternProperties"):
        return True
    return not properties and node.get("type", "object") in ("object", ["object", "null"])


def child(schemas: Schemas, node: Any, token: str) -> Any:
    """Return the schema of a property, or of the items of a list for an index; None if the schema has neither."""
    properties = schemas.properties(node)
    if token in properties:
        return properties[token]
    node = schemas.resolve(node)
    return node.get("items") if isinstance(node, dict) and token.isdecimal() else None


def resolve_in(schemas: Schemas, body: Any, pointer: str) -> Any:
    """Return the schema at a JSON Pointer into a body, without references; None if there is none."""
    node = body
    for token in split(pointer):
        node = child(schemas, node, token)
    return schemas.resolve(node)


def choices_of(schema: Any) -> tuple[str, ...]:
    """Return the strings of `const` or `enum`; () if there are none, or values of other types among them."""
    if not isinstance(schema, dict):
        return ()
    if isinstance(schema.get("const"), str):
        return (schema["const"],)
    values = [value for value in schema.get("enum") or () if value is not None]
    return tuple(dict.fromkeys(values)) if all(isinstance(value, str) for value in values) else ()


def _candidates(schemas: Schemas, body: Any, pointer: str) -> list[str]:
    """Return pointers to suggest: the properties of the last object on the way of `pointer`."""
    place, node = "", body
    for token in split(pointer):
        inner = child(schemas, node, token)
        if inner is None:
            break
        place, node = f"{place}/{escape(token)}", inner
    return [f"{place}/{escape(key)}" for key in schemas.properties(node)]
