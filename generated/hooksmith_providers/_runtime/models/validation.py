"""Validation of values against annotations, plain JSON data from Python values, and problems without values."""

from __future__ import annotations

import math
import threading
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BaseModel, SecretBytes, SecretStr, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json, to_jsonable_python

from ..errors import Detail, RequestError
from ..json_pointer import pointer
from ..omit import OMIT
from .decimals import EXACT, decimal_text, is_marked, marked, with_digits
from .formats import encode_bytes
from .lenient_reading import LenientReader
from .problems import details_of, is_no_json
from .reading import (
    MAX_DEPTH,
    MISFIT,
    SMALL,
    JsonReader,
    StopEarly,
    TooDeepError,
    collector_paused,
    depth_of,
    is_direct,
)
from .timestamp import PreciseDatetime
from .undeclared import undeclared
from .union_problems import distinct_details

_BUILDING = threading.RLock()


class Adapter:
    """Pydantic's adapter of an annotation, complete, so that threads never build an adapter at the same time.

    Args:
        annotation: The annotation.
        received: Whether the values are received, so that one error of an array is enough.
    """

    def __init__(self, annotation: Any, *, received: bool = False) -> None:
        is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        self.annotation: Any = annotation
        if received and not is_model:
            self.annotation = Annotated[annotation, StopEarly()]
        with _BUILDING:
            self.inner: TypeAdapter[Any] = TypeAdapter(self.annotation)
            self.inner.rebuild()

    @cached_property
    def reader(self) -> JsonReader:
        """The reader of received texts."""
        validator: Any = self.inner.validator
        return JsonReader(validator, self.inner.core_schema)


_PLAIN = frozenset({str, int, bool, type(None)})
"""Types, not their heirs, whose values are JSON's already; most values are, so they are asked for first."""

ANY = Adapter(Any)

SENDING: Final = object()
"""Pydantic's context where a value is about to be sent: what a class asserts then alone, it asserts now."""


def parse_json(
    adapter: Adapter, content: bytes, *, max_depth: int = MAX_DEPTH
) -> tuple[Any, tuple[Detail, ...]]:
    """Return the value of a received JSON text and no details; or None and the details of its problems.

    Pydantic's error shows input, so it is dropped before another error could have it as context.

    Args:
        adapter: The adapter of the value's annotation.
        content: The JSON text.
        max_depth: The most levels of objects and arrays.
    """
    with collector_paused(len(content)):
        try:
            if is_direct(content, max_depth):
                return adapter.reader.read(content), ()
            data = from_json(content)
        except ValidationError as error:
            if is_no_json(error):
                return None, details_of(error, None)
            if len(content) <= SMALL:
                return None, details_of(error, from_json(content))
            return None, _problems_of_large(adapter, from_json(content))
        except ValueError as error:
            return None, (Detail("", f"Invalid JSON: {error}"),)
        return parse_data(adapter, data, len(content), max_depth=max_depth)


def parse_data(
    adapter: Adapter, data: Any, size: int, *, max_depth: int = MAX_DEPTH
) -> tuple[Any, tuple[Detail, ...]]:
    """Return the value of received data and no details; or None and the details of its problems.

    `size`: the bytes of the text that had the data.
    """
    if depth_of(data, max_depth) > max_depth:
        return None, (Detail("", str(TooDeepError(max_depth))),)
    try:
        return adapter.reader.read_data(data, size), ()
    except ValidationError as error:
        if size <= SMALL:
            return None, details_of(error, data)
    return None, _problems_of_large(adapter, data)


def parse_sent(adapter: Adapter, content: bytes) -> tuple[Any, tuple[Detail, ...]]:
    """Return the value of a JSON text that is about to be sent, and no details; or None and the details.

    Properties have their wire names: the names of fields are those of attributes.
    """
    validate = adapter.inner.validate_json
    try:
        return validate(content, strict=True, context=SENDING, by_alias=True, by_name=False), ()
    except ValidationError as error:
        return None, distinct_details(error, None if is_no_json(error) else from_json(content))


def _problems_of_large(adapter: Adapter, data: Any) -> tuple[Detail, ...]:
    """Return the problems of large data, whose error has no details."""
    reader = LenientReader(data)
    reader.read_value(adapter.annotation, data)
    return tuple(reader.details) or (Detail("", MISFIT),)


def check(adapter: Adapter | None, value: object, where: str, source: object = None) -> bytes:
    """Return plain data as JSON text, validated strictly; the validated bytes are the sent bytes.

    Strictness is that of JSON: a date may be a string, a number may not.

    Args:
        adapter: The adapter of the value's annotation; None: any value is sent.
        value: The plain data.
        where: The place of the value.
        source: What the plain data was made of, whose dictionaries may have declared keys alone.

    Raises:
        RequestError: The value breaks the annotation, or has no JSON form.
    """
    content = _json(value)
    if content is None:
        raise RequestError(Detail(where, "has no JSON form"))
    if adapter is None:
        return content
    sent, details = parse_sent(adapter, content)
    if details:
        refused = RequestError(*(Detail(where + each.where, each.problem) for each in details))
        text = _json(_with_texts(value, {detail.where for detail in details}))
        if text == content or text is None:
            raise refused
        content, (sent, details) = text, parse_sent(adapter, text)
        if details:
            raise refused
    if further := tuple(undeclared(source, sent, where)):
        raise RequestError(*further)
    return content


def misfits_when_sent(model: BaseModel) -> tuple[Detail, ...]:
    """Return the problems of the present state of a model that is sent."""
    try:
        check(Adapter(type(model)), plain(model, ""), "")
    except RequestError as error:
        return error.details
    return ()


def _with_texts(value: Any, places: Collection[str], place: str = "") -> Any:
    """Return plain data with decimals as text where numbers are refused (`type: string, format: decimal`)."""
    if isinstance(value, str):
        return decimal_text(value) if place in places and is_marked(value) else value
    if isinstance(value, dict):
        return {key: _with_texts(item, places, place + pointer(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item, places, place + pointer(at)) for at, item in enumerate(value)]
    return value


def _json(value: object) -> bytes | None:
    try:
        content = to_json(value)
    except (PydanticSerializationError, UnicodeEncodeError):
        return None
    return with_digits(content)


def plain(value: object, where: str) -> Any:
    """Return a copy of `value` in JSON's types, without OMIT; raises RequestError."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, float):
        return _finite(value, where)
    if isinstance(value, BaseModel):
        # A value of another type is reported after its validation; pydantic's warning would quote it.
        dumped = value.model_dump(
            mode="json", by_alias=True, exclude_unset=True, context=EXACT, warnings=False
        )
        drop_read_only(value, dumped)
        return plain(dumped, where)
    if isinstance(value, Mapping):
        return {
            _key(key, where): (
                item if type(item) in _PLAIN else plain(item, where + pointer(str(key)))
            )
            for key, item in value.items()
            if item is not OMIT
        }
    if isinstance(value, (Sequence, AbstractSet)) and not isinstance(
        value, (str, bytes, bytearray)
    ):
        return [
            item if type(item) in _PLAIN else plain(item, where + pointer(at))
            for at, item in enumerate(value)
            if item is not OMIT
        ]
    return _scalar(value, where)


def drop_read_only(value: object, dumped: Any) -> None:
    """Remove the `readOnly` properties of received objects, nested objects too, from their dump."""
    if isinstance(value, BaseModel) and isinstance(dumped, dict):
        for name in getattr(type(value), "__read_only__", ()):
            dumped.pop(name, None)
        for name, field in type(value).model_fields.items():
            wire = field.serialization_alias or field.alias or name
            if wire in dumped and isinstance(dumped[wire], (dict, list)):
                drop_read_only(getattr(value, name), dumped[wire])
    elif isinstance(value, Mapping) and isinstance(dumped, dict):
        for name, item in value.items():
            drop_read_only(item, dumped.get(name))
    elif isinstance(value, (list, tuple)) and isinstance(dumped, list):
        for item, inner in zip(value, dumped, strict=False):
            drop_read_only(item, inner)


def _key(key: object, where: str) -> str:
    return key if type(key) is str else str(plain(key, where))


def _finite(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise RequestError(Detail(where, "Input should be a finite number"))
    return value


def _scalar(value: object, where: str) -> Any:
    if isinstance(value, Enum) and type(value.value) in _PLAIN:
        return value.value
    if isinstance(value, (SecretStr, SecretBytes)):
        value = value.get_secret_value()
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise RequestError(Detail(where, "Input should be a finite number"))
        return marked(value)
    if isinstance(value, PreciseDatetime) and value.text:
        return value.text
    if isinstance(value, (bytes, bytearray)):
        return encode_bytes(value)
    try:
        json_value = to_jsonable_python(value, by_alias=True)
    except (PydanticSerializationError, UnicodeDecodeError):
        json_value = OMIT
    if json_value is OMIT:
        raise RequestError(Detail(where, f"{type(value).__name__} has no JSON form"))
    return json_value
