"""Cache folder: texts by a digest of their inputs.

Entries carry a checksum; a corrupt, full or read-only cache costs time, never correctness. Entries are code that will
be imported, so an entry is used only if nobody but its owner, the user who runs hooksmith, can write it and its folder.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..frozen import value

MAX_SHARD = 256
"""Entries in each of the 256 folders of a cache, beyond which the older half is deleted."""

MAX_LARGE_SHARD = 3
"""The same for entries of megabytes."""


@value()
class Cache:
    """`folder` need not exist; None: nothing is cached. `capacity`: how many entries each of its folders may have."""

    folder: Path | None
    capacity: int = MAX_SHARD

    @classmethod
    def default(cls) -> Cache:
        """Return the cache at HOOKSMITH_CACHE_DIR (empty: no cache), else `hooksmith` in XDG_CACHE_HOME or ~/.cache."""
        named = os.environ.get("HOOKSMITH_CACHE_DIR")
        if named is not None:
            return cls(Path(named) if named else None)
        home = os.environ.get("XDG_CACHE_HOME")
        try:
            return cls((Path(home) if home else Path.home() / ".cache") / "hooksmith")
        except RuntimeError:
            return cls(None)  # no home folder

    def large(self) -> Cache:
        """Return the part of this cache for entries of megabytes."""
        return Cache(self.folder and self.folder / "large", MAX_LARGE_SHARD)

    @staticmethod
    def key(*inputs: str) -> str:
        """Return the key of an entry made from `inputs`."""
        digest = hashlib.sha256()
        for text in inputs:
            content = text.encode()
            digest.update(b"%d:" % len(content) + content)
        return digest.hexdigest()

    def get(self, key: str) -> str | None:
        """Return the text of an entry; None if there is none, or it is damaged or not trusted."""
        content = self.get_bytes(key)
        try:
            return None if content is None else content.decode()
        except UnicodeDecodeError:
            return None

    def get_bytes(self, key: str) -> bytes | None:
        """Return the content of an entry; None if there is none, or it is damaged or not trusted."""
        if self.folder is None:
            return None
        path = _path(self.folder, key)
        try:
            if not (_is_private(self.folder.stat()) and _is_private(path.parent.stat())):
                return None
            with path.open("rb") as file:
                if not _is_private(os.fstat(file.fileno())):
                    return None
                checksum, content = file.readline().rstrip(b"\n"), file.read()
        except OSError:
            return None
        digest = hashlib.sha256(key.encode())
        digest.update(content)
        return content if checksum == _checksum(digest) else None

    def put(self, key: str, text: str) -> bool:
        """Write an entry, whole or not at all. Return whether it was written."""
        return self.put_parts(key, (text.encode(),))

    def put_parts(self, key: str, parts: Iterable[bytes]) -> bool:
        """Write an entry from parts that are never in memory together. Return whether it was written."""
        if self.folder is None:
            return False
        path = _path(self.folder, key)
        try:
            for folder in (self.folder, path.parent):
                _make_private(folder)
            _write(path, key, parts)
            _prune(path.parent, self.capacity)
        except OSError:
            return False
        return True


def _path(folder: Path, key: str) -> Path:
    return folder / key[:2] / key[2:]


def _is_private(status: os.stat_result) -> bool:
    """Return whether a file or folder belongs to this user, and no other user can write it."""
    if not hasattr(os, "geteuid"):
        return True  # Windows: folders below the user's are private
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _make_private(folder: Path) -> None:
    """Create a folder that only its owner can write, or restrict an existing folder. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.stat()
    if not _is_private(status):
        folder.chmod(stat.S_IMODE(status.st_mode) & ~(stat.S_IWGRP | stat.S_IWOTH))


def _write(path: Path, key: str, parts: Iterable[bytes]) -> None:
    """Write an entry; the checksum, known at the end, replaces a placeholder of its length."""
    digest = hashlib.sha256(key.encode())
    with _whole(path) as file:
        file.write(_checksum(digest) + b"\n")
        for part in parts:
            digest.update(part)
            file.write(part)
        file.seek(0)
        file.write(_checksum(digest))


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file whole or not at all. Raises OSError."""
    with _whole(path) as file:
        file.writelines(parts)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Yield a temporary file that replaces `path` when the body ends without an error."""
    import tempfile  # not needed by a run that finds nothing changed

    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise


def _checksum(digest: hashlib._Hash) -> bytes:
    return digest.hexdigest().encode()


def _prune(shard: Path, capacity: int) -> None:
    entries = list(shard.iterdir())
    if len(entries) <= capacity:
        return
    for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime)[: len(entries) // 2]:
        entry.unlink()
