"""States of an inbox event, and the records that receivers, inboxes and workers exchange.

All times are Unix times in seconds, all durations seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """State of an event in the inbox."""

    PENDING = "pending"
    """Stored; due now, due later after a failed attempt, or waiting behind an earlier event of its ordering key."""

    PROCESSING = "processing"
    """Claimed by a worker until its lease ends."""

    DONE = "done"
    """Every handler succeeded."""

    DEAD = "dead"
    """Unreadable, drifted without a handler, or failed for good: waits for an operator."""

    IGNORED = "ignored"
    """No handler is registered for it."""

    DISCARDED = "discarded"
    """Dead, and given up by an operator."""


REPLAYABLE = (State.DEAD, State.IGNORED, State.DONE)
"""States that `replay` returns to pending."""


class LeaseLostError(RuntimeError):
    """The worker's lease ended and another worker may own the event: its effects must be rolled back."""


class InboxError(RuntimeError):
    """The inbox cannot be used: tables of a newer version, a missing package, a store that is not available."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEvent:
    """Event of a delivery, to be added to the inbox.

    `position` is its index in a batch. Without `event_id` it is not deduplicated.
    """

    position: int
    type: str
    event_id: str | None = None
    ordering_key: str | None = None
    state: State = State.PENDING
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDelivery:
    """Verified delivery, to be added to the inbox with its events; its body is stored once."""

    source: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    events: tuple[NewEvent, ...]
    tenant: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """Position in a provider's list of events, stored in the transaction of the events that it follows."""

    source: str
    name: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """Result of an addition: row ids of the new events in the order of the deliveries, and of the events due now."""

    ids: tuple[int, ...]
    due: tuple[int, ...] = ()
    duplicates: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRow:
    """Event in the inbox, without its delivery's body and headers."""

    id: int
    delivery_id: int
    position: int
    source: str
    tenant: str
    event_id: str | None
    type: str
    ordering_key: str | None
    state: State
    attempts: int
    due_at: float | None
    """Next attempt of a pending event, end of the lease of a processing one; None: waits for its key, or finished."""
    lease_token: str | None = field(repr=False)
    duplicates: int
    replays: int
    received_at: float
    finished_at: float | None
    error: str
    handled: tuple[str, ...]
    """Names of the handlers that succeeded, if the event has several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEvent:
    """Event in the inbox with its delivery's headers and body."""

    row: EventRow
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim(StoredEvent):
    """Claim of a worker on an event; `token` fences every later write."""

    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """Result of an attempt.

    `delay`: seconds until the next attempt of a pending event. `is_counted`: whether the attempt counts.
    """

    state: State
    error: str = ""
    delay: float = 0.0
    is_counted: bool = True
    handled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """Result of `finish`: whether the claim still held, and the id of the next event of its ordering key, now due."""

    is_held: bool
    next_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Filter of events for operators; empty fields select every event. `since` and `before` limit `received_at`."""

    ids: tuple[int, ...] = ()
    states: tuple[State, ...] = ()
    types: tuple[str, ...] = ()
    source: str | None = None
    tenant: str | None = None
    ordering_key: str | None = None
    event_id: str | None = None
    since: float | None = None
    before: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxCounts:
    """Numbers of events by state, and the age in seconds of the oldest event that is pending or processing."""

    states: Mapping[State, int]
    oldest: float | None = None

    def __getitem__(self, state: State) -> int:
        return self.states.get(state, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """Unfinished and dead events of a source.

    Args:
        pending: Events that are due now or later, or wait for their ordering key.
        processing: Events that a worker has claimed.
        dead: Events that wait for an operator.
        age: Seconds since the first unfinished event was received; 0 if there is none.
    """

    pending: int = 0
    processing: int = 0
    dead: int = 0
    age: float = 0.0
