"""Files of a document: YAML 1.2 or JSON, `$ref`s across files, and places of values.

A document is untrusted. Nothing is fetched over the network. Nothing is read outside the folder of the first file and
the folders that the user allows. Size, depth and aliases have limits. The data is a tree; treat it as read-only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import Diagnostic, LoadError, UnresolvedReferenceError
from ..openapi.grammar import copied
from .document import Document, Located, value_at
from .files import read, read_text, real_path, similar_file
from .input_file import Input
from .overlay import apply_overlay
from .references import Resolution, is_reference

__all__ = ["Document", "Library", "Located", "load"]


def load(path: Path, *, roots: Iterable[Path] = (), overlays: Iterable[Path] = ()) -> Library:
    """Read the document at `path` and apply the overlays to it, in order.

    Its `$ref`s may reach files in its own folder and in `roots`, at any depth. Raises LoadError if a file is missing,
    is neither YAML nor JSON, or if an overlay is faulty.
    """
    library = Library(Path(path), tuple(roots))
    for overlay in overlays:
        library.apply_overlay(overlay)
    return library


class Library:
    """Files of a document: the first one, and those that `$ref`s reach, each read once, when first reached."""

    def __init__(self, path: Path, roots: tuple[Path, ...] = ()) -> None:
        real = real_path(path)
        self._roots = (real.parent, *(folder.resolve() for folder in roots))
        self._documents: dict[Path, Document] = {}
        self._resolved: dict[tuple[str, str, str], tuple[Located, tuple[str, str] | None]] = {}
        self.misspelled: dict[tuple[Document, str], tuple[str, str]] = {}
        """File and JSON Pointer of each `$ref` that is wrong but clear → message and hint."""
        self._sought: dict[Path, Path] = {path: real}
        self._overlays: dict[Path, Document] = {}
        self.warnings: list[Diagnostic] = []
        """Faults of overlays that leave the document usable."""
        self.root = self._read(path, real)

    def apply_overlay(self, path: Path) -> None:
        """Apply an OpenAPI Overlay to the first document, before any reference to it is followed. Raises LoadError."""
        real = self._sought[path] = real_path(path)
        overlay = _document(path, real)
        if not self._overlays:
            self.amend_copy()
        self._overlays[real] = overlay
        self.warnings += apply_overlay(self.root.data, overlay, self.root.amendments)

    def amend_copy(self) -> None:
        """Replace the first document by a copy that overlays may change: places are found in the data as read."""
        root = replace(self.root, data=copied(self.root.data))
        self._documents = {
            real: root if document is self.root else document
            for real, document in self._documents.items()
        }
        self.root = root

    @property
    def documents(self) -> Mapping[Path, Document]:
        """Return the files read so far, by their resolved path, the root first."""
        return self._documents

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Return every file that was looked for, with the digest of its content."""
        read = {**self._overlays, **self._documents}
        return tuple(
            Input(path, real, read[real].digest if real in read else None)
            for path, real in self._sought.items()
        )

    def resolve(self, document: Document, reference: str, at: str = "") -> Located:
        """Return the target of a `$ref`, which may be a `$ref` again.

        Args:
            document: The file that contains the `$ref`.
            reference: The value of the `$ref`.
            at: JSON Pointer to the object with the `$ref`, for errors and for the base URI.

        Raises UnresolvedReferenceError, or LoadError if the reference leads to a file that cannot be read.
        """
        scope = document.identifiers.base(at)[0]
        key = (document.uri, scope, reference)
        if key not in self._resolved:
            resolution = Resolution(self, document, reference, at)
            self._resolved[key] = (resolution.run(), resolution.warning)
        target, warning = self._resolved[key]
        if warning:
            self.misspelled[document, at] = warning
        return target

    def follow(self, located: Located) -> Located:
        """Return the end of a chain of `$ref`s that begins at `located`. Raises UnresolvedReferenceError."""
        start, passed = located, {(located.document.uri, located.pointer)}
        while is_reference(located.value):
            located = self.resolve(located.document, located.value["$ref"], located.pointer)
            if (located.document.uri, located.pointer) in passed:
                raise UnresolvedReferenceError.at(
                    start.place(),
                    f"the $ref {start.value['$ref']!r} leads in a circle, back to {located.place()}",
                    hint="one of the references in the circle must stand for a value",
                )
            passed.add((located.document.uri, located.pointer))
        return located

    def identified(self, uri: str) -> Located | None:
        """Return the value that a file read so far identifies as `uri` by a `$id` or an anchor, or None."""
        for document in self._documents.values():
            pointer = document.identifiers.pointers.get(uri)
            if pointer is not None:
                return Located(document, pointer, value_at(document.data, pointer))
        return None

    def open(self, path: Path, fail: Callable[[str, str], Exception]) -> Document:
        """Return the file at `path`. If it may not be read, raise the error that `fail(message, hint)` returns."""
        try:
            real = real_path(path)
        except LoadError as error:
            raise fail(str(error), "") from error
        self._sought[path] = real
        if real in self._documents:
            return self._documents[real]
        if not any(real.is_relative_to(root) for root in self._roots):
            folder = self.root.path.parent
            raise fail(
                f"{path} is outside {folder}, the folder of the document",
                "allow its folder by `roots` in the configuration or --root, if you trust the document",
            )
        if os.path.isdir(real):  # noqa: PTH112 - unlike Path.is_dir, it knows no error: names may be too long
            raise fail(f"{path} is a folder", "name the file in it")
        if not os.path.isfile(real):  # noqa: PTH113
            raise fail(f"there is no file {path}", similar_file(path))
        return self._read(path, real)

    def _read(self, path: Path, real: Path) -> Document:
        document = self._documents[real] = _document(path, real)
        return document


def _document(path: Path, real: Path) -> Document:
    text = read_text(path)
    data, find = read(path, text)
    return Document(path=path, uri=real.as_uri(), data=data, text=text, find=find)
