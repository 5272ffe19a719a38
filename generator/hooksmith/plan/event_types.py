"""Event types and analytic events → enumerations."""

from __future__ import annotations

from ..ir import Api, EnumMember, Event
from ..naming.casing import upper
from ..naming.unique_names import unique
from .docstrings import in_short, sentence
from .enums import enum_view
from .imports import Imports
from .views import EventDocView
from .views.definitions import EnumView


def plan_event_types(api: Api) -> EnumView | None:
    """Plan `EventType`, with a member for each event, in the document's groups; None if there are no events."""
    events = api.events.events
    if not events:
        return None
    members = [
        EnumMember(name=event.member, value=event.type, description=_summary(event))
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


def plan_analytic_events(api: Api) -> EnumView | None:
    """Plan `AnalyticEvent`: the events that the provider logs as operations start, succeed and fail."""
    moments: dict[str, list[str]] = {}
    for resource in api.resources:
        for operation in resource.operations:
            for moment, name in operation.analytic_events.items():
                moments.setdefault(name, []).append(f"`{operation.name}`: {moment}")
    if not moments:
        return None
    members = [
        EnumMember(name=member, value=name, description=", ".join(moments[name]))
        for name, member in zip(moments, unique(list(moments), upper), strict=True)
    ]
    return enum_view(
        "AnalyticEvent",
        f"Analytic events that {api.title or 'the API'} logs about operations.",
        members,
        Imports(runtime=""),
    )


def plan_event_docs(api: Api) -> tuple[EventDocView, ...]:
    """Plan the lines of api.md about events."""
    return tuple(
        EventDocView(type=event.type, class_name=", ".join(event.models), summary=_summary(event))
        for event in api.events.events
    )


def _summary(event: Event) -> str:
    """Return the event's summary in one line, with its deprecation."""
    text = " ".join((event.summary or event.description.partition("\n")[0]).split())
    summary = in_short(sentence(text))
    return f"{summary} Deprecated.".strip() if event.deprecated else summary
