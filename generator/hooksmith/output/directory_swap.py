"""Replacement of a folder: in one step on Linux (renameat2(2)), otherwise in two renames.

The new folder is built as `.NAME.hooksmith-new` beside the old folder, on the same file system. Between two renames the
old folder is `.NAME.hooksmith-old`. A killed run leaves these folders; `recover` removes them.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NOT_SUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


@contextmanager
def locked(parent: Path) -> Iterator[None]:
    """Hold the lock of the runs that write below `parent`, which is created if missing. A killed run releases it."""
    parent.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def recover(folder: Path) -> None:
    """Restore the old folder after a killed run, if it has no replacement yet, and remove temporary folders."""
    new, old = _beside(folder)
    for path in (new, old):
        if path.is_symlink() or path.is_file():
            path.unlink()
    if old.exists() and not folder.exists():
        old.rename(folder)
    for path in (new, old):
        if path.exists():
            _remove(path)


def replace(folder: Path, build: Callable[[Path], None]) -> None:
    """Call `build` with a new folder, then replace `folder` by it. If `build` raises, `folder` stays unchanged."""
    new, old = _beside(folder)
    new.mkdir()
    if folder.exists():
        new.chmod(stat.S_IMODE(folder.stat().st_mode))
    try:
        build(new)
        _sync_all()
    except BaseException:
        _remove(new, ignore_errors=True)
        raise
    if not folder.exists():
        new.rename(folder)
    elif _exchange(new, folder):
        _remove(new)
    else:
        folder.rename(old)
        new.rename(folder)
        _remove(old)
    _sync(folder.parent)


def _sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(folder: Path, *, ignore_errors: bool = False) -> None:
    import shutil  # slow, and most runs change nothing

    shutil.rmtree(folder, ignore_errors=ignore_errors)


def _beside(folder: Path) -> tuple[Path, Path]:
    new, old = (folder.with_name(f".{folder.name}.hooksmith-{word}") for word in ("new", "old"))
    return new, old


def _sync_all() -> None:
    """Flush all written files to the disk. Flushing each file by itself takes ten times as long."""
    if sys.platform != "win32":
        os.sync()


def _exchange(path: Path, other: Path) -> bool:
    """Exchange two paths in one step. Return False if the system, its C library or the file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    arguments = (_AT_FDCWD, os.fsencode(path), _AT_FDCWD, os.fsencode(other))
    if renameat2(*arguments, ctypes.c_uint(_RENAME_EXCHANGE)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_SUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(other))
