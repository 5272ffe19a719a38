"""Event types of a document's webhooks, and the places in a delivery that carry type, id and timestamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ..frozen import value
from .types import JsonValue, Provenance


@value(kw_only=True)
class Event:
    """An event type. `type`: its wire value; `model`: the definition of its body.

    `options`: the definitions of the body if there are several that the type does not tell apart. `batch`: whether
    events of this type are delivered in lists. `carrier`: the form field that holds the event as JSON. `headers`:
    example values of the headers that carry type, id and timestamp.
    """

    type: str
    model: str
    member: str
    """Name of the `EventType` member."""
    group: str
    pointer: str = ""
    """JSON Pointer to the operation in the bundled document."""
    summary: str = ""
    description: str = ""
    deprecated: bool = False
    example: JsonValue = None
    provenance: Provenance | None = None
    options: tuple[str, ...] = ()
    batch: bool = False
    media_type: str | None = None
    carrier: str = ""
    wrapper: str = ""
    """The definition of the whole body, if the event is an item of a list in it."""
    headers: Mapping[str, str] = field(default_factory=dict)
    composed_type: str = ""
    """The type composed from the schemas of its parts, if that differs from `type`."""

    @property
    def models(self) -> tuple[str, ...]:
        """Return the names of all definitions that the body may have."""
        return self.options or (self.model,)


@value(kw_only=True)
class Position:
    """A location in a delivery: a JSON Pointer into the body, a header, or several parts to be joined."""

    pointer: str | None = None
    header: str | None = None
    parts: tuple[Position, ...] = ()

    @property
    def places(self) -> tuple[Position, ...]:
        """Return the parts; if there are none, the position itself."""
        return self.parts or (self,)


@value(kw_only=True)
class Envelope:
    """A list of events inside a body. `items`: JSON Pointer to the list; `event`: pointer from an item to its event."""

    items: str
    event: str = ""


@value(kw_only=True)
class Events:
    """All event types of a document. `type` is None if no location in a delivery has the event type.

    `form`: whether a webhook offers `application/x-www-form-urlencoded`. `acknowledgement`: the body of the reply that
    the webhooks' examples show, as text or JSON; None if they show none, or several. Pointers lead from the event.
    """

    events: tuple[Event, ...] = ()
    type: Position | None = None
    id: Position | None = None
    timestamp: Position | None = None
    form: bool = False
    envelope: Envelope | None = None
    acknowledgement: JsonValue = None
