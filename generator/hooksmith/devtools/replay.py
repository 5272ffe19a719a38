"""Recorded deliveries, to be signed anew and sent again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import LoadError, Place
from .deliveries import UnsignedDelivery
from .forward import HOP_BY_HOP
from .http_files import RecordedRequest, read_http_file
from .provider import Provider

_RENEWED_HEADERS = HOP_BY_HOP | {"accept-encoding", "content-length", "host", "user-agent"}
"""Headers that a recording does not pass on: those of one connection, and those that the new sender sets."""


def read_recording(path: Path) -> list[RecordedRequest]:
    """Read an `.http` file, or all in a folder by name. Raises LoadError if there is none."""
    files = sorted(path.glob("*.http")) if path.is_dir() else [path]
    if not files:
        raise LoadError.at(Place(file=str(path)), "has no .http files")
    return [read_http_file(file) for file in files]


def recorded_api(requests: list[RecordedRequest]) -> str:
    """Return the API that all requests were recorded for; empty if they name none, or several."""
    names = {request.api for request in requests}
    return names.pop() if len(names) == 1 else ""


def recorded_deliveries(
    provider: Provider, requests: list[RecordedRequest]
) -> Iterator[UnsignedDelivery]:
    """Yield the deliveries of a recording. The ids of deliveries and events stay."""
    location = provider.catalogue.id
    id_header = getattr(location, "name", "").lower()
    for request in requests:
        headers = {name.lower(): text for name, text in request.headers}
        yield UnsignedDelivery(
            label=request.event_type or "request",
            body=request.body,
            headers={k: v for k, v in headers.items() if k not in _RENEWED_HEADERS},
            method=request.method,
            signature_id=headers.get(id_header),
        )
