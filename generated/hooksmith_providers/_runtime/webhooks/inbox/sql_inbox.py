"""Inbox in a database: the operations of receivers and workers, for every dialect."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from .database import Key, Session, key_of
from .operator_commands import OperatorCommands
from .states import (
    Added,
    Claim,
    Cursor,
    EventRow,
    Finished,
    LeaseLostError,
    NewDelivery,
    NewEvent,
    Outcome,
    State,
)


class SQLInbox(OperatorCommands):
    """Inbox in a database: the operations of receivers and workers."""

    # --- receiver

    def add(self, deliveries: Sequence[NewDelivery], *, cursor: Cursor | None = None) -> Added:
        """Store deliveries and a cursor in one transaction; return after the commit."""
        added = self._write(lambda session: self._add(session, deliveries, cursor), is_durable=True)
        self._after_commit(added.due)
        return added

    def _add(
        self, session: Session, deliveries: Sequence[NewDelivery], cursor: Cursor | None = None
    ) -> Added:
        self._lock_keys(
            session,
            {
                (delivery.source, delivery.tenant, event.ordering_key)
                for delivery in deliveries
                for event in delivery.events
                if event.ordering_key is not None
            },
        )
        due: list[int] = []
        new: list[int] = []
        for delivery in deliveries:
            self._add_delivery(session, delivery, new, due)
        if cursor is not None:
            session.execute(
                self._sql.save_cursor, source=cursor.source, name=cursor.name, value=cursor.value
            )
        if due:
            self._enqueue_within(session, due)
            for source in {delivery.source for delivery in deliveries}:
                self._announce(session, source)
        total = sum(len(delivery.events) for delivery in deliveries)
        return Added(ids=tuple(new), due=tuple(due), duplicates=total - len(new))

    def _add_delivery(
        self, session: Session, delivery: NewDelivery, new: list[int], due: list[int]
    ) -> None:
        """Add a delivery and its events; append the row ids of new and of due events to `new` and `due`."""
        ((delivery_id,),) = session.execute(
            self._sql.add_delivery,
            source=delivery.source,
            tenant=delivery.tenant,
            headers=json.dumps(delivery.headers),
            body=delivery.body,
        )
        before = len(new)
        for event in delivery.events:
            is_due = event.state is State.PENDING and not self._is_held_back(
                session, delivery, event
            )
            ((id_, duplicates),) = session.execute(
                self._sql.add_event,
                delivery_id=delivery_id,
                position=event.position,
                source=delivery.source,
                tenant=delivery.tenant,
                event_id=event.event_id,
                type=event.type,
                ordering_key=event.ordering_key,
                state=event.state.value,
                is_due=int(is_due),
                is_nudged=int(self.engine is not None),
                error=event.error,
            )
            if duplicates == 0:
                new.append(id_)
                if is_due:
                    due.append(id_)
        if len(new) == before:
            session.execute(self._sql.drop_delivery, id=delivery_id)

    def _is_held_back(self, session: Session, delivery: NewDelivery, event: NewEvent) -> bool:
        """Whether an earlier event of the same ordering key is not finished."""
        if event.ordering_key is None:
            return False
        key = {
            "source": delivery.source,
            "tenant": delivery.tenant,
            "ordering_key": event.ordering_key,
        }
        lookups = [self._sql.active, self._sql.first_waiting]
        if self._hold_dead:
            lookups.append(self._sql.first_dead)
        return any(session.execute(lookup, **key) for lookup in lookups)

    def cursor(self, source: str, name: str) -> str | None:
        """Return the value of a cursor; None if it was never stored."""
        rows = self._read(
            lambda session: session.execute(self._sql.cursor, source=source, name=name)
        )
        return str(rows[0][0]) if rows else None

    # --- engine

    def _enqueue_within(self, session: Session, ids: Sequence[int]) -> None:
        if ids and self.engine is not None and self.engine.transactional:
            self.engine.enqueue(ids, connection=session.connection)

    def _after_commit(self, ids: Sequence[int]) -> None:
        if ids and self.engine is not None and not self.engine.transactional:
            self.engine.enqueue(ids)

    # --- worker

    def claim(self, source: str, limit: int) -> list[Claim]:
        """Claim due events of a source, the earliest due first."""
        due_in, is_clock_behind = self._next_due(source)
        if due_in is None or due_in > 0:
            return []
        token = secrets.token_hex(16)

        def operation(session: Session) -> list[Claim]:
            if is_clock_behind:
                session.execute(self._sql.due_again, source=source)
            rows = session.execute(
                self._sql.claim, source=source, limit=limit, token=token, lease=self.lease
            )
            return self._claims(session, [row[0] for row in rows], token)

        return self._write(operation)

    def claim_one(self, source: str, id_: int) -> Claim | None:
        """Claim an event of a source by its row id; None if it is not due, not the first of its key, or claimed."""
        token = secrets.token_hex(16)

        def operation(session: Session) -> list[Claim]:
            rows = session.execute(
                self._sql.claim_one, source=source, id=id_, token=token, lease=self.lease
            )
            return self._claims(session, [row[0] for row in rows], token)

        claims = self._write(operation)
        return claims[0] if claims else None

    def _claims(self, session: Session, ids: list[int], token: str) -> list[Claim]:
        return [
            Claim(row=stored.row, headers=stored.headers, body=stored.body, token=token)
            for stored in self._stored(session, ids)
        ]

    def due_in(self, source: str) -> float | None:
        """Return the seconds until the next event of a source is due, 0 or less if one is; None: none is active."""
        return self._next_due(source)[0]

    def _next_due(self, source: str) -> tuple[float | None, bool]:
        """Return the seconds as `due_in`, and whether the next event was received later than now.

        Then the clock has been set back, and pending events are due at once.
        """
        rows = self._read(lambda session: session.execute(self._sql.next_due, source=source))
        if not rows:
            return None, False
        ((due_in, is_clock_behind),) = rows
        return (0.0, True) if is_clock_behind else (float(due_in), False)

    def renew(self, claims: Iterable[Claim]) -> set[int]:
        """Extend leases; return the row ids of the claims that still hold."""
        by_token: dict[str, list[int]] = defaultdict(list)
        for claim in claims:
            by_token[claim.token].append(claim.row.id)

        def operation(session: Session) -> set[int]:
            return {
                row[0]
                for token, ids in by_token.items()
                for row in session.execute(
                    self._sql.renew, ids=self._id_list(ids), token=token, lease=self.lease
                )
            }

        return self._write(operation)

    def finish(self, claim: Claim, outcome: Outcome) -> Finished:
        """Write the outcome of an attempt, if the claim still holds."""
        finished = self._write(lambda session: self._finish(session, claim, outcome))
        if finished.next_id is not None or outcome.state is State.PENDING:
            self.wake()  # a waiting worker may have to wait less
        return finished

    def _finish(self, session: Session, claim: Claim, outcome: Outcome) -> Finished:
        self._lock_keys(session, key_of(claim.row))
        held = session.execute(
            self._sql.finish,
            id=claim.row.id,
            token=claim.token,
            state=outcome.state.value,
            delay=outcome.delay,
            uncounted=int(not outcome.is_counted),
            error=outcome.error,
            handled=json.dumps(outcome.handled),
        )
        if not held or outcome.state is State.PENDING:
            return Finished(is_held=bool(held))
        return Finished(is_held=True, next_id=self._activate_next(session, claim.row))

    def _activate_next(self, session: Session, row: EventRow) -> int | None:
        if row.ordering_key is None:
            return None
        return self._activate(session, (row.source, row.tenant, row.ordering_key))

    def complete(
        self, claim: Claim, connection: Any, handled: tuple[str, ...], is_done: bool = True
    ) -> None:
        """Record handlers' success on the caller's connection, in its transaction; raises LeaseLostError."""
        rows = self._session(connection).execute(
            self._sql.complete if is_done else self._sql.record,
            id=claim.row.id,
            token=claim.token,
            handled=json.dumps(handled),
        )
        if not rows:
            raise LeaseLostError(f"the lease of event {claim.row.id} has ended")

    def settle(self, claim: Claim) -> Finished:
        """Return whether `complete` was committed, and release the next event of the ordering key."""

        def operation(session: Session) -> Finished:
            self._lock_keys(session, key_of(claim.row))
            rows = session.execute(self._sql.state, id=claim.row.id)
            if not rows or rows[0][0] != State.DONE:
                return Finished(is_held=False)
            return Finished(is_held=True, next_id=self._activate_next(session, claim.row))

        finished = self._write(operation)
        if finished.next_id is not None:
            self.wake()
        return finished

    # --- sweep

    def sweep(self, source: str, limit: int = 1000) -> int:
        """Enqueue overdue events again and release keys without an active event; return the number enqueued."""
        self._release_keys(source)
        engine = self.engine
        if engine is None:
            return 0

        is_clock_behind = self._next_due(source)[1]

        def operation(session: Session) -> list[int]:
            if is_clock_behind:
                session.execute(self._sql.due_again, source=source)
            rows = session.execute(
                self._sql.overdue, source=source, renudge=self._renudge, limit=limit
            )
            ids = [int(row[0]) for row in rows]
            if ids:
                session.execute(self._sql.nudge, ids=self._id_list(ids))
                self._enqueue_within(session, ids)
            return ids

        ids = self._write(operation)
        self._after_commit(ids)
        return len(ids)

    def _release_keys(self, source: str) -> None:
        """Activate the first waiting event of keys without an active event.

        A worker that dies between the commit of the caller's transaction and `settle` leaves such a key.
        """
        tenant, ordering_key = "", ""
        while rows := self._read(
            lambda session: session.execute(
                self._sql.waiting_key,
                source=source,
                tenant=tenant,  # noqa: B023 - called at once
                ordering_key=ordering_key,  # noqa: B023
            )
        ):
            tenant, ordering_key = rows[0]
            self._release_key((source, tenant, ordering_key))

    def _release_key(self, key: Key) -> None:
        source, tenant, ordering_key = key
        if self._read(
            lambda session: session.execute(
                self._sql.active, source=source, tenant=tenant, ordering_key=ordering_key
            )
        ):
            return

        def operation(session: Session) -> int | None:
            self._lock_keys(session, [key])
            return self._activate(session, key)

        if self._write(operation) is not None:
            self.wake()
