"""WorkOS API reference, Webhook Endpoints: what it documents, over a dictionary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_SCHEMA = Path(__file__).parents[2] / "specs/workos/schemas/UpdateWebhookEndpointDto.json"
EVENT_TYPES = frozenset(json.loads(_SCHEMA.read_text())["$defs"]["WebhookEventType"]["enum"])


class Refusal(Exception):
    """A reply that is an error."""

    def __init__(self, status: int, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"code": code, "message": f"{code} is the reason.", **facts}


async def endpoints(request: Request) -> Response:
    """The collection."""
    try:
        _authorize(request)
        if request.method == "GET":
            return _json(_page(request), 200)
        return _json(_create(request, await request.json()), 201)
    except Refusal as refusal:
        return _json(refusal.body, refusal.status)


async def endpoint(request: Request) -> Response:
    """One endpoint."""
    try:
        _authorize(request)
        found = request.state.space.workos.get(request.path_params["id"])
        if found is None:
            raise Refusal(404, "entity_not_found")
        if request.method == "DELETE":
            del request.state.space.workos[found["id"]]
            return Response(status_code=204, headers={"x-request-id": "req_workos"})
        return _json(_update(request, found, await request.json()), 200)
    except Refusal as refusal:
        return _json(refusal.body, refusal.status)


def _json(content: object, status: int) -> Response:
    return JSONResponse(content, status, headers={"x-request-id": "req_workos"})


def _authorize(request: Request) -> None:
    if not request.headers.get("authorization", "").startswith("Bearer sk_"):
        raise Refusal(401, "unauthorized")


def _page(request: Request) -> dict[str, Any]:
    """Newest first, unless `asc`; `normal` turns the cursors round."""
    query = request.query_params
    limit, order = query.get("limit", "10"), query.get("order", "desc")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100 or order not in _ORDERS:
        raise _invalid("limit_or_order")
    found = list(request.state.space.workos.values())
    found = found if order == "asc" else found[::-1]
    names = ("before", "after") if order == "normal" else ("after", "before")
    following, preceding = (query.get(name) for name in names)
    ids = [each["id"] for each in found]
    first, last = 0, len(found)
    if following is not None:
        first = ids.index(following) + 1 if following in ids else last
    if preceding is not None:
        last = ids.index(preceding) if preceding in ids else 0
        first = max(first, last - int(limit))
    last = min(last, first + int(limit))
    return _list(found, first, last, names)


_ORDERS = frozenset({"asc", "desc", "normal"})


def _list(
    found: list[dict[str, Any]], first: int, last: int, names: tuple[str, str]
) -> dict[str, Any]:
    metadata = {
        names[0]: found[last - 1]["id"] if first < last < len(found) else None,
        names[1]: found[first]["id"] if 0 < first < last else None,
    }
    return {"object": "list", "data": found[first:last], "list_metadata": metadata}


def _create(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    if "endpoint_url" not in body or "events" not in body:
        raise _invalid("required")
    _check(request, body, None)
    state = request.state.space
    state.created += 1
    made = {
        "object": "webhook_endpoint",
        "id": f"we_{state.created:010}",
        "endpoint_url": body["endpoint_url"],
        "secret": "whsec_0FWAiVGkEfGBqqsJH4aNAGBJ4",
        "status": "enabled",
        "events": body["events"],
        "created_at": "2026-01-15T12:00:00.000Z",
        "updated_at": "2026-01-15T12:00:00.000Z",
    }
    state.workos[made["id"]] = made
    return made


def _update(request: Request, found: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    _check(request, body, found["id"])
    found |= {name: body[name] for name in ("endpoint_url", "status", "events") if name in body}
    found["updated_at"] = "2026-01-16T12:00:00.000Z"
    return found


def _check(request: Request, body: dict[str, Any], itself: str | None) -> None:
    url = body.get("endpoint_url")
    if url is not None and not url.startswith("https://"):
        raise Refusal(422, "invalid_url")
    if not set(body.get("events", ())) <= EVENT_TYPES:
        raise _invalid("unknown_event_type")
    if body.get("status", "enabled") not in ("enabled", "disabled"):
        raise _invalid("unknown_status")
    others = request.state.space.workos.values()
    if url is not None and any(it["endpoint_url"] == url and it["id"] != itself for it in others):
        raise Refusal(409, "duplicate_endpoint")


def _invalid(code: str) -> Refusal:
    errors = [{"code": code, "message": "Invalid value."}]
    return Refusal(422, "invalid_request_parameters", errors=errors)


ROUTES = [
    Route("/webhook_endpoints", endpoints, methods=["GET", "POST"]),
    Route("/webhook_endpoints/{id}", endpoint, methods=["PATCH", "DELETE"]),
]
