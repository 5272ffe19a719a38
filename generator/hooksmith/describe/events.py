"""Event types of a document's webhooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ExtensionError
from ..extensions.signature_schemes import known_events
from ..ir import Event, Events, Position
from ..naming.casing import snake, upper
from ..naming.unique_names import unique
from ..normalize import Normal
from ..openapi.grammar import Node
from .deliveries import Delivery, acknowledgement, deliveries
from .event_envelopes import find_envelope, opened, relative_positions
from .event_pointers import check_positions, fits_somewhere
from .event_type_detection import composed_type, detect, event_types, example_headers, position
from .prose import provenance, text
from .schemas import Schemas


def describe_events(normal: Normal, schemas: Schemas) -> Events:
    """Return an event for each event type that the document's `webhooks` describe."""
    described = deliveries(normal, schemas)
    declared = normal.document.get("x-hooksmith-events") or {}
    _check_effect(normal, declared, described)
    bodies = [(delivery.pointer, delivery.node) for delivery in described]
    check_positions(normal, schemas, declared, bodies)
    positions = {**_provider_positions(normal, schemas, described), **declared}
    type_position = position(positions.get("type")) or detect(schemas, described)
    schemas.finish()
    typed = event_types(schemas, described, type_position)
    pointer = None if type_position is None else type_position.pointer
    envelope = find_envelope(schemas, described, pointer)
    if envelope is not None and type_position is not None:
        typed = [(event_type, opened(schemas, each, envelope)) for event_type, each in typed]
        positions = relative_positions(
            normal, {**positions, "type": type_position.pointer}, envelope
        )
        type_position = position(positions["type"])
    elif type_position is None and len({delivery.key for delivery in described}) > 1:
        _warn_of_no_type(normal)
    by_type: dict[str, Delivery] = {}
    for event_type, delivery in _grouped(typed):
        _add(by_type, event_type, delivery)
    members = unique(list(by_type), upper)
    places = (type_position, position(positions.get("id")), position(positions.get("timestamp")))
    return Events(
        events=tuple(
            _event(schemas, event_type, member, delivery, places)
            for (event_type, delivery), member in zip(by_type.items(), members, strict=True)
        ),
        type=places[0],
        id=places[1],
        timestamp=places[2],
        form=any(delivery.form for delivery in described),
        envelope=envelope,
        acknowledgement=acknowledgement(schemas, described),
    )


def _check_effect(normal: Normal, declared: Mapping[str, Any], described: list[Delivery]) -> None:
    """Raise ExtensionError for positions or a signature scheme of a document without deliveries.

    A document of operations may name the scheme of its provider, as `hooksmith init` writes it.
    """
    for key, is_without_effect in (
        ("x-hooksmith-events", bool(declared) and not described),
        ("x-hooksmith-signature", not described and not normal.document.get("paths")),
    ):
        if key in normal.document and is_without_effect:
            raise ExtensionError.at(
                normal.place(f"/{key}"),
                f"{key} has no effect: the document has no webhooks",
                hint="leave it out, or add the webhooks of the provider's document",
            )


def _warn_of_no_type(normal: Normal) -> None:
    """Warn that no part of a delivery has its event type, and name the setting."""
    normal.warn(
        "/webhooks",
        "nothing in a delivery has its event type: a receiver has UnknownEvents alone, for @receiver.on_any",
        "name the place: x-hooksmith-events: {type: /PROPERTY} or {type: {header: NAME}}, or in the configuration "
        'events = { type = "/PROPERTY" }',
    )


def _provider_positions(
    normal: Normal, schemas: Schemas, described: list[Delivery]
) -> Mapping[str, Any]:
    """Return the positions of the document's known signature scheme that exist in a body."""
    scheme = normal.document.get("x-hooksmith-signature")
    positions = known_events(scheme) if isinstance(scheme, str) else {}
    bodies = [delivery.node for delivery in described]
    return {
        name: value for name, value in positions.items() if fits_somewhere(schemas, value, bodies)
    }


def _add(by_type: dict[str, Delivery], event_type: str, delivery: Delivery) -> None:
    """Add a delivery under its event type.

    If a delivery with other models has the event type already, the webhook's key serves as event type.
    """
    if by_type.setdefault(event_type, delivery).models != delivery.models:
        by_type.setdefault(delivery.key, delivery)


def _grouped(typed: list[tuple[str, Delivery]]) -> Iterator[tuple[str, Delivery]]:
    """Yield (event type, delivery) in document order.

    Deliveries of one webhook with the same event type become one delivery with several models.
    """
    groups: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for event_type, delivery in typed:
        groups[delivery.key, event_type].append(delivery)
    for (_, event_type), group in groups.items():
        models = dict.fromkeys(model for delivery in group for model in delivery.models)
        batch = any(delivery.batch for delivery in group)
        yield event_type, group[0]._replace(models=tuple(models), batch=batch)


def _event(
    schemas: Schemas,
    event_type: str,
    member: str,
    delivery: Delivery,
    positions: tuple[Position | None, ...],
) -> Event:
    """Return the event of a delivery. `positions`: those of type, id and timestamp."""
    operation, node = delivery.operation, delivery.node
    return Event(
        type=event_type,
        model=delivery.models[0],
        member=member,
        group=_group(operation, event_type),
        pointer=delivery.pointer,
        summary=text(operation.get("summary")),
        description=text(operation.get("description"))
        or text(node.get("description") if isinstance(node, dict) else ""),
        deprecated=operation.get("deprecated") is True,
        example=delivery.example,
        provenance=provenance(operation),
        options=delivery.models if len(delivery.models) > 1 else (),
        batch=delivery.batch,
        media_type=delivery.media_type,
        carrier=delivery.carrier,
        wrapper=delivery.wrapper,
        headers=example_headers(schemas, delivery, event_type, positions),
        composed_type=composed_type(schemas, delivery, event_type, positions[0]),
    )


def _group(operation: Node, event_type: str) -> str:
    """Return the first tag; without tags the text before the first dot (`user.created` → `user`)."""
    tags = operation.get("tags")
    if isinstance(tags, list) and tags:
        return str(tags[0])
    head, dot, _ = event_type.partition(".")
    return snake(head) if dot else ""
