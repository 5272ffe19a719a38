"""Documents as they were at a revision of git."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from ..errors import HooksmithError, LoadError, Place

_SUFFIXES = (".yaml", ".yml", ".json")
"""Files of these kinds are taken from the folder of a document: its `$ref`s may reach them."""


@contextmanager
def checked_out(top: Path, revision: str, paths: Iterable[Path]) -> Iterator[Path]:
    """Yield a folder that holds the documents below some folders, and some files, as they were at a revision.

    `paths`: folders and files inside `top`, the top of the work tree. Raises LoadError.
    """
    with tempfile.TemporaryDirectory(prefix="hooksmith-") as name:
        folder = Path(name).resolve()
        names = [path.relative_to(top).as_posix() for path in paths]
        _extract(_archive(top, check_revision(revision), names), folder)
        yield folder


def _archive(top: Path, revision: str, paths: Sequence[str]) -> bytes:
    listed = git(top, "ls-tree", "-r", "-z", "--name-only", "--full-tree", revision)
    names = listed.decode("utf-8", "surrogateescape").split("\x00")
    chosen = [name for name in names if any(_is_part(name, path) for path in paths)]
    if not chosen:
        return b""
    return git(
        top, "archive", "--format=tar", revision, "--", *(f":(literal){each}" for each in chosen)
    )


def _is_part(name: str, path: str) -> bool:
    """Whether a file has a path, or is a document in the folder at that path."""
    is_inside = path == "." or name.startswith(f"{path}/")
    return name == path or (is_inside and name.endswith(_SUFFIXES))


def _extract(archive: bytes, folder: Path) -> None:
    """Write the plain files of an archive; links and names that lead out of the folder are left out."""
    if not archive:
        return
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None and not path.is_absolute() and ".." not in path.parts:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())


def top_of(folder: Path) -> Path:
    """Return the top of the work tree that a folder is in. Raises LoadError if there is none."""
    return Path(git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n")).resolve()


def last_change(path: Path) -> str:
    """Return the revision that changed a file last; empty if none did, or the file is in no work tree."""
    try:
        output = git(path.parent, "log", "-1", "--format=%H", "--", path.name)
    except HooksmithError:
        return ""
    return output.decode().strip()


def check_revision(revision: str) -> str:
    """Return a revision that cannot be read as an option of git. Raises LoadError."""
    if not revision or revision.startswith("-"):
        raise LoadError.at(None, f"{revision!r} is no revision of git")
    return revision


def git(folder: Path, *arguments: str) -> bytes:
    """Return the output of git. Raises LoadError with the first line of its errors."""
    program = shutil.which("git")
    if program is None:
        raise LoadError.at(None, "git is not installed", hint="name two files instead")
    command = [program, "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = lines[0] if lines else f"exit code {done.returncode}"
        raise LoadError.at(Place(file=str(folder)), f"git {arguments[0]}: {message}")
    return done.stdout
