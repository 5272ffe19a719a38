"""One file that was read, and a value in it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from . import reading
from .errors import Place
from .identifiers import Identifiers, identify
from .pointer import split
from .syntax import Position

_IDENTIFYING = re.compile(r"\$(id|anchor|dynamicAnchor|schema)[\"']?\s*:")


@dataclass(frozen=True, eq=False)
class Document:
    """One file. `path` is as the user or the `$ref` named it; `data` is what JSON can say."""

    path: Path
    uri: str
    data: Any
    text: str

    def place(self, pointer: str) -> Place:
        """Where `pointer` stands in the file; for a pointer that leads nowhere, as far down as it leads."""
        position = self._positions.find(split(pointer))
        return Place(
            file=str(self.path), pointer=pointer, line=position.line, column=position.column
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the text in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def _positions(self) -> Position:
        """Read anew when the first message needs a place: keeping places is slower than reading data."""
        return reading.positions(self.path, self.text)

    @cached_property
    def identifiers(self) -> Identifiers:
        """The `$id`s and anchors in the file."""
        if _IDENTIFYING.search(self.text):
            return identify(self.data, self.uri)
        return Identifiers(bases={"": self.uri})


@dataclass(frozen=True, slots=True)
class Located:
    """A value and where it stands."""

    document: Document
    pointer: str
    value: Any

    def place(self) -> Place:
        return self.document.place(self.pointer)


def value_at(data: Any, pointer: str) -> Any:
    """What stands at a pointer that is known to lead somewhere."""
    for key in split(pointer):
        data = data[key] if isinstance(data, dict) else data[int(key)]
    return data
