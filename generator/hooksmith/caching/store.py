"""Texts kept by what they were made from, in a folder of the user's.

A cache that is corrupt, someone else's, full or read-only costs time, never correctness: entries carry a checksum, and
what cannot be read or written is made again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..frozen import value

MAX_SHARD = 256
"""Entries in one of the 256 folders of a cache, beyond which the older half goes."""

MAX_LARGE_SHARD = 3
"""The same, for entries of megabytes."""


@value()
class Cache:
    """`folder` need not exist; None: nothing is kept. `capacity`: how many entries each of its folders may have."""

    folder: Path | None
    capacity: int = MAX_SHARD

    @classmethod
    def default(cls) -> Cache:
        """HOOKSMITH_CACHE_DIR (empty: no cache), else `hooksmith` in XDG_CACHE_HOME or ~/.cache."""
        named = os.environ.get("HOOKSMITH_CACHE_DIR")
        if named is not None:
            return cls(Path(named) if named else None)
        home = os.environ.get("XDG_CACHE_HOME")
        try:
            return cls((Path(home) if home else Path.home() / ".cache") / "hooksmith")
        except RuntimeError:
            return cls(None)  # no home folder

    def large(self) -> Cache:
        """The part of this cache for entries of megabytes."""
        return Cache(self.folder and self.folder / "large", MAX_LARGE_SHARD)

    @staticmethod
    def key(*inputs: str) -> str:
        """The name of what is made from `inputs`."""
        digest = hashlib.sha256()
        for text in inputs:
            content = text.encode()
            digest.update(b"%d:" % len(content) + content)
        return digest.hexdigest()

    def get(self, key: str) -> str | None:
        """The text kept under `key`; None where there is none, or it is damaged."""
        content = self.get_bytes(key)
        try:
            return None if content is None else content.decode()
        except UnicodeDecodeError:
            return None

    def get_bytes(self, key: str) -> bytes | None:
        """As `get`, of what `put_parts` kept."""
        if self.folder is None:
            return None
        try:
            with _path(self.folder, key).open("rb") as file:
                checksum, content = file.readline().rstrip(b"\n"), file.read()
        except OSError:
            return None
        digest = hashlib.sha256(key.encode())
        digest.update(content)
        return content if checksum == _checksum(digest) else None

    def put(self, key: str, text: str) -> bool:
        """Keep `text` under `key`, if that can be done; whole or not at all. Whether it was."""
        return self.put_parts(key, (text.encode(),))

    def put_parts(self, key: str, parts: Iterable[bytes]) -> bool:
        """As `put`, for what is of megabytes: it need never be in memory as one."""
        if self.folder is None:
            return False
        path = _path(self.folder, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, key, parts)
            _prune(path.parent, self.capacity)
        except OSError:
            return False
        return True


def _path(folder: Path, key: str) -> Path:
    return folder / key[:2] / key[2:]


def _write(path: Path, key: str, parts: Iterable[bytes]) -> None:
    """The checksum, known at the end, takes the place that was kept for it."""
    digest = hashlib.sha256(key.encode())
    with _whole(path) as file:
        file.write(_checksum(digest) + b"\n")
        for part in parts:
            digest.update(part)
            file.write(part)
        file.seek(0)
        file.write(_checksum(digest))


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """A file of these parts, there whole or not at all. Raises OSError."""
    with _whole(path) as file:
        file.writelines(parts)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that stands at `path` once all is written."""
    import tempfile  # a run that finds nothing changed writes nothing, and does without

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
