"""The places in the user's files that parts of the normal form were read from."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from ..errors import Place
from ..load.library import Document, Located


@dataclass(frozen=True, slots=True)
class Sources:
    """Moves of schemas and other parts, from the files to the bundled document, as pointers.

    `moved`: within the bundled document; `upgraded`: by the upgrade of Swagger 2.0; `origins`: from another file.
    """

    root: Document
    moved: Mapping[str, str]
    upgraded: Mapping[str, str]
    origins: Mapping[str, Located]

    def source(self, pointer: str) -> tuple[Document, str]:
        """Return the file and the pointer in it of a part of the bundled document."""
        passed: set[str] = set()
        while (head := _longest_known(self.moved, pointer, passed)) is not None:
            passed.add(head)
            pointer = self.moved[head] + pointer[len(head) :]
        if (head := _longest_known(self.upgraded, pointer)) is not None:
            pointer = self.upgraded[head] + pointer[len(head) :]
        if (head := _longest_known(self.origins, pointer)) is not None:
            origin = self.origins[head]
            return origin.document, origin.pointer + pointer[len(head) :]
        return self.root, pointer

    def places(self, pointers: Iterable[str]) -> dict[str, Place]:
        """Return the place of each pointer, with line and column."""
        places: dict[str, Place] = {}
        for pointer in pointers:
            document, origin = self.source(pointer)
            places[pointer] = document.place(origin)
        return places


def _longest_known(
    pointers: Container[str], pointer: str, excluded: Container[str] = ()
) -> str | None:
    """Return the longest prefix of a pointer that is among `pointers`."""
    while pointer:
        if pointer in pointers and pointer not in excluded:
            return pointer
        pointer = pointer.rpartition("/")[0]
    return None
