"""Files of a request: bytes, open files and paths, with file name and media type."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from ..errors import Detail, RequestError

File = IO[bytes]
Part = tuple[str | None, bytes | File, str | None]
"""File name, content, media type."""

_CHUNK = 64 * 1024
_UNNAMED = "upload"


class PathFile:
    """A file that is opened when it is first read, and closed at its end.

    It has as much of a binary file as the HTTP client uses.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._file: File | None = None
        if not self._path.is_file():
            raise RequestError(Detail("body", f"there is no file {self._path.name}"))

    @property
    def name(self) -> str:
        """The name of the file, without its folder."""
        return self._path.name

    def seekable(self) -> bool:
        """Return True: a path can be read again."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position. Measuring the file (`whence` 2) leaves it closed."""
        if whence == 2 and self._file is None:
            return self._path.stat().st_size + offset
        self._file = self._file or self._path.open("rb")
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the position; 0 while the file is closed."""
        return self._file.tell() if self._file else 0

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes, all for -1."""
        if size == 0:
            return b""
        self._file = self._file or self._path.open("rb")
        chunk = self._file.read(size)
        if not chunk or size < 0:
            self._file.close()
            self._file = None
        return chunk


def is_file(value: object) -> bool:
    """Return whether a value is an open file."""
    return hasattr(value, "read") and hasattr(value, "seekable")


def opened(value: object) -> Any:
    """Return the file of a path; any other value unchanged."""
    return PathFile(value) if isinstance(value, os.PathLike) else value


def file_part(item: Any, media_type: str | None) -> Part | None:
    """Return the multipart part of a file; None if `item` is no file.

    Args:
        item: Bytes, an open file, a path, or a tuple of file name and one of these, with a media type as third.
        media_type: The media types that the document allows for the part, separated by commas.
    """
    name: str | None = None
    content = item
    if isinstance(item, tuple) and len(item) in (2, 3) and isinstance(item[0], str):
        name, content = item[:2]
        media_type = item[2] if len(item) == 3 else media_type
    content = opened(content)
    if isinstance(content, (bytes, bytearray, memoryview)):
        return name or _UNNAMED, bytes(content), _media_type(media_type, name)
    if not is_file(content):
        return None
    if isinstance(content.read(0), str):
        raise RequestError(Detail("body", "a file must be opened in binary mode"))
    name = name or _name_of(content)
    return name or _UNNAMED, content, _media_type(media_type, name)


def _name_of(file: Any) -> str | None:
    """Return the name of an open file, without its folder; None for pipes, descriptors and memory."""
    name = getattr(file, "name", None)
    if not isinstance(name, (str, os.PathLike)) or str(name).startswith("<"):
        return None
    return Path(name).name or None


def _media_type(allowed: str | None, name: str | None) -> str | None:
    """Return the media type of a part: the file's own if the document allows it, otherwise the first allowed."""
    if allowed is None:
        return None  # the HTTP client guesses by the name
    if not allowed.isprintable():
        raise RequestError(Detail("body", "a part's media type has line breaks"))
    choices = [choice.strip() for choice in allowed.split(",")]
    guess = mimetypes.guess_type(name)[0] if name else None
    if guess and (
        guess in choices or f"{guess.partition('/')[0]}/*" in choices or "*/*" in choices
    ):
        return guess
    return next((choice for choice in choices if "*" not in choice), guess)


def length_of(file: Any) -> int:
    """Return the size of a seekable file in bytes."""
    return int(file.seek(0, 2))


def chunks(file: Any, *, rewind: bool) -> Iterable[bytes]:
    """Yield the content of a file in pieces."""
    if rewind:
        file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk
