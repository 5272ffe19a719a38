"""Receiver on loopback for deliveries under development."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from ..errors import HooksmithError
from .provider import Provider


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A request and its reply; `event` is None if the request was not an event or was refused."""

    status: int
    text: str
    event_type: str = ""
    event: Any = field(default=None, repr=False)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: Any, **kwargs: Any) -> None:
        return


def listen(
    provider: Provider,
    webhook: Any,
    port: int,
    *,
    on_start: Callable[[str], None],
    on_request: Callable[[Received], None],
) -> None:
    """Serve a receiver on 127.0.0.1 until interrupted.

    Args:
        provider: The API.
        webhook: Verifies each delivery.
        port: 0: any free port.
        on_start: Called with the receiver's address.
        on_request: Called after each request, once for each event of a batch.

    Raises:
        HooksmithError: The port cannot be used.
    """
    app = _application(provider, webhook, on_request)
    try:
        server = make_server("127.0.0.1", port, app, _Server, _QuietHandler)
    except OSError as error:
        message = f"cannot listen on port {port}: {error.strerror}"
        raise HooksmithError.at(None, message, hint="choose another with --port") from None
    with server:
        on_start(f"http://127.0.0.1:{server.server_port}/")
        server.serve_forever()


def _application(
    provider: Provider, webhook: Any, on_request: Callable[[Received], None]
) -> Callable[..., Any]:
    """Return a WSGI application that passes each request to a receiver, and its events to `on_request`."""
    handled = threading.local()
    receiver = provider.package.WebhookReceiver(webhook)
    receiver.fallback(lambda event: handled.events.append(event))

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        handled.events = []
        lines: list[str] = []

        def start(line: str, headers: Any) -> Any:
            lines.append(line)
            return start_response(line, headers)

        body = b"".join(receiver.wsgi(environ, start))
        status, text = int(lines[0][:3]), body.decode().strip()
        for event in handled.events:
            event_type = provider.catalogue.type_of(event, environ)
            on_request(Received(status=status, text=text, event_type=event_type, event=event))
        if not handled.events:
            on_request(Received(status=status, text=text))
        return [body]

    return application
