"""Base of an inbox in a database: its statements, reading and writing transactions."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from ..receiver.stores import check_seconds
from .protocol import Engine
from .statements import COLUMN_NAMES, Dialect, statements, tables
from .states import EventRow, NewDelivery, State, StoredEvent

LEASE = 30.0
RETENTION = 30 * 86_400.0
RENUDGE = 60.0

ResultT = TypeVar("ResultT")


class Session(Protocol):
    """Open transaction."""

    connection: Any

    def execute(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement with named parameters; return its rows."""
        raise NotImplementedError


Operation = Callable[[Session], ResultT]
Key = tuple[str, str, str]
"""Source, tenant and ordering key."""


class Database(ABC):
    """Database of an inbox.

    Args:
        dialect: The database's SQL.
        lease: Seconds that a claim holds without renewal.
        retention: Seconds until `prune` deletes finished events. Longer than the sender repeats deliveries.
        hold_dead: Whether a dead event holds later events of its ordering key back until it is replayed or discarded.
        engine: Queue of a job library; None: a worker of this package claims events.
        renudge: Seconds until `sweep` enqueues an overdue event again.

    Raises:
        ValueError: A number is not positive.
    """

    def __init__(
        self,
        dialect: Dialect,
        *,
        lease: float,
        retention: float,
        hold_dead: bool,
        engine: Engine | None = None,
        renudge: float = RENUDGE,
    ) -> None:
        check_seconds(lease=lease, retention=retention, renudge=renudge)
        self.lease = lease
        self.retention = retention
        self.engine = engine
        self._renudge = renudge
        self._hold_dead = hold_dead
        self._dialect = dialect
        self._sql = statements(dialect)

    @abstractmethod
    def _write(self, operation: Operation[ResultT], *, is_durable: bool = False) -> ResultT:
        """Run an operation in a transaction and return after the commit.

        `is_durable`: whether the commit must survive a loss of power.
        """

    @abstractmethod
    def _read(self, operation: Operation[ResultT]) -> ResultT:
        """Run an operation that only reads."""

    @abstractmethod
    def _session(self, connection: Any) -> Session:
        """Return a session on the caller's connection; raises TypeError if it is of another library."""

    @abstractmethod
    def _lock_keys(self, session: Session, keys: Iterable[Key]) -> None:
        """Serialise transactions that add or finish events of the same ordering keys."""

    @abstractmethod
    def _announce(self, session: Session, source: str) -> None:
        """Notify the workers of other processes that an event of a source is due."""

    @abstractmethod
    def _id_list(self, ids: Sequence[int]) -> Any:
        """Return the parameter `:ids` for a list of row ids."""

    @abstractmethod
    def wake(self) -> None:
        """Let every `wait` of this process return at once."""

    def schema(self) -> str:
        """Return the SQL that creates the tables."""
        return tables(self._dialect)

    def _stored(self, session: Session, ids: Sequence[int]) -> list[StoredEvent]:
        if not ids:
            return []
        return [
            StoredEvent(
                row=event_row(row[:-2]),
                headers=tuple((name, value) for name, value in json.loads(row[-2])),
                body=bytes(row[-1]),
            )
            for row in session.execute(self._sql.stored, ids=self._id_list(ids))
        ]

    # --- ordering keys

    def _activate(self, session: Session, key: Key, *, is_forced: bool = False) -> int | None:
        """Make the first waiting event of a key due, if no event of the key is active or holds it.

        `is_forced`: dead events do not hold the key.
        """
        source, tenant, ordering_key = key
        parameters = {"source": source, "tenant": tenant, "ordering_key": ordering_key}
        waiting = session.execute(self._sql.first_waiting, **parameters)
        if not waiting or session.execute(self._sql.active, **parameters):
            return None
        next_id = int(waiting[0][0])
        if self._hold_dead and not is_forced:
            dead = session.execute(self._sql.first_dead, **parameters)
            if dead and dead[0][0] < next_id:
                return None
        session.execute(self._sql.activate, id=next_id)
        self._announce(session, source)
        return next_id


def event_row(row: Sequence[Any]) -> EventRow:
    """Return the record of a row with the columns `COLUMNS`."""
    values = dict(zip(COLUMN_NAMES, row, strict=True))
    values["state"] = State(values["state"])
    values["handled"] = tuple(json.loads(values["handled"]))
    return EventRow(**values)


def key_of(row: EventRow) -> tuple[Key, ...]:
    """Return the ordering key of an event, if it has one."""
    return () if row.ordering_key is None else ((row.source, row.tenant, row.ordering_key),)


def is_plain(deliveries: Sequence[NewDelivery]) -> bool:
    """Return whether this is one delivery of one pending event without an ordering key."""
    if len(deliveries) != 1 or len(deliveries[0].events) != 1:
        return False
    event = deliveries[0].events[0]
    return event.ordering_key is None and event.state is State.PENDING
