"""Models that are both received and sent: lenient when received, strict when sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ..errors import Detail
from .base import Constants, Model, camel, constant_names
from .deferred import GENERATED
from .formats import ENCODERS, FORMATS, integer_limits
from .reading import RECEIVING
from .validation import SENDING, misfits_when_sent


class SentFormat:
    """Marks a string or an integer whose format is asserted when it is sent: `Annotated[str, SentFormat("uuid")]`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = core_schema.with_info_after_validator_function(self._check, handler(source))
        if self.name not in ENCODERS:
            return schema
        return core_schema.no_info_before_validator_function(ENCODERS[self.name], schema)

    def _check(self, value: Any, info: ValidationInfo) -> Any:
        if info.context is SENDING and not self._fits(value):
            raise PydanticCustomError(
                "string_format", "Input should be of the format {format}", {"format": self.name}
            )
        return value

    def _fits(self, value: Any) -> object:
        if isinstance(value, str):
            return FORMATS[self.name](value)
        least, most = integer_limits(self.name)
        return least <= value <= most


SentInt32 = Annotated[int, SentFormat("int32")]
"""What we send as `format: int32`."""

SentInt64 = Annotated[int, SentFormat("int64")]
"""What we send as `format: int64`."""


class _ReceivedOnly:
    """Core schema of a `ReceivedOnly`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(_refuse_to_send, handler(source))


def _refuse_to_send(value: Any, info: ValidationInfo) -> Any:
    if info.context is SENDING:
        raise PydanticCustomError("extra_forbidden", "Extra inputs are not permitted")
    return value


ReceivedOnly = Annotated[Any, _ReceivedOnly]
"""A property that its document forbids: kept where it comes, refused where it would go."""


class Nullable:
    """Marks a property that may be absent or null; null is sent."""


class SharedModel(Model):
    """A `Model` that is also sent.

    Null for a property that may only be absent is received, but not sent. A property with a constant has its value
    without being given; if it is absent in received JSON, it stays absent.
    """

    @classmethod
    def _completed(cls, schema: CoreSchema) -> CoreSchema:
        schema = super()._completed(schema)
        if constants := constant_names(cls):
            set_constants = _SentConstants(constants)
            schema = core_schema.with_info_after_validator_function(set_constants, schema)
        check = _NoNulls(frozenset(_never_null(cls)) - constants)
        return core_schema.with_info_after_validator_function(check, schema)

    def misfits(self) -> tuple[Detail, ...]:
        """Return the problems of the object's present state, with every attribute asserted again."""
        return misfits_when_sent(self)


class _SentConstants(Constants):
    """Sets constants of objects made in Python; requires them in JSON that is sent."""

    def __call__(self, value: BaseModel, info: ValidationInfo) -> BaseModel:
        is_received = info.mode == "json" and info.context is not SENDING
        if is_received or info.context is RECEIVING:
            return value
        return super().__call__(value, info)


class CamelSharedModel(SharedModel):
    """A `SharedModel` whose wire names are the fields' names in camelCase, unless a field has another alias."""

    model_config = ConfigDict(alias_generator=camel)


def _never_null(model: type[SharedModel]) -> Iterator[str]:
    """Yield the optional fields that accept None when received alone; required fields state null themselves."""
    hints: dict[str, Any] = {}
    if (
        not model.__pydantic_fields_complete__
    ):  # what a field then knows of its annotation is a text
        generated = next(base for base in model.__mro__ if base.__module__.startswith(GENERATED))
        hints = get_type_hints(generated, include_extras=True)
    for name, field in model.__pydantic_fields__.items():
        hint = hints.get(name, field.annotation)
        marks = [*field.metadata, *getattr(hint, "__metadata__", ())]
        nullable = hint is Any or any(isinstance(mark, Nullable) for mark in marks)
        if not nullable and not field.is_required():
            yield name


class _NoNulls:
    """Validator that refuses to send null for some of a model's fields."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def __call__(self, value: BaseModel, info: ValidationInfo) -> BaseModel:
        if info.context is not SENDING:
            return value
        set_names = self._names & value.model_fields_set - (value.model_extra or {}).keys()
        null = [name for name in set_names if getattr(value, name) is None]
        if null:
            fields = type(value).model_fields
            names = ", ".join(sorted(fields[name].alias or name for name in null))
            raise PydanticCustomError(
                "null", "Property should not be null: {names}", {"names": names}
            )
        return value
