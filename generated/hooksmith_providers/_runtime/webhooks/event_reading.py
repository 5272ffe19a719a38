"""Bodies of deliveries → plain data → models of events."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, TypeVar, Union

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from ..models.base import Model
from ..models.described import misfits
from .errors import EventParseError, Issue, issues_of
from .lenient_reading import LenientReader, missing_fields
from .unexpected_events import DriftedEvent

_EventT = TypeVar("_EventT")
Classes = tuple[type[Model], ...]
Body = type[Model] | Classes
"""Class of an event type, or the classes of its options, if no property tells the options apart."""


def options(body: Body) -> Classes:
    """Return the classes of an event type."""
    return body if isinstance(body, tuple) else (body,)


@cache
def validator(classes: Classes) -> Any:
    """Return a validator of several classes; it chooses the class that fits best (pydantic's smart mode)."""
    if len(classes) == 1:
        return classes[0].__pydantic_validator__
    union: Any = Union[classes]  # noqa: UP007 - made at run time
    return TypeAdapter(union).validator


def validate_payload(classes: Classes, payload: dict[str, Any]) -> Model:
    """Return plain data as a model; raises ValidationError."""
    event: Model = validator(classes).validate_python(payload)
    return event


def validate_body(
    classes: Classes, payload: dict[str, Any], raw: bytes, failure: ValidationError | None = None
) -> Model:
    """Return a body as a model; raises ValidationError.

    Args:
        classes: The classes of the event's type.
        payload: The body as plain data.
        raw: The body.
        failure: The error of an earlier validation of `raw`, which is not repeated.
    """
    if failure is None:
        try:
            return validator(classes).validate_json(raw)  # type: ignore[no-any-return]
        except ValidationError as error:
            failure = error
    if failure.error_count() > 1 or failure.errors()[0]["type"] != "json_invalid":
        raise failure
    return validate_payload(classes, payload)


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
    strict: bool,
) -> Model | DriftedEvent:
    """Return an event that breaks its model.

    If nothing but objects inside the event lack required properties, return the model; otherwise a DriftedEvent.

    Raises:
        EventParseError: The event is nested too deeply, or `strict` is set.
    """
    reader = LenientReader()
    try:
        event = reader.read_best(classes, payload)
    except RecursionError:
        raise EventParseError("the event is nested too deeply to be read") from None
    if not strict and reader.is_whole and not missing_fields(event):
        return event
    issues = issues_of(_error_of(type(event), payload) if len(classes) > 1 else error)
    if strict:
        raise EventParseError("the event breaks the model of its type", issues)
    return DriftedEvent(type=event_type, event=event, issues=issues, payload=payload, raw=raw)


def _error_of(model: type[Model], payload: dict[str, Any]) -> ValidationError | None:
    try:
        model.model_validate(payload)
    except ValidationError as error:
        return error
    return None


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
