"""A document that was edited → its package again, from the units that the edit is about alone.

What depends on them is read twice, as it was and as it is. Where it was, the outcome must be what the whole document
gave: then it may be relied on. Where it is, nothing may be different that matters elsewhere: the names, who refers to
whom, which way things go. If all is so, the parts of the package that had looked at what is different now are planned,
rendered and formatted again. In every other case the whole document is read: an edit is never guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..errors import Diagnostic, HooksmithError, Place
from ..load.document import Document
from ..settings import Settings
from .change import Change, UnsureError, find_change
from .revision import revised
from .snapshot import Snapshot, take_snapshot

__all__ = ["Revised", "Snapshot", "UnsureError", "revise", "take_snapshot"]


class Revised(NamedTuple):
    """What an edited document becomes; `files` are those that are different now, unformatted."""

    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]
    snapshot: Snapshot

    def whole(self, changed: Mapping[str, str], same: Mapping[str, str]) -> dict[str, str]:
        """All files in their order: `changed` are these, formatted, `same` what the package had before."""
        files = {**same, **changed}
        modules = [f"models/{name}.py" for name in sorted(set(self.snapshot.modules.values()))]
        found: dict[str, str] = {}
        for path in files:
            if path == _MODELS or not path.startswith("models/"):
                found[path] = files[path]
            if path == _MODELS:
                found |= {module: files[module] for module in modules}
        return found


_MODELS = "models/__init__.py"


def revise(
    path: Path,
    text: bytes,
    settings: Settings,
    snapshot: Snapshot,
    diagnostics: tuple[Diagnostic, ...],
) -> Revised:
    """The package of the document at `path`, now of this `text`, in UTF-8.

    `snapshot` and `diagnostics` are what the last run left. Raises UnsureError where the whole document has to be read.
    """
    try:
        change = find_change(path, snapshot.text, text, snapshot.outline, snapshot.units)
        moved = _moved(diagnostics, change, path, text)
        left = snapshot._replace(text=text, outline=change.outline)
        if not change.changed:
            return Revised({}, moved, left)
        files, left = revised(path, settings, left, change)
        return Revised(files, moved, left)
    except HooksmithError as error:
        raise UnsureError("what is wrong is said by a run over the whole document") from error


def _moved(
    diagnostics: tuple[Diagnostic, ...], change: Change, path: Path, text: bytes
) -> tuple[Diagnostic, ...]:
    """The diagnostics where they stand now: lines after the edit move with it, those in it are looked up."""
    if any(f"{path}:" in it.message for it in diagnostics):
        raise UnsureError("a message names a place")
    inside = [it.place.pointer for it in diagnostics if it.place and _is_inside(it.place, change)]
    found: dict[str, Place] = {}
    if inside:
        document = Document(path, path.resolve().as_uri(), None, text.decode())
        found = dict(zip(inside, document.places(inside), strict=True))
    return tuple(_with_place(it, found, change) for it in diagnostics)


def _is_inside(place: Place, change: Change) -> bool:
    return place.line is not None and change.lines[0] < place.line <= change.lines[1]


def _with_place(diagnostic: Diagnostic, found: Mapping[str, Place], change: Change) -> Diagnostic:
    place = diagnostic.place
    if place is None or place.line is None or place.line <= change.lines[0]:
        return diagnostic
    moved = replace(place, line=place.line + change.added)
    return replace(diagnostic, place=found[place.pointer] if _is_inside(place, change) else moved)
