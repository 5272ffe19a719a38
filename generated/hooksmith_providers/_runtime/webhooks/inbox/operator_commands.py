"""Commands of operators on an inbox in a database: list, show, count, replay, discard, prune."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

from .database import Database, Session, event_row
from .masking import Headers, masked_body, masked_headers
from .page import InboxPage
from .selections import conditions
from .states import REPLAYABLE, Backlog, EventRow, InboxCounts, Selection, State, StoredEvent

CHUNK = 500
"""Rows that one transaction changes: a longer one would hold up receivers."""


class OperatorCommands(Database):
    """Commands of operators."""

    @cached_property
    def page(self) -> InboxPage:
        """Read-only page of the inbox, an ASGI application without authentication of its own."""
        return InboxPage(self)  # type: ignore[arg-type] # every subclass is an `Inbox`

    def select(self, *, states: Sequence[str] = (), **filters: Any) -> Selection:
        """Return a selection of events; `filters` are the other fields of `Selection`.

        Raises:
            ValueError: There is no such state.
        """
        return Selection(states=tuple(State(state) for state in states), **filters)

    def list(
        self, selection: Selection, *, limit: int = 100, after: int | None = None
    ) -> list[EventRow]:
        """Return events, the newest first; `after`: only rows with a smaller id."""
        where, parameters = conditions(selection, self._dialect, self._id_list, after=after)
        sql = f"{self._sql.events} {where} ORDER BY id DESC LIMIT :limit"
        rows = self._read(lambda session: session.execute(sql, **parameters, limit=limit))
        return [event_row(row) for row in rows]

    def get(self, id_: int) -> StoredEvent | None:
        """Return an event with its delivery's headers and body."""
        stored = self._read(lambda session: self._stored(session, [id_]))
        return stored[0] if stored else None

    def masked(self, stored: StoredEvent) -> tuple[Headers, str]:
        """Return an event's headers and body for an operator's eyes: values of secret properties masked."""
        return masked_headers(stored.headers), masked_body(stored.body)

    def count(self, selection: Selection) -> int:
        """Return the number of events in a selection."""
        where, parameters = conditions(selection, self._dialect, self._id_list)
        sql = f"{self._sql.count} {where}"
        ((number,),) = self._read(lambda session: session.execute(sql, **parameters))
        return int(number)

    def counts(self, source: str | None = None) -> InboxCounts:
        """Return the numbers of events by state, of one source or of all. Reads every row."""
        by_source = {} if source is None else {"source": source}
        where = "" if source is None else "WHERE source = :source"
        and_source = "" if source is None else "AND source = :source"

        def operation(session: Session) -> InboxCounts:
            rows = session.execute(f"{self._sql.counts} {where} GROUP BY state", **by_source)
            ((oldest, now),) = session.execute(f"{self._sql.oldest} {and_source}", **by_source)
            return InboxCounts(
                states={State(state): int(number) for state, number in rows},
                oldest=None if oldest is None else max(0.0, float(now) - float(oldest)),
            )

        return self._read(operation)

    def backlog(self, source: str) -> Backlog:
        """Return the unfinished and dead events of a source. Reads the indexes of these alone."""

        def operation(session: Session) -> Backlog:
            numbers = {state.value: 0 for state in (State.PENDING, State.PROCESSING, State.DEAD)}
            ages = [0.0]
            for state, number, age in session.execute(self._sql.backlog, source=source):
                numbers[state] += int(number)
                ages.append(float(age or 0.0))
            return Backlog(**numbers, age=max(ages))

        return self._read(operation)

    def replay(self, selection: Selection) -> int:
        """Return dead, ignored or done events to pending; return their number."""
        return self._change(selection, REPLAYABLE, self._replay)

    def discard(self, selection: Selection) -> int:
        """Give up dead events; return their number."""
        return self._change(selection, (State.DEAD,), self._discard)

    def prune(self, older_than: float | None = None, limit: int | None = None) -> int:
        """Delete finished events after `older_than` seconds (default: the retention); return their number."""
        seconds = self.retention if older_than is None else older_than
        total = 0
        while limit is None or total < limit:
            size = CHUNK if limit is None else min(CHUNK, limit - total)
            number = self._write(lambda session: self._prune(session, seconds, size))  # noqa: B023
            total += number
            if number < size:
                break
        return total

    def _change(self, selection: Selection, states: tuple[State, ...], change: Any) -> int:
        """Apply a change to the events of a selection in some states, in chunks, the earliest first."""
        allowed = tuple(state for state in selection.states or states if state in states)
        if not allowed:
            return 0
        where, parameters = conditions(
            selection, self._dialect, self._id_list, states=allowed, is_ascending=True
        )
        sql = f"{self._sql.ids} {where} ORDER BY id LIMIT :limit"
        total, last = 0, 0

        def next_rows(session: Session) -> Any:
            return session.execute(sql, **parameters, beyond=last, limit=CHUNK)

        while rows := self._read(next_rows):
            ids = [int(row[0]) for row in rows]
            total += self._write(partial(change, ids=ids), is_durable=True)
            last = ids[-1]
        self.wake()
        return total

    def _replay(self, session: Session, ids: Sequence[int]) -> int:
        rows = session.execute(self._sql.keys, ids=self._id_list(ids))
        self._lock_keys(session, [(row[1], row[2], row[3]) for row in rows if row[3] is not None])
        total = 0
        for id_, source, tenant, ordering_key in rows:
            key = {"source": source, "tenant": tenant, "ordering_key": ordering_key}
            waits = ordering_key is not None and bool(session.execute(self._sql.active, **key))
            total += len(session.execute(self._sql.replay, id=id_, is_due=int(not waits)))
        for source in {row[1] for row in rows}:
            self._announce(session, source)
        return total

    def _discard(self, session: Session, ids: Sequence[int]) -> int:
        rows = session.execute(self._sql.keys, ids=self._id_list(ids))
        keys = {(row[1], row[2], row[3]) for row in rows if row[3] is not None}
        self._lock_keys(session, keys)
        total = len(session.execute(self._sql.discard, ids=self._id_list(ids)))
        for key in sorted(keys):
            self._activate(session, key)
        return total

    def _prune(self, session: Session, older_than: float, limit: int) -> int:
        rows = session.execute(self._sql.prune, older_than=older_than, limit=limit)
        if rows:
            deliveries = sorted({int(row[0]) for row in rows})
            session.execute(self._sql.drop_empty, ids=self._id_list(deliveries))
        return len(rows)
