"""Bodies of deliveries → plain data → models of events."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, Union

from pydantic import ValidationError
from pydantic_core import from_json

from ..errors import Detail
from ..json_pointer import pointer
from ..models.base import Model
from ..models.described import misfits
from ..models.lenient_reading import Budget, LenientReader, missing_fields
from ..models.problems import Problem
from ..models.properties import resolve
from ..models.reading import MISFIT, SMALL, JsonReader, TooDeepError, depth_of
from ..models.shapes import ByShape
from ..models.validation import Adapter
from .errors import EventParseError, Issue
from .event_types import Envelope
from .form_bodies import FORM, is_form, media_type_of, read_carrier, read_form
from .signatures.message import AnyHeaders
from .unexpected_events import DriftedEvent

_EventT = TypeVar("_EventT")
Classes = tuple[type[Model], ...]
Body = type[Model] | Classes
"""Class of an event type, or the classes of its options, if no property tells the options apart."""

Reader = Callable[[bytes], Any]
"""Function that returns the event of a body; None for a body of another type."""


class Readers(NamedTuple):
    """Readers of an event type: of a small body, and of a body of any size for which `is_direct` is true."""

    small: Reader
    direct: Reader


def options(body: Body) -> Classes:
    """Return the classes of an event type."""
    return body if isinstance(body, tuple) else (body,)


@cache
def reader_of(classes: Classes) -> JsonReader:
    """Return the reader of several classes; the class is selected by shape."""
    if len(classes) == 1:
        validator: Any = classes[0].__pydantic_validator__
        return JsonReader(validator, classes[0].__pydantic_core_schema__)
    union: Any = Union[classes]  # noqa: UP007 - made at run time
    return Adapter(Annotated[union, ByShape()]).reader


def checked(event: _EventT) -> _EventT:
    """Return an event. Raises EventParseError if it breaks a constraint that its document describes."""
    issues = tuple(Issue(each.where, each.problem) for each in misfits(event))
    if issues:
        raise EventParseError("the event breaks the model of its type", issues)
    return event


def read_drifted(
    event_type: str,
    classes: Classes,
    payload: dict[str, Any],
    raw: bytes,
    error: ValidationError,
    *,
    budget: Budget,
    strict: bool,
) -> Model | DriftedEvent:
    """Return an event that breaks its model.

    If nothing but objects inside the event lack required properties, return the model; otherwise a DriftedEvent.

    Raises:
        EventParseError: `strict` is set.
    """
    problem = Problem.of(error, payload) if len(raw) <= SMALL else None
    reader = LenientReader(payload, budget)
    event = reader.read(
        classes, payload, problem=problem if problem and problem.is_listed else None
    )
    if not strict and reader.is_whole and not missing_fields(event):
        return event
    details = reader.details or (problem.leaves("") if problem else [Detail("", MISFIT)])
    issues = tuple(Issue(detail.where, detail.problem) for detail in details)
    if strict:
        raise EventParseError("the event breaks the model of its type", issues)
    return DriftedEvent(type=event_type, event=event, issues=issues, payload=payload, raw=raw)


def read_deep(
    event_type: str,
    classes: Classes,
    payload: dict[str, Any],
    raw: bytes,
    max_depth: int,
    *,
    strict: bool,
) -> DriftedEvent:
    """Return an event that is nested more deeply than the limit, without the properties that are.

    Raises:
        EventParseError: `strict` is set.
    """
    shallow = {
        name: value for name, value in payload.items() if depth_of(value, max_depth - 1) < max_depth
    }
    reader = LenientReader(shallow)
    event = reader.read(classes, shallow)
    problems = {detail.where: detail.problem for detail in reader.details}
    deep = (pointer(name) for name in payload if name not in shallow)
    problems |= dict.fromkeys(deep, str(TooDeepError(max_depth)))
    issues = tuple(Issue(where, problem) for where, problem in problems.items())
    if strict:
        raise EventParseError("the event is nested too deeply", issues)
    return DriftedEvent(type=event_type, event=event, issues=issues, payload=payload, raw=raw)


def load_body(
    raw: bytes, headers: AnyHeaders, form: Mapping[str, str] | None
) -> dict[str, Any] | list[Any]:
    """Return a body as plain data; raises EventParseError unless it is an object or an array.

    `form`: the notations of a form's properties (see `read_form`); None if no event of the API is a form.
    """
    if form is not None:
        return read_form(raw, form) if is_form(raw, headers) else load_payload(raw)
    media_type = media_type_of(headers)
    if media_type == FORM and is_form(raw, headers) and (event := read_carrier(raw)):
        return event  # GitHub's default, whose document has JSON alone
    return load_payload(raw, media_type)


def load_payload(raw: bytes, media_type: str = "") -> dict[str, Any] | list[Any]:
    """Return a JSON body as plain data; raises EventParseError unless it is an object or an array.

    `media_type`: the declared media type, which the error names if it is not JSON.
    """
    try:
        payload = from_json(raw)
    except ValueError:
        payload = _load_leniently(raw, media_type)
    if not isinstance(payload, dict | list):
        raise EventParseError("the body is not an event: it is not a JSON object")
    return payload


def _load_leniently(raw: bytes, media_type: str) -> Any:
    """Return JSON as Python's parser reads it: senders write half surrogate pairs and byte order marks."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        place = f" (line {line}, column {getattr(error, 'colno', None)})" if line else ""
        is_json = not media_type or media_type.endswith("json")
        shown = "" if is_json or not _MEDIA_TYPE.fullmatch(media_type) else f" but {media_type}"
        raise EventParseError(f"the body is not JSON{shown}{place}") from None


_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
"""A media type that a message may show."""


def as_bytes(body: object) -> bytes:
    """Return a body as bytes; raises TypeError for a body that was parsed."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    raise TypeError(f"pass the body as it was received, not a {type(body).__name__}")


def items_of(
    payload: dict[str, Any] | list[Any], envelope: Envelope | None
) -> list[dict[str, Any]] | None:
    """Return the events of a batch as plain data; None if the body is a single event.

    Raises:
        EventParseError: An event is no object.
    """
    items: Any = payload
    place = event = ""
    if envelope is not None and isinstance(payload, dict):
        place, event = envelope.items, envelope.event
        items = resolve(payload, place)
    if not isinstance(items, list):
        return None
    events: list[Any] = [resolve(item, event) for item in items]
    for index, item in enumerate(events):
        if not isinstance(item, dict):
            where = f"{place}/{index}{event}"
            raise EventParseError(f"the body is no batch of events: at {where} is no object")
    return events
