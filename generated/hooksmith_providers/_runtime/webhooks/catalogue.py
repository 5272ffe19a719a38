"""Deliveries: their bytes → typed events."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from ..json_pointer import tokens
from ..models.base import Model
from ..models.deferred import DeferredModels
from ..models.properties import InHeader, Where, at
from .errors import EventParseError, Issue, issues_of
from .event_types import Kinds, Parts, Told, guess
from .form_bodies import is_form, read_form
from .lenient_reading import Salvage, own_lacks
from .signatures.message import AnyHeaders, header_pairs, header_values

__all__ = ["Catalogue", "DriftedEvent", "InHeader", "UnknownEvent"]

_Event = TypeVar("_Event")
_BUILDING = threading.RLock()


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownEvent:
    """An event of a type that the document does not know (yet), with all that was received.

    `raw` is the body of the delivery that it came in, with others where that was a batch.
    """

    type: str
    payload: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftedEvent:
    """An event of a known type that breaks its model: the provider changed, or departs from its own document.

    `event` is what the type's model could read of it: what `issues` names is unchecked there, or not there at all.
    `payload` is all that was received of it, `raw` the body that it came in.
    """

    type: str
    event: Model = field(repr=False)
    issues: tuple[Issue, ...]
    payload: dict[str, Any] = field(repr=False)
    raw: bytes = field(repr=False)


ModelClass = type[Any]

Classes = tuple[type[Model], ...]
Body = type[Model] | Classes
"""The class of an event, or those of its options, where nothing in it tells them apart."""


_Read = Callable[[bytes], Any]


def options(body: Body) -> Classes:
    """The classes that an event of one type may be of."""
    return body if isinstance(body, tuple) else (body,)


def _names(models: Mapping[str, Body], kind: str) -> tuple[str, ...]:
    if isinstance(models, DeferredModels):
        return models.names(kind)
    return tuple(model.__name__ for model in options(models[kind]))


def _literals(model: type[Any], where: object) -> tuple[str, ...]:
    """The types that a model takes, where it says so itself."""
    annotation: Any = model
    for token in tokens(where) if isinstance(where, str) else ():
        fields = getattr(annotation, "model_fields", {})
        found = [info for name, info in fields.items() if token == (info.alias or name)]
        annotation = found[0].annotation if found else None
    return get_args(annotation) if get_origin(annotation) is Literal else ()


@dataclass(frozen=True, kw_only=True)
class Catalogue(Generic[_Event]):
    """The events of an API: their models by type, and where a delivery says its type, id and time.

    `type` is None where nothing in a delivery says it: there is one type alone, or whoever receives it knows from the
    address. `batch`: whether deliveries may be lists of events. `said`: what deliveries say for types that the document
    calls otherwise. `form`: the properties of events that come as forms, and how each is written there (see
    `read_form`); None where no event does.
    """

    name: str
    models: Mapping[str, Body]
    type: Told | None
    id: Where | None = None
    timestamp: Where | None = None
    batch: bool = False
    said: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    _readers: dict[bytes, _Read] = field(default_factory=dict, repr=False)
    _guess: re.Pattern[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.type, str):
            object.__setattr__(self, "_guess", guess(self.type))

    @cached_property
    def _parts(self) -> Parts:
        return Parts.of(self.type) if self.type is not None else Parts((), ())

    @cached_property
    def _by_class(self) -> dict[str, list[str]]:
        """Name of a class → its types; where models are deferred, none is imported for it."""
        found: dict[str, list[str]] = {}
        for kind in self.models:
            for name in _names(self.models, kind):
                found.setdefault(name, []).append(kind)
        return found

    @cached_property
    def _kinds(self) -> Kinds:
        return Kinds(self.models, self.said)

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

    def parse_all(
        self,
        body: bytes | bytearray | memoryview | str,
        headers: AnyHeaders = (),
        *,
        kind: str | None = None,
        strict: bool = False,
    ) -> list[_Event]:
        """Read a delivered body that may be a batch; see `parse_events` of the package."""
        raw = body if isinstance(body, bytes) else _as_bytes(body)
        found: Any = self.at_once(raw) if kind is None else None
        if found is not None:
            return [found]
        headers = _kept(headers)
        payload = self._load(raw, headers)
        if not isinstance(payload, list):
            return [self._event(payload, raw, headers, kind, strict)]  # type: ignore[list-item]
        if not (payload or self.batch):
            raise EventParseError("the body is not an event: it is an empty list")
        for index, item in enumerate(payload):
            if not isinstance(item, dict):
                raise EventParseError(f"the body is no batch of events: at /{index} is no object")
        return [self._in_batch(item, raw, headers, kind, strict) for item in payload]  # type: ignore[misc]

    def id_of(
        self, event: object, headers: AnyHeaders = (), index: int | None = None
    ) -> str | None:
        """The id that an event keeps when it is sent again; None where it has none. `index`: its place in a batch."""
        found = self._read(self.id, event, headers)
        if not isinstance(found, str | int) or found == "":
            return None
        shared = index is not None and isinstance(self.id, InHeader)
        return f"{found}/{index}" if shared else str(found)

    def type_of(self, event: object, headers: AnyHeaders = ()) -> str:
        """The wire value of an event's type; `headers` matter where they tell it and one class has several types."""
        if isinstance(event, UnknownEvent | DriftedEvent):
            return event.type
        if isinstance(self.type, str):
            found = at(event, self.type)
            return str(found) if isinstance(found, str) else self.types_of(type(event))[0]
        first, *others = self.types_of(type(event))
        said = self._kinds.find(self._parts.said(event, headers)) if others else first
        return said if said in others else first

    def options_of(self, kind: str) -> Classes:
        """The classes that events of a type may be of."""
        return options(self.models[kind])

    def has_options(self, kind: str) -> bool:
        """Whether the events of a type may be of several classes."""
        return isinstance(self.models[kind], tuple)

    def types_of(self, model: ModelClass) -> tuple[str, ...]:
        """The wire values of the events that a model is for; raises KeyError where it is no event's."""
        stated = _literals(model, self.type)
        found = stated or tuple(
            kind
            for kind in self._by_class.get(model.__name__, ())
            if model in options(self.models[kind])
        )
        if not found or model not in options(self.models.get(found[0], ())):
            raise KeyError(f"{model.__name__} is no event of {self.name}")
        return found

    def _read(self, where: Where | None, event: object, headers: AnyHeaders) -> object:
        if isinstance(where, InHeader):
            return next(iter(header_values(headers, where.name)), None)
        if where is None:
            return None
        source = event.payload if isinstance(event, UnknownEvent | DriftedEvent) else event
        return at(source, where)

    # --- in one pass

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

    def _by_parts(self, raw: bytes, headers: AnyHeaders) -> Model | None:
        """As `at_once`, where a header tells the type, or a part of it."""
        said = self._parts.guessed(raw, headers)
        kind = self._kinds.find(said) if said[0] else None
        if kind is None or kind not in self.models:
            return None
        read = self._readers.get(kind.encode()) or self._reader(kind)
        try:
            event: Model | None = read(raw) if read is not None else None
        except ValidationError:
            return None
        return event if event is not None and self._parts.agree(event, said) else None

    def _reader(self, kind: str) -> _Read | None:
        """What reads the events of a type from their bytes; None from what is of another, or for no type."""
        body = self.models.get(kind)
        if body is None:
            return None
        with _BUILDING:
            models = options(body)
            for model in models:
                model.model_rebuild()
            read: _Read = _validator(models).validate_json
            if isinstance(self.type, str) and any(
                _literals(model, self.type) != (kind,) for model in models
            ):
                read = self._sifted(read, kind)
            self._readers[kind.encode()] = read
        return read

    def _sifted(self, read: _Read, kind: str) -> _Read:
        """For models that would take other types as well."""

        def read_one(raw: bytes) -> Any:
            event = read(raw)
            return event if at(event, str(self.type)) == kind else None

        return read_one

    # --- step by step

    def _step_by_step(
        self, raw: bytes, headers: AnyHeaders, stated: str | None, strict: bool
    ) -> Model | UnknownEvent | DriftedEvent:
        headers = _kept(headers)
        if stated is None and self.type is not None and not isinstance(self.type, str):
            found = self._by_parts(raw, headers)
            if found is not None:
                return found
        payload = self._load(raw, headers)
        if isinstance(payload, list):
            raise EventParseError(
                f"the body is a batch of {len(payload)}: read it with unwrap_all, or parse_all"
            )
        return self._event(payload, raw, headers, stated, strict)

    def _event(
        self,
        payload: dict[str, Any],
        raw: bytes,
        headers: AnyHeaders,
        stated: str | None,
        strict: bool,
        *,
        alone: bool = True,
    ) -> Model | UnknownEvent | DriftedEvent:
        """`alone`: whether the event is all of the body."""
        kind = self._kind(payload, headers) if stated is None else str(stated)
        body = self.models.get(kind)
        if body is None:
            if strict:
                raise EventParseError("the event is of a type that is not known")
            return UnknownEvent(type=kind, payload=payload, raw=raw)
        self._reader(kind)
        try:
            if alone:
                return _validated(options(body), payload, raw)
            return _from_data(options(body), payload)
        except ValidationError as error:
            return _departing(kind, options(body), payload, raw, error, strict)

    def _in_batch(
        self,
        item: dict[str, Any],
        raw: bytes,
        headers: AnyHeaders,
        stated: str | None,
        strict: bool,
    ) -> Model | UnknownEvent | DriftedEvent:
        """An event among others, which it must not take with it: without a type it is unknown."""
        try:
            return self._event(item, raw, headers, stated, strict, alone=False)
        except EventParseError:
            if strict or not self.batch or self.type is None:
                raise
            return UnknownEvent(type="", payload=item, raw=raw)

    def _kind(self, payload: dict[str, Any], headers: AnyHeaders) -> str:
        if self.type is not None:
            return self._kinds.find(self._parts.read(payload, headers))
        if len(self.models) == 1:
            return next(iter(self.models))
        raise EventParseError("nothing in the body says which event it is: pass its type")

    def _load(self, raw: bytes, headers: AnyHeaders) -> dict[str, Any] | list[Any]:
        """The body as plain data; raises EventParseError where it is neither an object nor a list."""
        if self.form is not None and is_form(raw, headers):
            return read_form(raw, self.form)
        return _load(raw)


def _validated(models: Classes, payload: dict[str, Any], raw: bytes) -> Model:
    try:
        return _validator(models).validate_json(raw)  # type: ignore[no-any-return]
    except ValidationError as error:
        if error.error_count() > 1 or error.errors()[0]["type"] != "json_invalid":
            raise
    return _from_data(models, payload)


def _from_data(models: Classes, payload: dict[str, Any]) -> Model:
    found: Model = _validator(models).validate_python(payload)
    return found


@cache
def _validator(models: Classes) -> Any:
    """What reads one of several classes: that which fits best (pydantic's smart mode)."""
    if len(models) == 1:
        return models[0].__pydantic_validator__
    union: Any = Union[models]  # noqa: UP007 - made at run time
    return TypeAdapter(union).validator


def _departing(
    kind: str,
    models: Classes,
    payload: dict[str, Any],
    raw: bytes,
    error: ValidationError,
    strict: bool,
) -> Model | DriftedEvent:
    """An event that does not fit its model: still of its class, if only objects inside it lack properties."""
    salvage = Salvage()
    try:
        event = salvage.best(models, payload)
    except RecursionError:
        raise EventParseError("the event is nested too deeply to be read") from None
    if not strict and salvage.whole and not own_lacks(event):
        return event
    issues = issues_of(_error_of(type(event), payload) if len(models) > 1 else error)
    if strict:
        raise EventParseError("the event breaks the model of its type", issues)
    return DriftedEvent(type=kind, event=event, issues=issues, payload=payload, raw=raw)


def _error_of(model: type[Model], payload: dict[str, Any]) -> ValidationError | None:
    try:
        model.model_validate(payload)
    except ValidationError as error:
        return error
    return None


def _load(raw: bytes) -> dict[str, Any] | list[Any]:
    try:
        payload = from_json(raw)
    except ValueError:
        payload = _load_leniently(raw)
    if not isinstance(payload, dict | list):
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


def _kept(headers: AnyHeaders) -> AnyHeaders:
    """Headers that can be looked at more than once."""
    return headers if isinstance(headers, Mapping | Sequence) else list(header_pairs(headers))


def _as_bytes(body: object) -> bytes:
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    raise TypeError(f"pass the body as it was received, not a {type(body).__name__}")
