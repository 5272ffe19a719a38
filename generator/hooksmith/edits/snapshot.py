"""What a run keeps of a document, so that the next one can tell what an edit is about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pickle import UnpicklingError
from typing import NamedTuple

from ..describe.facts import CallUses, Facts, Uses
from ..describe.request_models import Directions, shaped
from ..ir import AnyDefinition, Api, Resource
from ..load.outline import Outline
from ..normalize import Normal
from ..normalize.units import units
from ..plan import callback_constants
from ..plan.parts import Arrangement, Parts
from ..plan.views import PackageView, ResourceDocView
from .pack import NOT_PACKED, pack, pack_in_chunks, unpack, unpack_all

Finding = tuple[str, str, str]
"""Pointer, message, hint."""


class Snapshot(NamedTuple):
    """One run over a document that is one file.

    `text`: in UTF-8. `outline`: where YAML's outermost keys stand; None for JSON. `units`: pointer → value,
    in JSON; `references`: which refer to which. `names`, `wanted`: pointer → class name, and the name it would have
    without others. `definitions` and `resources`: name → what `pack` made of it, before it had directions.
    `operations`: pointer → name of its resource, and `ids` what the document calls it; `classes`: resource → name of
    its class. `api` has all else, and `facts` is what `pack_facts` gives, which only an edit that changes some of them
    needs. `reads`, `constants`, `docs`: see `Parts`.
    """

    text: bytes
    outline: Outline | None
    units: Mapping[str, str]
    references: Mapping[str, frozenset[str]]
    names: Mapping[str, str]
    wanted: Mapping[str, str]
    findings: tuple[Finding, ...]
    sent: frozenset[str]
    received: frozenset[str]
    inputs: Mapping[str, str]
    modules: Mapping[str, str]
    with_events: tuple[str, ...]
    facts: bytes
    api: bytes
    definitions: Mapping[str, bytes]
    resources: Mapping[str, bytes]
    operations: Mapping[str, str]
    classes: Mapping[str, str]
    ids: Mapping[str, str]
    reads: Mapping[str, frozenset[str]]
    constants: Mapping[str, str]
    docs: tuple[ResourceDocView, ...]

    @property
    def directions(self) -> Directions:
        return Directions(self.sent, self.received, self.inputs)

    @property
    def arrangement(self) -> Arrangement:
        return Arrangement(self.modules, self.with_events)

    def with_plan(self, parts: Parts, view: PackageView) -> Snapshot:
        """This one, with what was planned."""
        arrangement = parts.arrangement
        return self._replace(
            modules=dict(arrangement.modules),
            with_events=arrangement.with_events,
            reads=dict(parts.reads),
            constants=dict(callback_constants(view.callbacks)),
            docs=view.resource_docs,
        )

    def packed(self) -> Iterator[bytes]:
        """All of it in bytes, field by field: it is of megabytes."""
        for name in self._fields:
            if name == "docs":
                plain = [tuple(doc) for doc in self.docs]
                yield from pack_in_chunks(plain)
            else:
                yield from pack_in_chunks(getattr(self, name))

    @classmethod
    def unpacked(cls, content: bytes) -> Snapshot:
        """A snapshot out of its bytes. Raises UnpicklingError where they are not one."""
        try:
            names = cls._fields
            stated = dict(zip(names, unpack_all(content), strict=True))
            docs = tuple(
                ResourceDocView(name=name, calls=tuple(calls)) for name, calls in stated.pop("docs")
            )
            return cls(**stated, docs=docs)
        except NOT_PACKED as error:
            raise UnpicklingError(f"not a snapshot: {error}") from error


class Unpacked(Mapping[str, AnyDefinition]):
    """All shapes of definitions by name, unpacked when they are looked at.

    `changed` definitions stand in for those of the snapshot. Neither has directions yet.
    """

    def __init__(
        self,
        packed: Mapping[str, bytes],
        directions: Directions,
        changed: Mapping[str, AnyDefinition] | None = None,
    ) -> None:
        self._packed = packed
        self._changed = changed or {}
        self._directions = directions
        self._owners = {sent: name for name, sent in directions.inputs.items()}
        self._found: dict[str, AnyDefinition] = {}

    def plain(self, name: str) -> AnyDefinition:
        """A definition without directions."""
        if name in self._changed:
            return self._changed[name]
        found: AnyDefinition = unpack(self._packed[name])
        return found

    def __getitem__(self, name: str) -> AnyDefinition:
        if name not in self._found:
            plain = self.plain(self._owners.get(name, name))
            self._found |= {shape.name: shape for shape in shaped(plain, self._directions)}
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        for name in self._packed:
            yield name
            if name in self._directions.inputs:
                yield self._directions.inputs[name]

    def __len__(self) -> int:
        return len(self._packed) + len(self._owners)


def pack_facts(facts: Facts) -> bytes:
    """Facts in bytes."""
    definitions = {name: tuple(uses) for name, uses in facts.definitions.items()}
    calls = {pointer: tuple(call) for pointer, call in facts.calls.items()}
    return pack((definitions, calls, facts.delivered))


def unpack_facts(content: bytes) -> Facts:
    """The facts that were packed."""
    definitions, calls, delivered = unpack(content)
    return Facts(
        {name: Uses(*uses) for name, uses in definitions.items()},
        {pointer: CallUses(*call) for pointer, call in calls.items()},
        delivered,
    )


def take_snapshot(
    normal: Normal, read: Api, facts: Facts, directions: Directions
) -> Snapshot | None:
    """A snapshot of a run that has yet to plan; None where the document is not one file with an OpenAPI document."""
    root = normal.library.root
    if len(normal.library.documents) > 1 or normal.findings.bundled.origins:
        return None
    return Snapshot(
        text=root.text.encode(),
        outline=root.outline,
        units={pointer: json.dumps(value) for pointer, value in units(root.data)},
        references={here: frozenset(others) for here, others in normal.references.items()},
        names=normal.names,
        wanted={pointer: found.name for pointer, found in normal.candidates.items()},
        findings=tuple(normal.findings.stated),
        sent=directions.sent,
        received=directions.received,
        inputs=dict(directions.inputs),
        modules={},
        with_events=(),
        facts=pack_facts(facts),
        api=pack(replace(read, definitions=(), resources=())),
        definitions={definition.name: pack(definition) for definition in read.definitions},
        resources={resource.name: pack(resource) for resource in read.resources},
        operations=_operations(read.resources),
        classes={resource.name: resource.class_name for resource in read.resources},
        ids={it.pointer: it.id for resource in read.resources for it in resource.operations},
        reads={},
        constants={},
        docs=(),
    )


def _operations(resources: tuple[Resource, ...]) -> dict[str, str]:
    return {
        operation.pointer: resource.name
        for resource in resources
        for operation in resource.operations
    }
