"""Generated files → a folder, all or nothing.

hooksmith owns the folder: `.hooksmith.json` in it lists the generated files with hashes. A new version is built beside
the folder and replaces it in one step, so that a killed run leaves the old version or the new version.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import OutputError, Place
from ..frozen import value
from . import directory_swap
from .manifest import MANIFEST, OutputFolder, expected_files, read_folder


@value(kw_only=True)
class Summary:
    """The files that `write` added, changed and removed, as sorted paths.

    `edited` lists the files of `changed` and `removed` that a user had edited.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()


def write(files: Mapping[str, str], folder: Path, *, partial: bool = False) -> Summary:
    """Make `folder` hold `files` and nothing else.

    Args:
        files: Relative path → text of the generated files.
        folder: The output folder.
        partial: Whether generated files outside the top-level names in `files` stay.

    Raises:
        OutputError: The folder has files that hooksmith did not generate, or cannot be written. Nothing was written.
    """
    try:
        with directory_swap.locked(folder.parent):
            directory_swap.recover(folder)
            present = read_folder(folder)
            _refuse_foreign(folder, present)
            expected = expected_files(files, present, partial)
            if present.files != expected:
                directory_swap.replace(folder, lambda new: _build(new, folder, present, expected))
            return _summary(present, expected)
    except OSError as error:
        place = Place(file=str(error.filename or folder))
        raise OutputError.at(place, f"cannot be written: {error.strerror or error}") from error


def _refuse_foreign(folder: Path, present: OutputFolder) -> None:
    foreign = present.foreign()
    if not foreign:
        return
    shown = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
    raise OutputError.at(
        Place(file=str(folder)),
        f"holds files that hooksmith did not make: {shown}",
        hint="move them, or choose another folder or package: all of this one is replaced",
    )


def _summary(present: OutputFolder, expected: Mapping[str, bytes]) -> Summary:
    before, after = present.files.keys() - {MANIFEST}, expected.keys() - {MANIFEST}
    changed = {path for path in before & after if present.files[path] != expected[path]}
    removed = before - after
    edited = {path for path in changed | removed if present.is_edited(path)}
    return Summary(
        added=tuple(sorted(after - before)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(removed)),
        unchanged=tuple(sorted((after & before) - changed)),
        edited=tuple(sorted(edited)),
    )


def _build(new: Path, folder: Path, present: OutputFolder, expected: Mapping[str, bytes]) -> None:
    """Fill the new folder. Unchanged files are linked from the old folder and keep their modification time."""
    for parent in {path.rpartition("/")[0] for path in expected}:
        (new / parent).mkdir(parents=True, exist_ok=True)
    for path, content in expected.items():
        if present.files.get(path) == content:
            _link(f"{folder}/{path}", f"{new}/{path}")
        else:
            (new / path).write_bytes(content)


def _link(source: str, target: str) -> None:
    """Link a file; if the file system has no hard links, copy it."""
    try:
        os.link(source, target)
    except OSError:
        import shutil

        shutil.copy2(source, target)
