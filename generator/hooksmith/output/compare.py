"""Differences between generated files and a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ..errors import OutputError, Place
from ..frozen import value
from .manifest import MANIFEST, OutputFolder, expected_files, read_folder

DifferenceKind = Literal["edited", "outdated", "missing", "leftover", "foreign"]


@value()
class Difference:
    """A file in the folder that differs from the generated file.

    Attributes:
        path: Relative to the folder.
        kind: `edited`: changed since it was generated. `outdated`: unchanged, but generated from an older document.
            `missing`: not in the folder. `leftover`: generated before, and no longer. `foreign`: never generated.
        before: The text in the folder; None if the file is missing.
        after: The generated text; None if no such file is generated.
    """

    path: str
    kind: DifferenceKind
    before: str | None
    after: str | None

    def shown(self, folder: Path) -> str:
        """Return a unified diff; one line with kind and path if no line differs."""
        path = (folder / self.path).as_posix()
        if self.before and self.after and _has_same_lines(self.before, self.after):
            return f"{self.kind}: {path}: line endings only"
        return self.unified(folder).rstrip("\n") or f"{self.kind}: {path}"

    def unified(self, folder: Path) -> str:
        """Return a unified diff from the text in the folder to the generated text."""
        import difflib

        name = (folder / self.path).as_posix()
        lines = difflib.unified_diff(
            (self.before or "").splitlines(keepends=True),
            (self.after or "").splitlines(keepends=True),
            "/dev/null" if self.before is None else name,
            "/dev/null" if self.after is None else name,
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in lines
        )


def compare(files: Mapping[str, str], folder: Path, *, partial: bool = False) -> list[Difference]:
    """Return the differences between `folder` and the result of `write`, sorted by path. Write nothing.

    Args:
        files: Relative path → text of the generated files.
        folder: The output folder.
        partial: Whether generated files outside the top-level names in `files` stay.

    Raises:
        OutputError: The folder cannot be read.
    """
    try:
        present = read_folder(folder)
    except OSError as error:
        place = Place(file=str(error.filename or folder))
        raise OutputError.at(place, f"cannot be read: {error.strerror or error}") from error
    expected = expected_files(files, present, partial)
    differences = [Difference(path, "foreign", None, None) for path in present.irregular]
    for path in present.files.keys() | expected.keys():
        before, after = present.files.get(path), expected.get(path)
        if before != after:
            kind = _kind(path, present, expected)
            differences.append(Difference(path, kind, _text(before), _text(after)))
    return sorted(differences, key=lambda difference: difference.path)


def _has_same_lines(text: str, other: str) -> bool:
    return text.replace("\r\n", "\n") == other.replace("\r\n", "\n")


def _kind(path: str, present: OutputFolder, expected: Mapping[str, bytes]) -> DifferenceKind:
    if path not in present.files:
        return "missing"
    if path not in expected:
        return "leftover" if path in (present.hashes or {}) else "foreign"
    return "edited" if path != MANIFEST and present.is_edited(path) else "outdated"


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", errors="replace")
