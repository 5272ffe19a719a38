"""Requests sent on unchanged, so that their signature stays valid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx2

from ..errors import HooksmithError
from .http_files import RecordedRequest

_TIMEOUT_SECONDS = 30.0
HOP_BY_HOP = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade",
})  # fmt: skip
"""Headers of one connection (RFC 9110, section 7.6.1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedReply:
    """A reply to a request."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    @property
    def status_line(self) -> str:
        """Status code and reason phrase."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} -"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


class Forwarder:
    """Sends requests to one address; the query of a request is kept. Raises HooksmithError if it is no address."""

    def __init__(self, url: str) -> None:
        if not _is_address(url):
            hint = "such as http://localhost:3000/webhooks"
            raise HooksmithError.at(None, f"--forward {url}: not an address", hint=hint)
        self._url = url
        self._client = httpx2.Client(timeout=_TIMEOUT_SECONDS)

    def forward(self, request: RecordedRequest) -> ReceivedReply:
        """Send a request on and return the reply; 502 if nothing answers."""
        query = request.url.partition("#")[0].partition("?")[2]
        url = f"{self._url}{'&' if '?' in self._url else '?'}{query}" if query else self._url
        dropped = HOP_BY_HOP | {"host", "content-length"}
        sent = [(name, text) for name, text in request.headers if name.lower() not in dropped]
        try:
            reply = self._client.request(request.method, url, content=request.body, headers=sent)
        except httpx2.HTTPError as error:
            text = f"cannot forward to {self._url}: {error}\n"
            return ReceivedReply(status=HTTPStatus.BAD_GATEWAY, body=text.encode())
        decoded = HOP_BY_HOP | {"content-length", "content-encoding"}
        headers = [
            (name, text) for name, text in reply.headers.items() if name.lower() not in decoded
        ]
        length = ("Content-Length", str(len(reply.content)))
        return ReceivedReply(
            status=reply.status_code, headers=[*headers, length], body=reply.content
        )
