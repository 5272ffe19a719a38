"""References in the mapping of a discriminator, which lead to schemas but are no `$ref`s."""

from __future__ import annotations

import contextlib
import re

from ..errors import UnresolvedReferenceError
from ..load.library import Document, Library, Located
from ..openapi.grammar import Node, Visit

_REFERENCE = re.compile(r"[#/]|\.(json|ya?ml)$")
"""Tells a reference from the name of a component."""


def mapped_schemas(
    library: Library, visit: Visit, document: Document, pointer: str
) -> dict[str, Located]:
    """Return the schemas that the mapping of a schema's discriminator refers to, by reference.

    Args:
        library: The documents.
        visit: Any object of a document.
        document: The document that the object stands in.
        pointer: JSON Pointer to the object there.
    """
    targets: dict[str, Located] = {}
    for reference in mapping_of(visit).values():
        if isinstance(reference, str) and _REFERENCE.search(reference):
            with contextlib.suppress(UnresolvedReferenceError):  # reported later
                targets[reference] = library.resolve(document, reference, pointer)
    return targets


def mapping_of(visit: Visit) -> Node:
    """Return the mapping of a schema's discriminator; {} if there is none."""
    discriminator = visit.node.get("discriminator") if visit.kind == "schema" else None
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    return mapping if isinstance(mapping, dict) else {}
