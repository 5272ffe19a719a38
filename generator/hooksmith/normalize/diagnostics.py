"""What is wrong with a document but can be lived with: warnings, each with its place in the user's files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import Diagnostic, Place
from ..frozen import value
from ..load.library import Document
from .bundle import Bundle
from .sources import Sources


@value()
class _Finding:
    document: Document
    pointer: str
    message: str
    hint: str


@dataclass
class Findings:
    """Warnings in the order found. Pointers lead into the bundled document as it is at the time."""

    bundled: Bundle
    _found: dict[_Finding, None] = field(default_factory=dict)
    _widened: dict[_Finding, None] = field(default_factory=dict)

    def warn(self, pointer: str, message: str, hint: str = "") -> None:
        """Note something wrong that the package is generated in spite of."""
        document, pointer = self.source(pointer)
        self._found.setdefault(_Finding(document, pointer, message, hint))

    def warn_of_references(
        self, misspelled: Mapping[tuple[Document, str], tuple[str, str]]
    ) -> None:
        """Note the `$ref`s that were followed otherwise than they are written: see `Library.misspelled`."""
        for (document, pointer), (reference, meant) in misspelled.items():
            message = (
                f"the $ref {reference!r} lacks a slash behind the #, and is taken as {meant!r}"
            )
            self._found.setdefault(
                _Finding(
                    document, pointer, message, "write the slash: a JSON pointer begins with one"
                )
            )

    def widen(self, pointer: str, what: str, instead: str) -> None:
        """Note something right that the package says less exactly than the document: `what`, and how it is served."""
        document, pointer = self.source(pointer)
        self._widened.setdefault(_Finding(document, pointer, what, instead))

    @property
    def any(self) -> bool:
        """Whether anything is wrong so far."""
        return bool(self._found)

    @property
    def stated(self) -> list[tuple[str, str, str]]:
        """(pointer in its file, message, hint) of all that is wrong."""
        return [(found.pointer, found.message, found.hint) for found in self._found]

    @property
    def widened(self) -> list[tuple[str, str, str]]:
        """(pointer in its file, what, instead) of all that the package says less exactly."""
        return [(found.pointer, found.message, found.hint) for found in self._widened]

    def place(self, pointer: str) -> Place:
        """Where something of the bundled document stands in the user's files."""
        document, pointer = self.source(pointer)
        return document.place(pointer)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All warnings, with their places in the user's files."""
        return [
            Diagnostic(
                message=found.message,
                place=found.document.place(found.pointer),
                hint=found.hint,
                severity="warning",
            )
            for found in self._found
        ]

    @property
    def sources(self) -> Sources:
        """The places that parts of the bundled document were read from."""
        bundled = self.bundled
        return Sources(bundled.root, bundled.moved, bundled.upgraded, bundled.origins)

    def source(self, pointer: str) -> tuple[Document, str]:
        """The file and pointer that something came from, through all the moves it made."""
        return self.sources.source(pointer)
