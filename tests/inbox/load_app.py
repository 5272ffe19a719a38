"""Servers and workers that can be killed at any moment: `python load_app.py serve PORT` and `python load_app.py work`.

The environment has the inbox's address (INBOX), a folder (FOLDER), and for Celery the broker's URL (BROKER).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hooksmith_providers.workos import (
    AfterCommit,
    DeliveryContext,
    PostgresInbox,
    Retry,
    SQLiteInbox,
    UserCreated,
    Webhook,
    WebhookReceiver,
)

ADDRESS = os.environ["INBOX"]
FOLDER = Path(os.environ["FOLDER"])
BROKER = os.environ.get("BROKER", "")
LEASE = 2


def _celery_engine() -> Any:
    global celery
    from celery import Celery

    celery = Celery(broker=BROKER)

    @celery.task(name="process")
    def process(id_: int) -> None:
        receiver.process(id_)

    return AfterCommit(lambda ids: [process.delay(id_) for id_ in ids])


def _inbox() -> Any:
    if "dbname=" not in ADDRESS:
        return SQLiteInbox(ADDRESS, lease=LEASE)
    engine = _celery_engine() if BROKER else None
    return PostgresInbox(ADDRESS, lease=LEASE, engine=engine, renudge=2)


celery: Any = None
receiver = WebhookReceiver(
    Webhook("secret", tolerance=None),
    inbox=_inbox(),
    retry=Retry(max_attempts=100, first=0.1, factor=1),
    ordering_key=lambda event: event.data.id,
)
log = os.open(FOLDER / "handled.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


@receiver.on(UserCreated)
def handle(event: UserCreated, delivery: DeliveryContext) -> None:
    if "dbname=" not in ADDRESS:
        os.write(log, f"{event.id}\n".encode())
        return
    import psycopg

    with psycopg.connect(ADDRESS) as connection:
        connection.execute("INSERT INTO effects VALUES (%s)", [event.id])
        delivery.complete(connection)


def main() -> None:
    if sys.argv[1] == "work":
        receiver.work(concurrency=8, poll=0.5)
        return
    import uvicorn

    uvicorn.run(receiver.asgi, host="127.0.0.1", port=int(sys.argv[2]), log_level="error")


if __name__ == "__main__":
    main()
