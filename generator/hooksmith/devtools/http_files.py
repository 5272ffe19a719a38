"""Recorded requests, one an `.http` file, as HTTP clients of editors read it.

    # api: workos
    # event: user.created
    POST http://127.0.0.1:8000/webhooks HTTP/1.1
    Content-Type: application/json

    {"id": "event_1"}

Everything after the first empty line is the body, byte for byte.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import HooksmithError, LoadError, OutputError, Place

_REQUEST_LINE = re.compile(r"([A-Z]+) (\S+)(?: HTTP/\S+)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedRequest:
    """A request as received. `headers`: names and values in the order received.

    `api` and `event_type` are empty if they are not known.
    """

    method: str
    url: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)
    api: str = ""
    event_type: str = ""


class Recorder:
    """Writes each request into a file of its own, numbered after those in the folder. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            numbers = [int(path.name[:4]) for path in folder.glob("[0-9][0-9][0-9][0-9]*.http")]
        except OSError as error:
            raise _unwritable(folder, error) from error
        self._next = max(numbers, default=0) + 1

    def record(self, request: RecordedRequest) -> Path:
        """Write a request and return the file's path. Raises OutputError if it cannot be written."""
        with self._lock:
            number, self._next = self._next, self._next + 1
        name = re.sub(r"[^\w.-]+", "_", request.event_type)[:100] or "request"
        path = self._folder / f"{number:04}-{name}.http"
        try:
            path.write_bytes(http_text(request))
        except OSError as error:
            raise _unwritable(path, error) from error
        return path


def _unwritable(path: Path, error: OSError) -> HooksmithError:
    return OutputError.at(Place(file=str(path)), f"cannot be written: {error.strerror or error}")


def http_text(request: RecordedRequest) -> bytes:
    """Return the content of a request's `.http` file."""
    comments = {"api": request.api, "event": request.event_type}
    lines = [f"# {name}: {text}" for name, text in comments.items() if text]
    lines.append(f"{request.method} {request.url} HTTP/1.1")
    lines += [f"{name}: {text}" for name, text in request.headers]
    # HTTP headers are Latin-1 by tradition (RFC 9110, section 5.5).
    return "\n".join(lines).encode("latin-1", "replace") + b"\n\n" + request.body


def read_http_file(path: Path) -> RecordedRequest:
    """Read an `.http` file. Raises LoadError if it cannot be read or is not a request."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise LoadError.at(Place(file=str(path)), f"cannot be read: {reason}") from error
    head, *rest_of_file = re.split(rb"\r?\n\r?\n", content, maxsplit=1)
    lines = head.decode("latin-1").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    first, *rest = [line for line in lines if not line.startswith("#")] or [""]
    match = _REQUEST_LINE.fullmatch(first.strip())
    if match is None:
        place = Place(file=str(path), line=len(comments) + 1)
        raise LoadError.at(place, "not a request line, such as POST http://127.0.0.1/ HTTP/1.1")
    return RecordedRequest(
        method=match[1],
        url=match[2],
        headers=[_header(path, len(comments) + 2 + index, line) for index, line in enumerate(rest)],
        body=b"".join(rest_of_file),
        api=_commented("api", comments),
        event_type=_commented("event", comments),
    )


def _commented(name: str, comments: Iterable[str]) -> str:
    """Return the text of a comment `# name: text`; empty if there is none."""
    lead = f"# {name}: "
    return next((line.removeprefix(lead) for line in comments if line.startswith(lead)), "")


def _header(path: Path, line: int, text: str) -> tuple[str, str]:
    name, colon, content = text.partition(":")
    if not colon or not name.strip():
        raise LoadError.at(Place(file=str(path), line=line), "not a header, such as NAME: VALUE")
    return name.strip(), content.strip()
