"""The three APIs, one namespace each test: `/{space}/workos/…`, and `/{space}/control/…` for tests."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from providers import mattr_api, socotra_api, workos_api
from providers.faults import Faults


@dataclass(frozen=True)
class Settings:
    """What tests may switch. Seconds where there is time."""

    token_lifetime: float = 86400
    token_delay: float = 0
    last_page_has_cursor: bool = False
    bare_list: bool = False
    rate: tuple[int, float] | None = None
    """So many requests in so many seconds; more are answered with 429 and `Retry-After`."""


@dataclass
class State:
    """All that the server knows about one namespace."""

    settings: Settings = field(default_factory=Settings)
    faults: list[dict[str, Any] | None] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    replies: dict[bytes, Any] = field(default_factory=dict)
    """By idempotency key."""
    arrivals: list[float] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    issued: int = 0
    created: int = 0
    workos: dict[str, dict[str, Any]] = field(default_factory=dict)
    mattr: dict[str, dict[str, Any]] = field(default_factory=dict)
    socotra: dict[str, dict[str, Any]] = field(default_factory=dict)


async def requests(request: Request) -> Response:
    state: State = request.state.space
    if request.method == "DELETE":
        state.requests.clear()
    shown = [{**it, "body": base64.b64encode(it["body"]).decode()} for it in state.requests]
    return JSONResponse(shown)


async def faults(request: Request) -> Response:
    state: State = request.state.space
    if request.method == "PUT":
        state.faults = await request.json()
    return JSONResponse(state.faults)


async def settings(request: Request) -> Response:
    state: State = request.state.space
    state.settings = replace(state.settings, **await request.json())
    return Response(status_code=204)


async def tokens(request: Request) -> Response:
    request.state.space.tokens.clear()
    return Response(status_code=204)


async def stored(request: Request) -> Response:
    store: dict[str, Any] = getattr(request.state.space, request.path_params["api"])
    if request.method == "DELETE":
        store.clear()
    return JSONResponse(list(store.values()))


CONTROL = [
    Route("/requests", requests, methods=["GET", "DELETE"]),
    Route("/faults", faults, methods=["GET", "PUT"]),
    Route("/settings", settings, methods=["PUT"]),
    Route("/tokens", tokens, methods=["PUT"]),
    Route("/stored/{api}", stored, methods=["GET", "DELETE"]),
]

app = Faults(
    Starlette(
        routes=[
            Mount("/{space}/control", routes=CONTROL),
            Mount("/{space}/workos", routes=workos_api.ROUTES),
            Mount("/{space}/mattr", routes=mattr_api.ROUTES),
            Mount("/{space}/socotra", routes=socotra_api.ROUTES),
        ]
    ),
    defaultdict(State),
)


async def serve() -> None:
    """Serve on a free port of loopback, and print it."""
    # With the protocol named, asyncio turns Nagle's algorithm off: 40 ms a reply otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, http="h11", lifespan="off", log_level="critical")
    print(listener.getsockname()[1], flush=True)
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(serve())
