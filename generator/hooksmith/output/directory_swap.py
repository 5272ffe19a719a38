"""A folder replaced by another in one step, where the system can (Linux, renameat2(2)), else in two.

The new folder is built as `.NAME.hooksmith-new` beside the old one, so on the same file system. In two steps the old
one is `.NAME.hooksmith-old` for a moment. A run that was killed leaves these behind; `recover` clears them up.
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
    """Alone among runs that write below `parent`, which is made if missing; a killed run's lock is gone with it."""
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
    """Mend what a killed run left: put the old folder back if it stood aside, and remove temporary ones."""
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
    """Let `build` fill a new folder, which then takes the place of `folder`, if there is one."""
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
    """Have the system put a file or folder on the disk now."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(folder: Path, *, ignore_errors: bool = False) -> None:
    import shutil  # takes a while, and most runs find nothing changed

    shutil.rmtree(folder, ignore_errors=ignore_errors)


def _beside(folder: Path) -> tuple[Path, Path]:
    new, old = (folder.with_name(f".{folder.name}.hooksmith-{word}") for word in ("new", "old"))
    return new, old


def _sync_all() -> None:
    """Have the system put all that was written on the disk: one file after the other takes ten times as long."""
    if sys.platform != "win32":
        os.sync()


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names at once. False where the system, its C library or the file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    arguments = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    if renameat2(*arguments, ctypes.c_uint(_RENAME_EXCHANGE)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_SUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(other))
