"""Files in memory → a folder, all or nothing; or a comparison of the two.

The folder is ours alone: `.hooksmith.json` in it lists what we made, with hashes. A new version is built beside the
folder and takes its place in one step, so that a run that is killed leaves the old version or the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from ..errors import HooksmithError, OutputError, Place
from ..frozen import value
from . import directory_swap

MANIFEST = ".hooksmith.json"
_CACHE = "__pycache__"
_COMPILED = re.compile(r".+\.pyc(\.\d+)?")


Kind = Literal["edited", "outdated", "missing", "leftover", "foreign"]


@value(kw_only=True)
class Summary:
    """What `write` did, as sorted paths. `edited`: those of `changed` and `removed` that someone had edited."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()


@value()
class Difference:
    """A file that is not as it should be. `before`: what is there; `after`: what should be; None: nothing.

    edited: changed since we made it. outdated: as we made it, from an older document. leftover: no longer made.
    foreign: never made by us.
    """

    path: str
    kind: Kind
    before: str | None
    after: str | None

    def shown(self, folder: Path) -> str:
        """A unified diff; one line with kind and path where there is no text to compare, or no text differs."""
        path = (folder / self.path).as_posix()
        if self.before and self.after and _same_lines(self.before, self.after):
            return f"{self.kind}: {path}: line endings only"
        return self.unified(folder).rstrip("\n") or f"{self.kind}: {path}"

    def unified(self, folder: Path) -> str:
        """A unified diff from what is there to what should be."""
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


@dataclass(slots=True)
class _Present:
    """What lies in an output folder. `strange`: links and the like; `hashes`: the manifest, None if there is none."""

    files: dict[str, bytes] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)
    hashes: dict[str, str] | None = None

    def is_edited(self, path: str) -> bool:
        return path in self.files and (self.hashes or {}).get(path) != _hash(self.files[path])

    def foreign(self) -> list[str]:
        ours = {MANIFEST, *(self.hashes or {})}
        return sorted([*self.strange, *(path for path in self.files if path not in ours)])


def write(files: Mapping[str, str], folder: Path, *, partial: bool = False) -> Summary:
    """Make `folder` hold `files` (relative path → text) and nothing else.

    `partial`: only the top-level names that `files` mentions are meant; what stands beside them stays. Raises
    OutputError, with nothing written, where the folder holds files that are not ours, or cannot be written.
    """
    try:
        with directory_swap.locked(folder.parent):
            directory_swap.recover(folder)
            present = _read(folder)
            _refuse_foreign(folder, present)
            wanted = _wanted(files, present, partial)
            if present.files != wanted:
                directory_swap.replace(folder, lambda new: _build(new, folder, present, wanted))
            return _summary(present, wanted)
    except OSError as error:
        place = Place(file=str(error.filename or folder))
        raise OutputError.at(place, f"cannot be written: {error.strerror or error}") from error


def compare(files: Mapping[str, str], folder: Path, *, partial: bool = False) -> list[Difference]:
    """How `folder` differs from what `write` would make of it, in the order of the paths. Writes nothing."""
    try:
        present = _read(folder)
    except OSError as error:
        place = Place(file=str(error.filename or folder))
        raise OutputError.at(place, f"cannot be read: {error.strerror or error}") from error
    wanted = _wanted(files, present, partial)
    found = [Difference(path, "foreign", None, None) for path in present.strange]
    for path in present.files.keys() | wanted.keys():
        before, after = present.files.get(path), wanted.get(path)
        if before != after:
            found.append(
                Difference(path, _kind(path, present, wanted), _text(before), _text(after))
            )
    return sorted(found, key=lambda difference: difference.path)


def _same_lines(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")


def _kind(path: str, present: _Present, wanted: Mapping[str, bytes]) -> Kind:
    if path not in present.files:
        return "missing"
    if path not in wanted:
        return "leftover" if path in (present.hashes or {}) else "foreign"
    return "edited" if path != MANIFEST and present.is_edited(path) else "outdated"


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", errors="replace")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(folder: Path) -> _Present:
    """What lies in `folder`. Links are not followed; what Python compiled is not looked at."""
    present = _Present()
    if folder.is_symlink():
        raise OutputError.at(
            Place(file=str(folder)), "is a symbolic link", hint="name the folder it leads to"
        )
    if not folder.exists():
        return present
    for entry, path in _walk(folder, ""):
        if entry.is_file(follow_symlinks=False):
            with open(entry.path, "rb") as file:  # noqa: PTH123 - Paths take as long as reading
                present.files[path] = file.read()
        else:
            present.strange.append(path)
    if MANIFEST in present.files:
        present.hashes = _hashes(folder / MANIFEST, present.files[MANIFEST])
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


def _hashes(path: Path, content: bytes) -> dict[str, str]:
    try:
        files = json.loads(content)["files"]
        return {str(name): str(value) for name, value in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutputError.at(
            Place(file=str(path)),
            "is not the list of generated files that it was",
            hint="restore it from version control, or delete the folder, and generate again",
        ) from error


def _refuse_foreign(folder: Path, present: _Present) -> None:
    foreign = present.foreign()
    if not foreign:
        return
    shown = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
    raise _foreign(folder, shown)


def _foreign(folder: Path, shown: str) -> HooksmithError:
    return OutputError.at(
        Place(file=str(folder)),
        f"holds files that hooksmith did not make: {shown}",
        hint="move them, or choose another folder or package: all of this one is replaced",
    )


def _wanted(files: Mapping[str, str], present: _Present, partial: bool) -> dict[str, bytes]:
    """All that the folder should hold, the manifest included."""
    wanted = {_checked(path): text.encode() for path, text in files.items()}
    hashes = {path: _hash(content) for path, content in wanted.items()}
    if partial:
        mentioned = {path.partition("/")[0] for path in files}
        for path, value in (present.hashes or {}).items():
            if path.partition("/")[0] not in mentioned:
                hashes[path] = value
                if path in present.files:
                    wanted[path] = present.files[path]
    wanted[MANIFEST] = _manifest(hashes)
    return wanted


def _checked(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path != "/".join(parts) or ".." in parts or "/" in parts or path == MANIFEST:
        raise ValueError(f"not a path that may be written: {path!r}")
    return path


def _manifest(hashes: Mapping[str, str]) -> bytes:
    content = {
        "note": "What hooksmith made in this folder: path and SHA-256. Do not edit.",
        "files": dict(sorted(hashes.items())),
    }
    return (json.dumps(content, indent=2) + "\n").encode()


def _summary(present: _Present, wanted: Mapping[str, bytes]) -> Summary:
    there, made = present.files.keys() - {MANIFEST}, wanted.keys() - {MANIFEST}
    changed = {path for path in there & made if present.files[path] != wanted[path]}
    removed = there - made
    edited = {path for path in changed | removed if present.is_edited(path)}
    return Summary(
        added=tuple(sorted(made - there)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(removed)),
        unchanged=tuple(sorted((made & there) - changed)),
        edited=tuple(sorted(edited)),
    )


def _build(new: Path, folder: Path, present: _Present, wanted: Mapping[str, bytes]) -> None:
    """Fill `new`. What has not changed is linked from the old folder, so that it keeps its time."""
    for parent in {path.rpartition("/")[0] for path in wanted}:
        (new / parent).mkdir(parents=True, exist_ok=True)
    for path, content in wanted.items():
        if present.files.get(path) == content:
            _link(f"{folder}/{path}", f"{new}/{path}")
        else:
            (new / path).write_bytes(content)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        import shutil

        shutil.copy2(source, target)
