"""Server of negligible cost: it answers the four operations of WorkOS with prepared bytes."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ENDPOINT = {
    "object": "webhook_endpoint",
    "id": "we_0123456789",
    "endpoint_url": "https://example.com/webhooks",
    "secret": "whsec_0FWAiVGkEfGBqqsJH4aNAGBJ4",
    "status": "enabled",
    "events": ["user.created", "dsync.user.created"],
    "created_at": "2026-01-15T12:00:00.000Z",
    "updated_at": "2026-01-15T12:00:00.000Z",
}
PAGE = {
    "object": "list",
    "data": [ENDPOINT] * 10,
    "list_metadata": {"before": None, "after": None},
}


def _reply(status: str, content: object) -> bytes:
    body = b"" if content is None else json.dumps(content, separators=(",", ":")).encode()
    head = f"HTTP/1.1 {status}\r\nx-request-id: req_1\r\n"
    if content is not None:
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


_REPLIES = {
    b"GET": _reply("200 OK", PAGE),
    b"POST": _reply("201 Created", ENDPOINT),
    b"PATCH": _reply("200 OK", ENDPOINT),
    b"DELETE": _reply("204 No Content", None),
}


class _Canned(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length_match = _LENGTH.search(head)
        length = int(length_match[1]) if length_match else 0
        if end and len(body) >= length:
            self._transport.write(_REPLIES[head.partition(b" ")[0]])
            self._received = body[length:]


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Canned, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """Run the server in a process of its own and give its URL."""
    command = [sys.executable, "-m", "benchmarks.canned"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(_serve())
