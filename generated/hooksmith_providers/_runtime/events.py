"""Deliveries: their bytes → a typed event.

WebhookError              anything wrong with a delivery
├── EventParseError       not JSON, or not an event at all
└── SignatureError        see `signatures`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from .model import Model

_Event = TypeVar("_Event")


class WebhookError(Exception):
    """Anything wrong with a delivery."""


class EventParseError(WebhookError):
    """The body is not JSON, or not an event; with `strict`, also one that breaks its model.

    `issues` says where and what; the body itself is not part of the message.
    """

    def __init__(self, message: str, issues: tuple[Issue, ...] = ()) -> None:
        super().__init__(message)
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Issue:
    """One departure of a delivery from its model: the JSON pointer, and what is wrong there."""

    where: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownEvent:
    """An event of a type that the document does not know (yet), with all that was received."""

    type: str
    payload: dict[str, Any]
    raw: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftedEvent:
    """An event of a known type that breaks its model: the provider changed, or departs from its own document.

    `event` is what the type's model could read of it (fields that `issues` names are unchecked); `payload` and `raw`
    are all that was received.
    """

    type: str
    event: Model
    issues: tuple[Issue, ...]
    payload: dict[str, Any]
    raw: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Catalogue(Generic[_Event]):
    """The events of an API: their models by type, and where a delivery says its type, id and time (JSON pointers)."""

    models: Mapping[str, type[Model]]
    type: str
    id: str | None = None
    timestamp: str | None = None

    def parse(self, body: bytes | bytearray | memoryview | str, *, strict: bool = False) -> _Event:
        """Read a delivered body; see `parse_event` of the package."""
        raw = as_bytes(body)
        payload = self._payload(raw)
        kind = self._type(payload)
        model = self.models.get(kind)
        found: Any
        if model is None:
            if strict:
                raise EventParseError(f"no event of the type {kind!r} is known")
            found = UnknownEvent(type=kind, payload=payload, raw=raw)
        else:
            found = _read(model, kind, payload, raw, strict)
        return found  # type: ignore[no-any-return]

    def _payload(self, raw: bytes) -> dict[str, Any]:
        try:
            payload = from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            raise EventParseError(f"the body is not JSON: {error}") from None
        if not isinstance(payload, dict):
            raise EventParseError("the body is not an event: it is not a JSON object")
        return payload

    def _type(self, payload: dict[str, Any]) -> str:
        kind = at(payload, self.type)
        if not isinstance(kind, str):
            raise EventParseError(f"the body is not an event: it has no text at {self.type}")
        return kind


def _read(
    model: type[Model], kind: str, payload: dict[str, Any], raw: bytes, strict: bool
) -> Model | DriftedEvent:
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        issues = tuple(
            Issue(_pointer(found["loc"]), found["msg"])
            for found in error.errors(include_input=False)
        )
    if strict:
        raise EventParseError(f"the event {kind!r} breaks its model", issues)
    return DriftedEvent(
        type=kind, event=_salvage(model, payload), issues=issues, payload=payload, raw=raw
    )


def _salvage(model: type[Model], payload: dict[str, Any]) -> Model:
    """The model with each field that can be read alone, read; the others as they came."""
    values: dict[str, Any] = {}
    for name, value in payload.items():
        try:
            partial = model.model_validate({name: value})
        except ValidationError as error:
            broken = any(
                found["loc"] and found["loc"][0] == name
                for found in error.errors(include_input=False)
            )
            values[name] = value if broken else _single(model, name, value)
        else:
            values[name] = getattr(partial, _field_name(model, name), value)
    return model.model_construct(**values)


def _single(model: type[Model], name: str, value: Any) -> Any:
    """One field's value, read without the others."""
    blank = model.model_construct()
    field_name = _field_name(model, name)
    if field_name not in model.model_fields:
        return value
    validated = model.__pydantic_validator__.validate_assignment(blank, field_name, value)
    return getattr(validated, field_name, value)


def _field_name(model: type[Model], wire: str) -> str:
    for name, info in model.model_fields.items():
        if info.alias == wire:
            return name
    return wire


def as_bytes(body: object) -> bytes:
    """The raw body; raises `TypeError` for anything parsed, which no signature could be checked on."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    raise TypeError(
        f"pass the raw body as bytes, as it was received, not a {type(body).__name__}: "
        "a parsed body written again is not the text that was signed"
    )


def at(payload: Any, pointer: str) -> Any:
    """What stands at a JSON pointer; None where nothing does."""
    for token in pointer.split("/")[1:]:
        if not isinstance(payload, dict):
            return None
        payload = payload.get(token.replace("~1", "/").replace("~0", "~"))
    return payload


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
