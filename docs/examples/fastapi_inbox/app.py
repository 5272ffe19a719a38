"""A receiver in FastAPI with an inbox: WorkOS' users, kept in a table.

A delivery is stored, answered 200, and handled later by a worker in this process; again, if a handler fails.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from fastapi import FastAPI

from hooksmith_providers.workos import (
    Retry,
    SQLiteInbox,
    UserCreated,
    UserDeleted,
    UserUpdated,
    Webhook,
    WebhookReceiver,
)

DATABASE = os.environ["DATABASE"]
receiver = WebhookReceiver(
    Webhook(os.environ["WEBHOOK_SECRET"]),
    inbox=SQLiteInbox(f"{DATABASE}.inbox"),
    retry=Retry(max_attempts=10, first=1),  # seconds
)


def connect() -> sqlite3.Connection:
    """Open the table of users. `changed` is the time of the newest event: older ones change nothing."""
    connection = sqlite3.connect(DATABASE)
    connection.execute(
        "create table if not exists users"
        " (id text primary key, email text, changed text, is_deleted integer default 0)"
    )
    return connection


@receiver.on("user.created", "user.updated")
def keep(event: UserCreated | UserUpdated) -> None:
    """Write a user, unless a newer event did already: events can come out of order."""
    _write(event.data.id, event.data.email, event.created_at.isoformat(), is_deleted=False)


@receiver.on(UserDeleted)
def forget(event: UserDeleted) -> None:
    """Mark a user as deleted, so that an older event cannot bring it back."""
    _write(event.data.id, "", event.created_at.isoformat(), is_deleted=True)


def _write(id_: str, email: str, changed: str, *, is_deleted: bool) -> None:
    with closing(connect()) as connection, connection:
        connection.execute(
            "insert into users values (?1, ?2, ?3, ?4) on conflict (id) do update"
            " set email = ?2, changed = ?3, is_deleted = ?4 where changed <= ?3",
            (id_, email, changed, is_deleted),
        )


app = FastAPI(lifespan=receiver.lifespan)
app.mount("/webhooks", receiver)


@app.get("/users")
def users() -> list[str]:
    """List the addresses of all users."""
    with closing(connect()) as connection:
        rows = connection.execute("select email from users where not is_deleted order by email")
        return [email for (email,) in rows]
