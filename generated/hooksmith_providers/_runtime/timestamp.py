"""Points in time (RFC 3339), down to the nanoseconds that some providers send."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_FINER = re.compile(r"\.(\d{7,})")


class PreciseDatetime(datetime):
    """A `datetime` that was received with more than six fraction digits.

    Python counts in microseconds: the value is truncated to them, and `text` keeps what was received, which is what is
    written again. Arithmetic and `replace` give values without a text of their own.
    """

    text: str | None = None

    @property
    def nanosecond(self) -> int:
        """The fraction of the second in nanoseconds; further digits are cut off."""
        found = _FINER.search(self.text or "")
        return int(found[1][:9].ljust(9, "0")) if found else self.microsecond * 1000


def _read(value: Any, handler: Callable[[Any], datetime]) -> datetime:
    moment = handler(value)
    if not (isinstance(value, str) and _FINER.search(value)):
        return moment
    precise = PreciseDatetime.combine(moment.date(), moment.timetz())
    precise.text = value
    return precise


def _write(value: datetime, handler: Callable[[datetime], Any]) -> Any:
    return value.text if isinstance(value, PreciseDatetime) and value.text else handler(value)


class _Rfc3339:
    """Tells pydantic how a `Timestamp` is read and written."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        plain = core_schema.datetime_schema()
        # The first option never calls Python; it leaves the finer ones, which are rare, to the second.
        return core_schema.union_schema(
            [
                core_schema.datetime_schema(microseconds_precision="error"),
                core_schema.no_info_wrap_validator_function(_read, plain),
            ],
            mode="left_to_right",
            custom_error_type="datetime_parsing",
            custom_error_context={"error": "as RFC 3339 has it"},
            serialization=core_schema.wrap_serializer_function_ser_schema(
                _write, schema=plain, when_used="json"
            ),
        )


Timestamp = Annotated[datetime, _Rfc3339]
"""A `datetime`; text, or seconds or milliseconds since 1970, when received; naive where no offset was sent."""
