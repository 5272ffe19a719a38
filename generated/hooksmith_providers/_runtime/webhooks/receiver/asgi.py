"""A receiver as an ASGI application (ASGI 3.0)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .http import IncomingRequest, ReceiverProtocol, Reply

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ASGIReceiver:
    """ASGI application of a receiver, for any path: `app.add_route("/webhooks", receiver.asgi, methods=["POST"])`."""

    def __init__(self, receiver: ReceiverProtocol) -> None:
        self._receiver = receiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            reply = await self._reply(scope, receive)
            if reply is not None:
                await _send(reply, send)
        else:
            raise ValueError(f"a receiver takes requests, not {scope['type']}")

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

    async def _reply(self, scope: Scope, receive: Receive) -> Reply | None:
        """Return the reply; None if the sender disconnected before the end of the body."""
        method, path = scope["method"], _path(scope)
        rejection = self._receiver.reject_early(method, path)
        if rejection is not None:
            return rejection
        body = await self._body(scope, receive)
        if body is None:
            return None
        if len(body) > self._receiver.max_body:
            return self._receiver.reject(413, "the body is too large", {"Connection": "close"})
        return await self._receiver.ahandle(
            IncomingRequest(
                body=body,
                headers=scope["headers"],
                method=method,
                url=_url(scope) if self._receiver.needs_url else None,
                path=path,
            )
        )

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the body, or the part of it that exceeds the limit; None if the sender disconnected."""
        length = _header(scope, b"content-length") or b""
        if length.isdigit() and (len(length) > 18 or int(length) > self._receiver.max_body):
            return bytes(self._receiver.max_body + 1)
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            body: bytes = message.get("body", b"")
            return body
        return await self._rest(message, receive)

    async def _rest(self, message: MutableMapping[str, Any], receive: Receive) -> bytes | None:
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
    root = scope.get("root_path")
    if not root:
        return path
    root = root.rstrip("/")
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


async def _send(reply: Reply, send: Send) -> None:
    pairs = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in reply.all_headers().items()
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    await send({"type": "http.response.body", "body": reply.body})
