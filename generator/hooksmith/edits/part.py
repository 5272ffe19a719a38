"""The part of a document that an edit is about, read by itself with the names that the whole gave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from ..describe import describe_undirected
from ..describe.deliveries import deliveries
from ..describe.event_type_detection import body_values
from ..describe.schemas import Schemas
from ..extensions import check_extensions
from ..ir import AnyDefinition, Api, Operation
from ..json_pointer import escape
from ..load.document import Document
from ..load.library import Library
from ..normalize import normalize_part
from ..normalize.units import assembled, is_head, unit_of
from ..settings import Settings
from .change import Change, UnsureError
from .related import closure, inverted, references_in
from .snapshot import Snapshot

MOST = 0.25
"""The share of a document beyond which reading it all is the quicker way."""


class Extent(NamedTuple):
    """`affected`: the units that depend on those that were changed; `needed`: those and all that they need."""

    affected: frozenset[str]
    needed: frozenset[str]


def extent(snapshot: Snapshot, change: Change) -> Extent:
    """How far an edit of units reaches. Raises UnsureError where that is all or much of the document."""
    affected = closure(change.changed, inverted(snapshot.references))
    if any(map(is_head, affected)):
        raise UnsureError("all depend on it")
    new = {
        unit_of(unquote(reference.removeprefix("#")))
        for unit in change.changed
        for reference in references_in(json.loads(change.units.get(unit, "null")))
    }
    needed = closure({*affected, *new}, snapshot.references)
    size = sum(len(change.units.get(pointer, "")) for pointer in needed)
    if size > MOST * sum(map(len, change.units.values())):
        raise UnsureError("much of the document depends on it")
    return Extent(frozenset(affected), frozenset(needed))


class Part:
    """What a part of a document says; `definitions` and `operations` have no directions yet.

    `resources`: pointers of operations → the names of their resources.
    """

    def __init__(
        self,
        units: Mapping[str, str],
        reach: Extent,
        names: Mapping[str, str],
        path: Path,
        settings: Settings,
    ) -> None:
        """The part that `reach` says of the document with these units, in JSON. Raises HooksmithError."""
        found = {
            it: json.loads(value)
            for it, value in units.items()
            if it in reach.needed or is_head(it)
        }
        data = assembled(found.items())
        document = Document(path, path.resolve().as_uri(), data, json.dumps(data))
        if check_extensions(document):
            raise UnsureError("an extension is not as it should be")
        self._normal = normalize_part(Library(path, settings.roots, document), names)
        bundled = self._normal.findings.bundled
        if len(self._normal.library.documents) > 1 or bundled.origins:
            raise UnsureError("what it refers to stands elsewhere")
        self.moved = dict(bundled.moved)
        self._normal.document.update(settings.extensions)
        self.api: Api = describe_undirected(self._normal, settings.source or path.name)
        self.definitions: dict[str, AnyDefinition] = {it.name: it for it in self.api.definitions}
        self.operations: dict[str, Operation] = {
            operation.pointer: operation
            for resource in self.api.resources
            for operation in resource.operations
        }
        self.resources = {
            operation.pointer: resource.name
            for resource in self.api.resources
            for operation in resource.operations
        }
        self.references = self._normal.references
        self.findings = self._normal.findings.stated
        self.names = self._normal.names
        self.wanted = {it: found.name for it, found in self._normal.candidates.items()}
        self.nodes = {it: found.node for it, found in self._normal.candidates.items()}

    def unit(self, pointer: str) -> str:
        """The unit that something of the normal form comes from."""
        return unit_of(self._normal.findings.source(pointer)[1])

    @property
    def rest(self) -> Api:
        """All but definitions and operations."""
        return replace(self.api, definitions=(), resources=())

    @property
    def described(self) -> dict[str, tuple[str, str]]:
        """Resource → what its class is called, and its description."""
        return {it.name: (it.class_name, it.description) for it in self.api.resources}

    def telling(self) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
        """What the properties of deliveries say for themselves, which events may be told by."""
        if not self._normal.document.get("webhooks"):
            return []
        schemas = Schemas(self._normal)
        schemas.add_components()
        return [
            (
                delivery.pointer,
                {
                    name: body_values(schemas, delivery.node, f"/{escape(name)}")
                    for name in schemas.properties(delivery.node)
                },
            )
            for delivery in deliveries(self._normal, schemas)
        ]
