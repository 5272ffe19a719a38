"""The content of an output folder: files, and `.hooksmith.json`, which lists generated files with their hashes."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ..errors import OutputError, Place
from .runtime_copy import RUNTIME

MANIFEST = ".hooksmith.json"
_CACHE = "__pycache__"
_COMPILED = re.compile(r".+\.pyc(\.\d+)?")


@dataclass(slots=True)
class OutputFolder:
    """The content of an output folder.

    Attributes:
        files: Relative path → content of the regular files.
        irregular: Relative paths of links, sockets, empty folders and the like.
        hashes: The manifest: path → SHA-256; None if the folder has no manifest.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    irregular: list[str] = field(default_factory=list)
    hashes: dict[str, str] | None = None

    def is_edited(self, path: str) -> bool:
        """Return whether the file differs from the generated file in the manifest."""
        return path in self.files and (self.hashes or {}).get(path) != _hash(self.files[path])

    def foreign(self) -> list[str]:
        """Return the sorted paths that the manifest does not list."""
        generated = {MANIFEST, *(self.hashes or {})}
        return sorted([*self.irregular, *(path for path in self.files if path not in generated)])


def read_folder(folder: Path) -> OutputFolder:
    """Read an output folder. Links are not followed; compiled Python is ignored.

    Raises:
        OutputError: The folder is a symbolic link, or its manifest is damaged.
        OSError: A file cannot be read.
    """
    present = OutputFolder()
    if folder.is_symlink():
        raise OutputError.at(
            Place(file=str(folder)), "is a symbolic link", hint="name the folder it leads to"
        )
    if not folder.exists():
        return present
    for entry, path in _walk(folder, ""):
        if entry.is_file(follow_symlinks=False):
            with open(entry.path, "rb") as file:  # noqa: PTH123 - Path takes as long as reading
                present.files[path] = file.read()
        else:
            present.irregular.append(path)
    if MANIFEST in present.files:
        present.hashes = _parse(folder / MANIFEST, present.files[MANIFEST])
    return present


def _walk(folder: Path, prefix: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            path = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name != _CACHE and not any(Path(entry.path).iterdir()):
                    yield entry, f"{path}/"
                yield from _walk(Path(entry.path), f"{path}/")
            elif not (prefix.endswith(f"{_CACHE}/") and _COMPILED.fullmatch(entry.name)):
                yield entry, path


def _parse(path: Path, content: bytes) -> dict[str, str]:
    try:
        files = json.loads(content)["files"]
        return {str(name): str(digest) for name, digest in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OutputError.at(
            Place(file=str(path)),
            "is not the list of generated files that it was",
            hint="restore it from version control, or delete the folder, and generate again",
        ) from error


def expected_files(
    files: Mapping[str, str], present: OutputFolder, partial: bool
) -> dict[str, bytes]:
    """Return the files that the folder should hold, with the manifest.

    Args:
        files: Relative path → text of the generated files.
        present: The folder as it is.
        partial: Whether generated files outside the top-level names in `files` stay.

    Raises:
        ValueError: A path leads out of the folder.
    """
    expected = {_checked(path): text.encode() for path, text in files.items()}
    hashes = {path: _hash(content) for path, content in expected.items()}
    if partial:
        replaced = {_part(path) for path in files}
        for path, digest in (present.hashes or {}).items():
            if _part(path) not in replaced:
                hashes[path] = digest
                if path in present.files:
                    expected[path] = present.files[path]
    expected[MANIFEST] = _text(hashes)
    return expected


def _part(path: str) -> str:
    """Return the part of the output that a partial version replaces as a whole: an API, or a folder of the runtime."""
    first, _, rest = path.partition("/")
    return f"{first}/{rest.partition('/')[0]}" if first == RUNTIME else first


def _checked(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path != "/".join(parts) or ".." in parts or "/" in parts or path == MANIFEST:
        raise ValueError(f"not a path that may be written: {path!r}")
    return path


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(hashes: Mapping[str, str]) -> bytes:
    content = {
        "note": "What hooksmith made in this folder: path and SHA-256. Do not edit.",
        "files": dict(sorted(hashes.items())),
    }
    return (json.dumps(content, indent=2) + "\n").encode()
