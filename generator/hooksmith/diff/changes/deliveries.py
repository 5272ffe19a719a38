"""Changes of what packages read: deliveries of the new document by the old package, and the reverse."""

from __future__ import annotations

from collections.abc import Iterator

from ..reads import Finding, Reads
from ..sides import Side
from .change import Change, Context


def delivery_changes(context: Context) -> Iterator[Change]:
    """Yield what each package reads otherwise than it is written, for the events that both documents have."""
    old, new = context.old, context.new
    yield from _one_way(context, "deployed", old, new)
    yield from _one_way(context, "upgraded", new, old)


def _one_way(context: Context, word: str, reader: Side, writer: Side) -> Iterator[Change]:
    reads = Reads(reader.definitions, writer.definitions)
    events: dict[Finding, list[str]] = {}
    for type_, event in reader.events.items():
        if type_ in writer.events:
            for finding in reads.event(event.models, writer.events[type_].models):
                events.setdefault(finding, []).append(type_)
    usual = _usual(reader, writer)
    merged: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in sorted(events, key=lambda it: (it.owner, it.field, it.outcome, it.written)):
        if finding not in usual:
            merged.setdefault((finding.outcome, finding.owner, finding.field), []).append(finding)
    for (outcome, owner, field), findings in merged.items():
        via = dict.fromkeys(type_ for finding in findings for type_ in events[finding])
        yield _change(context, f"delivery-{outcome}-{word}", (owner, field), findings, tuple(via))


def _usual(reader: Side, writer: Side) -> set[Finding]:
    """What the package reads so of its own document: an object of another document is no worse."""
    reads = Reads(reader.definitions, reader.definitions)
    found: set[Finding] = set()
    for type_, event in reader.events.items():
        if type_ in writer.events:
            found |= reads.event(event.models, event.models)
    return found


def _change(
    context: Context,
    rule: str,
    place: tuple[str, str],
    findings: list[Finding],
    via: tuple[str, ...],
) -> Change:
    owner, field = place
    is_deployed = rule.endswith("deployed")
    side = context.old if is_deployed else context.new
    definition = side.definitions.get(owner)
    at = side.place(owner, field) if owner else "events.Event"
    name = f"{owner}.{field}" if field else owner or ", ".join(via)
    return Change(
        rule=rule,
        old_place=at if is_deployed else "",
        new_place="" if is_deployed else at,
        name=name,
        new=", ".join(finding.written for finding in findings),
        pointer=_pointer(side, owner, field) or (definition.pointer if definition else ""),
        is_gone=is_deployed,
        direction="received",
        via=via,
    )


def _pointer(side: Side, owner: str, field: str) -> str:
    definition = side.definitions.get(owner)
    fields = getattr(definition, "fields", ())
    return next((it.pointer for it in fields if it.name == field), "")
