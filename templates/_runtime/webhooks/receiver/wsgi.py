"""A receiver as a WSGI application (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from .http import IncomingRequest, ReceiverProtocol, Reply

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

_SAFE = "/:@!$&'()*+,;=~-._%"


class WSGIReceiver:
    """WSGI application of a receiver, for any path: `DispatcherMiddleware(app, {"/webhooks": receiver.wsgi})`."""

    def __init__(self, receiver: ReceiverProtocol) -> None:
        self._receiver = receiver

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        reply = self._reply(environ)
        start_response(_status_line(reply.status), list(reply.all_headers().items()))
        return [reply.body]

    def _reply(self, environ: Environ) -> Reply:
        method, path = environ["REQUEST_METHOD"], _path(environ)
        rejection = self._receiver.reject_early(method, path)
        if rejection is not None:
            return rejection
        body = self._body(environ)
        if body is None:
            return self._receiver.reject(400, "the body is cut off")
        if len(body) > self._receiver.max_body:
            return self._receiver.reject(413, "the body is too large")
        return self._receiver.handle(
            IncomingRequest(
                body=body,
                headers=environ,
                method=method,
                url=_url(environ) if self._receiver.needs_url else None,
                path=path,
            )
        )

    def _body(self, environ: Environ) -> bytes | None:
        """Return the body, or the part of it that exceeds the limit; None if it ends too early."""
        most = self._receiver.max_body + 1
        length = environ.get("CONTENT_LENGTH") or ""
        if not length:
            is_terminated = environ.get("wsgi.input_terminated", False)
            return _read(environ["wsgi.input"], most) if is_terminated else b""
        if not (length.isascii() and length.isdigit()):
            return None
        if len(length) > 18 or int(length) >= most:
            return bytes(most)
        body = _read(environ["wsgi.input"], int(length))
        return body if len(body) == int(length) else None


def _status_line(status: int) -> str:
    """Return the status with a reason, which PEP 3333 demands, also for a status without a standard reason."""
    is_known = status in HTTPStatus._value2member_map_
    return f"{status} {HTTPStatus(status).phrase if is_known else 'Status'}"


def _read(stream: Any, size: int) -> bytes:
    """Return up to `size` bytes of a stream that may give fewer at a time."""
    pieces: list[bytes] = []
    while size > 0:
        piece = stream.read(size)
        if not piece:
            break
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _path(environ: Environ) -> str:
    """Return the path after the mount point as text: PEP 3333 has its bytes as latin-1."""
    path: str = environ.get("PATH_INFO", "")
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _url(environ: Environ) -> str:
    """Return the requested URL (PEP 3333, URL reconstruction)."""
    host = environ.get("HTTP_HOST") or environ["SERVER_NAME"] + (
        "" if environ["SERVER_PORT"] in ("80", "443") else f":{environ['SERVER_PORT']}"
    )
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    target = quote(path.encode("latin-1", "replace"), safe=_SAFE) + (f"?{query}" if query else "")
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}{target}"
