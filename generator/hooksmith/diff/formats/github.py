"""Annotations of GitHub: workflow commands, one a change."""

from __future__ import annotations

from ..report import Entry, Report

_PROPERTY = {"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"}


def workflow_commands(report: Report, entries: list[Entry]) -> str:
    """Return a workflow command for each entry. A removed part is shown at the nearest part around it."""
    return "\n".join(map(_annotation, entries))


def _annotation(entry: Entry) -> str:
    properties = {"title": f"{entry.category}: {entry.change.rule}"}
    place = entry.place_in_new
    if place is not None:
        line = {"line": str(place.line)} if place.line is not None else {}
        properties = {"file": place.file, **line, **properties}
    properties_text = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    return f"::{entry.severity} {properties_text}::{_data(entry.message)}"


def _data(text: str) -> str:
    plain = "".join(char if char.isprintable() or char in "\r\n" else "\ufffd" for char in text)
    return "".join(_PROPERTY[char] if char in "%\r\n" else char for char in plain)


def _property(text: str) -> str:
    plain = "".join(char if char.isprintable() or char in "\r\n" else "\ufffd" for char in text)
    return "".join(_PROPERTY.get(char, char) for char in plain)
