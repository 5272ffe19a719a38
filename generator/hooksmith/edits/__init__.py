"""A document that was edited → its package again, from the units that the edit is about alone.

What depends on them is read twice, as it was and as it is. Where it was, the outcome must be what the whole document
gave: then it may be relied on. Where it is, nothing may be different that matters elsewhere: the names, who refers to
whom, which way things go. If all is so, the parts of the package that had looked at what is different now are planned,
rendered and formatted again. In every other case the whole document is read: an edit is never guessed at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..describe.directions import names_in, received_types, references, sent_types
from ..describe.shapes import differs, shaped, shaped_operation
from ..document import Document
from ..errors import Diagnostic, HooksmithError, Place
from ..ir import AnyDefinition, Api, Model, Operation, Resource, Type
from ..normalize.names import suffix_of
from ..plan import bare_package
from ..plan.call_docs import plan_resource_doc
from ..plan.events import plan_event_docs
from ..plan.parts import Parts
from ..plan.views import ModelsView, PackageView, ResourceDocView
from ..plan.webhook import needs_arguments
from ..render import render
from ..settings import Settings
from .change import Change, UnsureError, find_change
from .pack import pack, unpack
from .part import Part, extent
from .snapshot import Snapshot, Unpacked, take_snapshot

__all__ = ["Revised", "Snapshot", "UnsureError", "revise", "take_snapshot"]


class Revised(NamedTuple):
    """What an edited document becomes; `files` are those that are different now, unformatted."""

    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]
    snapshot: Snapshot


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
        if not change.unit:
            return Revised({}, moved, left)
        files, left = _Revision(path, settings, left, change).run()
        return Revised(files, moved, left)
    except HooksmithError as error:
        raise UnsureError("what is wrong is said by a run over the whole document") from error


def _moved(
    diagnostics: tuple[Diagnostic, ...], change: Change, path: Path, text: bytes
) -> tuple[Diagnostic, ...]:
    """The diagnostics where they stand now: lines after the edit move with it, those in it are looked up."""
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


class _Revision:
    def __init__(self, path: Path, settings: Settings, snapshot: Snapshot, change: Change) -> None:
        self._settings = settings
        self._snapshot = snapshot
        self._change = change
        self._directions = snapshot.directions
        self._reach = extent(snapshot, change)
        self._before = Part(snapshot, self._reach, path, settings, change.unit, change.before)
        self._after = Part(snapshot, self._reach, path, settings, change.unit, change.after)
        self._known = Unpacked(snapshot.definitions)
        self._resources: dict[str, Resource] = {}

    def run(self) -> tuple[dict[str, str], Snapshot]:
        """The files that are different now, unformatted, and what is known for the next edit."""
        self._compare_wholes()
        self._check_names()
        changed = self._changed_definitions()
        operations = self._changed_operations()
        resources = self._with_operations(operations)
        return self._rendered(changed, resources)

    # --- what must be the same

    def _compare_wholes(self) -> None:
        before, after = self._before, self._after
        if before.findings != after.findings:
            raise UnsureError("what is wrong with the document is something else now")
        if before.rest != after.rest or before.telling() != after.telling():
            raise UnsureError("events, or what all depend on, are different")
        unit = self._change.unit
        if {**before.references, unit: ()} != {**after.references, unit: ()}:
            raise UnsureError("references into the middle of something come or go")
        if before.grouping != after.grouping:
            raise UnsureError("operations come, go or move")
        if list(before.definitions) != list(after.definitions):
            raise UnsureError("definitions come, go or move")

    def _check_names(self) -> None:
        """All are called as before, and so is whoever wants the same name: equal schemas share one."""
        snapshot, before, after = self._snapshot, self._before, self._after
        if before.wanted != after.wanted:
            raise UnsureError("names may be different")
        contested = _repeated(snapshot.wanted.values())
        for pointer, wanted in after.wanted.items():
            if wanted != snapshot.wanted.get(pointer):
                raise UnsureError("names may be different")
            old, new = before.nodes[pointer], after.nodes[pointer]
            if (wanted in contested and old != new) or suffix_of(old) != suffix_of(new):
                raise UnsureError("a name is contested")

    def _changed_definitions(self) -> dict[str, AnyDefinition]:
        """Name → definition, in all shapes, for those that are different."""
        changed: dict[str, AnyDefinition] = {}
        for name, old in self._before.definitions.items():
            new = self._after.definitions[name]
            if new == old and self._before.unit(old.pointer) not in self._reach.affected:
                continue
            self._rely_on(old)
            if new != old:
                self._refuse_effects(old, new)
                changed |= {shape.name: shape for shape in shaped(new, self._directions)}
        return changed

    def _rely_on(self, old: AnyDefinition) -> None:
        """The part must have given what the whole gave."""
        for shape in shaped(old, self._directions):
            if shape.name not in self._known or self._known[shape.name] != shape:
                raise UnsureError("the part is read otherwise than in the whole")

    def _refuse_effects(self, old: AnyDefinition, new: AnyDefinition) -> None:
        """What others depend on: kind, place, whether directions differ, and references that go or change things."""
        same = (
            type(old) is type(new)
            and old.pointer == new.pointer
            and (not isinstance(old, Model) or not isinstance(new, Model) or old.bases == new.bases)
            and set(references(old)) <= set(references(new))
            and self._divides(old, self._before) == self._divides(new, self._after)
        )
        if not same or not all(
            self._bears(new, it) for it in references(new) if it not in set(references(old))
        ):
            raise UnsureError("others depend on what is different")

    def _bears(self, definition: AnyDefinition, reference: str) -> bool:
        """Whether a new reference leaves everything where it is, and going the ways that it goes."""
        name, directions = definition.name, self._directions
        ways = (directions.sent, directions.received)
        if any(name in way and reference not in way for way in ways):
            return False
        inputs, arrangement = directions.inputs, self._snapshot.arrangement
        if all(name in way for way in ways) and reference in inputs and name not in inputs:
            return False
        return arrangement.bears(name, reference) and arrangement.bears(
            inputs.get(name, name), inputs.get(reference, reference)
        )

    def _divides(self, definition: AnyDefinition, part: Part) -> bool:
        """Whether it goes both ways in shapes that differ."""
        both = self._directions.sent & self._directions.received
        return definition.name in both and differs(definition, part.definitions)

    # --- operations

    def _changed_operations(self) -> dict[str, Operation]:
        """Pointer → operation, for those that are different."""
        changed: dict[str, Operation] = {}
        for pointer, old in self._before.operations.items():
            new = self._after.operations[pointer]
            if new == old and self._before.unit(pointer) not in self._reach.affected:
                continue
            known = self._operation(pointer)
            if self._shaped(old, known) != known:
                raise UnsureError("the part is read otherwise than in the whole")
            if new != old:
                _refuse_wide_effects(old, new)
                changed[pointer] = self._shaped(new, known)
        return changed

    def _operation(self, pointer: str) -> Operation:
        resource = self._resource(self._snapshot.operations[pointer])
        return next(it for it in resource.operations if it.pointer == pointer)

    def _resource(self, name: str) -> Resource:
        if name not in self._resources:
            self._resources[name] = unpack(self._snapshot.resources[name])
        return self._resources[name]

    def _shaped(self, operation: Operation, known: Operation) -> Operation:
        return replace(shaped_operation(operation, self._directions), name=known.name)

    def _with_operations(self, changed: Mapping[str, Operation]) -> dict[str, Resource]:
        """The resources of the changed operations, with these in place."""
        names = dict.fromkeys(self._snapshot.operations[pointer] for pointer in changed)
        return {name: _with_operations(self._resource(name), changed) for name in names}

    # --- files

    def _rendered(
        self, changed: Mapping[str, AnyDefinition], resources: dict[str, Resource]
    ) -> tuple[dict[str, str], Snapshot]:
        snapshot = self._snapshot
        affected = {part for part, seen in snapshot.reads.items() if not seen.isdisjoint(changed)}
        affected |= {f"resources/{name}" for name in resources}
        if "callbacks" in affected:
            raise UnsureError("callbacks are planned together")
        definitions = Unpacked(snapshot.definitions, changed)
        api: Api = unpack(snapshot.api)
        parts = Parts(api, definitions, snapshot.arrangement, self._settings.runtime_package)
        view, docs = self._planned(api, parts, affected, resources)
        paths = {path for part in affected for path in _paths(part)}
        if docs != snapshot.docs:
            if snapshot.constants:
                raise UnsureError("api.md lists callbacks")
            paths.add("api.md")
        unit = self._change.unit
        left = snapshot._replace(
            references={
                **snapshot.references,
                unit: frozenset(self._after.references.get(unit, ())),
            },
            units={**snapshot.units, unit: json.dumps(self._change.after)},
            definitions={**snapshot.definitions, **{it: pack(new) for it, new in changed.items()}},
            resources={**snapshot.resources, **{it: pack(new) for it, new in resources.items()}},
            reads={**snapshot.reads, **parts.reads},
            docs=docs,
        )
        return render(view, paths), left

    def _planned(
        self, api: Api, parts: Parts, affected: set[str], resources: dict[str, Resource]
    ) -> tuple[PackageView, tuple[ResourceDocView, ...]]:
        """The affected parts, and the lines of api.md about all resources."""
        snapshot = self._snapshot
        names = [
            part.partition("/")[2] for part in sorted(affected) if part.startswith("resources/")
        ]
        shown = [resources.get(name) or self._resource(name) for name in names]
        views = tuple(parts.resource(resource, snapshot.constants) for resource in shown)
        told = {it.name: plan_resource_doc(it, view) for it, view in zip(shown, views, strict=True)}
        docs = tuple(told.get(doc.name, doc) for doc in snapshot.docs)
        modules = [
            part.partition("/")[2] for part in sorted(affected) if part.startswith("models/")
        ]
        bare = bare_package(api, self._settings.package, self._settings.runtime_package)
        view = bare._replace(
            models=parts.models() if "models" in affected else None,
            model_modules=ModelsView(
                modules=tuple(map(parts.model_module, modules)), exports=(), names=()
            ),
            events=parts.events() if "events" in affected else None,
            examples=parts.examples() if "examples" in affected else "",
            resources=views,
            resource_docs=docs,
            event_docs=plan_event_docs(api),
        )
        return view, docs


def _paths(part: str) -> list[str]:
    """The files of a part: see `Parts.reads`."""
    kind, _, name = part.partition("/")
    if kind == "resources":
        return [f"resources/{name}.py", f"operations/{name}.py"]
    return ["examples.json" if part == "examples" else f"{part}.py"]


def _refuse_wide_effects(old: Operation, new: Operation) -> None:
    """What others than its resource's own modules depend on."""
    same = (
        _identity(old) == _identity(new)
        and list(_names(sent_types(old))) == list(_names(sent_types(new)))
        and list(_names(received_types(old))) == list(_names(received_types(new)))
        and needs_arguments(old) == needs_arguments(new)
    )
    if not same or old.callbacks or new.callbacks:
        raise UnsureError("others depend on what is different")


def _identity(operation: Operation) -> Operation:
    return replace(
        operation, summary="", description="", deprecated=False, parameters=(), body=None, replies=(),
        errors=(), permissions=None, provenance=None,
    )  # fmt: skip


def _names(kinds: Iterable[Type]) -> Iterator[str]:
    for kind in kinds:
        yield from names_in(kind)


def _with_operations(resource: Resource, changed: Mapping[str, Operation]) -> Resource:
    found = tuple(changed.get(it.pointer, it) for it in resource.operations)
    return replace(resource, operations=found)


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}
