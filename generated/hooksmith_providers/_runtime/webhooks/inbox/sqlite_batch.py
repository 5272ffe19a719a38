"""Additions to an inbox in SQLite: the deliveries of a group in two statements.

Python's sqlite3 releases the interpreter's lock for each statement and each row, and must wait for it again: with a
busy event loop beside it, that costs more than the statement. Hence the row ids are read as one row.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any

from .states import Added, NewDelivery

_NEXT_ID = "SELECT seq FROM sqlite_sequence WHERE name = 'inbox_deliveries'"


def add_plain(
    connection: sqlite3.Connection, deliveries: Sequence[NewDelivery], now: float
) -> list[Added]:
    """Add plain deliveries; return the result of each, in order."""
    if not deliveries:
        return []
    row = connection.execute(_NEXT_ID).fetchone()
    first = 1 if row is None else row[0] + 1
    of_deliveries: list[Any] = []
    of_events: list[Any] = []
    for delivery_id, delivery in enumerate(deliveries, first):
        headers = json.dumps(delivery.headers)
        of_deliveries += (
            delivery_id,
            delivery.source,
            delivery.tenant,
            now,
            headers,
            delivery.body,
        )
        (event,) = delivery.events
        of_events += (delivery_id, event.position, delivery.source, delivery.tenant, event.event_id)
        of_events += (event.type, now, now)
    connection.execute(_insert_deliveries(len(deliveries)), of_deliveries)
    connection.execute(_insert_events(len(deliveries)), of_events)
    # The row of a duplicate has the delivery of the first; within one group that is a delivery of this group.
    (added,) = connection.execute(_ADDED, [first]).fetchone()
    new = dict(json.loads(added))
    ids = range(first, first + len(deliveries))
    repeated = [delivery_id for delivery_id in ids if delivery_id not in new]
    if repeated:
        connection.execute(
            "DELETE FROM inbox_deliveries WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(repeated)],
        )
    return [_added(new.get(delivery_id)) for delivery_id in ids]


def _added(id_: int | None) -> Added:
    return Added(ids=(), duplicates=1) if id_ is None else Added(ids=(id_,), due=(id_,))


_DELIVERIES = (
    "INSERT INTO inbox_deliveries (id, source, tenant, received_at, headers, body) VALUES "
)


@cache
def _insert_deliveries(count: int) -> str:
    """Return the statement for `count` rows; it has placeholders alone."""
    values = ", ".join(["(?, ?, ?, ?, ?, ?)"] * count)
    return _DELIVERIES + values


@cache
def _insert_events(count: int) -> str:
    """Return the statement for `count` rows; it has placeholders alone."""
    values = ", ".join(["(?, ?, ?, ?, ?, ?, 'pending', ?, ?)"] * count)
    return _EVENTS.replace("VALUES", f"VALUES {values}")


_EVENTS = """
INSERT INTO inbox_events (delivery_id, position, source, tenant, event_id, type, state, received_at, due_at) VALUES
ON CONFLICT (source, tenant, event_id) DO UPDATE SET duplicates = inbox_events.duplicates + 1
"""

_ADDED = (
    "SELECT json_group_array(json_array(delivery_id, id)) FROM inbox_events WHERE delivery_id >= ?"
)
