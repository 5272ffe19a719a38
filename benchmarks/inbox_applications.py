"""ASGI applications of the benchmark `inbox`: `uvicorn --factory benchmarks.inbox_applications:NAME`.

The environment has the seconds that a handler takes (HOOKSMITH_BENCH_SECONDS), whether a worker runs in the server
(HOOKSMITH_BENCH_WORKER), the folder of files, and PostgreSQL's connection string.
"""

from __future__ import annotations

import os
import time
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response

from hooksmith_providers.workos import (
    PostgresInbox,
    Procrastinate,
    SQLiteInbox,
    SQLiteStore,
    UserCreated,
    Webhook,
    WebhookReceiver,
    parse_event,
)

SECONDS = float(os.environ.get("HOOKSMITH_BENCH_SECONDS", "0"))
HAS_WORKER = os.environ.get("HOOKSMITH_BENCH_WORKER") == "1"
FOLDER = os.environ.get("HOOKSMITH_BENCH_FOLDER", ".")
POSTGRES = os.environ.get("HOOKSMITH_BENCH_POSTGRES", "")
WEBHOOK = Webhook("secret")
LOG = os.open(f"{FOLDER}/handled.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def note(id_: str) -> None:
    """Do the work of a handler: wait, and write down when it was done."""
    if SECONDS:
        time.sleep(SECONDS)
    os.write(LOG, f"{id_} {time.time()}\n".encode())


def _with_handler(receiver: Any) -> Any:
    def handle(event: UserCreated) -> None:
        note(event.id)

    receiver.on(UserCreated)(handle)
    return receiver


def _application(receiver: Any) -> Any:
    """The receiver, with a worker in this process if the benchmark asks for one."""
    _with_handler(receiver)
    if not HAS_WORKER:
        return receiver.asgi
    from starlette.applications import Starlette
    from starlette.routing import Mount

    return Starlette(routes=[Mount("/", receiver.asgi)], lifespan=receiver.lifespan)


def in_request() -> Any:
    """A receiver that handles events before it answers, without a store."""
    return _with_handler(WebhookReceiver(WEBHOOK, store=None)).asgi


def in_request_sqlite() -> Any:
    """A receiver that handles events before it answers, with a store in a file."""
    store = SQLiteStore(f"{FOLDER}/store.db")
    return _with_handler(WebhookReceiver(WEBHOOK, store=store)).asgi


def sqlite_inbox() -> Any:
    """A receiver with an inbox in a file."""
    return _application(WebhookReceiver(WEBHOOK, inbox=SQLiteInbox(f"{FOLDER}/inbox.db")))


def postgres_inbox() -> Any:
    """A receiver with an inbox in PostgreSQL."""
    return _application(WebhookReceiver(WEBHOOK, inbox=PostgresInbox(POSTGRES)))


def jobs() -> Any:
    """The application of procrastinate."""
    import procrastinate

    return procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=POSTGRES))


def procrastinate_inbox() -> Any:
    """A receiver with an inbox in PostgreSQL, whose events procrastinate's workers process."""
    return receiver_of_procrastinate.asgi


app_of_procrastinate = jobs() if POSTGRES else None
if app_of_procrastinate is not None:
    inbox = PostgresInbox(POSTGRES, engine=Procrastinate(app_of_procrastinate))
    receiver_of_procrastinate = _with_handler(WebhookReceiver(WEBHOOK, inbox=inbox))


def hand_written() -> Any:
    """FastAPI and procrastinate without this package's receiver: verify, defer the body, answer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        async with own_jobs.open_async():
            yield

    app = FastAPI(lifespan=lifespan)
    task: Any = process_by_hand

    @app.post("/webhooks")
    async def receive(request: Request) -> Response:
        body = await request.body()
        event: Any = WEBHOOK.unwrap(body, request.headers)
        await task.defer_async(body=body.decode(), id_=event.id)
        return Response(status_code=200)

    return app


own_jobs: Any = jobs() if POSTGRES else None
process_by_hand: Any = None
if own_jobs is not None:

    def _process(body: str, id_: str) -> None:
        """Read the event again and handle it."""
        parse_event(body)
        note(id_)

    process_by_hand = own_jobs.task(_process, name="by_hand")
