"""Event types: where a delivery states its type, and which type of the document that text means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from ..json_pointer import tokens
from ..models.properties import field_name, resolve
from .errors import EventParseError
from .signatures.message import AnyHeaders, only_value


@dataclass(frozen=True, slots=True)
class InHeader:
    """Location of a value in a header of the delivery."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """A list of events inside a body. `items`: JSON Pointer to the list; `event`: pointer from an item to its event."""

    items: str
    event: str = ""


Location = str | InHeader
"""Location of a value in a delivery: a JSON Pointer (RFC 6901) into the body, or a header."""

TypeLocation = Location | tuple[Location, ...]
"""Location of the event type, or the locations of its parts. Every part but the first may be absent."""


def type_pattern(pointer: str) -> re.Pattern[bytes]:
    """Return a pattern that matches the first property named as the pointer's last token, with a string value."""
    name = json.dumps(tokens(pointer)[-1]).encode()
    return re.compile(re.escape(name) + rb'\s*:\s*"([^"\\]*)"')


def plain(text: str) -> str:
    """Return an event type without signs and case: `branch_protection_rule` → `branchprotectionrule`."""
    return "".join(char for char in text.casefold() if char.isalnum())


@dataclass(frozen=True, slots=True)
class TypeLocator:
    """Reader of an event type's parts. `patterns` match the parts in the body; None for a part in a header."""

    locations: tuple[Location, ...]
    patterns: tuple[re.Pattern[bytes] | None, ...]

    @classmethod
    def of(cls, location: TypeLocation | None) -> TypeLocator:
        """Return the locator of an event type; without parts if `location` is None."""
        parts = location if isinstance(location, tuple) else () if location is None else (location,)
        return cls(
            parts, tuple(type_pattern(part) if isinstance(part, str) else None for part in parts)
        )

    def guess_parts(self, raw: bytes, headers: AnyHeaders) -> tuple[str, ...]:
        """Return the parts by pattern, without parsing the body; an absent part is empty."""
        return tuple(
            _first_match(pattern, raw) if pattern is not None else _value(part, None, headers)
            for part, pattern in zip(self.locations, self.patterns, strict=True)
        )

    def required_parts(self, payload: object, headers: AnyHeaders) -> tuple[str, ...]:
        """Return the parts; an absent part is empty. Raises EventParseError if the first part is absent."""
        parts = self.parts(payload, headers)
        if not parts[0]:
            first = self.locations[0]
            place = f"at {first}" if isinstance(first, str) else f"in the header {first.name}"
            raise EventParseError(f"the body is not an event: it has no type {place}")
        return parts

    def parts(self, source: object, headers: AnyHeaders) -> tuple[str, ...]:
        """Return the parts from plain data or a model; an absent part is empty."""
        return tuple(_value(part, source, headers) for part in self.locations)

    def is_confirmed(self, event: object, guessed: Sequence[str]) -> bool:
        """Return whether the guessed parts of the body equal those of the parsed event."""
        return all(
            isinstance(part, InHeader) or _text(resolve(event, part)) == value
            for part, value in zip(self.locations, guessed, strict=True)
        )


def _value(location: Location, source: object, headers: AnyHeaders) -> str:
    if isinstance(location, InHeader):
        return only_value(headers, location.name) or ""
    return _text(resolve(source, location))


def _first_match(pattern: re.Pattern[bytes], raw: bytes) -> str:
    match = pattern.search(raw)
    return match[1].decode("utf-8", "replace") if match else ""


def _text(value: object) -> str:
    """Return a string, or the value of a string enum; empty for every other value."""
    return str(getattr(value, "value", value)) if isinstance(value, str) else ""


class EventTypeIndex:
    """Index of a document's event types by the parts that deliveries state.

    `aliases`: texts of deliveries → the document's types.
    """

    def __init__(self, types: Iterable[str], aliases: Mapping[str, str]) -> None:
        self._by_plain_text: dict[str, str] = {}
        for text, event_type in [*((name, name) for name in types), *aliases.items()]:
            self._by_plain_text.setdefault(plain(text), event_type)

    def find(self, parts: Sequence[str]) -> str:
        """Return the type of these parts. If the document has none, return the parts, joined by full stops."""
        if len(parts) == 1:
            return parts[0]
        present = [part for part in parts if part]
        return self._by_plain_text.get(plain("".join(present)), ".".join(present))


def constant_types(model: type[Any], location: object) -> tuple[str, ...]:
    """Return the event types that a model's own `Literal` accepts; empty if it has none."""
    annotation: Any = model
    for token in tokens(location) if isinstance(location, str) else ():
        fields = getattr(annotation, "model_fields", None)
        name = field_name(annotation, token) if fields else None
        annotation = fields[name].annotation if fields and name else None
    return get_args(annotation) if get_origin(annotation) is Literal else ()
