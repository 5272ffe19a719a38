"""Catalogue of an API's events: the class of each event type; bytes of deliveries → typed events."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from ..json_pointer import tokens
from ..models.base import Model
from ..models.lenient_reading import Budget
from ..models.problems import is_no_json
from ..models.properties import field_name, resolve
from ..models.reading import MAX_DEPTH, NOT_OPENING, SMALL, collector_paused, depth_of, is_direct
from .errors import EventParseError
from .event_classes import EventClasses, ModelClass
from .event_reading import (
    Reader,
    Readers,
    as_bytes,
    checked,
    items_of,
    load_body,
    options,
    read_deep,
    read_drifted,
    reader_of,
)
from .event_types import (
    Envelope,
    EventTypeIndex,
    InHeader,
    Location,
    TypeLocator,
    constant_types,
    type_pattern,
)
from .signatures.message import AnyHeaders, header_pairs, only_value, standard_name
from .unexpected_events import DriftedEvent, UnknownEvent

__all__ = ["Catalogue", "DriftedEvent", "InHeader", "UnknownEvent"]

_Event = TypeVar("_Event")
_BUILDING = threading.RLock()


@dataclass(frozen=True, kw_only=True)
class Catalogue(EventClasses, Generic[_Event]):
    """The events of an API: their models by type, and the locations of an event's type, id and time.

    Args:
        name: The API's name; the first part of keys in a store.
        models: Event type → the class of its events.
        type: The location of the event type; None if deliveries do not state it.
        id: The location of the id that repeated deliveries share.
        timestamp: The location of the event's time.
        batch: Whether a delivery may be an array of events.
        aliases: Texts of deliveries → the document's event types.
        envelope: The list in a body that holds the events; None if a body is an event or a list of events.
        acknowledgement: Media type and body of the reply that the sender expects; None: an empty body.
        form: The properties of events that are sent as forms, and the notation of each (see `read_form`); None if
            no event is.
        max_depth: The most levels of objects and arrays; an event with more is a DriftedEvent.
    """

    id: Location | None = None
    timestamp: Location | None = None
    batch: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    envelope: Envelope | None = None
    acknowledgement: tuple[str, str] | None = None
    max_depth: int = MAX_DEPTH
    _readers: dict[bytes, Readers] = field(default_factory=dict, repr=False)
    _pattern: re.Pattern[bytes] | None = field(default=None, repr=False)
    _constant_type_by_class: dict[ModelClass, str] = field(default_factory=dict, repr=False)
    """Class → its event type, of classes that have one type alone."""
    _id_fields: dict[ModelClass, str | None] = field(default_factory=dict, repr=False)
    """Class → its field that is the event's id, of classes whose id is a property of the event itself."""

    def __post_init__(self) -> None:
        if isinstance(self.type, str) and self.envelope is None:
            object.__setattr__(self, "_pattern", type_pattern(self.type))

    @cached_property
    def _locator(self) -> TypeLocator:
        return TypeLocator.of(self.type)

    @cached_property
    def _index(self) -> EventTypeIndex:
        return EventTypeIndex(self.models, self.aliases)

    def parse(
        self,
        body: bytes | bytearray | memoryview | str,
        headers: AnyHeaders = (),
        *,
        event_type: str | None = None,
        strict: bool = False,
    ) -> _Event:
        """Return the event of a body. `event_type` overrides the type that the delivery states.

        Raises:
            EventParseError: The body is not JSON, not an event, or a batch.
            SignatureError: The header with the event type has lines that differ.
            TypeError: The body was parsed before.
        """
        raw = body if type(body) is bytes else as_bytes(body)
        failure = None
        if event_type is None:
            try:
                event = self._parse_fast(raw)
            except ValidationError as error:
                event, failure = None, error
            if event is not None:
                return checked(event) if strict else event
        return self._parse_stepwise(raw, headers, event_type, strict, failure)  # type: ignore[return-value]

    def parse_fast(self, raw: bytes) -> _Event | None:
        """Return the event of a body that states its type and fits its model; None if `parse_all` must read it."""
        try:
            return self._parse_fast(raw)
        except ValidationError:
            return None

    def parse_all(
        self,
        body: bytes | bytearray | memoryview | str,
        headers: AnyHeaders = (),
        *,
        event_type: str | None = None,
        strict: bool = False,
    ) -> list[_Event]:
        """Return the events of a body that may be a batch. Arguments and errors are those of `parse`.

        An object of a batch that states no type is an UnknownEvent.
        """
        raw = body if type(body) is bytes else as_bytes(body)
        failure = None
        if event_type is None:
            try:
                event = self._parse_fast(raw)
            except ValidationError as error:
                event, failure = None, error
            if event is not None:
                return [checked(event) if strict else event]
        headers = _reusable(headers)
        with collector_paused(len(raw)):
            payload = load_body(raw, headers, self.form)
            items = items_of(payload, self.envelope)
            if items is None:
                return [self._event(payload, raw, headers, event_type, strict, failure)]  # type: ignore[list-item,arg-type]
            return self._batch(items, raw, headers, event_type, strict)  # type: ignore[return-value]

    def id_of(
        self, event: object, headers: AnyHeaders = (), index: int | None = None
    ) -> str | None:
        """Return the id that repeated deliveries of an event share; None if there is none.

        `index`: the event's position in a batch. Raises SignatureError if the header with the id has lines that differ.
        """
        name = self._id_fields.get(type(event))
        value = event.__dict__.get(name) if name else self._value(self.id, event, headers)
        if not isinstance(value, str | int) or value == "":
            return None
        is_shared = index is not None and isinstance(self.id, InHeader)
        return f"{value}/{index}" if is_shared else str(value)

    def type_of(self, event: object, headers: AnyHeaders = ()) -> str:
        """Return the event type. `headers` are read if one class has several types."""
        constant = self._constant_type_by_class.get(type(event))
        if constant is not None:
            return constant
        if isinstance(event, UnknownEvent | DriftedEvent):
            return event.type
        if isinstance(self.type, str):
            value = resolve(event, self.type)
            return str(value) if isinstance(value, str) else self.types_of(type(event))[0]
        first, *others = self.types_of(type(event))
        event_type = self._index.find(self._locator.parts(event, headers)) if others else first
        return event_type if event_type in others else first

    def _value(self, location: Location | None, event: object, headers: AnyHeaders) -> object:
        if isinstance(location, InHeader):
            return only_value(headers, standard_name(headers, location.name))
        if location is None:
            return None
        source = event.payload if isinstance(event, UnknownEvent | DriftedEvent) else event
        return resolve(source, location)

    # --- in one pass

    def _parse_fast(self, raw: bytes) -> _Event | None:
        """Return the event in one pass over the bytes; None if the body needs `_parse_stepwise`.

        The type is guessed by a pattern. The parsed event shows whether the guess is its own type, or that of an
        object inside.

        Raises:
            ValidationError: The body breaks the model of the guessed type.
        """
        match = self._pattern.search(raw) if self._pattern is not None else None
        if match is None:
            return None
        text = match[1]
        read = self._readers.get(text) or self._reader(text.decode("utf-8", "replace"))
        is_small = len(raw) <= SMALL and len(raw.translate(None, NOT_OPENING)) <= self.max_depth
        if read is None or not (is_small or is_direct(raw, self.max_depth)):
            return None
        event: _Event | None = read.small(raw) if is_small else read.direct(raw)
        return event

    def _parse_by_parts(self, raw: bytes, headers: AnyHeaders) -> Model | None:
        """Return the event in one pass, if a header states its type or a part of it; None if that fails."""
        parts = self._locator.guess_parts(raw, headers)
        event_type = self._index.find(parts) if parts[0] else ""
        if event_type not in self.models or not is_direct(raw, self.max_depth):
            return None
        read = self._readers.get(event_type.encode()) or self._reader(event_type)
        try:
            event: Model | None = read.direct(raw) if read is not None else None
        except ValidationError:
            return None
        return event if event is not None and self._locator.is_confirmed(event, parts) else None

    def _reader(self, event_type: str) -> Readers | None:
        """Return the functions that read a body as this type, or return None for another type's body."""
        body = self.models.get(event_type)
        if body is None:
            return None
        with _BUILDING:
            classes = options(body)
            for model in classes:
                model.model_rebuild()
            reader = reader_of(classes)
            read = Readers(reader.small, reader.read)
            if isinstance(self.type, str) and any(
                constant_types(model, self.type) != (event_type,) for model in classes
            ):
                checks = (self._checked_reader(each, event_type) for each in read)
                read = Readers(*checks)
            self._readers[event_type.encode()] = read
            for model in classes:
                if self.types_of(model) == (event_type,):
                    self._constant_type_by_class[model] = event_type
                if isinstance(self.id, str) and len(tokens(self.id)) == 1:
                    self._id_fields[model] = field_name(model, tokens(self.id)[0])
        return read

    def _checked_reader(self, read: Reader, event_type: str) -> Reader:
        """Return a reader for models that would accept other types."""

        def read_checked(raw: bytes) -> Any:
            event = read(raw)
            return event if resolve(event, str(self.type)) == event_type else None

        return read_checked

    # --- step by step

    def _parse_stepwise(
        self,
        raw: bytes,
        headers: AnyHeaders,
        event_type: str | None,
        strict: bool,
        failure: ValidationError | None,
    ) -> Model | UnknownEvent | DriftedEvent:
        headers = _reusable(headers)
        if event_type is None and self.type is not None and not isinstance(self.type, str):
            event = self._parse_by_parts(raw, headers)
            if event is not None:
                return checked(event) if strict else event
        with collector_paused(len(raw)):
            payload = load_body(raw, headers, self.form)
            items = items_of(payload, self.envelope)
            if items is None:
                return self._event(payload, raw, headers, event_type, strict, failure)  # type: ignore[arg-type]
            if self.envelope is not None and len(items) == 1:
                return self._batch(items, raw, headers, event_type, strict)[0]
            raise EventParseError(
                f"the body is a batch of {len(items)}: read it with unwrap_all, or parse_all"
            )

    def _event(
        self,
        payload: dict[str, Any],
        raw: bytes,
        headers: AnyHeaders,
        event_type: str | None,
        strict: bool,
        failure: ValidationError | None = None,
    ) -> Model | UnknownEvent | DriftedEvent:
        """Return the event of a body. `failure`: the error of `_parse_fast`, which is not repeated."""
        if self.envelope is not None and event_type is None:
            return self._batch_item(payload, raw, headers, event_type, strict, Budget())
        own_type = self._type(payload, headers) if event_type is None else str(event_type)
        if failure is not None and (self._guessed_type(raw) != own_type or is_no_json(failure)):
            failure = None
        return self._typed(own_type, payload, raw, strict, Budget(), failure)

    def _batch(
        self,
        items: list[dict[str, Any]],
        raw: bytes,
        headers: AnyHeaders,
        event_type: str | None,
        strict: bool,
    ) -> list[Model | UnknownEvent | DriftedEvent]:
        if not (items or self.batch):
            raise EventParseError("the body is not an event: it is an empty list")
        budget = Budget()
        return [self._batch_item(item, raw, headers, event_type, strict, budget) for item in items]

    def _batch_item(
        self,
        item: dict[str, Any],
        raw: bytes,
        headers: AnyHeaders,
        event_type: str | None,
        strict: bool,
        budget: Budget,
    ) -> Model | UnknownEvent | DriftedEvent:
        """Return an event of a batch. An unreadable object is unknown: it must not fail the other events."""
        try:
            own_type = self._type(item, headers) if event_type is None else str(event_type)
            return self._typed(own_type, item, raw, strict, budget)
        except EventParseError:
            if strict or not self.batch or self.type is None:
                raise
            return UnknownEvent(type="", payload=item, raw=raw)

    def _typed(
        self,
        event_type: str,
        payload: dict[str, Any],
        raw: bytes,
        strict: bool,
        budget: Budget,
        failure: ValidationError | None = None,
    ) -> Model | UnknownEvent | DriftedEvent:
        """Return the event of an object. `failure`: the error of an earlier validation."""
        body = self.models.get(event_type)
        if body is None and strict:
            raise EventParseError("the event is of a type that is not known")
        if body is None:
            return UnknownEvent(type=event_type, payload=payload, raw=raw)
        self._reader(event_type)
        classes = options(body)
        if failure is None and depth_of(payload, self.max_depth) > self.max_depth:
            return read_deep(event_type, classes, payload, raw, self.max_depth, strict=strict)
        try:
            if failure is not None:
                raise failure
            event: Model = reader_of(classes).read_data(payload, len(raw))
            return checked(event) if strict else event
        except ValidationError as error:
            return read_drifted(
                event_type, classes, payload, raw, error, budget=budget, strict=strict
            )

    def _guessed_type(self, raw: bytes) -> str | None:
        match = self._pattern.search(raw) if self._pattern is not None else None
        return None if match is None else match[1].decode("utf-8", "replace")

    def _type(self, payload: dict[str, Any], headers: AnyHeaders) -> str:
        if self.type is not None:
            return self._index.find(self._locator.required_parts(payload, headers))
        return next(iter(self.models)) if len(self.models) == 1 else ""


def _reusable(headers: AnyHeaders) -> AnyHeaders:
    """Return headers that can be read more than once."""
    return headers if isinstance(headers, Mapping | Sequence) else list(header_pairs(headers))
