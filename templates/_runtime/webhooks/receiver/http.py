"""A request that comes in, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ..signatures.message import AnyHeaders

_NO_CONTENT = 204


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingRequest:
    """A request as it came. `url` is the whole of it; `path` what follows the place where the receiver is mounted."""

    body: bytes = field(repr=False)
    headers: AnyHeaders = field(repr=False)
    method: str = "POST"
    url: str | None = None
    path: str = "/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the sender is answered: a line of `text`, or `content` as it is."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    media_type: str = "text/plain; charset=utf-8"

    @property
    def body(self) -> bytes:
        """`content`, or `text` and a line's end; nothing where there is neither, or may be neither."""
        if self.status == _NO_CONTENT:
            return b""
        return self.content or (f"{self.text}\n".encode() if self.text else b"")

    def all_headers(self) -> dict[str, str]:
        """`headers`, and those that tell the body (RFC 9110: 204 has none)."""
        if self.status == _NO_CONTENT:
            return dict(self.headers)
        told = {"Content-Type": self.media_type, "Content-Length": str(len(self.body))}
        return told | self.headers


class ReceiverProtocol(Protocol):
    """A receiver, as the ASGI and WSGI applications call it."""

    max_body: int

    def check(self) -> None:
        """Raise RuntimeError if the receiver must not start."""

    def reject_early(self, method: str, path: str) -> Reply | None:
        """Return the rejection of a request by its method or path; None: the body is needed."""
        raise NotImplementedError

    def refuse(self, status: int, text: str, headers: dict[str, str] | None = None) -> Reply:
        """Count and log the rejection of a request, and return its reply."""
        raise NotImplementedError

    def take(self, request: IncomingRequest) -> Reply:
        """Return the reply to a request."""
        raise NotImplementedError

    async def atake(self, request: IncomingRequest) -> Reply:
        """Return the reply to a request; for event loops."""
        raise NotImplementedError
