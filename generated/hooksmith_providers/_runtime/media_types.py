"""Media types (RFC 9110, section 8.3.1)."""

from __future__ import annotations


def essence_of(media_type: str) -> str:
    """Return a media type without its parameters: `text/csv; charset=utf-8` → `text/csv`."""
    return media_type.partition(";")[0].strip().lower()
