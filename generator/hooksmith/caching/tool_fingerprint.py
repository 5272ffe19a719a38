"""Fingerprint of the generator: whatever can change its output for the same document and settings."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path


@cache
def tool_fingerprint() -> str:
    """Return a digest of hooksmith's code and templates, Python, and the installed packages with their versions."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(sys.version.encode())
    for folder in (str(package), str(package.parents[1] / "templates")):
        for path in _sources(folder):
            with open(path, "rb") as file:  # noqa: PTH123 - Paths take as long as reading
                content = file.read()
            place = path.removeprefix(folder).replace(os.sep, "/")
            digest.update(f"\n{place} {len(content)}\n".encode() + content)
    for name in _installed_packages():
        digest.update(f"\n{name}".encode())
    return digest.hexdigest()


def _sources(folder: str) -> list[str]:
    paths = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        paths += [f"{parent}{os.sep}{name}" for name in names]
    return sorted(paths)


def _installed_packages() -> list[str]:
    """Return names such as `black-26.10.1.dist-info`: they contain the version, so no file needs to be opened."""
    names: list[str] = []
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as entries:
                names += [
                    entry.name
                    for entry in entries
                    if entry.name.endswith((".dist-info", ".egg-info"))
                ]
        except OSError:
            continue
    return sorted(names)
