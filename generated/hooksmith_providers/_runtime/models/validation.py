"""Validation of values against annotations, plain JSON data from Python values, and problems without values."""

from __future__ import annotations

import difflib
import math
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import Enum
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretBytes, SecretStr, TypeAdapter, ValidationError
from pydantic_core import (
    ErrorDetails,
    PydanticSerializationError,
    from_json,
    to_json,
    to_jsonable_python,
)
from pydantic_core.core_schema import ErrorType

from ..errors import Detail, RequestError
from ..json_pointer import pointer
from ..omit import OMIT
from .decimals import EXACT, decimal_text, is_marked, marked, with_digits
from .formats import encode_bytes
from .timestamp import PreciseDatetime

_BUILDING = threading.RLock()
# Their messages quote the input, or whatever a validator raised about it.
_QUOTING = frozenset(
    {
        "assertion_error",
        "bytes_invalid_encoding",
        "datetime_object_invalid",
        "get_attribute_error",
        "iteration_error",
        "mapping_type",
        "union_tag_invalid",
        "url_parsing",
        "url_syntax_violation",
        "uuid_parsing",
        "value_error",
    }
)
_OURS = frozenset({"json_schema", "missing_constant", "null", "string_format", "unique_items"})
_TELLING = (frozenset(get_args(ErrorType)) | _OURS) - _QUOTING
IMPLIED: Final = "implied_type"
"""Type of the error that stands beside those of a value of an implied type, and says nothing more."""
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
_FEW = 10
_LONGEST = 200  # of an input that is compared with what is allowed


def build_adapter(annotation: Any) -> TypeAdapter[Any]:
    """Return a complete adapter, so that threads never build an adapter at the same time."""
    with _BUILDING:
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        adapter.rebuild()
        return adapter


_PLAIN = frozenset({str, int, bool, type(None)})
"""Types, not their heirs, whose values are JSON's already; most values are, so they are asked for first."""

ANY: TypeAdapter[Any] = build_adapter(Any)

SENDING: Final = object()
"""Pydantic's context where a value is about to be sent: what a class asserts then alone, it asserts now."""


def parse_json(
    adapter: TypeAdapter[Any], content: bytes, *, strict: bool = False
) -> tuple[Any, tuple[Detail, ...]]:
    """Return the value of a JSON text and no details; or None and the details of its problems.

    Pydantic's error shows input, so it is dropped before another error could have it as context.

    Args:
        adapter: The adapter of the value's annotation.
        content: The JSON text.
        strict: Whether the value is about to be sent.
    """
    try:
        context = SENDING if strict else None
        return adapter.validate_json(content, strict=strict, context=context), ()
    except ValidationError as error:
        found = [each for each in error.errors(include_url=False) if each["type"] != IMPLIED]
    document = None if found[0]["type"] == "json_invalid" else from_json(content)
    return None, tuple(
        Detail(pointer(*_tokens(misfit, document)), _problem(misfit)) for misfit in found
    )


def _tokens(misfit: ErrorDetails, document: Any) -> list[int | str]:
    """Return the place of an error in the document, without pydantic's names for options of a union."""
    tokens: list[int | str] = []
    place, last = document, len(misfit["loc"]) - 1
    token: Any
    for at, token in enumerate(misfit["loc"]):
        inside = isinstance(place, dict) and token in place
        if inside or (isinstance(place, list) and isinstance(token, int) and token < len(place)):
            tokens.append(token)
            place = place[token]
        elif at == last and misfit["type"] == "missing":
            tokens.append(token)
    return tokens


def _problem(misfit: ErrorDetails) -> str:
    kind = misfit["type"]
    if kind in ("enum", "literal_error"):
        return _not_listed(misfit)
    return misfit["msg"] if kind in _TELLING else f"Input is not valid ({kind})"


def _not_listed(misfit: ErrorDetails) -> str:
    """Return the allowed values; of more than ten the closest, which is the document's text and not the input's."""
    listed = _QUOTED.findall(misfit.get("ctx", {}).get("expected", ""))
    if len(listed) <= _FEW:
        return misfit["msg"]
    close = difflib.get_close_matches(str(misfit["input"])[:_LONGEST], listed, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"Input is none of the {len(listed)} values allowed{hint}"


def check(adapter: TypeAdapter[Any] | None, value: object, where: str) -> bytes:
    """Return plain data as JSON text, validated strictly; the validated bytes are the sent bytes.

    Strictness is that of JSON: a date may be a string, a number may not.

    Raises:
        RequestError: The value breaks the annotation, or has no JSON form.
    """
    content = _json(value)
    if content is None:
        raise RequestError(Detail(where, "has no JSON form"))
    if adapter is None:
        return content
    details = parse_json(adapter, content, strict=True)[1]
    if details:
        text = _json(_with_texts(value, {detail.where for detail in details}))
        if text == content or text is None or parse_json(adapter, text, strict=True)[1]:
            raise RequestError(*(Detail(where + it.where, it.problem) for it in details))
        return text
    return content


def misfits_when_sent(model: BaseModel) -> tuple[Detail, ...]:
    """Return the problems of the present state of a model that is sent."""
    try:
        check(build_adapter(type(model)), plain(model, ""), "")
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
        found = to_jsonable_python(value, by_alias=True)
    except (PydanticSerializationError, UnicodeDecodeError):
        found = OMIT
    if found is OMIT:
        raise RequestError(Detail(where, f"{type(value).__name__} has no JSON form"))
    return found
