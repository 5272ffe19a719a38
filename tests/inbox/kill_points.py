"""Processes that end by SIGKILL at a point of receiving or processing: `python kill_points.py ADDRESS FOLDER`.

For each point, a child accepts an event and processes it, and is killed at the point. Then a second child does what
follows a crash: the sender repeats what was not acknowledged, another worker drains the inbox. A line of JSON a point.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from hooksmith_providers.workos import (
    DeliveryContext,
    PostgresInbox,
    Retry,
    SQLiteInbox,
    UserCreated,
    Webhook,
    WebhookReceiver,
)
from hooksmith_providers.workos.testing import example

POINTS = [
    "accept.before_commit",
    "accept.after_commit",
    "work.after_claim",
    "handler.middle",
    "work.after_handler",
    "work.after_finish",
    "tx.before_commit",
]
EFFECTS = ["at least once", "in a transaction", "in an asynchronous transaction"]
WEBHOOK = Webhook("secret", tolerance=None)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(function: Callable[..., Any], condition: Callable[[Any], bool] = bool) -> Any:
    """The function, after which the process is killed."""

    def killing(*arguments: Any, **options: Any) -> Any:
        result = function(*arguments, **options)
        if condition(result):
            die()
        return result

    return killing


def before(function: Callable[..., Any]) -> Any:
    def killing(*arguments: Any, **options: Any) -> Any:
        die()
        return function(*arguments, **options)

    return killing


def arm(inbox: Any, point: str) -> None:
    """Let a call of the inbox kill the process."""
    if point == "accept.before_commit":
        inbox._add = after(inbox._add)
    elif point == "accept.after_commit":
        inbox.add = after(inbox.add)
    elif point == "work.after_claim":
        inbox.claim = after(inbox.claim)
    elif point == "work.after_handler":
        inbox.finish, inbox.settle = before(inbox.finish), before(inbox.settle)
    elif point == "work.after_finish":
        inbox.finish, inbox.settle = after(inbox.finish), after(inbox.settle)


def make(address: str, folder: Path, *, effects: str, point: str) -> Any:
    """The receiver of a child."""
    is_postgres = is_of_postgres(address)
    inbox = (PostgresInbox if is_postgres else SQLiteInbox)(address)
    arm(inbox, point)
    receiver = WebhookReceiver(
        WEBHOOK,
        inbox=inbox,
        retry=Retry(max_attempts=5, first=0),
        ordering_key=lambda event: event.data.id,
    )

    def connect() -> Any:
        if is_postgres:
            import psycopg

            return psycopg.connect(address)
        return closing(sqlite3.connect(address, timeout=30))

    def log(event: UserCreated) -> None:
        if point == "handler.middle":
            die()
        file = os.open(folder / "effects", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, f"{event.id}\n".encode())
        os.close(file)

    def write(event: UserCreated, delivery: DeliveryContext) -> None:
        if point == "handler.middle":
            die()
        with connect() as connection:
            mark = "%s" if is_postgres else "?"
            connection.execute(f"INSERT INTO effects VALUES ({mark})", (event.id,))
            delivery.complete(connection)
            if point == "tx.before_commit":
                die()
            connection.commit()

    async def awrite(event: UserCreated, delivery: DeliveryContext) -> None:
        from psycopg import AsyncConnection

        if point == "handler.middle":
            die()
        async with await AsyncConnection.connect(address) as connection:
            await connection.execute("INSERT INTO effects VALUES (%s)", (event.id,))
            await delivery.acomplete(connection)
            if point == "tx.before_commit":
                die()

    handlers: list[Callable[..., Any]] = [log, write, awrite]
    receiver.on(UserCreated)(handlers[EFFECTS.index(effects)])
    return receiver


def in_child(function: Callable[[], None]) -> int:
    """Run a function in a child; return its exit status."""
    process = os.fork()
    if process == 0:
        try:
            function()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitpid(process, 0)[1]


def send(receiver: Any, id_: str, folder: Path) -> None:
    delivery = example(UserCreated, webhook=WEBHOOK, changes={"id": id_, "data.id": "one_key"})
    reply = receiver.receive(delivery.body, delivery.headers)
    assert reply.status == 200, reply
    (folder / f"acknowledged.{id_}").touch()


def run(address: str, folder: Path, point: str, effects: str) -> dict[str, Any]:
    id_ = f"{point} {effects}".replace(" ", "_")
    later = f"{id_}.later"

    def first() -> None:
        receiver = make(address, folder, effects=effects, point=point)
        send(receiver, id_, folder)
        receiver.work(drain=True)

    def second() -> None:
        receiver = make(address, folder, effects=effects, point="")
        is_acknowledged = (folder / f"acknowledged.{id_}").exists()
        if not is_acknowledged:
            send(receiver, id_, folder)
        send(receiver, later, folder)  # of the same ordering key
        receiver.inbox._write(end_leases)
        receiver.sweep()
        receiver.work(drain=True)

    return {
        "point": point,
        "effects": effects,
        "ids": [id_, later],
        "first": in_child(first),
        "second": in_child(second),
    }


def end_leases(session: Any) -> None:
    """Let the leases of killed workers end now."""
    session.execute("UPDATE inbox_events SET due_at = 0 WHERE state = 'processing'")


def is_of_postgres(address: str) -> bool:
    return "dbname=" in address


def main(address: str, folder: Path) -> None:
    for effects in EFFECTS if is_of_postgres(address) else EFFECTS[:2]:
        for point in POINTS:
            if point == "tx.before_commit" and effects == EFFECTS[0]:
                continue
            print(json.dumps(run(address, folder, point, effects)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
