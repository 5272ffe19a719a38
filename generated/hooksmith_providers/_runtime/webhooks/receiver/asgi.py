"""A receiver as an ASGI application (ASGI 3.0)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .http import IncomingRequest, ReceiverProtocol

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ASGIReceiver:
    """ASGI application of a receiver, for any path: `app.add_route("/webhooks", receiver.asgi, methods=["POST"])`."""

    def __init__(self, receiver: ReceiverProtocol) -> None:
        self._receiver = receiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        receiver = self._receiver
        method, path = scope["method"], scope["path"]
        if scope.get("root_path"):
            path = _path(scope)
        reply = receiver.reject_early(method, path)
        if reply is None:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body"):
                body = message.get("body", b"")
            else:
                body = await self._rest(scope, message, receive)
                if body is None:  # the sender disconnected
                    return
            if len(body) > receiver.max_body:
                reply = receiver.reject(413, "the body is too large", {"Connection": "close"})
            else:
                url = _url(scope) if receiver.needs_url else None
                headers = scope["headers"]
                request = IncomingRequest(
                    body=body, headers=headers, method=method, url=url, path=path
                )
                reply = await receiver.ahandle(request)
        pairs = list(reply.header_pairs)  # a copy: middleware may add to it
        await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
        await send({"type": "http.response.body", "body": reply.body})

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            raise ValueError(f"a receiver takes requests, not {scope['type']}")
        await self._lifespan(receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send(self._started())
            else:
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _started(self) -> MutableMapping[str, Any]:
        try:
            self._receiver.check()
        except RuntimeError as error:
            return {"type": "lifespan.startup.failed", "message": str(error)}
        return {"type": "lifespan.startup.complete"}

    async def _rest(
        self, scope: Scope, message: MutableMapping[str, Any], receive: Receive
    ) -> bytes | None:
        """Return a body of several messages, or the part of it that exceeds the limit; None if it ends too early."""
        length = _header(scope, b"content-length") or b""
        if length.isdigit() and (len(length) > 18 or int(length) > self._receiver.max_body):
            return bytes(self._receiver.max_body + 1)
        body = bytearray()
        while message["type"] != "http.disconnect":
            body += message.get("body", b"")
            if not message.get("more_body", False) or len(body) > self._receiver.max_body:
                return bytes(body)
            message = await receive()
        return None


def _header(scope: Scope, name: bytes) -> bytes | None:
    """Return the last value of a header; ASGI has names in lower case."""
    value = None
    for key, text in scope["headers"]:
        if key == name:
            value = text
    return value


def _path(scope: Scope) -> str:
    """Return the path after the mount point. Some frameworks leave the mount point in `path` (ASGI, `root_path`)."""
    path: str = scope["path"]
    root = scope["root_path"].rstrip("/")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def _url(scope: Scope) -> str:
    """Return the requested URL. Behind a proxy it may differ from the URL that the sender called."""
    host = _header(scope, b"host")
    if host is None:
        name, port = scope.get("server") or ("localhost", None)
        host = f"{name}:{port}".encode() if port else str(name).encode()
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    path = raw.partition(b"?")[0]
    query = scope.get("query_string", b"")
    target = path + (b"?" + query if query else b"")
    return f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}{target.decode('latin-1')}"
