"""One file, replaced as a whole."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import OutputError, Place


def replace_file(path: Path, content: bytes) -> None:
    """Write a file and the folders above it: a reader sees the old content or the new content.

    Raises OutputError.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise OutputError.at(Place(file=str(path)), message) from error
