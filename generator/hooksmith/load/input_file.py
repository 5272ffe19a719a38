"""Files that a run has read, and the digests by which changes are noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..frozen import value


@value()
class Input:
    """A file that a run looked for.

    `real`: the path without symbolic links. `digest`: SHA-256 of the text in UTF-8, None if there was no file.
    """

    path: Path
    real: Path
    digest: str | None

    def is_unchanged(self) -> bool:
        """Return whether the path leads to the same file with the same content."""
        return self.path.resolve() == self.real and _digest_of(self.real) == self.digest


def digest_of(content: bytes) -> str:
    """Return the digest of a file with this content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _digest_of(path: Path) -> str | None:
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return None
