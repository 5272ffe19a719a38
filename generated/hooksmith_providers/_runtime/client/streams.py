"""Replies read in pieces: binary content, lines, server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, TypeVar

import httpx2

from .call import Call

T = TypeVar("T")


class _StreamFacts:
    """Reply whose content has not arrived yet: its `status`, `headers` and `request_id`."""

    def __init__(self, call: Call[Any], response: httpx2.Response) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.request_id = call.request_id(response)
        self._call = call
        self._response = response

    def __repr__(self) -> str:
        return f"{type(self).__name__}(status={self.status}, request_id={self.request_id!r})"


class StreamedReply(_StreamFacts):
    """Streamed reply of the sync client; a broken connection raises APIConnectionError."""

    def read(self) -> bytes:
        """Return the rest of the content."""
        return b"".join(self.iter_bytes())

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the content in pieces of `chunk_size` bytes, or as it arrives."""
        return self._guarded(self._response.iter_bytes(chunk_size))

    def iter_lines(self) -> Iterator[str]:
        """Yield the content by lines, as text."""
        return self._guarded(self._response.iter_lines())

    def events(self) -> Iterator[httpx2.ServerSentEvent]:
        """Yield the server-sent events (`text/event-stream`)."""
        return self._guarded(iter(httpx2.EventSource(self._response)))

    def _guarded(self, pieces: Iterator[T]) -> Iterator[T]:
        try:
            yield from pieces
        except httpx2.HTTPError as cause:
            raise self._call.lost(cause) from cause


class AsyncStreamedReply(_StreamFacts):
    """Streamed reply of the async client; a broken connection raises APIConnectionError."""

    async def read(self) -> bytes:
        """Return the rest of the content."""
        return b"".join([piece async for piece in self.iter_bytes()])

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the content in pieces of `chunk_size` bytes, or as it arrives."""
        return self._guarded(self._response.aiter_bytes(chunk_size))

    def iter_lines(self) -> AsyncIterator[str]:
        """Yield the content by lines, as text."""
        return self._guarded(self._response.aiter_lines())

    def events(self) -> AsyncIterator[httpx2.ServerSentEvent]:
        """Yield the server-sent events (`text/event-stream`)."""
        return self._guarded(aiter(httpx2.EventSource(self._response)))

    async def _guarded(self, pieces: AsyncIterator[T]) -> AsyncIterator[T]:
        try:
            async for piece in pieces:
                yield piece
        except httpx2.HTTPError as cause:
            raise self._call.lost(cause) from cause
