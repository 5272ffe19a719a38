"""Any OpenAPI or JSON Schema document → one normal form: OpenAPI 3.1, one file, every schema named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import Diagnostic, Place
from ..load import Library
from .bundle import Bundle, bundle
from .discriminators import imply_tags
from .grammar import Node
from .hoist import hoist, original
from .merge import merge
from .names import settle_names
from .upgrade import upgrade


@dataclass(slots=True)
class Normal:
    """The normal form: a document without dialects, `allOf`s to merge or references to other files.

    `names` maps the pointer of each schema that becomes a class, enum or alias to its Python name.
    """

    document: Node
    names: dict[str, str]
    library: Library
    bundled: Bundle
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def place(self, pointer: str) -> Place:
        """Where something of the normal form stands in the user's files."""
        root = self.library.root
        pointer = original(self.bundled.moved, pointer)
        for prefix in _prefixes(pointer):
            if prefix in self.bundled.origins:
                origin = self.bundled.origins[prefix]
                return origin.document.place(origin.pointer + pointer[len(prefix) :])
        return root.place(pointer)


def _prefixes(pointer: str) -> list[str]:
    """`/a/b/c`, `/a/b`, `/a`."""
    found = []
    while pointer:
        found.append(pointer)
        pointer = pointer.rpartition("/")[0]
    return found


def normalize(library: Library, names: Mapping[str, str] | None = None) -> Normal:
    """The normal form of a loaded specification. `names` overrules names: pointer → Python name."""
    bundled = bundle(library)
    upgrade(bundled.document)
    hoist(bundled)
    imply_tags(bundled.document)
    merge(bundled)
    settled = settle_names(bundled.document, names or {})
    return Normal(bundled.document, settled, library, bundled)
