"""Enumerations of the IR, event types and analytic events → views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..ir import Api, EnumMember, Event
from ..naming.casing import upper
from ..naming.unique_names import unique
from .docstrings import in_short, sentence
from .imports import Imports
from .literals import literal
from .views import EventDocView
from .views.definitions import EnumGroupView, EnumMemberView, EnumView


def enum_view(
    name: str,
    doc: str,
    members: Iterable[EnumMember],
    imports: Imports,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> EnumView:
    """Plan an enumeration of strings or integers.

    Args:
        name: The class name.
        doc: The docstring of the class.
        members: The members, all strings or all integers.
        imports: Receives the base class.
        titles: Member → the title of its group.
    """
    groups: dict[str, list[EnumMemberView]] = {}
    base = "StrEnum"
    for member in members:
        if isinstance(member.value, int):
            base = "IntEnum"
        view = EnumMemberView(
            name=member.name, value=literal(member.value), doc=sentence(member.description)
        )
        groups.setdefault(titles.get(member.name, ""), []).append(view)
    return EnumView(
        name=name,
        base=imports.add("enum", base),
        doc=sentence(doc),
        groups=tuple(
            EnumGroupView(title=title, members=tuple(views)) for title, views in groups.items()
        ),
    )


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
