"""The runtime of generated packages: which of its folders a package needs, and their files.

The root of the runtime and `models` are in every package. A package needs another folder if it has certain files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

RUNTIME = "_runtime"

ALWAYS = frozenset({"models"})

NEEDED_BY = {
    "client": frozenset(
        {"client.py", "callbacks.py"}
    ),  # callbacks describe their replies as bodies
    "webhooks": frozenset({"events.py", "webhook.py", "callbacks.py"}),
    "callbacks": frozenset({"callbacks.py"}),
}
"""Folder of the runtime → files of a package, of which one suffices."""

ALL = ALWAYS | NEEDED_BY.keys()


def needed_folders(package_files: Iterable[str]) -> frozenset[str]:
    """Return the folders of the runtime that a package with these files needs. Paths are relative to the package."""
    files = frozenset(package_files)
    return ALWAYS | {folder for folder, needed_by in NEEDED_BY.items() if needed_by & files}


def runtime_files(folders: Collection[str] = ALL) -> dict[str, str]:
    """Return the files of the runtime as path → text, under `_runtime/`, formatted as black and ruff format them."""
    root = templates() / RUNTIME
    return {
        f"{RUNTIME}/{path.relative_to(root).as_posix()}": path.read_text("utf-8")
        for path in sorted(root.rglob("*"))
        if path.suffix in (".py", ".typed")
        and (path.parent == root or path.relative_to(root).parts[0] in folders)
    }


@cache
def templates() -> Path:
    """Return the folder of templates: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parents[1] / "templates"
