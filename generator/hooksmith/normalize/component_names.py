"""Names of components from other files, or from places of the root document without a name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath

from ..json_pointer import split
from ..load.library import Document, Located

_STRUCTURE = frozenset({"properties", "definitions", "$defs", "items", "components", "schemas"})
"""Keys that say nothing about what they contain."""


def component_names(target: Located, root: Document) -> Iterator[str]:
    """Yield candidates for the name of a component, each with more of its place.

    The first is the last key of its pointer, its `title` or its file; no folder above the root's is part of a name.
    """
    keys = split(target.pointer)
    relative = os.path.relpath(target.document.path, root.path.parent).replace("\\", "/")
    path = PurePosixPath(relative)
    stem = path.name.split(".")[0]
    title = target.value.get("title") if isinstance(target.value, dict) else None
    last = keys[-1] if keys else str(title or stem)
    yield last
    name = last
    for word in (stem, *(part for part in reversed(path.parts[:-1]) if part != "..")):
        name = f"{word}_{name}"
        yield name
    for key in reversed([key for key in keys[:-1] if key not in _STRUCTURE]):
        last = f"{key}_{last}"
        yield last
    yield f"{path}{target.pointer}"
