"""MATTR API reference, Webhooks, and its token endpoint: what they document, over a dictionary."""

from __future__ import annotations

import asyncio
import base64
import time
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "use": "sig",
    "kid": "FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ",
}


async def token(request: Request) -> Response:
    """A token for client credentials, asked for in JSON with an audience."""
    state = request.state.space
    asked = await request.json()
    wanted = {"client_id", "client_secret", "audience", "grant_type"}
    if set(asked) != wanted or asked["grant_type"] != "client_credentials":
        return JSONResponse({"error": "invalid_request"}, 400)
    await asyncio.sleep(state.settings.token_delay)
    if asked["client_secret"] != "client-secret":
        refusal = {"error": "access_denied", "error_description": "Unauthorized"}
        return JSONResponse(refusal, 401)
    state.issued += 1
    text = f"mattr-token-{state.issued}-{uuid.uuid4()}"
    state.tokens[text] = time.monotonic() + state.settings.token_lifetime
    lifetime = state.settings.token_lifetime
    return JSONResponse({"access_token": text, "expires_in": lifetime, "token_type": "Bearer"})


async def jwks(request: Request) -> Response:
    """The tenant's public keys; open to anyone."""
    return JSONResponse({"keys": [JWK]})


async def webhooks(request: Request) -> Response:
    """The collection."""
    if not _is_authorized(request):
        return _refusal(401, "Unauthorized")
    if request.method == "GET":
        return _page(request)
    body = await request.json()
    if problem := _problem(body):
        return _refusal(400, "BadRequest", problem)
    made = {"id": str(uuid.uuid4()), "disabled": False} | body
    request.state.space.mattr[made["id"]] = made
    return JSONResponse(made, 201)


async def webhook(request: Request) -> Response:
    """One webhook."""
    if not _is_authorized(request):
        return _refusal(401, "Unauthorized")
    store = request.state.space.mattr
    found = store.get(request.path_params["id"])
    if found is None:
        return _refusal(404, "NotFound", "id")
    if request.method == "DELETE":
        del store[found["id"]]
        return Response(status_code=204)
    if request.method == "PUT":
        body = await request.json()
        if problem := _problem(body):
            return _refusal(400, "BadRequest", problem)
        found = store[found["id"]] = {"id": found["id"], "disabled": False} | body
    return JSONResponse(found)


def _is_authorized(request: Request) -> bool:
    name, _, text = request.headers.get("authorization", "").partition(" ")
    until = request.state.space.tokens.get(text, 0)
    return name == "Bearer" and bool(time.monotonic() < until)


def _page(request: Request) -> Response:
    limit, cursor = request.query_params.get("limit", "100"), request.query_params.get("cursor")
    if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
        return _refusal(400, "BadRequest", "limit")
    found = list(request.state.space.mattr.values())
    start = 0 if cursor is None else int(base64.b64decode(cursor).decode().removeprefix("at="))
    shown = found[start : start + int(limit)]
    page: dict[str, Any] = {"data": shown}
    follows = start + int(limit) < len(found)
    if follows or (shown and request.state.space.settings.last_page_has_cursor):
        page["nextCursor"] = base64.b64encode(f"at={start + len(shown)}".encode()).decode()
    return JSONResponse(page)


def _problem(body: dict[str, Any]) -> str | None:
    """The first field that is missing or wrong."""
    if not isinstance(body.get("events"), list):
        return "events"
    return None if str(body.get("url", "")).startswith("https://") else "url"


def _refusal(status: int, code: str, param: str | None = None) -> Response:
    body: dict[str, Any] = {"code": code, "message": f"{code} is the reason."}
    if param is not None:
        body["details"] = [
            {"value": "", "msg": "Invalid value", "param": param, "location": "body"}
        ]
    return JSONResponse(body, status)


ROUTES = [
    Route("/oauth/token", token, methods=["POST"]),
    Route("/v1/webhooks", webhooks, methods=["GET", "POST"]),
    Route("/v1/webhooks/jwks", jwks),
    Route("/v1/webhooks/{id}", webhook, methods=["GET", "PUT", "DELETE"]),
]
