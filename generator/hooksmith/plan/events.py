"""The event catalogue → the module of events."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..ir import AnyDefinition, Api, Envelope, Event, Model, Position
from ..ir.queries import has_event_type, received_names, references, sent_names
from .form_fields import event_form_fields
from .imports import Imports
from .literals import literal
from .models import plan_definitions
from .unions import union_rows
from .views import EventsView

NAMES = frozenset({"Event", "CATALOGUE", "parse_event", "parse_events"})
"""Names that every module of events defines beside its classes."""

_MOST_TYPES = 4
"""Event types in the docstring of a class."""


def event_definitions(api: Api) -> tuple[str, ...]:
    """Return the names of the definitions that are whole deliveries and nothing else: they stand in `events.py`."""
    delivered = {name for event in api.events.events for name in event.models}
    if not delivered:
        return ()
    used = {name for definition in api.definitions for name in references(definition)}
    for resource in api.resources:
        for operation in resource.operations:
            used.update(sent_names(operation), received_names(operation))
    return tuple(
        definition.name
        for definition in api.definitions
        if definition.name in delivered and definition.name not in used and not definition.sent
    )


def with_event_types(api: Api) -> dict[str, AnyDefinition]:
    """Return name → definition. Models of events that the document does not describe name their event types."""
    types: dict[str, list[str]] = {}
    for event in api.events.events:
        for name in event.models:
            types.setdefault(name, []).append(f"`{event.type}`")
    return {
        definition.name: replace(definition, description=_event_sentence(types[definition.name]))
        if isinstance(definition, Model) and definition.name in types and not definition.description
        else definition
        for definition in api.definitions
    }


def _event_sentence(types: list[str]) -> str:
    if len(types) == 1:
        return f"Event {types[0]}."
    listed = types if len(types) <= _MOST_TYPES else [*types[: _MOST_TYPES - 1], "others"]
    return f"Event of the types {', '.join(listed[:-1])} and {listed[-1]}."


def plan_events(
    api: Api,
    members: Collection[AnyDefinition],
    definitions: Mapping[str, AnyDefinition],
    imports: Imports,
    *,
    deferred: bool = False,
) -> EventsView | None:
    """Plan the module of events; return None if the document delivers nothing.

    Args:
        api: The API.
        members: The definitions of the module.
        definitions: All definitions by name.
        imports: Receives the imports of the module.
        deferred: Whether the events' classes stand in `models/` and are imported on demand.
    """
    events = api.events
    if not events.events:
        return None
    catalogue, drifted, unknown = (
        imports.add_runtime("webhooks.catalogue", name)
        for name in ("Catalogue", "DriftedEvent", "UnknownEvent")
    )
    if deferred:
        imports.through = (".", "models")
        imports.add_runtime("models.deferred", "DeferredModels")
    view = EventsView(
        alias_type=imports.add("typing", "TypeAlias"),
        headers=imports.add_runtime("webhooks.signatures.message", "AnyHeaders"),
        catalogue=catalogue,
        others=(unknown, drifted),
        models_package=imports.local("models") if deferred else "",
        deferred_models=imports.local("DeferredModels"),
        **_catalogue(api, definitions, imports, deferred),
        definitions=plan_definitions(members, definitions, imports),
    )
    return view._replace(imports=imports.block())


def _catalogue(
    api: Api, definitions: Mapping[str, AnyDefinition], imports: Imports, deferred: bool
) -> dict[str, Any]:
    """Return the fields of the view for the union, the catalogue and its readers."""
    events = api.events
    classes = sorted({name for event in events.events for name in event.models})
    union = tuple(map(imports.add_definition, classes))
    return {
        "classes": tuple(classes),
        "union": union,
        "rows": union_rows(union),
        "models": tuple(
            (literal(event.type), _classes(event, deferred)) for event in events.events
        ),
        "type": position(events.type, imports),
        "id": position(events.id, imports),
        "timestamp": position(events.timestamp, imports),
        "form": literal(event_form_fields(api, definitions)) if events.form else "",
        "aliases": _aliases(events.events),
        "envelope": _envelope(events.envelope, imports),
        "acknowledgement": _acknowledgement(events.acknowledgement),
        "has_type": has_event_type(api),
        "batches": any(event.batch for event in events.events),
    }


def _envelope(envelope: Envelope | None, imports: Imports) -> str:
    if envelope is None:
        return ""
    name = imports.add_runtime("webhooks.event_types", "Envelope")
    return f"{name}(items={literal(envelope.items)}, event={literal(envelope.event)})"


def _acknowledgement(example: Any) -> str:
    """Return media type and body of the reply that the sender expects, as an expression; empty: an empty body."""
    if example is None:
        return ""
    if isinstance(example, str):
        return literal(("text/plain; charset=utf-8", example))
    return literal(("application/json", json.dumps(example)))


def _aliases(events: Iterable[Event]) -> str:
    """Return the sent values that differ from the document's event types, as `{sent: type}`; empty if none do."""
    types = {event.composed_type: event.type for event in events if event.composed_type}
    return literal(types) if types else ""


def _classes(event: Event, deferred: bool) -> str:
    """Return the class of an event, or the classes of its options, as an expression."""
    if deferred:
        return literal(event.options or event.model)
    return f"({', '.join(event.options)})" if event.options else event.model


def position(place: Position | None, imports: Imports) -> str:
    """Return the expression for a place in a delivery: a JSON Pointer, a header, or a tuple of both."""
    if place is None:
        return "None"
    if place.parts:
        parts = [position(part, imports) for part in place.parts]
        return f"({', '.join(parts)},)"
    if place.header is None:
        return literal(place.pointer)
    return f"{imports.add_runtime('webhooks.catalogue', 'InHeader')}({literal(place.header)})"
