"""The part of a document that an edit is about, read by itself with the names that the whole gave."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from ..describe import describe_undirected
from ..describe.deliveries import deliveries
from ..describe.schemas import Schemas
from ..describe.telling import body_values
from ..document import Document
from ..extensions import check_extensions
from ..ir import AnyDefinition, Api, Operation
from ..load import Library
from ..normalize import normalize_part
from ..normalize.units import assembled, is_head, unit_of
from ..pointer import escape
from ..settings import Settings
from .change import Change, UnsureError
from .related import closure, inverted, references_in
from .snapshot import Snapshot

MOST = 0.25
"""The share of a document beyond which reading it all is the quicker way."""


class Extent(NamedTuple):
    """`affected`: the units that depend on the one that was changed; `read`: those and all that they need."""

    affected: frozenset[str]
    read: tuple[str, ...]


def extent(snapshot: Snapshot, change: Change) -> Extent:
    """How far an edit of a unit reaches. Raises UnsureError where that is all or much of the document."""
    if is_head(change.unit):
        raise UnsureError("all depend on it")
    affected = closure([change.unit], inverted(snapshot.references))
    if any(map(is_head, affected)):
        raise UnsureError("all depend on it")
    new = {unit_of(unquote(it.removeprefix("#"))) for it in references_in(change.after)}
    needed = closure({*affected, *(new & snapshot.units.keys())}, snapshot.references)
    read = tuple(pointer for pointer in snapshot.units if pointer in needed or is_head(pointer))
    size = sum(len(snapshot.units[pointer]) for pointer in read if not is_head(pointer))
    if size > MOST * sum(map(len, snapshot.units.values())):
        raise UnsureError("much of the document depends on it")
    return Extent(frozenset(affected), read)


class Part:
    """What a part of a document says; `definitions` and `operations` have no directions yet."""

    def __init__(
        self,
        snapshot: Snapshot,
        reach: Extent,
        path: Path,
        settings: Settings,
        unit: str,
        value: Any,
    ) -> None:
        """The part that `reach` says, with `value` for the unit that was changed. Raises HooksmithError."""
        found = {it: json.loads(snapshot.units[it]) for it in reach.read}
        found[unit] = value
        data = assembled(found.items())
        document = Document(path, path.resolve().as_uri(), data, json.dumps(data))
        if check_extensions(document):
            raise UnsureError("an extension is not as it should be")
        self._normal = normalize_part(Library(path, settings.roots, document), snapshot.names)
        self._normal.document.update(settings.extensions)
        self.api: Api = describe_undirected(self._normal, settings.source or path.name)
        self.definitions: dict[str, AnyDefinition] = {it.name: it for it in self.api.definitions}
        self.operations: dict[str, Operation] = {
            operation.pointer: operation
            for resource in self.api.resources
            for operation in resource.operations
        }
        self.references = self._normal.references
        self.findings = self._normal.findings.stated
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
    def grouping(self) -> list[tuple[str, str, list[str]]]:
        """Resources by name and description, with their operations."""
        return [
            (it.class_name, it.description, [operation.pointer for operation in it.operations])
            for it in self.api.resources
        ]

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
