"""Changes of reading: deliveries of the new document by the old package, and the reverse."""

from __future__ import annotations

from collections.abc import Iterator

from ..reads import Finding, Reads
from ..sides import Side
from .change import Change, Context


def delivery_changes(context: Context) -> Iterator[Change]:
    """Yield the parts of events that a package does not read as the other document describes them."""
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
    for finding in sorted(
        events, key=lambda each: (each.owner, each.field, each.outcome, each.written)
    ):
        if finding not in usual:
            merged.setdefault((finding.outcome, finding.owner, finding.field), []).append(finding)
    for (outcome, owner, field), findings in merged.items():
        via = dict.fromkeys(type_ for finding in findings for type_ in events[finding])
        yield _change(context, f"delivery-{outcome}-{word}", (owner, field), findings, tuple(via))


def _usual(reader: Side, writer: Side) -> set[Finding]:
    """Return the findings of a package with its own document: they are no changes."""
    reads = Reads(reader.definitions, reader.definitions)
    findings: set[Finding] = set()
    for type_, event in reader.events.items():
        if type_ in writer.events:
            findings |= reads.event(event.models, event.models)
    return findings


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
    return next((each.pointer for each in fields if each.name == field), "")
