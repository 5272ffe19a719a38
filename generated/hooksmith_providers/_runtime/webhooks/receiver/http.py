"""HTTP requests and replies of a receiver, independent of servers and frameworks."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from ..signatures.message import AnyHeaders

_NO_CONTENT = 204
_PLAIN = "text/plain; charset=utf-8"


@dataclass(kw_only=True, slots=True)
class IncomingRequest:
    """A request. `url` is absolute; `path` is the part after the mount point; `tenant` is the caller's."""

    body: bytes = field(repr=False)
    headers: AnyHeaders = field(repr=False)
    method: str = "POST"
    url: str | None = None
    path: str = "/"
    tenant: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply: a line of `text`, or `content`."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    media_type: str = _PLAIN

    @cached_property
    def body(self) -> bytes:
        """`content`; otherwise `text` and a line feed; empty for 204."""
        if self.status == _NO_CONTENT:
            return b""
        return self.content or (f"{self.text}\n".encode() if self.text else b"")

    def all_headers(self) -> dict[str, str]:
        """Return `headers` and the headers of the body, which 204 has not (RFC 9110, section 15.3.5)."""
        if self.status == _NO_CONTENT:
            return dict(self.headers)
        is_plain = self.media_type == _PLAIN
        of_body = {} if is_plain and not self.body else {"Content-Type": self.media_type}
        return {**of_body, "Content-Length": str(len(self.body)), **self.headers}

    @cached_property
    def header_pairs(self) -> tuple[tuple[bytes, bytes], ...]:
        """The headers as ASGI has them."""
        return tuple(
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self.all_headers().items()
        )


class ReceiverProtocol(Protocol):
    """A receiver, as the ASGI and WSGI applications call it."""

    max_body: int
    needs_url: bool
    """Whether requests are verified or dispatched by their URL."""

    def check(self) -> None:
        """Raise RuntimeError if the receiver must not start."""

    def reject_early(self, method: str, path: str) -> Reply | None:
        """Return the rejection of a request by its method or path; None: the body is needed."""
        raise NotImplementedError

    def reject(self, status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
        """Count and log the rejection of a request, and return its reply."""
        raise NotImplementedError

    def handle(self, request: IncomingRequest) -> Reply:
        """Return the reply to a request."""
        raise NotImplementedError

    def ahandle(self, request: IncomingRequest) -> Awaitable[Reply]:
        """Return the reply to a request, without blocking the event loop."""
        raise NotImplementedError
