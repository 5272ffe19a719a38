"""A file that was read: its values, and the line and column of each, for messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import Place
from ..frozen import value
from ..json_pointer import split
from .files import Find
from .identifiers import Identifiers, identify
from .input_file import digest_of
from .overlay import Amendments

_IDENTIFYING = re.compile(r"\$(id|anchor|dynamicAnchor|schema)[\"']?\s*:")


@dataclass(frozen=True, eq=False)
class Document:
    """A file. `path`: as in the arguments or the `$ref`; `data`: its values of JSON types."""

    path: Path
    uri: str
    data: Any
    text: str
    find: Find
    amendments: Amendments = field(default_factory=Amendments)
    """What overlays have changed in `data`."""

    def place(self, pointer: str) -> Place:
        """Where `pointer` stands in the file; for a pointer that leads nowhere, as far down as it leads."""
        source = self.amendments.source(pointer)
        if source is not None:
            overlay, origin = source
            return overlay.place(origin)
        line, column = self.find(split(self.amendments.in_file(pointer)))
        return Place(file=str(self.path), pointer=pointer, line=line, column=column)

    @property
    def digest(self) -> str:
        """SHA-256 of the text in UTF-8."""
        return digest_of(self.text.encode())

    @cached_property
    def identifiers(self) -> Identifiers:
        """The `$id`s and anchors in the file."""
        texts = (self.text, *(overlay.text for overlay, _ in self.amendments.sources.values()))
        if any(map(_IDENTIFYING.search, texts)):
            return identify(self.data, self.uri)
        return Identifiers(bases={"": self.uri})


@value()
class Located:
    """A value and where it stands."""

    document: Document
    pointer: str
    value: Any

    def place(self) -> Place:
        return self.document.place(self.pointer)


def value_at(data: Any, pointer: str) -> Any:
    """Return the value at a pointer that exists."""
    for key in split(pointer):
        data = data[key] if isinstance(data, dict) else data[int(key)]
    return data
