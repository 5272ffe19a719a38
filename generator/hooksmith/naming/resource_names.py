"""Where the calls without a tag go: to the resource that the beginning of their paths names.

`/v1/customers/{id}` begins with `customers`. A beginning that one path alone has names no resource, but a call
(`/ping`, `/sendMessage`, `/search`): a client of such would be as many resources as calls. These are `default`'s.

So where a call goes depends on its path, and on whether another path begins likewise: a path that comes in moves calls
only where it is the second of its beginning, and then those of the first. Tags settle it for good.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from .casing import argument, pascal, snake, words
from .reserved import CLIENT_ATTRIBUTES, RESOURCE_MODULE_NAMES
from .short_names import stems
from .unique_names import unique

NO_TAG = "default"

_VERSION = re.compile(r"v?\d+(?:[._-]?(?:\d+|alpha|beta|preview|rc))*", re.IGNORECASE)
"""`v1`, `2.0`, `2024-01`, `v1beta1`, `2015-03-31`, `v2018-11-01-preview`."""
_EVERYWHERE = frozenset({"api", "apis", "rest", "rpc"})
"""What all paths of an API may begin with, which says nothing of any of them."""
_TEXT = re.compile(r"[^.:({]*")
"""Of `users.list`, `books:search`, `Users({id})` and `projects{.format}`: what is listed, searched or formatted."""


def resource_tags(paths: Collection[str]) -> dict[str, str]:
    """Return path → tag of its operations without tags. `paths`: all paths of the document."""
    beginnings = {path: beginning(path) for path in paths}
    count = Counter(snake(text) for text in beginnings.values() if text)
    return {
        path: text if text and count[snake(text)] > 1 else NO_TAG
        for path, text in beginnings.items()
    }


def beginning(path: str) -> str:
    """Return the first segment besides templates, versions and the common beginning of all paths; may be empty."""
    for segment in re.split("[?#]", path)[0].split("/"):
        if _VERSION.fullmatch(segment) or segment.lower() in _EVERYWHERE:
            continue
        matched = _TEXT.match(segment)
        if matched and words(matched[0]):
            return matched[0]
    return ""


def nested_resources(paths: Collection[str]) -> dict[str, list[str]]:
    """Return path → its static segments, up to the last that the beginning of another path has too.

    `/chat/completions/{id}/cancel` gives `chat` and `completions` if `/chat/completions` is a path as well.
    """
    static = {path: list(_static_segments(path)) for path in paths}
    count = Counter(
        tuple(segments[:end]) for segments in static.values() for end in range(1, len(segments) + 1)
    )
    return {
        path: [
            segment for end, segment in enumerate(segments, 1) if count[tuple(segments[:end])] > 1
        ]
        for path, segments in static.items()
    }


def _static_segments(path: str) -> Iterator[str]:
    for segment in re.split("[?#]", path)[0].split("/"):
        matched = _TEXT.match(segment)
        if matched and words(matched[0]) and not _VERSION.fullmatch(segment):
            yield argument(matched[0])


def inner_attributes(tag: str, segments: Sequence[str]) -> list[str]:
    """Return the segments of a path behind the segment that a tag names; none if it names none."""
    named = stems(resource_attribute(tag))
    place = next((index for index, each in enumerate(segments) if stems(each) == named), None)
    return [] if place is None else list(segments[place + 1 :])


def parents(name: str) -> list[str]:
    """Return the resources that lead to a nested resource, the outermost first: `a.b.c` → `a`, `a.b`."""
    attributes = name.split(".")
    return [".".join(attributes[:end]) for end in range(1, len(attributes))]


def resource_attribute(tag: str) -> str:
    """Return the client's attribute for the resource of a tag: `audit logs` → `audit_logs`."""
    name = argument(tag)
    return name + "_" if name in CLIENT_ATTRIBUTES else name


def resource_classes(tags: Sequence[str], models: Collection[str]) -> list[str]:
    """Return the class name of each tag's resource: `audit logs` → `AuditLogs`.

    If a definition in `models`, or the asynchronous class of another tag, has that name, the resource is
    `AuditLogsResource`.
    """
    taken = {*models, *RESOURCE_MODULE_NAMES}
    asynchronous = {f"Async{pascal(tag)}" for tag in tags}
    return unique(tags, lambda tag: _resource_class(tag, taken, asynchronous), taken)


def _resource_class(tag: str, taken: Collection[str], asynchronous: Collection[str]) -> str:
    name = pascal(tag)
    has_collision = name in taken or f"Async{name}" in taken or name in asynchronous
    return f"{name}Resource" if has_collision else name
