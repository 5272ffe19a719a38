"""Header parameters that are no arguments, and names of parameters."""

from __future__ import annotations

from typing import Any

RESERVED_HEADERS = frozenset(
    {
        *("accept", "content-type"),  # OpenAPI 3.1.1, 4.8.12: described elsewhere
        *(
            "connection",
            "content-length",
            "host",
            "transfer-encoding",
        ),  # RFC 9112: of the connection
    }
)
"""Header parameters that the client sets itself, in lower case."""


def is_authorization(location: Any, name: Any) -> bool:
    """Return whether a parameter is the header that OpenAPI leaves to security schemes, if there are any."""
    return location == "header" and str(name).lower() == "authorization"


def same_name(location: Any, name: Any) -> str:
    """Return the name by which parameters of a location are compared; header names have no case."""
    return str(name).lower() if location == "header" else str(name)
