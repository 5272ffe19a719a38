"""Media types: predicates, and the order of preference among those that a document offers."""

from __future__ import annotations

from typing import Any

from .grammar import Node

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_PREFERENCE = ("application/json", "+json", MULTIPART, FORM, "text/")


def essence(media_type: str) -> str:
    """Return a media type without parameters, in lower case: `text/plain; charset=utf-8` → `text/plain`."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Whether content of a media type is JSON."""
    plain = essence(media_type)
    return plain in ("application/json", "text/json") or plain.endswith("+json")


def is_form(media_type: str) -> bool:
    """Whether content of a media type is a URL-encoded form."""
    return essence(media_type) == FORM


def is_form_or_multipart(media_type: str) -> bool:
    """Whether content of a media type is a form, URL-encoded or multipart."""
    return essence(media_type) in (FORM, MULTIPART)


def is_event_stream(media_type: str) -> bool:
    """Whether content of a media type is a stream of server-sent events."""
    return essence(media_type) == "text/event-stream"


_ITEM_STREAMS = frozenset(
    {
        "text/event-stream",
        "application/jsonl",
        "application/x-jsonlines",
        "application/x-ndjson",
        "application/ndjson",
        "application/json-seq",
    }
)


def is_item_stream(media_type: str) -> bool:
    """Whether content of a media type is a sequence of items that are read while they arrive."""
    return essence(media_type) in _ITEM_STREAMS


def preferred(contents: dict[str, Any]) -> tuple[str | None, Node]:
    """Return the preferred media type with its Media Type Object; (None, {}) if there is none.

    JSON is preferred to forms, forms to text, text to the first media type.
    """
    return next(iter(offered(contents)), (None, {}))


def offered(contents: dict[str, Any]) -> list[tuple[str, Node]]:
    """Return all media types with their Media Type Objects, the preferred one first.

    Keys without a slash are no media types. They are left out unless there are no others.
    """
    keys = [key for key in contents if "/" in key] or list(contents)
    first = next((key for rule in _PREFERENCE for key in keys if _matches(rule, key)), None)
    ordered = sorted(keys, key=lambda key: key != first) if first is not None else keys
    return [(key, contents[key] if isinstance(contents[key], dict) else {}) for key in ordered]


def _matches(rule: str, media_type: str) -> bool:
    """Whether a media type is `rule`, has it as suffix (`+json`) or as prefix (`text/`)."""
    plain = essence(media_type)
    return (
        plain == rule
        or (rule[0] == "+" and plain.endswith(rule))
        or (rule[-1] == "/" and plain.startswith(rule))
    )
