"""Marks for what is both received and sent in one class: taken as it comes, asserted before it goes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .checks import SENDING
from .formats import FORMATS, integer_limits


class SentFormat:
    """Marks a string or an integer of a format: `Annotated[str, SentFormat("uuid")]`. See `formats`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

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
    """Tells pydantic of a `ReceivedOnly`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(_refuse_to_send, handler(source))


def _refuse_to_send(value: Any, info: ValidationInfo) -> Any:
    if info.context is SENDING:
        raise PydanticCustomError("extra_forbidden", "Extra inputs are not permitted")
    return value


ReceivedOnly = Annotated[Any, _ReceivedOnly]
"""A property that its document forbids: kept where it comes, refused where it would go."""
