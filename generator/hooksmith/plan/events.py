"""The event catalogue → the modules of event types and events."""

from __future__ import annotations

from collections.abc import Mapping

from ..describe.directions import references
from ..ir import AnyDefinition, Api, EnumMember, Event, Position
from .imports import Imports
from .models import enum_view, plan_definitions
from .text import literal, sentence
from .views import EnumView, EventDocView, EventsView


def event_definitions(api: Api) -> dict[str, AnyDefinition]:
    """The definitions that are whole deliveries and nothing else: they stand with the events, not with the models."""
    delivered = {event.model for event in api.events.events}
    used = {name for definition in api.definitions for name in references(definition)}
    return {
        definition.name: definition
        for definition in api.definitions
        if definition.name in delivered and definition.name not in used and not definition.sent
    }


def plan_event_types(api: Api) -> EnumView | None:
    """`EventType`, one member an event, grouped as the document groups them."""
    events = api.events.events
    if not events:
        return None
    members = [EnumMember(name=event.member, value=event.type, description=_summary(event)) for event in events]
    titles = {event.member: event.group.replace("_", " ") for event in events}
    return enum_view("EventType", f"The events of {api.title or 'the API'}.", members, Imports(runtime=""), titles)


def _summary(event: Event) -> str:
    return event.summary or event.description.partition("\n")[0]


def plan_analytic_events(api: Api) -> EnumView | None:
    """`AnalyticEvent`: what the provider logs as calls start, succeed and fail."""
    members = [
        EnumMember(name=value, value=value, description=f"`{operation.name}`: {moment}")
        for resource in api.resources
        for operation in resource.operations
        for moment, value in operation.analytic_events.items()
    ]
    if not members:
        return None
    return enum_view("AnalyticEvent", f"What {api.title or 'the API'} logs about calls.", members, Imports(runtime=""))


def plan_events(api: Api, definitions: Mapping[str, AnyDefinition], imports: Imports) -> EventsView | None:
    """The events module, or None where the document delivers nothing, or nothing in a delivery tells its type."""
    where = api.events
    if not where.events or where.type is None or where.type.pointer is None:
        return None
    imports.add("typing", "TypeAlias")
    for name in ("Catalogue", "DriftedEvent", "UnknownEvent"):
        imports.add_runtime("events", name)
    for event in where.events:
        imports.add_definition(event.model)
    return EventsView(
        definitions=plan_definitions(event_definitions(api).values(), definitions, imports),
        imports=imports.block(),
        union=tuple(sorted({event.model for event in where.events})),
        models=tuple((literal(event.type), event.model) for event in where.events),
        type_pointer=literal(where.type.pointer),
        id_pointer=_pointer(where.id),
        timestamp_pointer=_pointer(where.timestamp),
    )


def _pointer(where: Position | None) -> str:
    return literal(where.pointer) if where else "None"


def plan_event_docs(api: Api) -> tuple[EventDocView, ...]:
    """The lines of api.md about events."""
    return tuple(
        EventDocView(type=event.type, class_name=event.model, summary=sentence(" ".join(_summary(event).split())))
        for event in api.events.events
    )
