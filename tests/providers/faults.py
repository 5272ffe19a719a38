"""Logs every request, and lets those fail that tests want to.

Kinds of faults, each `{"kind": …}`:

status          answered with `status`, and `headers` and `body` if given; nothing is executed
drop            the connection is closed at once; nothing is executed
drop_after      executed, then the connection is closed without a reply
cut             executed, then closed amid the reply's body
slow            executed and answered after `seconds`
broken          executed, and half of the JSON is sent as if it were all
wrong_type      executed, and answered with a page of HTML, as a proxy does
wrong_shape     executed, and answered with JSON that fits nothing

A reply without content cannot be wrong: of the last five kinds, `cut` is `drop_after` then, and `slow`
is itself.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOST = frozenset({"status", "drop", "rate"})


class Faults:
    """The outermost layer; `spaces` holds the state of each namespace."""

    def __init__(self, app: ASGIApp, spaces: Mapping[str, Any]) -> None:
        self._app = app
        self._spaces = spaces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        space, _, rest = scope["path"][1:].partition("/")
        state = self._spaces[space]
        scope["state"] = {"space": state}
        if rest.startswith("control/"):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        fault = (state.faults.pop(0) if state.faults else None) or _too_fast(state)
        kind = fault["kind"] if fault else None
        state.requests.append(_seen(scope, space, body, kind))
        if fault and kind in _LOST:
            await _refuse(fault, send)
            return
        reply = await self._once(state, scope, body)
        await _answer(reply, fault or {"kind": "none"}, send)

    async def _once(self, state: Any, scope: Scope, body: bytes) -> tuple[Message, bytes]:
        """The reply; to an idempotency key that was seen before, the same as then."""
        key = dict(scope["headers"]).get(b"idempotency-key")
        if key is None:
            return await _reply(self._app, scope, body)
        if key not in state.replies:
            state.replies[key] = await _reply(self._app, scope, body)
        found: tuple[Message, bytes] = state.replies[key]
        return found


def _seen(scope: Scope, space: str, body: bytes, kind: str | None) -> dict[str, Any]:
    return {
        "method": scope["method"],
        "path": scope["raw_path"].decode().removeprefix(f"/{space}"),
        "query": scope["query_string"].decode(),
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
        "body": body,
        "executed": kind not in _LOST,
        "fault": kind,
    }


def _too_fast(state: Any) -> dict[str, Any] | None:
    """The refusal of a request beyond the rate, if there is one."""
    if state.settings.rate is None:
        return None
    most, seconds = state.settings.rate
    now = time.monotonic()
    state.arrivals = [at for at in state.arrivals if now - at < seconds]
    if len(state.arrivals) < most:
        state.arrivals.append(now)
        return None
    wait = math.ceil(state.arrivals[0] + seconds - now)
    return {"kind": "rate", "status": 429, "headers": {"retry-after": str(wait)}}


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


async def _reply(app: ASGIApp, scope: Scope, body: bytes) -> tuple[Message, bytes]:
    """What the application answers, whole."""
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


async def _refuse(fault: dict[str, Any], send: Send) -> None:
    if fault["kind"] == "drop":
        _hang_up(send)
        return
    content = json.dumps(fault.get("body", {"message": "Not now."})).encode()
    headers = {"content-type": "application/json", "x-request-id": "req_refused"}
    await _send(send, fault["status"], headers | fault.get("headers", {}), content)


async def _answer(reply: tuple[Message, bytes], fault: dict[str, Any], send: Send) -> None:
    start, content = reply
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    match _possible(fault["kind"], content):
        case "drop_after":
            return _hang_up(send)
        case "cut":
            await _send(send, start["status"], headers | {"content-length": "9999"}, content, True)
            await asyncio.sleep(0.01)
            return _hang_up(send)
        case "slow":
            await asyncio.sleep(fault["seconds"])
        case "broken":
            content = content[: len(content) // 2]
        case "wrong_type":
            headers["content-type"], content = "text/html", b"<h1>Welcome</h1>"
        case "wrong_shape":
            content = b'{"surprise": [1, 2, "sk_example_123456789"]}'
    if content:
        headers["content-length"] = str(len(content))
    return await _send(send, start["status"], headers, content)


def _possible(kind: str, content: bytes) -> str:
    """The kind, or what comes of it where there is no content."""
    if content or kind not in ("cut", "broken", "wrong_type", "wrong_shape"):
        return kind
    return "drop_after" if kind == "cut" else "none"


async def _send(
    send: Send, status: int, headers: Mapping[str, str], content: bytes, more: bool = False
) -> None:
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": content, "more_body": more})


def _hang_up(send: Any) -> None:
    """Close the connection; ASGI has no word for it, so uvicorn's transport is asked."""
    send.__self__.transport.abort()
