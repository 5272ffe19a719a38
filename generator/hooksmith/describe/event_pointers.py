"""The positions of `x-hooksmith-events` held against the bodies: a pointer to nothing is a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ExtensionError
from ..json_pointer import escape, split
from ..normalize import Normal
from ..suggest import did_you_mean
from .schemas import Schemas


def check_positions(
    normal: Normal, schemas: Schemas, stated: Mapping[str, Any], bodies: list[tuple[str, Any]]
) -> None:
    """Warn of each body that has nothing at a stated position. `bodies`: (webhook's pointer, schema or None).

    Raises ExtensionError where no body has anything there.
    """
    for name, pointer in _pointers(stated):
        if not bodies:
            continue
        missing = [one for one in bodies if not _leads(schemas, one[1], split(pointer))]
        if len(missing) == len(bodies):
            known = dict.fromkeys(
                key for _, body in bodies for key in _spellings(schemas, body, pointer)
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
                did_you_mean(pointer, _spellings(schemas, body, pointer)),
            )


def fits_somewhere(schemas: Schemas, stated: Any, bodies: list[Any]) -> bool:
    """Whether a position can be right: it names a header, or some body has something there."""
    if isinstance(stated, list):
        return all(fits_somewhere(schemas, part, bodies) for part in stated)
    return not isinstance(stated, str) or any(_leads(schemas, it, split(stated)) for it in bodies)


def _pointers(stated: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(what stands there, pointer) of the positions that must be in every body: of several parts that is the first."""
    for name in ("type", "id", "timestamp"):
        place = stated.get(name)
        place = place[0] if isinstance(place, list) else place
        if isinstance(place, str):
            yield name, place


def _leads(schemas: Schemas, node: Any, tokens: list[str]) -> bool:
    """Whether a schema may have something at the tokens; one that says nothing of its properties may."""
    if not tokens:
        return True
    node = schemas.resolve(node)
    if not isinstance(node, dict):
        return True
    options = [option for key in ("oneOf", "anyOf") for option in node.get(key) or ()]
    properties = schemas.properties(node)
    if tokens[0] in properties:
        return _leads(schemas, properties[tokens[0]], tokens[1:])
    if options:
        return any(_leads(schemas, option, tokens) for option in options)
    if isinstance(node.get("additionalProperties"), dict) or node.get("patternProperties"):
        return True
    return not properties and node.get("type", "object") in ("object", ["object", "null"])


def _spellings(schemas: Schemas, body: Any, pointer: str) -> list[str]:
    """The pointers that a body has beside a pointer: to the properties of the last object on its way."""
    place, node = "", body
    for token in split(pointer):
        properties = schemas.properties(node)
        if token not in properties:
            break
        place, node = f"{place}/{escape(token)}", properties[token]
    return [f"{place}/{escape(key)}" for key in schemas.properties(node)]
