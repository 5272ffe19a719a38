"""What an edit made different → the files of the parts of the package that it is about.

What is decided over the whole document, which ways definitions go and where they stand, follows from facts that the
snapshot has (`describe/facts.py`). Where an edit changes some of these, it is decided again, by what decides it in
every run; what is decided otherwise than before is different as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from ..describe.facts import Facts
from ..describe.request_models import (
    Directions,
    settle_directions,
    shape_uses,
    shaped,
    shaped_resource,
)
from ..ir import AnyDefinition, Api, Resource
from ..plan import bare_package, model_modules_view
from ..plan.api_index import plan_resource_doc
from ..plan.events import plan_event_docs
from ..plan.parts import Parts, arrange
from ..plan.views import ModelsView, PackageView, ResourceDocView
from ..render import render
from ..settings import Settings
from .change import Change, UnsureError
from .outcome import Outcome, compare
from .pack import pack, unpack
from .part import Part, extent
from .snapshot import Snapshot, Unpacked, pack_facts, unpack_facts
from .unreferred import refuse_unreferred


def revised(
    path: Path, settings: Settings, snapshot: Snapshot, change: Change
) -> tuple[dict[str, str], Snapshot]:
    """The files that are different now, unformatted, and what is known for the next edit.

    Raises UnsureError, and HooksmithError for what is wrong with the part of the document that was read.
    """
    reach = extent(snapshot, change)
    before = Part(snapshot.units, reach, snapshot.names, path, settings)
    after = Part(change.units, reach, snapshot.names, path, settings)
    known = Unpacked(snapshot.definitions, snapshot.directions)
    if settings.names and before.wanted.keys() != after.wanted.keys():
        raise UnsureError("whether the settings' names are there is said of the whole")
    refuse_unreferred(snapshot, change, before, after)
    outcome = compare(snapshot, change, reach, before, after, known)
    revision = _Revision(settings, snapshot, known, outcome)
    files, left = revision.run()
    return files, _left(left, change, outcome, after)


def _left(snapshot: Snapshot, change: Change, outcome: Outcome, after: Part) -> Snapshot:
    """What is known of the document and of names, for the next edit."""
    references = {
        **snapshot.references,
        **{it: frozenset(after.references.get(it, ())) for it in change.changed},
    }
    gone = set(change.changed) - change.units.keys()
    kept = {it: others for it, others in references.items() if it not in gone}
    left = snapshot._replace(units=change.units, references=kept, ids=_ids(snapshot, outcome))
    if not (outcome.come or outcome.gone):
        return left
    return left._replace(
        names=_names(snapshot.names, after.names, outcome),
        wanted=_names(snapshot.wanted, after.wanted, outcome),
    )


def _ids(snapshot: Snapshot, outcome: Outcome) -> dict[str, str]:
    own = {it.pointer: it.id for found in outcome.resources.values() for it in found.operations}
    return {it: own.get(it) or snapshot.ids[it] for it in outcome.operations}


def _names(known: Mapping[str, str], after: Mapping[str, str], outcome: Outcome) -> dict[str, str]:
    kept = {it: name for it, name in known.items() if it not in outcome.gone}
    return kept | {it: after[it] for it in sorted(outcome.come)}


class _Revision:
    def __init__(
        self, settings: Settings, snapshot: Snapshot, known: Unpacked, outcome: Outcome
    ) -> None:
        self._settings = settings
        self._snapshot = snapshot
        self._known = known
        self._outcome = outcome
        self._old = snapshot.directions
        self._directions = snapshot.directions
        self._arrangement = snapshot.arrangement
        self._facts: Facts | None = None
        if self._decides_again():
            self._decide()

    def run(self) -> tuple[dict[str, str], Snapshot]:
        """The files that are different now, and what is known of the package."""
        snapshot, outcome = self._snapshot, self._outcome
        packed = {
            **snapshot.definitions,
            **{name: pack(it) for name, it in outcome.changed.items()},
        }
        left = snapshot._replace(
            definitions={name: packed[name] for name in outcome.order},
            resources={
                **snapshot.resources,
                **{name: pack(it) for name, it in outcome.resources.items()},
            },
            operations=outcome.operations,
            sent=self._directions.sent,
            received=self._directions.received,
            inputs=dict(self._directions.inputs),
            modules=dict(self._arrangement.modules),
            facts=snapshot.facts if self._facts is None else pack_facts(self._facts),
        )
        return self._rendered(left)

    # --- what is decided over the whole document

    def _decides_again(self) -> bool:
        snapshot, outcome = self._snapshot, self._outcome
        return bool(
            outcome.uses
            or outcome.calls
            or list(outcome.order) != list(snapshot.definitions)
            or list(outcome.operations) != list(snapshot.operations)
        )

    def _decide(self) -> None:
        outcome, old = self._outcome, unpack_facts(self._snapshot.facts)
        definitions = {**old.definitions, **outcome.uses}
        calls = {**old.calls, **outcome.calls}
        facts = Facts(
            {name: definitions[name] for name in outcome.order},
            {pointer: calls[pointer] for pointer in outcome.operations},
            old.delivered,
        )
        self._facts = facts
        self._directions = settle_directions(facts)
        self._arrangement = arrange(facts, self._directions)
        before, after = self._snapshot.arrangement, self._arrangement
        if before.with_events != after.with_events:
            raise UnsureError("what stands with the events is different")
        if bool(before.modules) != bool(after.modules):
            raise UnsureError("models.py becomes a folder, or was one")
        own = self._snapshot.operations or unpack(self._snapshot.api).events.events
        if not own and outcome.order != tuple(self._snapshot.definitions):
            raise UnsureError("the package itself gives all models")

    # --- what is different

    @cached_property
    def _turned(self) -> set[str]:
        """The definitions whose sent shapes are called otherwise."""
        old, new = self._old.inputs, self._directions.inputs
        return {name for name in {*old, *new} if old.get(name) != new.get(name)}

    def _different(self) -> set[str]:
        """The shapes that are different, have come or are gone."""
        found: set[str] = set()
        for name in self._doubtful():
            before = self._shapes(name, self._old, {})
            after = self._shapes(name, self._directions, self._outcome.changed)
            found |= {it for it in {**before, **after} if before.get(it) != after.get(it)}
        return found

    def _doubtful(self) -> set[str]:
        """The definitions that are different themselves, or go other ways, or whose parts do."""
        old, new, snapshot = self._old, self._directions, self._snapshot
        found = set(self._outcome.changed) | (snapshot.definitions.keys() - self._outcome.order)
        if self._facts is None:
            return found
        found |= (old.sent ^ new.sent) | (old.received ^ new.received) | self._turned
        if self._turned:
            uses = self._facts.definitions
            found |= {name for name, it in uses.items() if not self._turned.isdisjoint(it.sent)}
        return found

    def _shapes(
        self, name: str, directions: Directions, changed: Mapping[str, AnyDefinition]
    ) -> dict[str, AnyDefinition]:
        there = (
            self._outcome.order if directions is self._directions else self._snapshot.definitions
        )
        if name not in there:
            return {}
        plain = changed.get(name) or self._known.plain(name)
        return {shape.name: shape for shape in shaped(plain, directions)}

    def _affected(self) -> set[str]:
        """The parts of the package that show something that is different: see `Parts.reads`."""
        different = self._different()
        found = {
            part for part, seen in self._snapshot.reads.items() if not seen.isdisjoint(different)
        }
        found |= {f"resources/{name}" for name in self._outcome.resources}
        if self._facts is not None:
            found |= {f"resources/{name}" for name in self._called_otherwise(self._facts)}
            found |= set(self._moved(self._facts))
        if "callbacks" in found:
            raise UnsureError("callbacks are planned together")
        return found - self._vanished

    @cached_property
    def _vanished(self) -> set[str]:
        """The modules of models in which nothing stands any more."""
        left = set(self._snapshot.modules.values()) - set(self._arrangement.modules.values())
        return {f"models/{name}" for name in left}

    def _called_otherwise(self, facts: Facts) -> Iterator[str]:
        """Resources whose calls send what is called otherwise."""
        for call in facts.calls.values():
            if not self._turned.isdisjoint((*call.sent, *call.fields)):
                yield call.resource

    def _moved(self, facts: Facts) -> Iterator[str]:
        """Modules of models that have other members, or import from elsewhere."""
        old, new = self._snapshot.modules, self._arrangement.modules
        if not new:
            if tuple(self._snapshot.definitions) != self._outcome.order or self._turned:
                yield "models"
            return
        moved = {name for name in {**old, **new} if old.get(name) != new.get(name)}
        if not moved:
            return
        yield from (f"models/{places[it]}" for it in moved for places in (old, new) if it in places)
        for name, shape in shape_uses(facts, self._directions).items():
            if not moved.isdisjoint(shape.uses):
                yield f"models/{new[name]}"

    # --- files

    def _rendered(self, left: Snapshot) -> tuple[dict[str, str], Snapshot]:
        snapshot, affected = self._snapshot, self._affected()
        definitions = Unpacked(left.definitions, self._directions, self._outcome.changed)
        api: Api = unpack(snapshot.api)
        parts = Parts(api, definitions, self._arrangement, self._settings.runtime_package)
        view, docs = self._planned(api, parts, affected)
        paths = {path for part in affected for path in _paths(part)}
        if list(snapshot.modules.items()) != list(self._arrangement.modules.items()):
            paths.add("models/__init__.py")
        if docs != snapshot.docs:
            if snapshot.constants:
                raise UnsureError("api.md lists callbacks")
            paths.add("api.md")
        reads = {part: seen for part, seen in snapshot.reads.items() if part not in self._vanished}
        return render(view, paths), left._replace(reads={**reads, **parts.reads}, docs=docs)

    def _resource(self, name: str) -> Resource:
        plain = self._outcome.resources.get(name) or unpack(self._snapshot.resources[name])
        return shaped_resource(plain, self._directions)

    def _planned(
        self, api: Api, parts: Parts, affected: set[str]
    ) -> tuple[PackageView, tuple[ResourceDocView, ...]]:
        """The affected parts, and the lines of api.md about all resources."""
        snapshot = self._snapshot
        shown = [self._resource(name) for name in _named(affected, "resources")]
        views = tuple(parts.resource(resource, snapshot.constants) for resource in shown)
        told = {it.name: plan_resource_doc(it, view) for it, view in zip(shown, views, strict=True)}
        docs = tuple(told.get(doc.name, doc) for doc in snapshot.docs)
        bare = bare_package(api, self._settings.package, self._settings.runtime_package)
        view = bare._replace(
            models=parts.models() if "models" in affected else None,
            model_modules=self._modules(parts, affected),
            events=parts.events() if "events" in affected else None,
            examples=parts.examples() if "examples" in affected else "",
            resources=views,
            resource_docs=docs,
            event_docs=plan_event_docs(api),
        )
        return view, docs

    def _modules(self, parts: Parts, affected: set[str]) -> ModelsView | None:
        if not self._arrangement.modules:
            return None
        return model_modules_view(parts, _named(affected, "models"))


def _named(affected: set[str], folder: str) -> list[str]:
    """The names of the affected parts that are files of a folder."""
    return [part.partition("/")[2] for part in sorted(affected) if part.startswith(f"{folder}/")]


def _paths(part: str) -> list[str]:
    """The files of a part: see `Parts.reads`."""
    kind, _, name = part.partition("/")
    if kind == "resources":
        return [f"resources/{name}.py", f"operations/{name}.py"]
    return ["examples.json" if part == "examples" else f"{part}.py"]
