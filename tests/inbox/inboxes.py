"""Inboxes and events for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from hooksmith_providers._runtime.webhooks.inbox.states import (
    NewDelivery,
    NewEvent,
    Outcome,
    Selection,
    State,
)
from hooksmith_providers._runtime.webhooks.inbox.worker import Attempt, Worker

SOURCE = "workos"
DONE = Outcome(state=State.DONE)
ALL = Selection()


class Clock:
    """Clock that tests move."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def delivery(
    *event_ids: str | None, key: str | None = None, tenant: str = "", source: str = SOURCE
) -> NewDelivery:
    """A delivery of one event, or of a batch."""
    return NewDelivery(
        source=source,
        tenant=tenant,
        headers=(("content-type", "application/json"), ("x-number", "1")),
        body=",".join(map(str, event_ids)).encode(),
        events=tuple(
            NewEvent(position=index, type="user.created", event_id=event_id, ordering_key=key)
            for index, event_id in enumerate(event_ids)
        ),
    )


def states(inbox: Any) -> dict[str | None, State]:
    """Event id → state of every event."""
    return {row.event_id: row.state for row in inbox.list(ALL, limit=10_000)}


def drain(inbox: Any, process: Callable[[Attempt], Outcome | None], **options: Any) -> None:
    """Process events until none is due."""
    Worker(inbox, SOURCE, process, **options).run(drain=True)


class Working:
    """A worker in a thread of its own."""

    def __init__(
        self, inbox: Any, process: Callable[[Attempt], Outcome | None], **options: Any
    ) -> None:
        self.worker = Worker(inbox, SOURCE, process, **options)
        self.thread = threading.Thread(target=self.worker.run)

    def __enter__(self) -> Working:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.stop()
        self.thread.join(30)
        assert not self.thread.is_alive()
