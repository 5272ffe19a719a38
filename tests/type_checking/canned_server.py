"""A server process that answers as a script says: `python canned_server.py SCRIPT`; it prints its port.

The script is JSON: "METHOD /path?query" → replies, each a list of status, headers and text. A reply is given once, but
the last one of a list for ever. `GET /requests` gives the bodies that arrived, by operation.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Replies = dict[str, list[tuple[int, dict[str, str], str]]]


class Handler(BaseHTTPRequestHandler):
    """Answers from `replies`."""

    protocol_version = "HTTP/1.1"
    replies: Replies
    requests: dict[str, list[Any]]

    def do_GET(self) -> None:
        if self.path == "/requests":
            self._reply(200, {}, json.dumps(self.requests))
            return
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        operation = f"{self.command} {self.path}"
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.requests.setdefault(operation, []).append(json.loads(content or b"null"))
        replies = self.replies.get(operation, [(404, {}, json.dumps({"no": operation}))])
        self._reply(*(replies.pop(0) if len(replies) > 1 else replies[0]))

    def _reply(self, status: int, headers: dict[str, str], text: str) -> None:
        host = f"http://{self.headers['host']}"
        content = text.encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value.replace("{host}", host))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Print nothing."""


def main() -> None:
    Handler.replies, Handler.requests = json.loads(sys.argv[1]), {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
