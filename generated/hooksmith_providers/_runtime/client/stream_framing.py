"""Framing of streamed replies: bytes as they arrive → one record an item. No I/O.

Server-sent events follow the WHATWG HTML standard, section 9.2.6; `application/jsonl` and its kin have one JSON text a
line; `application/json-seq` follows RFC 7464.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from ..media_types import essence_of

MAX_RECORD_BYTES = 16 * 1024 * 1024
"""The largest record that is read; a stream with a larger one is given up, so that memory has a bound."""

_LF, _CR, _RS = b"\n", b"\r", b"\x1e"
_BOM = b"\xef\xbb\xbf"


class RecordTooLargeError(ValueError):
    """A record of a stream is larger than `MAX_RECORD_BYTES`."""

    def __init__(self) -> None:
        super().__init__(f"a record of the stream is larger than {MAX_RECORD_BYTES} bytes")


class Record(NamedTuple):
    """The content of one item. `event`: the event's name of a server-sent event, else empty."""

    data: bytes
    event: str = ""

    def __repr__(self) -> str:
        """Return the size alone: tracebacks must not show content."""
        return f"Record({len(self.data)} bytes, event={self.event!r})"


class Framing(Protocol):
    """Splits a stream into records."""

    last_event_id: str
    retry_seconds: float | None

    def feed(self, chunk: bytes) -> Iterator[Record]:
        """Yield the records that a chunk of the stream completes."""
        ...

    def finish(self) -> Iterator[Record]:
        """Yield the record that the end of the stream completes."""
        ...


def framing_for(media_type: str) -> Framing:
    """Return a new framing for a media type; media types other than SSE and JSON sequences are split into lines."""
    essence = essence_of(media_type)
    if essence == "text/event-stream":
        return ServerSentEvents()
    return JsonSequence() if essence == "application/json-seq" else JsonLines()


class _Lines:
    """Splits bytes at a separator, with a bound on the bytes before the next separator."""

    def __init__(self, separator: bytes) -> None:
        self._separator = separator
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        *lines, self._rest = (self._rest + chunk).split(self._separator)
        if len(self._rest) > MAX_RECORD_BYTES:
            raise RecordTooLargeError
        return lines

    def finish(self) -> bytes:
        rest, self._rest = self._rest, b""
        return rest


class JsonLines:
    """One JSON text a line; empty lines are skipped."""

    last_event_id = ""
    retry_seconds: float | None = None

    def __init__(self) -> None:
        self._lines = _Lines(_LF)

    def feed(self, chunk: bytes) -> Iterator[Record]:
        for line in self._lines.feed(chunk):
            if line.strip():
                yield Record(line)

    def finish(self) -> Iterator[Record]:
        rest = self._lines.finish()
        if rest.strip():
            yield Record(rest)


class JsonSequence:
    """JSON texts, each after a record separator (RFC 7464)."""

    last_event_id = ""
    retry_seconds: float | None = None

    def __init__(self) -> None:
        self._lines = _Lines(_RS)

    def feed(self, chunk: bytes) -> Iterator[Record]:
        for text in self._lines.feed(chunk):
            if text.strip():
                yield Record(text)

    def finish(self) -> Iterator[Record]:
        rest = self._lines.finish()
        if rest.strip():
            yield Record(rest)


class ServerSentEvents:
    """Server-sent events: fields line by line, an event at each empty line."""

    def __init__(self) -> None:
        self.last_event_id = ""
        self.retry_seconds: float | None = None
        self._lines = _Lines(_LF)
        self._data: list[bytes] = []
        self._size = 0
        self._event = ""
        self._is_first = True
        self._ends_in_cr = False

    def feed(self, chunk: bytes) -> Iterator[Record]:
        for line in self._lines.feed(self._with_line_feeds(chunk)):
            if line:
                self._field(line)
            elif self._data:
                data, event = self._data, self._event
                self._data, self._event, self._size = [], "", 0
                yield Record(data[0] if len(data) == 1 else _LF.join(data), event)
            else:
                self._event = ""

    def finish(self) -> Iterator[Record]:
        """Yield nothing: the standard discards an event without its empty line."""
        yield from ()

    def _with_line_feeds(self, chunk: bytes) -> bytes:
        """Return a chunk with every line end (CR LF, LF, CR) as LF, and without a byte order mark at the start."""
        if self._is_first and chunk:
            self._is_first = False
            chunk = chunk.removeprefix(_BOM)
        if self._ends_in_cr and chunk:
            self._ends_in_cr = False
            chunk = chunk.removeprefix(_LF)
        if _CR in chunk:
            self._ends_in_cr = chunk.endswith(_CR)
            chunk = chunk.replace(b"\r\n", _LF).replace(_CR, _LF)
        return chunk

    def _field(self, line: bytes) -> None:
        name, _, content = line.partition(b":")
        if content[:1] == b" ":
            content = content[1:]
        if name == b"data":
            self._data.append(content)
            self._size += len(content)
            if self._size > MAX_RECORD_BYTES:
                raise RecordTooLargeError
        elif name == b"event":
            self._event = content.decode("utf-8", "replace")
        elif name == b"id":
            if b"\0" not in content:
                self.last_event_id = content.decode("utf-8", "replace")
        elif name == b"retry" and content.isdigit():
            self.retry_seconds = int(content[:9]) / 1000
