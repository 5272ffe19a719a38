"""Receiver on loopback for deliveries under development: prints, records and forwards them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from ..errors import HooksmithError
from .forward import Forwarder, ReceivedReply
from .http_files import RecordedRequest, Recorder
from .provider import Provider

_HEADERS, _TARGET = "hooksmith.headers", "hooksmith.target"


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A request and its reply; `event` is None if the request was not an event or was refused."""

    status: int
    text: str
    is_verified: bool
    event_type: str = ""
    event: Any = field(default=None, repr=False)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    """Adds headers and target of the request as received, which a WSGI environment changes."""

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        return {**environ, _HEADERS: self.headers.items(), _TARGET: self.path}

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        return


def listen(application: Listener, port: int, *, on_start: Callable[[str], None]) -> None:
    """Serve on 127.0.0.1 until interrupted.

    `port`: 0: any free port. `on_start` is called with the address. Raises HooksmithError if the port cannot be used.
    """
    try:
        server = make_server("127.0.0.1", port, application, _Server, _Handler)
    except OSError as error:
        message = f"cannot listen on port {port}: {error.strerror}"
        raise HooksmithError.at(None, message, hint="choose another with --port") from None
    with server:
        on_start(f"http://127.0.0.1:{server.server_port}/")
        server.serve_forever()


class Listener:
    """WSGI application that hands each delivery to a receiver, a recorder and another application.

    Args:
        provider: The API.
        webhook: Verifies deliveries; None: they are parsed unverified.
        on_request: Called after each request, once for each event of a batch.
        recorder: Writes each request into a file.
        forwarder: Sends each request on, unchanged; its reply is the sender's.
    """

    def __init__(
        self,
        provider: Provider,
        webhook: Any,
        on_request: Callable[[Received], None],
        *,
        recorder: Recorder | None = None,
        forwarder: Forwarder | None = None,
    ) -> None:
        self._provider = provider
        self._webhook = webhook
        self._on_request = on_request
        self._recorder = recorder
        self._forwarder = forwarder
        self._handled = threading.local()
        if webhook is not None:
            self._receiver = provider.package.WebhookReceiver(webhook, hosts=["*"])
            self._receiver.fallback(lambda event: self._handled.events.append(event))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Handle a request (PEP 3333)."""
        request = _read_request(environ)
        reply, events = self._receive(request)
        types = [self._provider.catalogue.type_of(event, request.headers) for event in events]
        request = replace(
            request, api=self._provider.shipped_name, event_type="+".join(dict.fromkeys(types))
        )
        if self._recorder is not None:
            self._recorder.record(request)
        if self._forwarder is not None:
            reply = self._forwarder.forward(request)
        start_response(reply.status_line, list(reply.headers))
        received = Received(
            status=reply.status,
            text=reply.body.decode("utf-8", "replace").strip(),
            is_verified=self._webhook is not None,
        )
        for event, event_type in zip(events, types, strict=True):
            self._on_request(replace(received, event=event, event_type=event_type))
        if not events:
            self._on_request(received)
        return [reply.body]

    def _receive(self, request: RecordedRequest) -> tuple[ReceivedReply, list[Any]]:
        """Return the receiver's reply and the events that it handled."""
        if self._webhook is None:
            return self._parse_unverified(request)
        self._handled.events = []
        reply = self._receiver.receive(
            request.body, request.headers, method=request.method, url=request.url
        )
        headers = list(reply.all_headers().items())
        received = ReceivedReply(status=reply.status, headers=headers, body=reply.body)
        return received, self._handled.events

    def _parse_unverified(self, request: RecordedRequest) -> tuple[ReceivedReply, list[Any]]:
        """Parse the events of a request whose signature cannot be verified for lack of a secret."""
        reply = ReceivedReply(status=200, body=b"not verified: no secret\n")
        try:
            return reply, self._provider.catalogue.parse_all(request.body, request.headers)
        except self._provider.package.EventParseError as error:
            return replace(reply, body=f"not verified, not an event: {error}\n".encode()), []


def _read_request(environ: dict[str, Any]) -> RecordedRequest:
    length = environ.get("CONTENT_LENGTH") or "0"
    return RecordedRequest(
        method=environ["REQUEST_METHOD"],
        url=f"http://{environ.get('HTTP_HOST', '127.0.0.1')}{environ[_TARGET]}",
        headers=environ[_HEADERS],
        body=environ["wsgi.input"].read(int(length) if length.isdecimal() else 0),
    )
