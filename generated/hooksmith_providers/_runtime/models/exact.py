"""Models and types of a JSON Schema document, which is read by the letter: no JSON type is taken for another."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar, Union, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictFloat,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ..errors import Detail
from .base import Model, camel
from .decimals import WRITTEN, DecimalNumber, read_number
from .numbers import Exact
from .timestamp import Rfc3339, read_sent
from .validation import misfits_when_sent

_T = TypeVar("_T")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class SchemaModel(Model):
    """Object of a JSON Schema document.

    An absent property has its default; without a default it is None. It is not written, unless its default is a list
    or an object, which can be changed in place. Null is accepted where the schema accepts it.
    """

    @classmethod
    def _completed(cls, schema: CoreSchema) -> CoreSchema:
        schema = super()._completed(schema)
        fields = cls.__pydantic_fields__.items()
        names = [name for name, field in fields if isinstance(field.default, list | dict)]
        if not names:
            return schema
        return core_schema.no_info_after_validator_function(_WrittenDefaults(names), schema)

    def misfits(self) -> tuple[Detail, ...]:
        """Return the problems of the object's present state, with every attribute asserted again."""
        return misfits_when_sent(self)


class _WrittenDefaults:
    """Marks fields as set, so that they are written."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def __call__(self, value: BaseModel) -> BaseModel:
        value.model_fields_set.update(self._names)
        return value


class CamelSchemaModel(SchemaModel):
    """A `SchemaModel` whose wire names are the fields' names in camelCase, unless a field has another alias."""

    model_config = ConfigDict(alias_generator=camel)


class _NotNull:
    """Core schema of the type without null. The default None is not validated, and `exclude_if` leaves it out."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        options = [option for option in get_args(source) if option is not type(None)]
        return handler.generate_schema(Union[tuple(options)])  # noqa: UP007 - made at run time


def _is_none(value: Any) -> bool:
    return value is None


MaybeAbsent = Annotated[_T | None, _NotNull, Field(exclude_if=_is_none)]
"""A property that may be absent (None), but not null."""

ExactNumber = Annotated[StrictFloat, Exact]
"""A float, or an int where a whole number was received; no text and no boolean."""


class _FullDate:
    """Core schema of an `ExactDate`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_read_date)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, str]:
        return {"type": "string", "format": "date"}


def _read_date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # 2024-02-30, say
    raise PydanticCustomError("date_parsing", "Input should be a full-date of RFC 3339")


ExactDate = Annotated[date, _FullDate]
"""A `date`, or the text of one as RFC 3339 has it."""


class _Number(DecimalNumber):
    """Core schema of an `ExactDecimal`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(read_number, serialization=WRITTEN)


ExactDecimal = Annotated[Decimal, _Number]
"""A `Decimal` that is a number in JSON; no text and no boolean."""


class _DateTime(Rfc3339):
    """Core schema of an `ExactTimestamp`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: Any = super().__get_pydantic_core_schema__(source, handler)
        return core_schema.no_info_plain_validator_function(
            _read_timestamp, serialization=schema["serialization"]
        )


def _read_timestamp(value: Any) -> datetime:
    is_exact = isinstance(value, datetime) and value.tzinfo is not None
    return value if is_exact else read_sent(value)


ExactTimestamp = Annotated[datetime, _DateTime]
"""A `datetime` with an offset from UTC, or the text of one as RFC 3339 has it."""
