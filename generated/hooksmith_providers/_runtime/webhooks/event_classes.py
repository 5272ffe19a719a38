"""Classes of an API's event types, and the event types of a class. `catalogue.py` selects the class of a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..models.deferred import DeferredModels
from .event_reading import Body, Classes, options
from .event_types import TypeLocation, constant_types

ModelClass = type[Any]


@dataclass(frozen=True, kw_only=True)
class EventClasses:
    """The models of an API's events by type. Arguments are those of `Catalogue`."""

    name: str
    models: Mapping[str, Body]
    type: TypeLocation | None

    @cached_property
    def _types_by_class(self) -> dict[str, list[str]]:
        """Class name → event types. Deferred models are not imported."""
        types: dict[str, list[str]] = {}
        for event_type in self.models:
            for name in _class_names(self.models, event_type):
                types.setdefault(name, []).append(event_type)
        return types

    @property
    def is_typed(self) -> bool:
        """Whether the type of a delivery is known: it states its type, or there is one type alone."""
        return self.type is not None or len(self.models) == 1

    def options_of(self, event_type: str) -> Classes:
        """Return the classes of an event type."""
        return options(self.models[event_type])

    def has_options(self, event_type: str) -> bool:
        """Return whether an event type has several classes."""
        return isinstance(self.models[event_type], tuple)

    def types_of(self, model: ModelClass) -> tuple[str, ...]:
        """Return the event types of a class; raises KeyError if it is no event's class."""
        types = constant_types(model, self.type) or tuple(
            event_type
            for event_type in self._types_by_class.get(model.__name__, ())
            if model in options(self.models[event_type])
        )
        if not types or model not in options(self.models.get(types[0], ())):
            raise KeyError(f"{model.__name__} is no event of {self.name}")
        return types


def _class_names(models: Mapping[str, Body], event_type: str) -> tuple[str, ...]:
    if isinstance(models, DeferredModels):
        return models.names(event_type)
    return tuple(model.__name__ for model in options(models[event_type]))
