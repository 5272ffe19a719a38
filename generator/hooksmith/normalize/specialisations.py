"""Schemas that specialise a generic schema, written in full.

A generic schema refers to a parameter by `$dynamicRef: "#T"`. A schema that refers to it by `$ref`, and has a
`$dynamicAnchor: T` of its own, gives the parameter (JSON Schema Core 2020-12, 8.2.3.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ..errors import UnresolvedReferenceError
from ..json_pointer import join
from ..load.library import Library, Located
from ..openapi.grammar import ANNOTATIONS, Node, copied, walk

_OF_RESOURCE = frozenset({"$id", "$schema", "$defs", "definitions", "$dynamicAnchor", "$comment"})
"""Keywords that a specialisation does not take from its generic schema."""


def specialise(library: Library) -> None:
    """Replace each `$ref` of the first file that specialises a generic schema by a copy of that schema."""
    if "$dynamicRef" not in library.root.text:
        return
    library.amend_copy()
    specialisations = [
        (schema, full)
        for pointer, schema in _schemas(library.root.data)
        if (full := _specialised(library, Located(library.root, pointer, schema)))
    ]
    for schema, full in specialisations:
        del schema["$ref"]
        schema.update(full)
        for definition in _anchored(schema, "").values():
            del definition["$dynamicAnchor"]  # no other reference means it


def _schemas(data: Any) -> Iterator[tuple[str, Node]]:
    """Yield (JSON Pointer, object) for the objects that may specialise a generic schema."""
    stack = [("", data)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str) and _anchors(value, pointer):
                yield pointer, value
            stack.extend((join(pointer, key), item) for key, item in value.items())
        elif isinstance(value, list):
            stack.extend((join(pointer, index), item) for index, item in enumerate(value))


def _anchored(schema: Node, pointer: str) -> dict[str, Node]:
    """Return those of a schema and its definitions that have a dynamic anchor, by pointer."""
    definitions = schema.get("$defs")
    candidates = {pointer: schema}
    for name, definition in (definitions if isinstance(definitions, dict) else {}).items():
        candidates[join(pointer, "$defs", name)] = definition
    return {
        place: value
        for place, value in candidates.items()
        if isinstance(value, dict) and isinstance(value.get("$dynamicAnchor"), str)
    }


def _anchors(schema: Node, pointer: str) -> dict[str, str]:
    """Return the dynamic anchors of a schema and its definitions, with the pointers to them."""
    return {value["$dynamicAnchor"]: place for place, value in _anchored(schema, pointer).items()}


def _specialised(library: Library, schema: Located) -> Node:
    """Return the keywords of a generic schema with the parameters of its specialisation; {} for any other schema."""
    try:
        generic = library.resolve(schema.document, schema.value["$ref"], schema.pointer)
        if not isinstance(generic.value, dict):
            return {}
        parameters = _anchors(generic.value, "").keys() & _anchors(schema.value, "")
        full = copied({key: generic.value[key] for key in generic.value.keys() - _OF_RESOURCE})
        is_generic = _refer_absolutely(library, full, generic, schema, parameters)
    except UnresolvedReferenceError:
        return {}  # reported later
    others = {key for key in schema.value.keys() & full.keys() if key not in ANNOTATIONS}
    if not is_generic or others:
        return {}
    return {key: full[key] for key in generic.value if key in full and key not in schema.value}


def _refer_absolutely(
    library: Library, full: Node, generic: Located, schema: Located, parameters: set[str]
) -> bool:
    """Make the references in a copy of a generic schema absolute; return whether it has a parameter.

    Args:
        library: The files.
        full: The copy.
        generic: The generic schema.
        schema: Its specialisation.
        parameters: The dynamic anchors that both have.
    """
    has_parameter = False
    anchors = _anchors(schema.value, schema.pointer)
    for visit in walk("schema", full):
        name = str(visit.node.get("$dynamicRef", "")).removeprefix("#")
        if name in parameters:
            has_parameter = True
            del visit.node["$dynamicRef"]
            visit.node["$ref"] = _absolute(schema, anchors[name])
        elif isinstance(reference := visit.node.get("$ref"), str):
            place = generic.pointer + visit.pointer
            target = library.resolve(generic.document, reference, place)
            visit.node["$ref"] = _absolute(target, target.pointer)
    return has_parameter


def _absolute(target: Located, pointer: str) -> str:
    return f"{target.document.uri}#{quote(pointer, safe='/~')}"
