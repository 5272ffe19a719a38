"""The event catalogue → the modules of event types and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..describe.directions import references
from ..describe.fields import unique
from ..ir import AnyDefinition, Api, EnumMember, Event, Model, Position
from ..normalize.casing import upper
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
    members = [
        EnumMember(name=event.member, value=event.type, description=_said(event))
        for event in events
    ]
    titles = {event.member: event.group.replace("_", " ") for event in events}
    return enum_view(
        "EventType",
        f"The events of {api.title or 'the API'}.",
        members,
        Imports(runtime=""),
        titles,
    )


def _said(event: Event) -> str:
    """A line about the event."""
    summary = sentence(" ".join((event.summary or event.description.partition("\n")[0]).split()))
    return f"{summary} Deprecated.".strip() if event.deprecated else summary


def plan_analytic_events(api: Api) -> EnumView | None:
    """`AnalyticEvent`: what the provider logs as calls start, succeed and fail."""
    moments: dict[str, list[str]] = {}
    for resource in api.resources:
        for operation in resource.operations:
            for moment, value in operation.analytic_events.items():
                moments.setdefault(value, []).append(f"`{operation.name}`: {moment}")
    if not moments:
        return None
    members = [
        EnumMember(name=name, value=value, description=", ".join(moments[value]))
        for value, name in zip(moments, unique(list(moments), upper), strict=True)
    ]
    return enum_view(
        "AnalyticEvent",
        f"What {api.title or 'the API'} logs about calls.",
        members,
        Imports(runtime=""),
    )


def plan_events(
    api: Api, definitions: Mapping[str, AnyDefinition], imports: Imports, *, deferred: bool = False
) -> EventsView | None:
    """The events module, or None where the document delivers nothing.

    `deferred`: the events' classes stand with the models, and each is imported when it is first used.
    """
    where = api.events
    if not where.events:
        return None
    imports.add("typing", "TypeAlias")
    for name in ("Catalogue", "DriftedEvent", "UnknownEvent"):
        imports.add_runtime("events", name)
    imports.add_runtime("signatures.message", "AnyHeaders")
    chosen: dict[str, AnyDefinition] = {} if deferred else event_definitions(api)
    if deferred:
        imports.add("typing", "TYPE_CHECKING")
        imports.add_runtime("deferred", "DeferredModels")
        imports.add_runtime("lazy", "lazy")
    else:
        for event in where.events:
            imports.add_definition(event.model)
    _import_for_bases(chosen.values(), definitions, imports)
    positions = [_position(place, imports) for place in (where.type, where.id, where.timestamp)]
    views = plan_definitions(chosen.values(), definitions, imports)
    return EventsView(
        definitions=views,
        imports=imports.block(),
        union=tuple(sorted({event.model for event in where.events})),
        models=tuple((literal(event.type), event.model) for event in where.events),
        type=positions[0],
        id=positions[1],
        timestamp=positions[2],
        deferred=deferred,
    )


def _import_for_bases(
    chosen: Iterable[AnyDefinition], definitions: Mapping[str, AnyDefinition], imports: Imports
) -> None:
    """Import what the annotations of inherited fields name: pydantic looks them up where the heir is defined."""
    bases = [
        name for definition in chosen if isinstance(definition, Model) for name in definition.bases
    ]
    inherited = {name: definitions[name] for name in bases}
    if inherited:
        plan_definitions(inherited.values(), definitions, imports)
        _import_for_bases(inherited.values(), definitions, imports)


def _position(where: Position | None, imports: Imports) -> str:
    """Where a delivery says something, as an expression."""
    if where is None:
        return "None"
    if where.header is None:
        return literal(where.pointer)
    imports.add_runtime("events", "InHeader")
    return f"InHeader({literal(where.header)})"


def plan_event_docs(api: Api) -> tuple[EventDocView, ...]:
    """The lines of api.md about events."""
    return tuple(
        EventDocView(type=event.type, class_name=event.model, summary=_said(event))
        for event in api.events.events
    )
