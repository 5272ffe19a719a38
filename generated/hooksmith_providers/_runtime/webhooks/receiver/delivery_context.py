"""The second parameter of a handler: the delivery of its event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from ..signatures.message import AnyHeaders, header_pairs

_ATTEMPT_HEADERS = {"x-slack-retry-num": 1, "x-hookdeck-attempt-count": 0}
"""Headers with the number of an attempt; the value is added to the header's, to count from 1."""


class Completion(Protocol):
    """Records the success of a handler in the transaction of its effects."""

    @property
    def max_attempts(self) -> int:
        """The number of attempts until the event is dead."""
        raise NotImplementedError

    def complete(self, connection: Any) -> None:
        """Record the success on a connection; raises LeaseLostError."""

    async def acomplete(self, connection: Any) -> None:
        """Record the success on an asynchronous connection; raises LeaseLostError."""


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
        id: With an inbox, the row id of the event.
        ordering_key: With an inbox, the key of events that are processed in the order of arrival.
        claims: With an inbox, the number of the attempt.
        is_replayed: Whether an operator replayed the event.
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
    id: int | None = None
    ordering_key: str | None = None
    claims: int | None = None
    is_replayed: bool = False
    completion: Completion | None = field(default=None, repr=False, compare=False)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The headers by lower-case name; of a repeated header the last value."""
        return dict(header_pairs(self.raw_headers))

    @cached_property
    def attempt(self) -> int | None:
        """The number of the attempt, from 1; None if the sender does not state it."""
        if self.claims is not None:
            return self.claims
        for name, added in _ATTEMPT_HEADERS.items():
            value = self.headers.get(name, "")
            if value.isdecimal() and len(value) < 9:
                return int(value) + added
        return None

    @property
    def max_attempts(self) -> int | None:
        """With an inbox, the number of attempts until the event is dead; otherwise None."""
        return None if self.completion is None else self.completion.max_attempts

    def complete(self, connection: Any) -> None:
        """Record this handler's success in the caller's transaction, so that its effects happen exactly once.

        Args:
            connection: The connection of the effects: `psycopg.Connection` to the inbox's database, or
                `sqlite3.Connection` to its file. The caller commits after this call.

        Raises:
            LeaseLostError: Another worker may own the event: let the transaction roll back.
            RuntimeError: The receiver has no inbox.
        """
        self._required_completion.complete(connection)

    async def acomplete(self, connection: Any) -> None:
        """Record this handler's success in the transaction of a `psycopg.AsyncConnection`; errors as for `complete`."""
        await self._required_completion.acomplete(connection)

    @property
    def _required_completion(self) -> Completion:
        if self.completion is None:
            raise RuntimeError("complete() needs a receiver with an inbox")
        return self.completion
