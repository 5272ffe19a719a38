"""`$id`, `$anchor` and their kin in JSON Schemas, by the rules of each draft, which the `referencing` library knows.

A `$id` that is only a fragment (`#/components/schemas/Pet`), as some publishers write it, identifies nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any
from urllib.parse import urldefrag, urljoin

from ..frozen import value
from ..json_pointer import join

_KEYWORDS = ("$id", "id", "$anchor", "$dynamicAnchor")


@value()
class Identifiers:
    """`pointers`: absolute URI, with `#anchor` for an anchor → JSON pointer. `bases`: pointer → base URI below it."""

    pointers: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)

    def base(self, pointer: str) -> tuple[str, str]:
        """The pointer to the resource that `pointer` stands in, and that resource's URI."""
        while pointer not in self.bases:
            pointer = pointer.rpartition("/")[0]
        return pointer, self.bases[pointer]


def identify(data: Any, uri: str) -> Identifiers:
    """All identifiers in a document that was read from `uri`."""
    found = Identifiers(bases={"": uri})
    specification = _specification(data)
    for pointer, schema in _candidates(data):
        resource = specification.create_resource(schema)
        identifier = resource.id()
        if identifier and not identifier.startswith("#"):
            absolute = urldefrag(urljoin(found.base(pointer)[1], identifier)).url
            found.bases[pointer] = absolute
            found.pointers.setdefault(absolute, pointer)
        for anchor in resource.anchors():
            found.pointers.setdefault(f"{found.base(pointer)[1]}#{anchor.name}", pointer)
    return found


def _specification(data: Any) -> Any:
    """The draft that a document names, else 2020-12, which OpenAPI 3.1 is based on."""
    from referencing.jsonschema import DRAFT202012, UnknownDialect, specification_with

    dialect = data.get("$schema") if isinstance(data, dict) else None
    try:
        return specification_with(dialect) if isinstance(dialect, str) else DRAFT202012
    except UnknownDialect:
        return DRAFT202012


def _candidates(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Objects with an identifying keyword, outer ones first."""
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
