"""ASGI applications that receive webhooks of WorkOS in several ways: `uvicorn benchmarks.served_applications:NAME`."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
import os
from typing import Any

SECRET = "secret"
PATH = "/webhooks"
FOLDER = os.environ.get("HOOKSMITH_BENCH_FOLDER", ".")
REDIS = os.environ.get("HOOKSMITH_BENCH_REDIS", "")


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """HMAC and `json.loads`, with no framework: the floor."""
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    line = dict(scope["headers"])[b"workos-signature"].decode()
    stamp, signature = (part.partition("=")[2] for part in line.split(", "))
    expected = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    is_right = hmac.compare_digest(expected, signature)
    assert json.loads(body)["event"] == "user.created"
    status = 200 if is_right else 400
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _starlette(endpoint: Any) -> Any:
    from starlette.applications import Starlette
    from starlette.routing import Route

    return Starlette(routes=[Route(PATH, endpoint, methods=["POST"])])


def sdk() -> Any:
    """A route of Starlette that calls the official client."""
    from starlette.requests import Request
    from starlette.responses import Response
    from workos.webhooks._verification import verify_event

    async def take(request: Request) -> Response:
        event = verify_event(
            event_body=await request.body(),
            event_signature=request.headers["workos-signature"],
            secret=SECRET,
            tolerance=10**10,
        )
        return Response(status_code=200 if type(event).__name__ == "UserCreated" else 500)

    return _starlette(take)


def unwrap() -> Any:
    """A route of Starlette that calls `Webhook.unwrap`."""
    from starlette.requests import Request
    from starlette.responses import Response

    from hooksmith_providers.workos import Webhook

    webhook = Webhook(SECRET, tolerance=None)

    async def take(request: Request) -> Response:
        event = webhook.unwrap(await request.body(), request.headers)
        return Response(status_code=200 if type(event).__name__ == "UserCreated" else 500)

    return _starlette(take)


def _receiver(*, is_async: bool = True, **options: Any) -> Any:
    from hooksmith_providers.workos import UserCreated, Webhook, WebhookReceiver

    receiver: Any = WebhookReceiver(Webhook(SECRET, tolerance=None), **options)

    async def handle(event: Any) -> None:
        return

    def handle_in_thread(event: Any) -> None:
        return

    receiver.on(UserCreated)(handle if is_async else handle_in_thread)
    return receiver.asgi


def receiver() -> Any:
    """A receiver without a store; its handler is a coroutine function."""
    return _receiver(store=None)


def receiver_in_memory() -> Any:
    """A receiver with its default store."""
    return _receiver()


def receiver_in_memory_plain() -> Any:
    """A receiver with its default store and a plain handler, which runs in a thread."""
    return _receiver(is_async=False)


def _sqlite(*, is_async: bool) -> Any:
    from hooksmith_providers.workos import SQLiteStore

    return _receiver(store=SQLiteStore(f"{FOLDER}/store.db"), is_async=is_async)


def receiver_sqlite() -> Any:
    """A receiver with a store in a file."""
    return _sqlite(is_async=True)


def receiver_sqlite_plain() -> Any:
    """A receiver with a store in a file and a plain handler."""
    return _sqlite(is_async=False)


def receiver_redis() -> Any:
    """A receiver with a store in Redis, awaited if the package has such a store."""
    package = importlib.import_module("hooksmith_providers.workos")
    if hasattr(package, "AsyncRedisStore"):
        return _receiver(store=package.AsyncRedisStore(REDIS))
    import redis

    return _receiver(store=package.RedisStore(redis.Redis.from_url(REDIS)))
