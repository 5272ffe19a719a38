"""Which event a delivery is, where that is told in several parts, or in a header."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..json_pointer import tokens
from ..models.properties import InHeader, Where, at
from .errors import EventParseError
from .signatures.message import AnyHeaders, header_values

Told = Where | tuple[Where, ...]
"""Where a delivery says its type: in one place, or in parts that make it up, of which all but the first may lack."""


def places(told: Told) -> tuple[Where, ...]:
    """The places of a type."""
    return told if isinstance(told, tuple) else (told,)


def guess(pointer: str) -> re.Pattern[bytes]:
    """Finds what may be the text at a JSON pointer without reading the JSON."""
    last = json.dumps(tokens(pointer)[-1]).encode()
    return re.compile(re.escape(last) + rb'\s*:\s*"([^"\\]*)"')


def plain(text: str) -> str:
    """A type without regard to signs and case: `branch_protection_rule` and `branch-protection-rule` are one."""
    return "".join(char for char in text.casefold() if char.isalnum())


@dataclass(frozen=True, slots=True)
class Parts:
    """The places of a type, and a guess at each of those in the body."""

    places: tuple[Where, ...]
    guesses: tuple[re.Pattern[bytes] | None, ...]

    @classmethod
    def of(cls, told: Told) -> Parts:
        where = places(told)
        return cls(where, tuple(guess(it) if isinstance(it, str) else None for it in where))

    def guessed(self, raw: bytes, headers: AnyHeaders) -> tuple[str, ...]:
        """What the parts seem to be; empty where a part seems to lack."""
        return tuple(
            _guessed(pattern, raw) if pattern is not None else _said(place, None, headers)
            for place, pattern in zip(self.places, self.guesses, strict=True)
        )

    def read(self, payload: object, headers: AnyHeaders) -> tuple[str, ...]:
        """The parts; empty where one lacks. Raises EventParseError where the first does."""
        found = self.said(payload, headers)
        if not found[0]:
            first = self.places[0]
            place = f"at {first}" if isinstance(first, str) else f"in the header {first.name}"
            raise EventParseError(f"the body is not an event: it has no type {place}")
        return found

    def said(self, source: object, headers: AnyHeaders) -> tuple[str, ...]:
        """The parts as plain data or a model has them; empty where one lacks."""
        return tuple(_said(place, source, headers) for place in self.places)

    def agree(self, event: object, guessed: Sequence[str]) -> bool:
        """Whether the guesses at the body hold for what was read of it."""
        return all(
            isinstance(place, InHeader) or _text(at(event, place)) == value
            for place, value in zip(self.places, guessed, strict=True)
        )


def _said(place: Where, payload: object, headers: AnyHeaders) -> str:
    if isinstance(place, InHeader):
        return next(iter(header_values(headers, place.name)), "")
    return _text(at(payload, place))


def _guessed(pattern: re.Pattern[bytes], raw: bytes) -> str:
    found = pattern.search(raw)
    return found[1].decode("utf-8", "replace") if found else ""


def _text(value: object) -> str:
    """A string, an enum's among them."""
    return str(getattr(value, "value", value)) if isinstance(value, str) else ""


class Kinds:
    """The types of a document, found by the parts that a delivery tells."""

    def __init__(self, kinds: Iterable[str], said: Mapping[str, str]) -> None:
        self._plain: dict[str, str] = {}
        for told, kind in [*((kind, kind) for kind in kinds), *said.items()]:
            self._plain.setdefault(plain(told), kind)

    def find(self, parts: Sequence[str]) -> str:
        """The type that the parts make up; with full stops between them where the document has none of them."""
        if len(parts) == 1:
            return parts[0]
        said = [part for part in parts if part]
        return self._plain.get(plain("".join(said)), ".".join(said))
