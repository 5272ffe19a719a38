"""Socotra API reference, Webhooks API: what it documents, over a dictionary.

The bodies of errors are published nowhere; here they are text, which the client has to bear.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


async def create(request: Request) -> Response:
    if not _is_authorized(request):
        return PlainTextResponse("no token", 401)
    body = await request.json()
    state = request.state.space
    state.created += 1
    locator = "01HZ" + "0" * 20 + _ALPHABET[state.created // 32] + _ALPHABET[state.created % 32]
    asked = {name: value for name, value in body.items() if name != "useAutomationPlugin"}
    made = {"enabled": True, "suspended": False, "eventTypes": []} | asked | {"locator": locator}
    state.socotra[locator] = made
    return JSONResponse(made)


async def listed(request: Request) -> Response:
    if not _is_authorized(request):
        return PlainTextResponse("no token", 401)
    query = request.query_params
    found = [it for it in request.state.space.socotra.values() if _matches(it, request)]
    offset, count = int(query.get("offset", 0)), int(query.get("count", 5))
    items = found[offset : offset + count]
    if query.get("extended") == "false" or request.state.space.settings.bare_list:
        return JSONResponse(items)
    return JSONResponse({"listCompleted": offset + count >= len(found), "items": items})


def _matches(webhook: dict[str, Any], request: Request) -> bool:
    query = request.query_params
    if "name" in query and webhook["name"] != query["name"]:
        return False
    wanted = set(query.getlist("eventTypes"))
    if wanted and not wanted & set(webhook["eventTypes"]):
        return False
    stated = {
        "enabled": webhook["enabled"],
        "suspended": webhook["suspended"],
        "active": webhook["enabled"] and not webhook["suspended"],
    }
    return all(
        query.get(name, str(is_so).lower()) == str(is_so).lower() for name, is_so in stated.items()
    )


async def webhook(request: Request) -> Response:
    if not _is_authorized(request):
        return PlainTextResponse("no token", 401)
    store = request.state.space.socotra
    found = store.get(request.path_params["locator"])
    if found is None:
        return PlainTextResponse("no such webhook", 404)
    if request.method == "DELETE":
        del store[found["locator"]]
        return Response(status_code=204)
    if request.method == "PATCH":
        _change(found, await request.json())
    return JSONResponse(found)


async def unsuspend(request: Request) -> Response:
    if not _is_authorized(request):
        return PlainTextResponse("no token", 401)
    found = request.state.space.socotra.get(request.path_params["locator"])
    if found is None:
        return PlainTextResponse("no such webhook", 404)
    found["suspended"] = False
    return Response(status_code=204)


def _change(found: dict[str, Any], body: dict[str, Any]) -> None:
    """What the body removes goes first, then its additions come in."""
    found |= {name: body[name] for name in ("name", "enabled") if name in body}
    found["eventTypes"] = _changed(
        found["eventTypes"], body.get("addEventTypes", ()), body.get("removeEventTypes", ())
    )
    if "endpoint" in body:
        _change_endpoint(found["endpoint"], body["endpoint"])
    if body.get("removeFailureHandling"):
        found.pop("failureHandling", None)
    if "failureHandling" in body:
        _change_handling(found.setdefault("failureHandling", {}), body["failureHandling"])


def _change_endpoint(endpoint: dict[str, Any], body: dict[str, Any]) -> None:
    kept = endpoint.get("headers", {})
    removed = body.get("removeHeaders", ())
    kept = {name: values for name, values in kept.items() if name not in removed}
    endpoint["headers"] = kept | body.get("addHeaders", {})
    changed = set(body) - {"addHeaders", "removeHeaders"}
    endpoint |= {name: body[name] for name in changed}


def _change_handling(handling: dict[str, Any], body: dict[str, Any]) -> None:
    for name in ("AlertEndpoint", "RetryStrategy"):
        if body.get(f"remove{name}"):
            handling.pop(name[0].lower() + name[1:], None)
    handling["triggers"] = _changed(
        handling.get("triggers", []), body.get("addTriggers", ()), body.get("removeTriggers", ())
    )
    if "alertEndpoint" in body:
        _change_endpoint(handling.setdefault("alertEndpoint", {}), body["alertEndpoint"])
    if "retryStrategy" in body:
        handling["retryStrategy"] = handling.get("retryStrategy", {}) | body["retryStrategy"]
    handling |= {name: body[name] for name in ("divert", "suspend") if name in body}


def _changed(found: list[str], added: Any, removed: Any) -> list[str]:
    return list(dict.fromkeys([*(it for it in found if it not in removed), *added]))


def _is_authorized(request: Request) -> bool:
    return request.headers.get("authorization", "") == "Bearer socotra-token"


ROUTES = [
    Route("/event/{tenant}/webhooks", create, methods=["POST"]),
    Route("/event/{tenant}/webhooks/list", listed),
    Route("/event/{tenant}/webhooks/{locator}", webhook, methods=["GET", "PATCH", "DELETE"]),
    Route("/event/{tenant}/webhooks/{locator}/unsuspend", unsuspend, methods=["PATCH"]),
]
