"""Where definitions that come stand among all others: those of a unit stand together, in the order of the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..ir import AnyDefinition
from ..normalize.units import unit_of
from .change import Change, UnsureError
from .part import Part
from .snapshot import Snapshot, Unpacked

_SCHEMAS = "/components/schemas/"
_SCHEMA_UNITS = (_SCHEMAS, "/definitions/")


def ordered(
    snapshot: Snapshot, change: Change, before: Part, after: Part, known: Unpacked
) -> tuple[str, ...]:
    """The names of all definitions, in their order after an edit. Raises UnsureError."""
    if list(before.definitions) == list(after.definitions):
        return tuple(snapshot.definitions)
    return _Order(snapshot, change, before, after, known).run()


class _Order:
    def __init__(
        self, snapshot: Snapshot, change: Change, before: Part, after: Part, known: Unpacked
    ) -> None:
        self._snapshot = snapshot
        self._known = known
        self._before = before
        self._after = after
        self._places = {unit: at for at, unit in enumerate(change.units)}
        self._names = list(snapshot.definitions)

    def run(self) -> tuple[str, ...]:
        """The order of the part must be that of the whole, before and after."""
        self._check(self._before.definitions)
        old = _by_unit(self._before)
        new = _by_unit(self._after)
        for unit in sorted({**old, **new}, key=lambda it: self._places.get(it, -1)):
            if old.get(unit) != new.get(unit):
                self._replace(unit, old.get(unit, []), new.get(unit, []))
        self._check(self._after.definitions)
        return tuple(self._names)

    def _check(self, part: Mapping[str, AnyDefinition]) -> None:
        if [name for name in self._names if name in part] != list(part):
            raise UnsureError("definitions are reached in another order than in the whole")

    def _replace(self, unit: str, old: list[str], new: list[str]) -> None:
        """Put the new definitions of a unit in the place of its old ones, which stand together."""
        at = self._names.index(old[0]) if old else self._place(unit)
        end = at + len(old)
        if self._names[at:end] != old:
            raise UnsureError("a unit's definitions stand apart")
        if not unit.startswith(_SCHEMA_UNITS):
            first = bool(old) and new[:1] == old[:1]
            last = bool(old) and new[-1:] == old[-1:]
            self._check_beside([] if first else self._names[max(at - 1, 0) : at])
            self._check_beside([] if last else self._names[end : end + 1])
        self._names[at:end] = new

    def _check_beside(self, names: Sequence[str]) -> None:
        """What calls lead to in components stands where the first call of them all stands."""
        for name in names:
            pointer = self._pointer(name)
            if pointer.startswith("/components/") and not pointer.startswith(_SCHEMAS):
                raise UnsureError("a component's definitions stand between")

    def _place(self, unit: str) -> int:
        """Where the definitions of a unit begin that had none."""
        if unit.startswith(_SCHEMA_UNITS):
            return self._place_of_schema(unit)
        if unit.startswith("/paths/"):
            return self._place_of_path(unit)
        raise UnsureError("where definitions come cannot be told")

    def _place_of_schema(self, unit: str) -> int:
        parent = unit.rpartition("/")[0]
        earlier = [
            it
            for it in self._places
            if it.rpartition("/")[0] == parent and self._places[it] < self._places[unit]
        ]
        if not earlier:
            return 0
        pointer = _SCHEMAS + earlier[-1].rpartition("/")[2]
        name = self._after.names.get(pointer) or self._snapshot.names.get(pointer, "")
        if name not in self._names or self._pointer(name) != pointer:
            raise UnsureError("a schema shares its definition")
        return self._names.index(name) + 1

    def _place_of_path(self, unit: str) -> int:
        """Behind all that the paths before it lead to, where what stands on both sides can be told."""
        pointers = {name: pointer for pointer, name in reversed([*self._snapshot.names.items()])}
        sides = (
            self._side(pointers.get(name) or self._pointer(name), unit) for name in self._names
        )
        at = 1 + max((index for index, side in enumerate(sides) if side < 0), default=-1)
        before, behind = self._names[max(at - 1, 0) : at], self._names[at : at + 1]
        for names, side in ((before, -1), (behind, 1)):
            if any(self._side(self._pointer(name), unit) != side for name in names):
                raise UnsureError("where definitions come cannot be told")
        return at

    def _side(self, pointer: str, unit: str) -> int:
        """Whether a definition stands before those of a path, -1, or behind, 1; 0: that follows from other paths."""
        if pointer.startswith("/components/"):
            return -1 if pointer.startswith(_SCHEMAS) else 0
        if pointer.startswith("/paths/"):
            return -1 if self._places.get(unit_of(pointer), -1) < self._places[unit] else 1
        return 1

    def _pointer(self, name: str) -> str:
        """Where a definition stands, of those that are there now or have come."""
        found = self._after.definitions.get(name) or self._before.definitions.get(name)
        return (found or self._known.plain(name)).pointer


def _by_unit(part: Part) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, definition in part.definitions.items():
        found.setdefault(part.unit(definition.pointer), []).append(name)
    return found
