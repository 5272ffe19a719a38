"""Warnings about a document that is usable nevertheless, each with its place in the user's files.

`load/document.py` finds the line of a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import Diagnostic, Place
from ..frozen import value
from ..load.library import Document
from .bundled_document import Bundle
from .sources import Sources

MAX_SIMILAR = 20
"""Warnings that differ only in names and numbers, beyond which they become one."""


@value()
class _Finding:
    document: Document
    pointer: str
    message: str
    hint: str


@dataclass
class Findings:
    """Warnings in the order of their discovery, with pointers of the bundled document at that time."""

    bundled: Bundle
    _warnings: dict[_Finding, None] = field(default_factory=dict)
    _widened: dict[_Finding, None] = field(default_factory=dict)

    def warn(self, pointer: str, message: str, hint: str = "") -> None:
        """Add a warning about a fault that was repaired or ignored."""
        document, pointer = self.source(pointer)
        self._warnings.setdefault(_Finding(document, pointer, message, hint))

    def warn_of_references(
        self, misspelled: Mapping[tuple[Document, str], tuple[str, str]]
    ) -> None:
        """Add a warning for each `$ref` of `Library.misspelled`."""
        for (document, pointer), (message, hint) in misspelled.items():
            self._warnings.setdefault(_Finding(document, pointer, message, hint))

    def widen(self, pointer: str, feature: str, instead: str) -> None:
        """Add a feature that the package expresses less exactly than the document, and its replacement."""
        document, pointer = self.source(pointer)
        self._widened.setdefault(_Finding(document, pointer, feature, instead))

    def forget(self, pointers: Iterable[str]) -> None:
        """Drop all findings at or below pointers of the bundled document."""
        sources = {self.source(pointer) for pointer in pointers}
        for findings in (self._warnings, self._widened):
            for finding in [*findings]:
                place = finding.pointer
                while place and (finding.document, place) not in sources:
                    place = place.rpartition("/")[0]
                if place:
                    del findings[finding]

    @property
    def count(self) -> int:
        """The number of warnings so far."""
        return len(self._warnings)

    @property
    def widened(self) -> list[tuple[str, str, str]]:
        """Return (pointer in its file, feature, replacement in the package) for each such feature."""
        return [(finding.pointer, finding.message, finding.hint) for finding in self._widened]

    def place(self, pointer: str) -> Place:
        """Return the place of a part of the bundled document in the user's files."""
        document, pointer = self.source(pointer)
        return document.place(pointer)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All warnings, with their places in the user's files."""
        return [
            Diagnostic(
                message=finding.message,
                place=finding.document.place(finding.pointer),
                hint=finding.hint,
                severity="warning",
            )
            for finding in self._warnings
        ]

    @property
    def sources(self) -> Sources:
        """The places that parts of the bundled document were read from."""
        bundled = self.bundled
        return Sources(bundled.root, bundled.moved, bundled.upgraded, bundled.origins)

    def source(self, pointer: str) -> tuple[Document, str]:
        """Return the file and pointer that a part of the bundled document came from, through all its moves."""
        return self.sources.source(pointer)


_NAMES = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")


def summarized(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Replace more than MAX_SIMILAR similar diagnostics by the first of them, with their number."""
    groups: dict[tuple[str, str, str], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        message = _NAMES.sub("…", diagnostic.message)
        key = (diagnostic.severity, message, _NAMES.sub("…", diagnostic.hint))
        groups.setdefault(key, []).append(diagnostic)
    return [each for group in groups.values() for each in _summarized_group(group)]


def _summarized_group(group: list[Diagnostic]) -> list[Diagnostic]:
    if len(group) <= MAX_SIMILAR:
        return group
    further = f"(and {len(group) - 1} more like this; --report lists them all)"
    return [replace(group[0], message=f"{group[0].message} {further}")]
