"""Protocols of an inbox and of an engine.

The row in the inbox is the only truth: attempts, due time, lease, order and dead letters are columns. An engine's job
carries a row id and nothing else; a lost, repeated or reordered job is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from .masking import Headers
from .states import (
    Added,
    Backlog,
    Claim,
    Cursor,
    EventRow,
    Finished,
    InboxCounts,
    NewDelivery,
    Outcome,
    Selection,
    State,
    StoredEvent,
)


class Engine(Protocol):
    """Queue of a job library that calls `receiver.process(id)` in its own workers."""

    transactional: bool
    """Whether `enqueue` writes on the inbox's connection, in its transaction; otherwise it runs after the commit."""

    def enqueue(self, ids: Sequence[int], *, connection: Any = None) -> None:
        """Enqueue a job for each row id. Later attempts are enqueued by sweeps."""
        raise NotImplementedError

    def bind(self, process: Callable[[int], State | None], sweep: Callable[[], int]) -> None:
        """Add a receiver of the inbox: `process` takes a row id, `sweep` enqueues overdue events again."""
        raise NotImplementedError


class Inbox(Protocol):
    """Store of deliveries and their events. Every method may be called from many threads."""

    lease: float
    """Seconds that a claim holds without renewal."""

    retention: float
    """Seconds until `prune` deletes finished events."""

    engine: Engine | None

    # --- receiver

    def add(self, deliveries: Sequence[NewDelivery], *, cursor: Cursor | None = None) -> Added:
        """Store deliveries and a cursor in one transaction; return after the commit."""
        raise NotImplementedError

    async def aadd(
        self, deliveries: Sequence[NewDelivery], *, cursor: Cursor | None = None
    ) -> Added:
        """Store deliveries and a cursor in one transaction, without blocking the event loop."""
        raise NotImplementedError

    def cursor(self, source: str, name: str) -> str | None:
        """Return the value of a cursor; None if it was never stored."""
        raise NotImplementedError

    # --- worker

    def claim(self, source: str, limit: int) -> list[Claim]:
        """Claim due events of a source, the earliest due first."""
        raise NotImplementedError

    def claim_one(self, source: str, id_: int) -> Claim | None:
        """Claim an event of a source by its row id; None if it is not due, not the first of its key, or claimed."""
        raise NotImplementedError

    def renew(self, claims: Iterable[Claim]) -> set[int]:
        """Extend leases; return the row ids of the claims that still hold."""
        raise NotImplementedError

    def finish(self, claim: Claim, outcome: Outcome) -> Finished:
        """Write the outcome of an attempt, if the claim still holds."""
        raise NotImplementedError

    def complete(
        self, claim: Claim, connection: Any, handled: tuple[str, ...], is_done: bool = True
    ) -> None:
        """Record handlers' success on the caller's connection, in its transaction; raises LeaseLostError.

        `is_done`: whether these are all handlers, so that the event is done.
        """
        raise NotImplementedError

    async def acomplete(
        self, claim: Claim, connection: Any, handled: tuple[str, ...], is_done: bool = True
    ) -> None:
        """Record handlers' success on the caller's asynchronous connection; raises LeaseLostError."""
        raise NotImplementedError

    def settle(self, claim: Claim) -> Finished:
        """Return whether `complete` was committed, and release the next event of the ordering key."""
        raise NotImplementedError

    def wait(self, source: str, timeout: float) -> None:
        """Return when events of a source may be due, at the latest after `timeout` seconds."""
        raise NotImplementedError

    def wake(self) -> None:
        """Let every `wait` of this process return at once."""
        raise NotImplementedError

    def sweep(self, source: str, limit: int = 1000) -> int:
        """Enqueue overdue events again and release keys without an active event; return the number enqueued."""
        raise NotImplementedError

    # --- operator

    def select(self, *, states: Sequence[str] = (), **filters: Any) -> Selection:
        """Return a selection of events; raises ValueError for a state that does not exist."""
        raise NotImplementedError

    def list(
        self, selection: Selection, *, limit: int = 100, after: int | None = None
    ) -> list[EventRow]:
        """Return events, the newest first; `after`: only rows with a smaller id."""
        raise NotImplementedError

    def get(self, id_: int) -> StoredEvent | None:
        """Return an event with its delivery's headers and body."""
        raise NotImplementedError

    def masked(self, stored: StoredEvent) -> tuple[Headers, str]:
        """Return an event's headers and body for an operator's eyes: values of secret properties masked."""
        raise NotImplementedError

    def count(self, selection: Selection) -> int:
        """Return the number of events in a selection."""
        raise NotImplementedError

    def counts(self, source: str | None = None) -> InboxCounts:
        """Return the numbers of events by state, of one source or of all."""
        raise NotImplementedError

    def backlog(self, source: str) -> Backlog:
        """Return the unfinished and dead events of a source."""
        raise NotImplementedError

    def replay(self, selection: Selection) -> int:
        """Return dead, ignored or done events to pending; return their number."""
        raise NotImplementedError

    def discard(self, selection: Selection) -> int:
        """Give up dead events; return their number."""
        raise NotImplementedError

    def prune(self, older_than: float | None = None, limit: int | None = None) -> int:
        """Delete finished events after `older_than` seconds (default: the retention); return their number."""
        raise NotImplementedError

    def schema(self) -> str:
        """Return the SQL that creates the tables."""
        raise NotImplementedError

    def close(self) -> None:
        """Close connections and end threads."""
        raise NotImplementedError
