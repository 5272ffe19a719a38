"""What units have to do with one another besides references: names that stand once, or are said by themselves."""

from __future__ import annotations

import json
import re

from ..normalize.repair.operations import USED_TWICE
from ..normalize.repair.references import LEADS_NOWHERE
from .change import Change, UnsureError
from .part import Part
from .snapshot import Snapshot

_PLAIN = re.compile(r"[\w.-]+")


def refuse_unreferred(snapshot: Snapshot, change: Change, before: Part, after: Part) -> None:
    """Raises UnsureError where units that were not read might depend on names that come or go."""
    _check_identities(snapshot, before, after)
    known, now = snapshot.units.keys(), change.units.keys()
    for unit in change.changed:
        if (unit in known) != (unit in now):
            _check_name(unit, snapshot, change, is_new=unit in now)
    if before.moved != after.moved:
        raise UnsureError("references into the middle of something come or go")


def _check_identities(snapshot: Snapshot, before: Part, after: Part) -> None:
    """An operationId that stands twice is none."""
    old = {pointer: it.id for pointer, it in before.operations.items()}
    new = {pointer: it.id for pointer, it in after.operations.items()}
    if old == new:
        return
    others = {name for pointer, name in snapshot.ids.items() if pointer not in old}
    if not others.isdisjoint(new.values()):
        raise UnsureError("an operationId stands twice")
    if any(USED_TWICE in message for _, message, _ in snapshot.findings):
        raise UnsureError("an operationId stood twice")


def _check_name(unit: str, snapshot: Snapshot, change: Change, *, is_new: bool) -> None:
    """A name that comes may have been referred to in vain; one that is a component's, by a discriminator's mapping."""
    if any(LEADS_NOWHERE in message for _, message, _ in snapshot.findings):
        raise UnsureError("something leads nowhere")
    if not unit.startswith(("/components/", "/definitions/")):
        return
    name = unit.rpartition("/")[2]
    if not _PLAIN.fullmatch(name):
        raise UnsureError("a name may be spelled in several ways")
    said, mapped = json.dumps(name)[1:], json.dumps(name)
    for pointer, text in change.units.items():
        if pointer in change.changed:
            continue
        is_referred = is_new and f"/{said}" in text
        if is_referred or ('"mapping"' in text and (mapped in text or f"/{said}" in text)):
            raise UnsureError("a unit is mentioned elsewhere")
    if not is_new:
        _check_moved(name, snapshot, change)


def _check_moved(name: str, snapshot: Snapshot, change: Change) -> None:
    """What is moved out of the middle of something is called so that no component is: see `normalize/hoist.py`."""
    section = "/components/schemas/"
    there = {unit.rpartition("/")[2] for unit in (*snapshot.units, *change.units)}
    for pointer in snapshot.names:
        own = pointer.removeprefix(section)
        if own.startswith(name) and "/" not in own and own not in there:
            raise UnsureError("what is moved is called after a component")
