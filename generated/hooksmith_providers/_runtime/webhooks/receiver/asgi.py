"""A receiver as an ASGI application (ASGI 3.0)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .http import IncomingRequest, ReceiverProtocol, Reply

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ASGIReceiver:
    """Mounts under any path: `app.add_route("/webhooks", receiver.asgi, methods=["POST"])`."""

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
        """The answer; None where the sender is gone before it said everything."""
        method, path = scope["method"], _path(scope)
        rejection = self._receiver.reject_early(method, path)
        if rejection is not None:
            return rejection
        body = await self._body(scope, receive)
        if body is None:
            return None
        if len(body) > self._receiver.max_body:
            return self._receiver.refuse(413, "the body is too large", {"Connection": "close"})
        arrival = IncomingRequest(
            body=body, headers=scope["headers"], method=method, url=_url(scope), path=path
        )
        return await self._receiver.atake(arrival)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The raw body, or as much of it as shows that it is too large."""
        stated = dict(scope["headers"]).get(b"content-length", b"")
        if stated.isdigit() and (len(stated) > 18 or int(stated) > self._receiver.max_body):
            return bytes(self._receiver.max_body + 1)
        body = bytearray()
        while len(body) <= self._receiver.max_body:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        return bytes(body)


def _path(scope: Scope) -> str:
    """What follows the mount. Some frameworks take the mount off `path`, some leave it on (ASGI, `root_path`)."""
    path, root = str(scope["path"]), str(scope.get("root_path", "")).rstrip("/")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def _url(scope: Scope) -> str:
    """The URL that was asked for, as far as it arrives here."""
    host = dict(scope["headers"]).get(b"host")
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
