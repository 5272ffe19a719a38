"""One side of a comparison: a document, described and planned, with the indexes that a comparison needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from ..frozen import value
from ..ir import AnyDefinition, Api, Callback, Event, Operation, Resource
from ..ir.queries import names_in, received_types, references, sent_types
from ..pipeline import Survey
from .surface import MODELS, Surface


@value()
class Call:
    """An operation and the resource that its method belongs to."""

    resource: Resource
    operation: Operation

    @property
    def place(self) -> str:
        """The method, as code of the package's users reaches it."""
        return f"client.{self.resource.name}.{self.operation.name}"


class Side:
    """The old or the new document."""

    def __init__(self, survey: Survey) -> None:
        self.api: Api = survey.api
        self.sources = survey.sources
        self.surface = Surface(survey.api, survey.view)
        self.view = survey.view
        self.definitions: Mapping[str, AnyDefinition] = {it.name: it for it in self.api.definitions}
        self.events: Mapping[str, Event] = {it.type: it for it in self.api.events.events}

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """All operations."""
        return tuple(
            Call(resource, operation)
            for resource in self.api.resources
            for operation in resource.operations
        )

    @cached_property
    def callbacks(self) -> Mapping[str, Callback]:
        """All callbacks, by pointer."""
        return {it.pointer: it for call in self.calls for it in call.operation.callbacks}

    def module(self, name: str) -> str:
        """The module that a definition is imported from."""
        definition = self.surface.definitions.get(name)
        return definition.module if definition else MODELS

    def place(self, name: str, member: str = "") -> str:
        """The place of a definition, or of a member in it."""
        return f"{self.module(name)}.{name}" + (f".{member}" if member else "")

    def reach(self, roots: Iterable[str]) -> set[str]:
        """The definitions that others are made of, and these themselves."""
        seen: set[str] = set()
        stack = [name for name in roots if name in self.definitions]
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                stack.extend(
                    it for it in references(self.definitions[name]) if it in self.definitions
                )
        return seen

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """Definition → the events and operations that contain it, in the order of the document."""
        users: dict[str, list[str]] = {}
        for event in self.api.events.events:
            for name in self.reach(event.models):
                users.setdefault(name, []).append(event.type)
        for call in self.calls:
            types = (*sent_types(call.operation), *received_types(call.operation))
            for name in self.reach(name for type_ in types for name in names_in(type_)):
                users.setdefault(name, []).append(call.place)
        return {name: tuple(found) for name, found in users.items()}
