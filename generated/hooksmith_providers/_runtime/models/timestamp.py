"""Points in time (RFC 3339), down to the nanoseconds that some providers send."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, core_schema

_FINER = re.compile(r"\.(\d{7,})")
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}")


class PreciseDatetime(datetime):
    """A `datetime` that was received with more than six fraction digits.

    Python counts in microseconds: the value is truncated to them, and `text` keeps what was received, which is what is
    written again. Arithmetic and `replace` give values without a text of their own.
    """

    text: str | None = None

    @property
    def nanosecond(self) -> int:
        """The fraction of the second in nanoseconds; further digits are truncated."""
        match = _FINER.search(self.text or "")
        return int(match[1][:9].ljust(9, "0")) if match else self.microsecond * 1000


def _read(value: Any, handler: Callable[[Any], datetime]) -> datetime:
    moment = handler(value)
    if not (isinstance(value, str) and _FINER.search(value)):
        return moment
    precise = PreciseDatetime.combine(moment.date(), moment.timetz())
    precise.text = value
    return precise


def _write(value: datetime, handler: Callable[[datetime], Any]) -> Any:
    return value.text if isinstance(value, PreciseDatetime) and value.text else handler(value)


# The first option never calls Python; it leaves the finer moments, which are rare, to the second.
_PLAIN = core_schema.datetime_schema()
_RECEIVED = core_schema.union_schema(
    [
        core_schema.datetime_schema(microseconds_precision="error"),
        core_schema.no_info_wrap_validator_function(_read, _PLAIN),
    ],
    mode="left_to_right",
    custom_error_type="datetime_parsing",
    custom_error_context={"error": "as RFC 3339 has it"},
)
_READER = SchemaValidator(_RECEIVED)


def read_sent(value: Any) -> datetime:
    """Return text in the form of a date-time with an offset as a datetime; a number in a text is refused."""
    if not isinstance(value, str) or not _DATE_TIME.match(value):
        raise PydanticCustomError("datetime_parsing", "Input should be a date-time of RFC 3339")
    moment: datetime = _READER.validate_python(value)
    if moment.tzinfo is None:
        raise PydanticCustomError(
            "datetime_parsing",
            "Input should have an offset from UTC (RFC 3339): `moment.astimezone()` adds the local one",
        )
    return moment


class Rfc3339:
    """Core schema of a `Timestamp`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        sent = core_schema.no_info_plain_validator_function(read_sent)
        return core_schema.lax_or_strict_schema(
            lax_schema=_RECEIVED,
            strict_schema=core_schema.json_or_python_schema(sent, _RECEIVED),
            serialization=core_schema.wrap_serializer_function_ser_schema(
                _write, schema=_PLAIN, when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, str]:
        return {"type": "string", "format": "date-time"}


Timestamp = Annotated[datetime, Rfc3339]
"""A `datetime`; text, or seconds or milliseconds since 1970, when received; naive where no offset was sent.

In JSON that is sent it is text as RFC 3339 has it, with as many digits as were given, and an offset.
"""
