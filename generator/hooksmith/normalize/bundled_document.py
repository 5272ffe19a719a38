"""The document in memory while it is normalized, and the origins of its parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..load.library import Document, Located
from ..openapi.grammar import Node


@dataclass(slots=True)
class Bundle:
    """A document, with the origins of parts that were moved or copied.

    Attributes:
        document: The document.
        root: The file that it was read from.
        origins: JSON Pointer of a part copied from a file → its place there.
        moved: JSON Pointer of a component taken out of another object → its pointer there.
        upgraded: JSON Pointer in OpenAPI 3.1 → pointer in Swagger 2.0.
        dropped: JSON Pointers of sections that are no mappings.
    """

    document: Node
    root: Document
    origins: dict[str, Located] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    upgraded: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


def is_openapi(document: Document) -> bool:
    """Return whether a file has the key `openapi` or `swagger`."""
    return isinstance(document.data, dict) and not document.data.keys().isdisjoint(
        ("openapi", "swagger")
    )
