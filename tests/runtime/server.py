"""An API that does what APIs do: echoes, pages, refuses, tires, breaks, redirects, hands out tokens."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter
from collections.abc import AsyncIterator
from email.utils import formatdate
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
ITEMS = 25


class State:
    """What the server remembers; tests read and reset it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.counts: Counter[str] = Counter()
        self.keys: list[str | None] = []
        self.token_requests: list[tuple[str, bytes]] = []
        self.token = ""
        self.token_lifetime: int | None = 3600
        self.elsewhere: list[dict[str, str]] = []


def application(state: State) -> ASGIApp:
    """The application over this state."""

    app = Starlette(
        routes=[
            Route("/cursor", cursor),
            Route("/offset", offset),
            Route("/bare", bare),
            Route("/repeating", repeating),
            Route("/stuck", stuck),
            Route("/empty-but-more", empty_but_more),
            Route("/status/{code:int}", refuse, methods=METHODS),
            Route("/flaky/{key}/{code:int}/{failures:int}", flaky, methods=METHODS),
            Route("/slow", slow),
            Route("/reply/{name}", reply),
            Route("/file", file),
            Route("/cut", cut),
            Route("/events", events),
            Route("/token", token, methods=["POST"]),
            Route("/protected", protected, methods=METHODS),
            Route("/redirect", redirect, methods=METHODS),
            Route("/elsewhere", elsewhere, methods=METHODS),
        ]
    )
    app.state.state = state

    return EchoFirst(app)


class EchoFirst:
    """Echoes whatever a path holds; routes match no line breaks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        prefixes = (it for it in ("/echo/", "/base/echo/") if scope["path"].startswith(it))
        prefix = next(prefixes, None)
        if prefix is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = {"rest": scope["path"].removeprefix(prefix)}
        response = await echo(Request(scope, receive, send))
        await response(scope, receive, send)


def app_state(request: Request) -> State:
    found: State = request.app.state.state
    return found


async def flaky(request: Request) -> Response:
    known = app_state(request)
    key, failures = request.path_params["key"], request.path_params["failures"]
    known.counts[key] += 1
    known.keys.append(request.headers.get("idempotency-key"))
    if known.counts[key] <= failures:
        headers = {"x-request-id": f"req_{known.counts[key]}"}
        if "after" in request.query_params:
            after = request.query_params["after"]
            headers["retry-after"] = (
                formatdate(time.time() + 2, usegmt=True) if after == "date" else after
            )
        return JSONResponse({"message": "not now"}, request.path_params["code"], headers)
    return JSONResponse({"count": known.counts[key]})


async def token(request: Request) -> Response:
    known = app_state(request)
    body = await request.body()
    known.token_requests.append((request.headers["content-type"], body))
    await asyncio.sleep(0.05)
    if b"wrong" in body:
        return JSONResponse(
            {"error": "invalid_client", "error_description": "no such wrong-secret"}, 401
        )
    known.token = f"token-{len(known.token_requests)}"
    reply: dict[str, object] = {"access_token": known.token, "token_type": "Bearer"}
    if known.token_lifetime is not None:
        reply["expires_in"] = known.token_lifetime
    return JSONResponse(reply)


async def protected(request: Request) -> Response:
    known = app_state(request)
    known.counts["protected"] += 1
    if request.headers.get("authorization") != f"Bearer {known.token}":
        return JSONResponse({"message": f"bad {request.headers.get('authorization')}"}, 401)
    return JSONResponse({"ok": True})


async def elsewhere(request: Request) -> Response:
    app_state(request).elsewhere.append(dict(request.headers))
    return JSONResponse({"arrived": True})


async def echo(request: Request) -> Response:
    """What arrived: the path as raw bytes and decoded, the query, headers, body."""
    body = await request.body()
    facts = {
        "method": request.method,
        "raw_path": request.scope["raw_path"].decode("ascii"),
        "rest": request.path_params["rest"],
        "query": request.scope["query_string"].decode("ascii"),
        "headers": [
            [name.decode(), value.decode("latin-1")] for name, value in request.headers.raw
        ],
        "cookies": request.cookies,
        "body": base64.b64encode(body).decode("ascii"),
    }
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            facts["parts"] = [await _part(name, part) for name, part in form.multi_items()]
    return JSONResponse(facts, headers={"x-request-id": "req_echo"})


async def _part(name: str, part: object) -> list[object]:
    if isinstance(part, str):
        return [name, part, None, None]
    content = await part.read()  # type: ignore[attr-defined]
    return [name, content.decode("latin-1"), part.filename, part.content_type]  # type: ignore[attr-defined]


def _window(request: Request, name: str) -> tuple[list[dict[str, int]], int]:
    start = int(request.query_params.get(name, "0"))
    size = int(request.query_params.get("limit", "10"))
    end = min(ITEMS, start + size)
    return [{"id": number} for number in range(start, end)], end


async def cursor(request: Request) -> Response:
    items, end = _window(request, "after")
    metadata = {"after": str(end) if end < ITEMS else None}
    return JSONResponse({"data": items, "list_metadata": metadata})


async def offset(request: Request) -> Response:
    items, end = _window(request, "offset")
    return JSONResponse({"items": items, "listCompleted": end >= ITEMS})


async def bare(request: Request) -> Response:
    return JSONResponse(_window(request, "offset")[0])


async def repeating(request: Request) -> Response:
    after = {"a": "b", "b": "c", "c": "a"}[request.query_params.get("after", "c")]
    return JSONResponse({"data": [{"id": ord(after)}], "list_metadata": {"after": after}})


async def stuck(request: Request) -> Response:
    return JSONResponse([{"id": 1}, {"id": 2}])


async def empty_but_more(request: Request) -> Response:
    return JSONResponse({"items": [], "listCompleted": False})


async def refuse(request: Request) -> Response:
    body = {"code": "some_code", "message": "the explanation"}
    return JSONResponse(body, request.path_params["code"], {"x-request-id": "req_1"})


async def slow(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params.get("seconds", "1")))
    return JSONResponse({})


async def reply(request: Request) -> Response:
    replies = {
        "misfit": JSONResponse({"id": 1, "inner": {"values": [1, "s3cret-value"]}}),
        "broken": Response(b'{"id": 1, "inner": s3cret-value', media_type="application/json"),
        "html": Response(b"<html>s3cret-value</html>", media_type="text/html; charset=utf-8"),
        "problem": Response(b'{"id": 7}', media_type="application/problem+json"),
        "untyped": Response(b'{"id": 7}'),
        "text": PlainTextResponse("h\u00e9llo"),
        "latin": Response(
            "h\u00e9llo".encode("latin-1"), headers={"content-type": "text/plain; charset=latin-1"}
        ),
        "nothing": Response(status_code=204),
        "empty": Response(b"", media_type="application/json"),
        "marked": Response(b'\xef\xbb\xbf{"id": 7}', media_type="application/json"),
        "mislabeled": PlainTextResponse('{"id": 7}'),
        "created": JSONResponse({"id": 7}, 201),
        "accepted": JSONResponse({"id": 7}, 202),
        "binary": Response(bytes(range(256)), media_type="application/pdf"),
        "bad-gzip": Response(b"no gzip", headers={"content-encoding": "gzip"}),
    }
    return replies[request.path_params["name"]]


async def file(request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for number in range(64):
            yield bytes([number]) * 1024

    return StreamingResponse(chunks(), media_type="application/octet-stream")


async def cut(request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 1024

    return StreamingResponse(
        chunks(), media_type="application/octet-stream", headers={"content-length": "4096"}
    )


async def events(request: Request) -> Response:
    content = b'id: 1\nevent: a\ndata: {"n": 1}\n\ndata: two\ndata: lines\n\n'
    return Response(content, media_type="text/event-stream")


async def redirect(request: Request) -> Response:
    query = parse_qs(request.scope["query_string"].decode())
    return Response(status_code=int(query["status"][0]), headers={"location": query["to"][0]})
