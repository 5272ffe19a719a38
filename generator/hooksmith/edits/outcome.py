"""What of an API an edit made different, before it has directions.

Where the part of a document was, it must have given what the whole gave; where it is, what it gives is what the whole
would, if names are settled as they are in the part, and definitions and calls stand in its order.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from ..describe.facts import CallUses, Uses, call_uses, uses_of
from ..describe.operations import named_apart
from ..ir import AnyDefinition, Operation, Resource
from ..json_pointer import split
from ..naming.casing import argument, pascal
from ..naming.class_names import later_choices, suffix_of
from ..naming.resource_names import resource_tags
from ..normalize.units import unit_of
from ..plan.webhook import needs_arguments
from .change import Change, UnsureError
from .order import ordered
from .pack import unpack
from .part import Extent, Part
from .snapshot import Snapshot, Unpacked


class Outcome(NamedTuple):
    """`order`: all definitions' names. `changed` definitions and `resources` are different or new, by name.

    `operations`: pointer → resource, of all. `uses`, `calls`: the facts that are different; `come` and `gone`: pointers
    of schemas that have a name now, and that had one.
    """

    order: tuple[str, ...]
    changed: Mapping[str, AnyDefinition]
    resources: Mapping[str, Resource]
    operations: Mapping[str, str]
    uses: Mapping[str, Uses]
    calls: Mapping[str, CallUses]
    come: frozenset[str]
    gone: frozenset[str]


def compare(
    snapshot: Snapshot, change: Change, reach: Extent, before: Part, after: Part, known: Unpacked
) -> Outcome:
    """What is different `after` an edit. Raises UnsureError where the whole may be so otherwise than the part."""
    return _Comparison(snapshot, change, reach, before, after, known).run()


class _Comparison:
    def __init__(
        self,
        snapshot: Snapshot,
        change: Change,
        reach: Extent,
        before: Part,
        after: Part,
        known: Unpacked,
    ) -> None:
        self._snapshot = snapshot
        self._change = change
        self._reach = reach
        self._before = before
        self._after = after
        self._known = known
        self._before_resources = {it: snapshot.operations.get(it, "") for it in before.operations}
        self._come = frozenset(after.wanted.keys() - before.wanted.keys())
        self._gone = frozenset(before.wanted.keys() - after.wanted.keys())

    def run(self) -> Outcome:
        self._compare_wholes()
        self._check_names()
        if self._come or self._gone:
            self._check_coming()
        changed = self._definitions()
        resources = self._resources()
        return Outcome(
            order=ordered(self._snapshot, self._change, self._before, self._after, self._known),
            changed=changed,
            resources=resources,
            operations=self._places(resources),
            uses=self._uses(),
            calls=self._calls(),
            come=self._come,
            gone=self._gone,
        )

    def _compare_wholes(self) -> None:
        before, after = self._before, self._after
        if before.findings != after.findings:
            raise UnsureError("what is wrong with the document is something else now")
        if before.rest != after.rest or before.telling() != after.telling():
            raise UnsureError("events, or what all depend on, are different")
        own = dict.fromkeys(self._change.changed, ())
        if {**before.references, **own} != {**after.references, **own}:
            raise UnsureError("references into the middle of something come or go")
        both = before.described.keys() & after.described.keys()
        if any(before.described[name] != after.described[name] for name in both):
            raise UnsureError("resources are described otherwise")

    # --- names

    def _check_names(self) -> None:
        """All are called as before, and so is whoever wants the same name: equal schemas share one."""
        snapshot, before, after = self._snapshot, self._before, self._after
        contested = _repeated(snapshot.wanted.values())
        for pointer, wanted in before.wanted.items():
            if wanted != snapshot.wanted.get(pointer):
                raise UnsureError("the part is read otherwise than in the whole")
            if pointer in self._gone:
                continue
            old, new = before.nodes[pointer], after.nodes[pointer]
            is_contested = wanted in contested
            lost = is_contested or snapshot.names[pointer] != wanted
            if after.wanted[pointer] != wanted or (is_contested and old != new):
                raise UnsureError("names may be different")
            if lost and suffix_of(old) != suffix_of(new):
                raise UnsureError("a name is contested")

    def _check_coming(self) -> None:
        """Who comes wants what nobody else does, and who goes leaves what nobody else might want."""
        snapshot, after = self._snapshot, self._after
        left = {it: name for it, name in snapshot.wanted.items() if it not in self._gone}
        wanted, names = set(left.values()), snapshot.names
        freed = {names[pointer] for pointer in self._gone}
        taken = {*wanted, *(names[it] for it in left), *(snapshot.definitions.keys() - freed)}
        if not self._come.isdisjoint(names):
            raise UnsureError("what comes is there already")
        for pointer in self._come:
            name = after.wanted[pointer]
            if after.names[pointer] != name or name in taken or name == "Event":
                raise UnsureError("a name is contested")
        for pointer in self._gone:
            name = names[pointer]
            if name != snapshot.wanted[pointer] or name in wanted:
                raise UnsureError("a name was contested")
        lost = ((it, name) for it, name in left.items() if names[it] != name)
        if any(not freed.isdisjoint(later_choices(*it)) for it in lost):
            raise UnsureError("a name that others might want is free")
        self._check_other_names(freed | {after.names[it] for it in self._come})

    def _check_other_names(self, names: Collection[str]) -> None:
        """What else is called after definitions, or so that it is not: classes of resources, bodies without schemas."""
        stated = self._snapshot.classes
        classes = {_stem(name) for name in (*stated.values(), *map(pascal, stated))}
        if not classes.isdisjoint(map(_stem, names)):
            raise UnsureError("a resource is called so")
        bodies = self._snapshot.definitions.keys() - set(self._snapshot.names.values())
        if any(body.startswith(name) for body in bodies for name in names):
            raise UnsureError("a delivery without a schema is called so")

    # --- definitions

    def _definitions(self) -> dict[str, AnyDefinition]:
        """Name → definition, for those that are different or new."""
        changed: dict[str, AnyDefinition] = {}
        before, after = self._before.definitions, self._after.definitions
        for name, old in before.items():
            new = after.get(name)
            if new == old and self._before.unit(old.pointer) not in self._reach.affected:
                continue
            if name not in self._snapshot.definitions or self._known.plain(name) != old:
                raise UnsureError("the part is read otherwise than in the whole")
            if new is None or new.pointer != old.pointer:
                self._refuse_unless(old.pointer in self._gone)
            if new is not None and new.pointer != old.pointer:
                self._refuse_unless(new.pointer in self._come)
            if new is not None and new != old:
                changed[name] = new
        for name, new in after.items():
            if name not in before:
                self._refuse_unless(name not in self._snapshot.definitions)
                self._refuse_unless(new.pointer in self._come)
                changed[name] = new
        return changed

    def _refuse_unless(self, is_so: bool) -> None:
        if not is_so:
            raise UnsureError("definitions come, go or move in parts that others lead to")

    def _uses(self) -> dict[str, Uses]:
        before, after = self._before.definitions, self._after.definitions
        found: dict[str, Uses] = {}
        for name, new in after.items():
            old = before.get(name)
            if old == new and self._after.unit(new.pointer) not in self._reach.affected:
                continue
            uses = uses_of(new, after)
            if old is None or uses_of(old, before) != uses:
                found[name] = uses
        return found

    # --- operations

    @cached_property
    def _operations(self) -> dict[str, Operation]:
        """Pointer → operation, for those that are different or new, or are another resource's now."""
        before, after = self._before, self._after
        changed: dict[str, Operation] = {}
        for pointer, old in before.operations.items():
            new = after.operations.get(pointer)
            stays = self._before_resources[pointer] == self._after_resources.get(pointer)
            if new == old and stays and unit_of(pointer) not in self._reach.affected:
                continue
            known = self._known_operation(pointer)
            if replace(old, name=known.name) != known:
                raise UnsureError("the part is read otherwise than in the whole")
            if new != old or not stays:
                self._refuse_wide_effects(old, new, stays)
                changed |= {pointer: new} if new else {}
        for pointer, new in after.operations.items():
            if pointer not in before.operations:
                self._refuse_wide_effects(None, new, False)
                changed[pointer] = new
        return changed

    @cached_property
    def _after_resources(self) -> dict[str, str]:
        """Pointer → resource. Where calls without a tag go depends on all paths, and so does what they are called."""
        found: dict[str, str] = {}
        for pointer, new in self._after.operations.items():
            old = self._before.operations.get(pointer)
            if old and old.tag == new.tag:
                found[pointer] = self._before_resources[pointer]
            elif new.tag:
                found[pointer] = self._after.resources[pointer]
            else:
                raise UnsureError("a call without a tag comes")
        return found

    def _check_paths(self) -> None:
        before, after = (
            resource_tags([split(it)[1] for it in units if _is_path(it)])
            for units in (self._snapshot.units, self._change.units)
        )
        if any(before[path] != after[path] for path in before.keys() & after.keys()):
            raise UnsureError("calls without a tag may move")

    def _known_operation(self, pointer: str) -> Operation:
        name = self._before_resources[pointer]
        if not name:
            raise UnsureError("the part is read otherwise than in the whole")
        return self._known_resources[name][pointer]

    @cached_property
    def _known_resources(self) -> dict[str, dict[str, Operation]]:
        """Those that the part has to do with: name → pointer → operation."""
        names = {*self._before_resources.values(), *self._after_resources.values()}
        if not names <= self._snapshot.resources.keys():
            raise UnsureError("resources come")
        found: dict[str, dict[str, Operation]] = {}
        for name in names:
            resource: Resource = unpack(self._snapshot.resources[name])
            found[name] = {it.pointer: it for it in resource.operations}
        return found

    def _refuse_wide_effects(
        self, old: Operation | None, new: Operation | None, stays: bool
    ) -> None:
        """What others than its resource's own modules depend on."""
        if any(it.callbacks for it in (old, new) if it) or _logged(old) != _logged(new):
            raise UnsureError("callbacks and analytic events are planned together")
        if self._after.api.signature and not (stays and _asked_alike(old, new)):
            raise UnsureError("a signature's keys may be had by a call")

    def _resources(self) -> dict[str, Resource]:
        """The resources that have other operations now, or different ones."""
        self._check_paths()
        before, after = self._before_resources, self._after_resources
        moved = {it for it in {**before, **after} if before.get(it) != after.get(it)}
        regrouped = {before[it] for it in moved if it in before}
        regrouped |= {after[it] for it in moved if it in after}
        regrouped |= {after[it] for it in self._operations if self._is_renamed(it)}
        names = {after[it] for it in self._operations} | regrouped
        found = {name: self._resource(name) for name in sorted(names)}
        for name in regrouped | self._retagged():
            self._check_tags(name, found)
        if regrouped:
            self._check_order(found)
        return found

    def _resource(self, name: str) -> Resource:
        if name not in self._snapshot.resources:
            raise UnsureError("resources come")
        known: Resource = unpack(self._snapshot.resources[name])
        before, after = self._before_resources, self._after_resources
        by_unit: dict[str, list[Operation]] = {}
        for operation in known.operations:
            by_unit.setdefault(unit_of(operation.pointer), []).append(operation)
        old = {it.pointer: it for it in known.operations}
        there = {unit_of(it) for it in (*before, *after)} & self._reach.affected
        for unit in there:
            by_unit[unit] = [
                self._operations.get(it) or old[it]
                for it in after
                if unit_of(it) == unit and after[it] == name
            ]
        place = {unit: at for at, unit in enumerate(self._change.units)}
        units = sorted((unit for unit, found in by_unit.items() if found), key=place.__getitem__)
        if not units:
            raise UnsureError("resources go")
        operations = [it for unit in units for it in by_unit[unit]]
        return replace(known, operations=self._named(operations, old))

    def _named(
        self, operations: list[Operation], old: Mapping[str, Operation]
    ) -> tuple[Operation, ...]:
        """The operations of a resource; they are named apart from one another where they have one tag."""
        ids = {it.pointer: it.id for it in operations}
        if ids == {pointer: it.id for pointer, it in old.items()}:
            return tuple(replace(it, name=old[it.pointer].name) for it in operations)
        return named_apart([replace(it, name=argument(it.id)) for it in operations])

    def _is_renamed(self, pointer: str) -> bool:
        old, new = self._before.operations.get(pointer), self._after.operations[pointer]
        return old is None or old.id != new.id

    def _retagged(self) -> set[str]:
        """The resources of operations whose tags are written otherwise."""
        before, units = self._snapshot.units, self._change.units
        return {
            name
            for pointer, name in self._after_resources.items()
            if unit_of(pointer) in self._change.changed and pointer in self._before_resources
            if _tag(pointer, before) != _tag(pointer, units)
        }

    def _check_tags(self, name: str, found: Mapping[str, Resource]) -> None:
        """A resource whose operations have one tag is called after that."""
        pointers = (
            [it.pointer for it in found[name].operations]
            if name in found
            else [it for it, resource in self._snapshot.operations.items() if resource == name]
        )
        known = [it for it, resource in self._snapshot.operations.items() if resource == name]
        tags = {_tag(it, self._change.units) for it in pointers}
        tags |= {_tag(it, self._snapshot.units) for it in known}
        if len(tags) > 1 or not all(map(json.loads, tags)):
            raise UnsureError("a resource has several tags, or calls without")

    def _check_order(self, found: Mapping[str, Resource]) -> None:
        """Resources stand in the order of their first operations."""
        firsts: dict[str, str] = {}
        for pointer, name in self._snapshot.operations.items():
            firsts.setdefault(name, unit_of(pointer))
        firsts |= {name: unit_of(it.operations[0].pointer) for name, it in found.items()}
        place = {unit: at for at, unit in enumerate(self._change.units)}
        places = [place[firsts[name]] for name in self._snapshot.resources]
        doubtful = {place[firsts[name]] for name in found}
        repeated = {it for it, count in Counter(places).items() if count > 1}
        if places != sorted(places) or not doubtful.isdisjoint(repeated):
            raise UnsureError("resources move")

    def _places(self, resources: Mapping[str, Resource]) -> dict[str, str]:
        old: dict[str, list[str]] = {name: [] for name in self._snapshot.resources}
        for pointer, name in self._snapshot.operations.items():
            old[name].append(pointer)
        for name, resource in resources.items():
            old[name] = [it.pointer for it in resource.operations]
        return {pointer: name for name, pointers in old.items() for pointer in pointers}

    def _calls(self) -> dict[str, CallUses]:
        """The facts of calls that are different, or new."""
        found: dict[str, CallUses] = {}
        for pointer, new in self._operations.items():
            uses = call_uses(self._after_resources[pointer], new)
            old = self._before.operations.get(pointer)
            if old is None or call_uses(self._before_resources[pointer], old) != uses:
                found[pointer] = uses
        return found


def _is_path(unit: str) -> bool:
    return unit.startswith("/paths/") and not unit.startswith("/paths/x-")


def _tag(pointer: str, units: Mapping[str, str]) -> str:
    """The first tag of an operation, as the document has it."""
    unit = unit_of(pointer)
    value = json.loads(units.get(unit, "null"))
    for key in split(pointer[len(unit) :]):
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        raise UnsureError("an operation stands elsewhere")
    return json.dumps(value.get("tags"))


def _asked_alike(old: Operation | None, new: Operation | None) -> bool:
    """Whether a call that gives keys is found, and made, as before."""
    if old is None or new is None:
        return False
    return old.id == new.id and needs_arguments(old) == needs_arguments(new)


def _logged(operation: Operation | None) -> Mapping[str, str]:
    return operation.analytic_events if operation else {}


def _stem(name: str) -> str:
    return name.removeprefix("Async").rstrip("_").removesuffix("Resource")


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}
