"""Changes of the events, of the positions of their types, ids and times, and of the signature."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...ir import Event, Position
from .change import Change, Context

_TYPE = "event_types.EventType"
_CATALOGUE = "events.CATALOGUE"
_WEBHOOK = "webhook.Webhook"


def event_changes(context: Context) -> Iterator[Change]:
    """Yield the changes of the events of both documents."""
    old, new = context.old.events, context.new.events
    for type_, event in old.items():
        if type_ not in new:
            yield Change(
                rule="event-removed",
                old_place=f"{_TYPE}.{event.member}",
                new_place="",
                name=type_,
                pointer=event.pointer,
                is_gone=True,
                direction="received",
            )
        else:
            yield from _pair(context, event, new[type_])
    for type_, event in new.items():
        if type_ not in old:
            yield Change(
                rule="event-added",
                old_place="",
                new_place=f"{_TYPE}.{event.member}",
                name=type_,
                pointer=event.pointer,
                direction="received",
            )
    if old and new:
        yield from _positions(context)
    yield from _signature(context)


def _pair(context: Context, old: Event, new: Event) -> Iterator[Change]:
    def change(rule: str, before: str, after: str) -> Change:
        return Change(
            rule=rule,
            old_place=f"{_TYPE}.{old.member}",
            new_place=f"{_TYPE}.{new.member}",
            name=new.type,
            old=before,
            new=after,
            pointer=new.pointer,
            direction="received",
        )

    if old.member != new.member:
        yield change("event-member-renamed", old.member, new.member)
    if {context.new_name(model) for model in old.models} != set(new.models):
        yield change("event-class", ", ".join(old.models), ", ".join(new.models))
    if old.batch != new.batch:
        yield change("event-batch", _batch(old), _batch(new))
    if (old.media_type, old.carrier) != (new.media_type, new.carrier):
        yield change("event-media-type", _form(old), _form(new))
    if old.deprecated != new.deprecated:
        yield change("deprecated" if new.deprecated else "undeprecated", "", "")
    if (old.summary, old.description) != (new.summary, new.description):
        yield change("description", "", "")


def _positions(context: Context) -> Iterator[Change]:
    old, new = context.old.api.events, context.new.api.events
    places = {
        "events-type-position": (old.type, new.type),
        "events-id-position": (old.id, new.id),
        "events-timestamp-position": (old.timestamp, new.timestamp),
    }
    texts = {rule: tuple(map(position, pair)) for rule, pair in places.items()}
    texts["events-form-position"] = (_forms(old.form), _forms(new.form))
    for rule, (before, after) in texts.items():
        if before != after:
            yield Change(
                rule=rule,
                old_place=_CATALOGUE,
                new_place=_CATALOGUE,
                old=before,
                new=after,
                direction="received",
            )


def _signature(context: Context) -> Iterator[Change]:
    old, new = context.old, context.new
    before, after = signature(old.api.signature), signature(new.api.signature)
    if before != after and (old.view.webhook or old.view.callback_receiver):
        is_still_there = new.view.webhook or new.view.callback_receiver
        if is_still_there:
            yield Change(
                rule="signature",
                old_place=_WEBHOOK,
                new_place=_WEBHOOK,
                old=before,
                new=after,
                pointer="/x-hooksmith-signature",
                is_gone=new.api.signature is None,
                direction="received",
            )


def signature(declared: Mapping[str, Any] | None) -> str:
    """Return a signature scheme as text, without prose."""
    if declared is None:
        return "not said"
    facts = {
        key: each for key, each in declared.items() if key not in ("note", "provenance", "scheme")
    }
    scheme = str(declared.get("scheme"))
    return f"{scheme} {json.dumps(facts, sort_keys=True)}" if facts else scheme


def position(where: Position | None) -> str:
    """Return a position in a delivery as text."""
    if where is None:
        return "nowhere"
    if where.parts:
        return " and ".join(map(position, where.parts))
    return f"the header {where.header}" if where.header else f"{where.pointer or '/'} of the body"


def _batch(event: Event) -> str:
    return "in batches" if event.batch else "alone"


def _form(event: Event) -> str:
    media_type = event.media_type or "application/json"
    return f"{media_type} in the field {event.carrier}" if event.carrier else media_type


def _forms(is_form: bool) -> str:
    return "as forms" if is_form else "as JSON"
