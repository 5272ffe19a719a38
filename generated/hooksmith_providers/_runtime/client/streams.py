"""Replies read as a whole, with a limit, and replies read in pieces: binary content, lines, server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, TypeVar

import httpx2

from ..representation import safe_repr
from .call import Call
from .replies import mask_of

T = TypeVar("T")


class _Pieces:
    """Pieces of a reply in memory, limited to the client's `max_reply` bytes."""

    def __init__(self, call: Call[Any], response: httpx2.Response) -> None:
        self._call = call
        self._response = response
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Keep a piece; raises ReplyTooLargeError."""
        self._size += len(piece)
        if self._size > self._call.config.max_reply:
            raise self._call.too_large(self._response)
        self._pieces.append(piece)

    def take(self) -> bytes:
        """Return the pieces as one; there are none afterwards."""
        content = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return content


def read_whole(call: Call[Any], response: httpx2.Response) -> httpx2.Response:
    """Return a reply with its content, unpacked, in memory, and close the connection's stream.

    Raises:
        ReplyTooLargeError: The content is larger than the client's `max_reply`.
    """
    pieces = _Pieces(call, response)
    try:
        for piece in response.iter_bytes():
            pieces.add(piece)
    finally:
        response.close()
    return _with_content(response, pieces.take())


async def aread_whole(call: Call[Any], response: httpx2.Response) -> httpx2.Response:
    """Return a reply with its content in memory; differs from `read_whole` in `await`."""
    pieces = _Pieces(call, response)
    try:
        async for piece in response.aiter_bytes():
            pieces.add(piece)
    finally:
        await response.aclose()
    return _with_content(response, pieces.take())


def _with_content(response: httpx2.Response, content: bytes) -> httpx2.Response:
    """Return a reply with this content; its headers lack Content-Encoding, since the content is unpacked."""
    headers = [pair for pair in response.headers.raw if pair[0].lower() != b"content-encoding"]
    whole = httpx2.Response(
        response.status_code,
        headers=headers,
        stream=httpx2.ByteStream(content),
        request=response.request,
        extensions=response.extensions,
        default_encoding=response.default_encoding,
    )
    whole.read()
    return whole


class _StreamFacts:
    """Reply whose content has not arrived yet: its `status`, `headers` and `request_id`."""

    def __init__(self, call: Call[Any], response: httpx2.Response) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.request_id = call.request_id(response)
        self._call = call
        self._response = response

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(status={self.status}, request_id={self.request_id!r})"


class StreamedReply(_StreamFacts):
    """Streamed reply of the sync client; a broken connection raises APIConnectionError.

    What is kept in memory, the whole content or a line, is limited to the client's `max_reply` bytes: beyond that,
    ReplyTooLargeError is raised.
    """

    def read(self) -> bytes:
        """Return the rest of the content."""
        pieces = _Pieces(self._call, self._response)
        for piece in self.iter_bytes():
            pieces.add(piece)
        return pieces.take()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the content in pieces of `chunk_size` bytes, or as it arrives."""
        return self._guarded(self._response.iter_bytes(chunk_size))

    def iter_lines(self) -> Iterator[str]:
        """Yield the content by lines, as text."""
        lines = _Lines(self._call, self._response)
        for text in self._guarded(self._response.iter_text()):
            yield from lines.feed(text)
        yield from lines.finish()

    def events(self) -> Iterator[httpx2.ServerSentEvent]:
        """Yield the server-sent events (`text/event-stream`)."""
        return self._guarded(iter(httpx2.EventSource(self._response)))

    def _guarded(self, pieces: Iterator[T]) -> Iterator[T]:
        try:
            yield from pieces
            return
        except httpx2.HTTPError as error:
            loss = self._call.lost(error, mask_of(self._response))
        raise loss  # outside of `except`, so that the transport's error is not its context


class AsyncStreamedReply(_StreamFacts):
    """Streamed reply of the async client; a broken connection raises APIConnectionError.

    What is kept in memory, the whole content or a line, is limited to the client's `max_reply` bytes: beyond that,
    ReplyTooLargeError is raised.
    """

    async def read(self) -> bytes:
        """Return the rest of the content."""
        pieces = _Pieces(self._call, self._response)
        async for piece in self.iter_bytes():
            pieces.add(piece)
        return pieces.take()

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the content in pieces of `chunk_size` bytes, or as it arrives."""
        return self._guarded(self._response.aiter_bytes(chunk_size))

    async def iter_lines(self) -> AsyncIterator[str]:
        """Yield the content by lines, as text."""
        lines = _Lines(self._call, self._response)
        async for text in self._guarded(self._response.aiter_text()):
            for line in lines.feed(text):
                yield line
        for line in lines.finish():
            yield line

    def events(self) -> AsyncIterator[httpx2.ServerSentEvent]:
        """Yield the server-sent events (`text/event-stream`)."""
        return self._guarded(aiter(httpx2.EventSource(self._response)))

    async def _guarded(self, pieces: AsyncIterator[T]) -> AsyncIterator[T]:
        try:
            async for piece in pieces:
                yield piece
            return
        except httpx2.HTTPError as error:
            loss = self._call.lost(error, mask_of(self._response))
        raise loss  # outside of `except`, so that the transport's error is not its context


class _Lines:
    """Text as it arrives, split into lines as `str.splitlines` splits them."""

    def __init__(self, call: Call[Any], response: httpx2.Response) -> None:
        self._call = call
        self._response = response
        self._rest: list[str] = []
        self._size = 0
        self._carriage_return = ""

    def feed(self, text: str) -> Iterator[str]:
        """Yield the lines that a text completes; raises ReplyTooLargeError for a line that is too long."""
        text, self._carriage_return = self._carriage_return + text, ""
        if text.endswith("\r"):  # the next text may begin with the line feed of this line end
            text, self._carriage_return = text[:-1], "\r"
        for piece in text.splitlines(keepends=True):
            self._rest.append(piece)
            self._size += len(piece)
            if self._size > self._call.config.max_reply:
                raise self._call.too_large(self._response)
            if piece.splitlines() != [piece]:
                yield self._line()

    def finish(self) -> Iterator[str]:
        """Yield the line that the end of the text completes."""
        if self._rest or self._carriage_return:
            yield self._line()

    def _line(self) -> str:
        line = "".join(self._rest)
        self._rest, self._size = [], 0
        return line.splitlines()[0] if line else ""
