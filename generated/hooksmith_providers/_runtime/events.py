"""Deliveries: their bytes → a typed event."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from .model import Model
from .salvage import salvage
from .signatures.message import AnyHeaders, header_values
from .webhook_errors import EventParseError, Issue

__all__ = ["Catalogue", "DriftedEvent", "InHeader", "UnknownEvent"]

_Event = TypeVar("_Event")
_BUILDING = threading.RLock()


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownEvent:
    """An event of a type that the document does not know (yet), with all that was received."""

    type: str
    payload: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftedEvent:
    """An event of a known type that breaks its model: the provider changed, or departs from its own document.

    `event` is what the type's model could read of it: what `issues` names is unchecked there, or not there at all.
    `payload` and `raw` are all that was received.
    """

    type: str
    event: Model = field(repr=False)
    issues: tuple[Issue, ...]
    payload: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class InHeader:
    """Something that a delivery says in a header."""

    name: str


ModelClass = type[Any]

Where = str | InHeader
"""Where a delivery says something: a JSON pointer (RFC 6901) into its body, or a header."""


_Read = Callable[[bytes], Any]


def _literals(model: type[Any], where: Where | None) -> tuple[str, ...]:
    """The types that a model takes, where it says so itself."""
    annotation: Any = model
    for token in _tokens(where) if isinstance(where, str) else ():
        fields = getattr(annotation, "model_fields", {})
        found = [info for name, info in fields.items() if token == (info.alias or name)]
        annotation = found[0].annotation if found else None
    return get_args(annotation) if get_origin(annotation) is Literal else ()


@dataclass(frozen=True, kw_only=True)
class Catalogue(Generic[_Event]):
    """The events of an API: their models by type, and where a delivery says its type, id and time.

    `type` is None where nothing in a delivery says it: whoever receives it knows from the address, or otherwise.
    """

    name: str
    models: Mapping[str, type[Model]]
    type: Where | None
    id: Where | None = None
    timestamp: Where | None = None
    _readers: dict[bytes, _Read] = field(default_factory=dict, repr=False)
    _guess: re.Pattern[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.type, str):
            last = json.dumps(_tokens(self.type)[-1]).encode()
            pattern = re.compile(re.escape(last) + rb'\s*:\s*"([^"\\]*)"')
            object.__setattr__(self, "_guess", pattern)

    def parse(
        self,
        body: bytes | bytearray | memoryview | str,
        headers: AnyHeaders = (),
        *,
        kind: str | None = None,
        strict: bool = False,
    ) -> _Event:
        """Read a delivered body, of the type `kind` if that is given; see `parse_event` of the package."""
        raw = body if isinstance(body, bytes) else _as_bytes(body)
        found: Any = self.at_once(raw) if kind is None else None
        if found is None:
            found = self._step_by_step(raw, headers, kind, strict)
        return found  # type: ignore[no-any-return]

    def id_of(self, event: object, headers: AnyHeaders = ()) -> str | None:
        """The id that a delivery keeps when it is sent again; None where it has none."""
        found = self._read(self.id, event, headers)
        return str(found) if isinstance(found, str | int) and found != "" else None

    def type_of(self, event: object) -> str:
        """The wire value of an event's type."""
        if isinstance(event, UnknownEvent | DriftedEvent):
            return event.type
        found = at(event, self.type) if isinstance(self.type, str) else None
        return str(found) if isinstance(found, str) else self.types_of(type(event))[0]

    def types_of(self, model: ModelClass) -> tuple[str, ...]:
        """The wire values of the events that a model is for; raises KeyError where it is no event's."""
        stated = _literals(model, self.type)
        found = stated or tuple(kind for kind, other in self.models.items() if other is model)
        if not found or self.models.get(found[0]) is not model:
            raise KeyError(f"{model.__name__} is no event of {self.name}")
        return found

    def _read(self, where: Where | None, event: object, headers: AnyHeaders) -> object:
        if isinstance(where, InHeader):
            return next(iter(header_values(headers, where.name)), None)
        if where is None:
            return None
        source = event.payload if isinstance(event, UnknownEvent | DriftedEvent) else event
        return at(source, where)

    # --- reading

    def at_once(self, raw: bytes) -> _Event | None:
        """The event in one pass over the bytes, which the usual delivery needs.

        The type is guessed from the text; that it is the event's own type, and not one deeper in the body, shows in
        what was read. None where the guess does not hold, or anything else is unusual.
        """
        guess = self._guess.search(raw) if self._guess is not None else None
        if guess is None:
            return None
        wire = guess[1]
        read = self._readers.get(wire) or self._reader(wire.decode("utf-8", "replace"))
        if read is None:
            return None
        try:
            return read(raw)  # type: ignore[no-any-return]
        except ValidationError:
            return None

    def _reader(self, kind: str) -> _Read | None:
        """What reads the events of a type from their bytes; None from what is of another, or for no type."""
        model = self.models.get(kind)
        if model is None:
            return None
        with _BUILDING:
            model.model_rebuild()
            read: _Read = model.__pydantic_validator__.validate_json
            if _literals(model, self.type) != (kind,):
                read = self._sifted(read, kind)
            self._readers[kind.encode()] = read
        return read

    def _sifted(self, read: _Read, kind: str) -> _Read:
        """For a model that would take other types as well."""

        def read_one(raw: bytes) -> Any:
            event = read(raw)
            return event if at(event, str(self.type)) == kind else None

        return read_one

    def _step_by_step(
        self, raw: bytes, headers: AnyHeaders, stated: str | None, strict: bool
    ) -> Model | UnknownEvent | DriftedEvent:
        payload = _load(raw)
        kind = self._kind(payload, headers) if stated is None else str(stated)
        model = self.models.get(kind)
        if model is None:
            if strict:
                raise EventParseError("the event is of a type that is not known")
            return UnknownEvent(type=kind, payload=payload, raw=raw)
        self._reader(kind)
        return _checked(model, kind, payload, raw, strict)

    def _kind(self, payload: dict[str, Any], headers: AnyHeaders) -> str:
        if self.type is None:
            raise EventParseError("nothing in the body says which event it is: pass its type")
        if isinstance(self.type, InHeader):
            stated: Any = next(iter(header_values(headers, self.type.name)), None)
            place = f"in the header {self.type.name}"
        else:
            stated, place = at(payload, self.type), f"at {self.type}"
        if not isinstance(stated, str):
            raise EventParseError(f"the body is not an event: it has no type {place}")
        return stated


def _checked(
    model: type[Model], kind: str, payload: dict[str, Any], raw: bytes, strict: bool
) -> Model | DriftedEvent:
    try:
        return _validated(model, payload, raw)
    except ValidationError as error:
        issues = tuple(
            Issue(_pointer(found["loc"]), found["msg"])
            for found in error.errors(include_input=False, include_url=False, include_context=False)
        )
    if strict:
        raise EventParseError("the event breaks the model of its type", issues)
    event = salvage(model, payload)
    return DriftedEvent(type=kind, event=event, issues=issues, payload=payload, raw=raw)


def _validated(model: type[Model], payload: dict[str, Any], raw: bytes) -> Model:
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] != "json_invalid":
            raise
    return model.model_validate(payload)


def _load(raw: bytes) -> dict[str, Any]:
    """The body as JSON; raises EventParseError where it is not, or not an object."""
    try:
        payload = from_json(raw)
    except ValueError:
        payload = _load_leniently(raw)
    if not isinstance(payload, dict):
        raise EventParseError("the body is not an event: it is not a JSON object")
    return payload


def _load_leniently(raw: bytes) -> Any:
    """As Python reads JSON, which takes half a surrogate pair and a byte order mark: senders do write them."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        place = f" (line {line}, column {getattr(error, 'colno', None)})" if line else ""
        raise EventParseError(f"the body is not JSON{place}") from None


def _as_bytes(body: object) -> bytes:
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    raise TypeError(f"pass the body as it was received, not a {type(body).__name__}")


# --- JSON pointers -----------------------------------------------------------------------------------------------


def at(source: object, pointer: str) -> object:
    """What stands at a JSON pointer in plain data or a model; None where nothing does."""
    found: object = source
    for token in _tokens(pointer):
        if isinstance(found, dict):
            found = found.get(token)
        elif isinstance(found, BaseModel):
            found = _property(found, token)
        else:
            return None
    return found


def _property(model: BaseModel, wire: str) -> object:
    """A property by its name on the wire."""
    values = model.__dict__
    info = type(model).model_fields.get(wire)
    if info is not None and info.alias in (None, wire):
        return values.get(wire)
    for name, other in type(model).model_fields.items():
        if other.alias == wire:
            return values.get(name)
    return (model.model_extra or {}).get(wire)


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
