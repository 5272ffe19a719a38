"""The event catalogue → the modules of event types and events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ..ir import (
    Alias,
    AnyDefinition,
    Api,
    Array,
    EnumMember,
    Event,
    Kind,
    Map,
    Model,
    Named,
    Position,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..ir.queries import all_fields, received_names, references, sent_names
from ..naming.casing import upper
from ..naming.unique_names import unique
from ..openapi.media_types import is_form
from .docstrings import in_short, sentence
from .enums import enum_view
from .imports import Imports
from .literals import literal
from .models import plan_definitions
from .unions import union_rows
from .views import EnumView, EventDocView, EventsView


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
    """A line about the event, without what only its class has room for."""
    told = " ".join((event.summary or event.description.partition("\n")[0]).split())
    summary = in_short(sentence(told))
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
    api: Api,
    own: Collection[AnyDefinition],
    definitions: Mapping[str, AnyDefinition],
    imports: Imports,
    *,
    deferred: bool = False,
) -> EventsView | None:
    """The events module, or None where the document delivers nothing. `own`: the definitions that stand in it.

    `deferred`: the events' classes stand with the models, and each is imported when it is first used.
    """
    where = api.events
    if not where.events:
        return None
    imports.add("typing", "TypeAlias")
    for name in ("Catalogue", "DriftedEvent", "UnknownEvent"):
        imports.add_runtime("webhooks.catalogue", name)
    imports.add_runtime("webhooks.signatures.message", "AnyHeaders")
    if deferred:
        imports.add(".", "models")
        imports.add_runtime("models.deferred", "DeferredModels")
    else:
        for event in where.events:
            for name in event.models:
                imports.add_definition(name)
    positions = [position(place, imports) for place in (where.type, where.id, where.timestamp)]
    views = plan_definitions(own, definitions, imports)
    names = sorted({name for event in where.events for name in event.models})
    union = tuple(f"models.{name}" if deferred else name for name in names)
    return EventsView(
        definitions=views,
        imports=imports.block(),
        union=union,
        rows=union_rows(union),
        models=tuple((literal(event.type), _classes(event, deferred)) for event in where.events),
        type=positions[0],
        id=positions[1],
        timestamp=positions[2],
        form=literal(form_fields(api, definitions)) if where.form else "",
        said=_said_otherwise(where.events),
        told=tells_itself(api),
        batches=any(event.batch for event in where.events),
        deferred=deferred,
    )


def tells_itself(api: Api) -> bool:
    """Whether a delivery's type is known without being told by whoever received it."""
    return api.events.type is not None or len(api.events.events) == 1


def _said_otherwise(events: Iterable[Event]) -> str:
    """What deliveries say for types, where that is not how the document calls them, as an expression."""
    found = {event.said: event.type for event in events if event.said}
    return literal(found) if found else ""


def _classes(event: Event, deferred: bool) -> str:
    """The class of an event, or those of its options, as an expression."""
    if deferred:
        return literal(event.options or event.model)
    return f"({', '.join(event.options)})" if event.options else event.model


def form_fields(api: Api, definitions: Mapping[str, AnyDefinition]) -> dict[str, str]:
    """The properties of events that are fields of forms, and how a form has them: see the runtime's `read_form`."""
    found: dict[str, str] = {}
    for event in api.events.events:
        for name in event.models if is_form(event.media_type or "") and not event.carrier else ():
            for wire, written in written_in_form(name, definitions).items():
                found.setdefault(wire, written)
    return found


def written_in_form(name: str, definitions: Mapping[str, AnyDefinition]) -> dict[str, str]:
    """The properties of a model, and how a form has each."""
    definition = definitions[name]
    fields = all_fields(definition, definitions) if isinstance(definition, Model) else ()
    return {field.wire: _written(field.type, definitions) for field in fields}


def _written(kind: Type, definitions: Mapping[str, AnyDefinition]) -> str:
    """How a form has a value: as OpenAPI's Encoding Object says, objects in JSON and arrays by repetition."""
    match kind:
        case Named(name):
            definition = definitions[name]
            if isinstance(definition, Alias):
                return _written(definition.type, definitions)
            return "json" if isinstance(definition, Model) else "text"
        case Array(items=items):
            return "json" if _written(items, definitions) == "json" else "list"
        case Map() | Tuple():
            return "json"
        case Union(options=options):
            found = {_written(option, definitions) for option in options} - {"value"}
            return found.pop() if len(found) == 1 else "text" if found else "value"
        case Scalar(kind=Kind.STRING | Kind.ANY | Kind.BINARY):
            return "text"
    return "value"


def position(where: Position | None, imports: Imports) -> str:
    """Where a delivery says something, as an expression."""
    if where is None:
        return "None"
    if where.parts:
        parts = [position(part, imports) for part in where.parts]
        return f"({', '.join(parts)},)"
    if where.header is None:
        return literal(where.pointer)
    imports.add_runtime("webhooks.catalogue", "InHeader")
    return f"InHeader({literal(where.header)})"


def plan_event_docs(api: Api) -> tuple[EventDocView, ...]:
    """The lines of api.md about events."""
    return tuple(
        EventDocView(type=event.type, class_name=", ".join(event.models), summary=_said(event))
        for event in api.events.events
    )
