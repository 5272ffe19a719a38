"""Identifiers in JSON Schemas: `$id`, `$anchor` and `$dynamicAnchor`, by the rules of each draft.

The `referencing` package knows the rules. A `$id` that is a pointer (`#/components/schemas/Pet`), as some publishers
write it, identifies nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any
from urllib.parse import urljoin

from ..frozen import value
from ..json_pointer import join

_KEYWORDS = ("$id", "id", "$anchor", "$dynamicAnchor")


@value()
class Identifiers:
    """Identifiers of a file.

    Attributes:
        pointers: Absolute URI, with `#anchor` for an anchor → JSON Pointer.
        bases: JSON Pointer → base URI of the schemas below it.
        fragments: As `pointers`, for a `$id` such as `#name` in a draft where that is no anchor.
    """

    pointers: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)

    def base(self, pointer: str) -> tuple[str, str]:
        """Return the pointer and the URI of the schema resource that contains `pointer`."""
        while pointer not in self.bases:
            pointer = pointer.rpartition("/")[0]
        return pointer, self.bases[pointer]


def identify(data: Any, uri: str) -> Identifiers:
    """Return the identifiers in the data of a file at `uri`."""
    identifiers = Identifiers(bases={"": uri})
    specification = _specification(data)
    for pointer, schema in _candidates(data):
        resource = specification.create_resource(schema)
        identifier = resource.id()
        if identifier and not identifier.startswith("#"):
            absolute = joined(identifiers.base(pointer)[1], identifier).partition("#")[0]
            identifiers.bases[pointer] = absolute
            identifiers.pointers.setdefault(absolute, pointer)
        base = identifiers.base(pointer)[1]
        if identifier and identifier.startswith("#") and "/" not in identifier:
            identifiers.fragments.setdefault(base + identifier, pointer)
        for anchor in resource.anchors():
            identifiers.pointers.setdefault(f"{base}#{anchor.name}", pointer)
    return identifiers


def joined(base: str, reference: str) -> str:
    """Return a reference resolved against a base URI; the reference itself if one of them is no URI (`http://[`)."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def _specification(data: Any) -> Any:
    """Return the draft that a document names, otherwise 2020-12, on which OpenAPI 3.1 is based."""
    from referencing.jsonschema import DRAFT202012, UnknownDialect, specification_with

    dialect = data.get("$schema") if isinstance(data, dict) else None
    try:
        return specification_with(dialect) if isinstance(dialect, str) else DRAFT202012
    except UnknownDialect:
        return DRAFT202012


def _candidates(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (JSON Pointer, object) for the objects with an identifying keyword, outer objects first."""
    stack = [("", data)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, dict):
            present = [value[key] for key in _KEYWORDS if key in value]
            if present and all(isinstance(text, str) for text in present):
                yield pointer, value
            stack.extend((join(pointer, key), item) for key, item in value.items())
        elif isinstance(value, list):
            stack.extend((join(pointer, index), item) for index, item in enumerate(value))
