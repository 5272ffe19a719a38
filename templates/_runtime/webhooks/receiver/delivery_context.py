"""The second parameter of a handler: the delivery of its event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from ..signatures.message import AnyHeaders, header_pairs

_ATTEMPT_HEADERS = {"x-slack-retry-num": 1, "x-hookdeck-attempt-count": 0}
"""Headers with the number of an attempt; the value is added to the header's, to count from 1."""


@dataclass(frozen=True, kw_only=True)
class DeliveryContext:
    """The delivery of an event.

    Attributes:
        type: The event type.
        event_id: The id that repeated deliveries of the event share; None if there is none.
        receiver: The receiver's name.
        tenant: The tenant that the delivery is for, if the caller or a resolver of secrets states it.
        secret_name: The name of the secret that matched, if the secrets have names.
        attempt: The number of the attempt, from 1, if the sender states it; with an inbox, the number of the claim.
        received_at: The time of arrival, with UTC as time zone.
        body: The body as received; of a batch, the whole.
        raw_headers: The headers as received.
        position: The event's position in a batch; None outside batches.
    """

    type: str
    event_id: str | None
    receiver: str
    received_at: datetime
    body: bytes = field(repr=False)
    raw_headers: AnyHeaders = field(repr=False)
    tenant: str | None = None
    secret_name: str | None = None
    position: int | None = None

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The headers by lower-case name; of a repeated header the last value."""
        return dict(header_pairs(self.raw_headers))

    @cached_property
    def attempt(self) -> int | None:
        """The number of the attempt, from 1; None if the sender does not state it."""
        for name, added in _ATTEMPT_HEADERS.items():
            value = self.headers.get(name, "")
            if value.isdecimal() and len(value) < 9:
                return int(value) + added
        return None
