"""Paths of pages and anchors: a function of an item's own name, so that unrelated items move nothing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection
from urllib.parse import quote

INNER = "../"
"""Prefix from a page in a folder (`events/`, `models/`, `resources/`) to the folder of its API."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SPACE = re.compile(r"\s")
_LONGEST_STEM = 100
_RESERVED = re.compile(r"(index|con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names of listing pages, and of devices on Windows."""


def file_stems(names: Collection[str]) -> dict[str, str]:
    """Return the file name, without suffix, for each name; no two differ in case alone.

    A name that is no file name, or that collides with another, gets a hash of itself.
    """
    stems = {name: _UNSAFE.sub("-", name).strip(".-")[:_LONGEST_STEM] for name in names}
    counts = Counter(stem.lower() for stem in stems.values())
    return {
        name: stem
        if stem == name and counts[stem.lower()] == 1 and not _RESERVED.fullmatch(stem)
        else f"{stem}-{_hash(name)}"
        for name, stem in stems.items()
    }


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def part_path(stem: str, part: int) -> str:
    """Return the file name of a part of a page: `Pet.html`, `Pet~2.html`; `~` occurs in no stem."""
    return f"{stem}.html" if part == 1 else f"{stem}~{part}.html"


def field_anchor(path: str) -> str:
    """Return the `id` of a property's row; an `id` has no white space (HTML 3.2.6)."""
    return "field." + _SPACE.sub("_", path)


def fragment(anchor: str) -> str:
    """Return an anchor as the fragment of a URL."""
    return "#" + quote(anchor, safe="._-~", errors="surrogatepass")
