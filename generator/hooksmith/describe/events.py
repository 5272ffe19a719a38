"""Webhooks of the normal form → the event catalogue of the IR."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ..ir import Event, Events, Position
from ..naming.casing import snake, upper
from ..naming.unique_names import unique
from ..normalize import Normal
from ..openapi.grammar import Node
from .deliveries import Delivery, deliveries
from .event_pointers import check_positions, fits_somewhere
from .event_type_detection import detect, kinds, position, said_otherwise, told_headers
from .schemas import Schemas, provenance, text
from .signature_schemes import known_events


def describe_events(normal: Normal, schemas: Schemas) -> Events:
    """One event for each kind of delivery that the document's `webhooks` describe."""
    found = deliveries(normal, schemas)
    stated = normal.document.get("x-hooksmith-events") or {}
    check_positions(normal, schemas, stated, [(one.pointer, one.node) for one in found])
    stated = {**_of_the_provider(normal, schemas, found), **stated}
    where = position(stated.get("type")) or detect(schemas, found)
    schemas.finish()
    settled: dict[str, Delivery] = {}
    for kind, delivery in _grouped(schemas, found, where):
        _settle(settled, kind, delivery)
    members = unique(list(settled), upper)
    places = (where, position(stated.get("id")), position(stated.get("timestamp")))
    return Events(
        events=tuple(
            _event(kind, member, delivery, headers, said_otherwise(schemas, delivery, kind, where))
            for (kind, delivery), member in zip(settled.items(), members, strict=True)
            for headers in [told_headers(schemas, delivery, kind, places)]
        ),
        type=places[0],
        id=places[1],
        timestamp=places[2],
        form=any(one.form for one in found),
    )


def _of_the_provider(normal: Normal, schemas: Schemas, found: list[Delivery]) -> Mapping[str, Any]:
    """The positions that the catalogue has for a known scheme's provider, as far as the document's bodies have them."""
    scheme = normal.document.get("x-hooksmith-signature")
    known = known_events(scheme) if isinstance(scheme, str) else {}
    bodies = [one.node for one in found]
    return {name: it for name, it in known.items() if fits_somewhere(schemas, it, bodies)}


def _settle(settled: dict[str, Delivery], kind: str, delivery: Delivery) -> None:
    """Webhooks of one type but of several models cannot be told apart: all but the first go by their keys."""
    if settled.setdefault(kind, delivery).models != delivery.models:
        settled.setdefault(delivery.key, delivery)


def _grouped(
    schemas: Schemas, found: list[Delivery], where: Position | None
) -> Iterator[tuple[str, Delivery]]:
    """(type, delivery) in order.

    The models of a webhook, of all its methods, that its type does not tell apart are so many options.
    """
    grouped: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for delivery in found:
        for kind in kinds(schemas, delivery, where):
            grouped[delivery.key, kind].append(delivery)
    for (_, kind), several in grouped.items():
        models = dict.fromkeys(model for delivery in several for model in delivery.models)
        batch = any(delivery.batch for delivery in several)
        yield kind, several[0]._replace(models=tuple(models), batch=batch)


def _event(
    kind: str, member: str, delivery: Delivery, headers: Mapping[str, str], said: str
) -> Event:
    operation, node = delivery.operation, delivery.node
    return Event(
        type=kind,
        model=delivery.models[0],
        member=member,
        group=_group(operation, kind),
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
        headers=headers,
        said=said,
    )


def _group(operation: Node, kind: str) -> str:
    tags = operation.get("tags")
    if isinstance(tags, list) and tags:
        return str(tags[0])
    head, dot, _ = kind.partition(".")
    return snake(head) if dot else ""
