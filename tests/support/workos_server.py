"""A server on loopback that answers as WorkOS documents it: the four calls, a list in pages, typed errors."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoints: dict[str, dict[str, Any]] = {}
        self.create({"endpoint_url": "https://example.com/first", "events": ["user.created"]})

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        id_ = f"we_{len(self.endpoints):010}" if self.endpoints else "we_0123456789"
        self.endpoints[id_] = {
            "object": "webhook_endpoint",
            "id": id_,
            "endpoint_url": body["endpoint_url"],
            "secret": "whsec_0FWAiVGkEfGBqqsJH4aNAGBJ4",
            "status": "enabled",
            "events": body["events"],
            "created_at": "2026-01-15T12:00:00.000Z",
            "updated_at": "2026-01-15T12:00:00.000Z",
        }
        return self.endpoints[id_]

    def page(self, after: str | None) -> dict[str, Any]:
        """One endpoint a page."""
        ids = list(self.endpoints)
        index = ids.index(after) + 1 if after else 0
        cursor = ids[index] if index + 1 < len(ids) else None
        data = [self.endpoints[id_] for id_ in ids[index : index + 1]]
        return {"object": "list", "data": data, "list_metadata": {"before": after, "after": cursor}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _reply(self, status: int, data: Any = None) -> None:
        content = b"" if data is None else json.dumps(data).encode()
        self.send_response(status)
        self.send_header("x-request-id", "req_1")
        self.send_header("content-length", str(len(content)))
        if content:
            self.send_header("content-type", "application/json; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> dict[str, Any]:
        length = int(self.headers.get("content-length") or 0)
        found: dict[str, Any] = json.loads(self.rfile.read(length) or b"{}")
        return found

    def _target(self) -> tuple[str, dict[str, list[str]]]:
        url = urlsplit(self.path)
        return url.path.removeprefix("/webhook_endpoints").strip("/"), parse_qs(url.query)

    def _answer(self) -> None:
        id_, query = self._target()
        body = self._body()
        if not self.headers.get("authorization", "").startswith("Bearer sk_"):
            self._reply(401, {"message": "Unauthorized"})
        elif not id_ and self.command == "GET":
            self._reply(200, self.server.page(query.get("after", [None])[0]))
        elif not id_ and self.command == "POST":
            self._reply(201, self.server.create(body))
        elif id_ not in self.server.endpoints:
            self._reply(404, {"code": "entity_not_found", "message": f"no endpoint {id_}"})
        elif self.command == "DELETE":
            del self.server.endpoints[id_]
            self._reply(204)
        else:
            self.server.endpoints[id_].update(body)
            self._reply(200, self.server.endpoints[id_])

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def workos_server() -> Iterator[str]:
    """The base URL of a running server."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
