"""One side of a comparison: a document, described and planned, with the indexes that a comparison needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from ..frozen import value
from ..ir import AnyDefinition, Api, Callback, Event, Operation, Resource
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
        self.definitions: Mapping[str, AnyDefinition] = {
            each.name: each for each in self.api.definitions
        }
        self.events: Mapping[str, Event] = {each.type: each for each in self.api.events.events}

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
        return {each.pointer: each for call in self.calls for each in call.operation.callbacks}

    def module(self, name: str) -> str:
        """The module that a definition is imported from."""
        definition = self.surface.definitions.get(name)
        return definition.module if definition else MODELS

    def place(self, name: str, member: str = "") -> str:
        """The place of a definition, or of a member in it."""
        return f"{self.module(name)}.{name}" + (f".{member}" if member else "")
