"""Decimal numbers (`format: decimal`), all of whose digits are sent.

JSON writers of Python round numbers to floats. So a decimal is a marked text until JSON is written, and the marks are
replaced by the digits then.
"""

from __future__ import annotations

import re
from decimal import Decimal
from secrets import token_hex
from typing import Annotated, Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

EXACT: Final = object()
"""Pydantic's context where the digits of decimals are marked."""

_MARK = f"decimal:{token_hex(16)}:"
"""Prefix of a marked text: random, so that no text of a user has it."""
_MARKED = re.compile(f'"{_MARK}([^"]*)"'.encode())
_LARGEST_EXPONENT = 400
"""Beyond the range of floats a number keeps its exponent instead of zeros."""


def marked(value: Decimal) -> str:
    """Return a text that stands for a finite number until JSON is written."""
    return f"{_MARK}{value}"


def is_marked(text: str) -> bool:
    """Return whether a text stands for a number."""
    return text.startswith(_MARK)


def decimal_text(value: Decimal | str) -> str:
    """Return a decimal, or a marked text, as digits without an exponent."""
    number = Decimal(value.removeprefix(_MARK)) if isinstance(value, str) else value
    is_long = abs(number.adjusted()) > _LARGEST_EXPONENT
    return str(number) if is_long else format(number, "f")


def with_digits(content: bytes) -> bytes:
    """Return JSON text with the digits of numbers in place of marked texts."""
    return _MARKED.sub(rb"\1", content)


def unmarked(value: Any) -> Any:
    """Return plain data with floats in place of marked texts."""
    if isinstance(value, str):
        return float(value.removeprefix(_MARK)) if is_marked(value) else value
    if isinstance(value, dict):
        return {key: unmarked(item) for key, item in value.items()}
    return [unmarked(item) for item in value] if isinstance(value, list) else value


def encode_decimal(value: Any) -> Any:
    """Return a decimal as text (`type: string, format: decimal`), any other value unchanged."""
    return decimal_text(value) if isinstance(value, Decimal) and value.is_finite() else value


def read_number(value: Any) -> Decimal:
    """Return a number as a decimal; text and booleans are refused."""
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        number = value if isinstance(value, Decimal) else Decimal(repr(value))
        if number.is_finite():
            return number
    raise PydanticCustomError("decimal_type", "Input should be a finite number")


def _write(value: Decimal, info: core_schema.SerializationInfo) -> str | int | float:
    if info.context is EXACT:
        return marked(value)
    is_whole = value.adjusted() <= _LARGEST_EXPONENT and value == value.to_integral_value()
    return int(value) if is_whole else float(value)


WRITTEN: Final = core_schema.plain_serializer_function_ser_schema(
    _write, info_arg=True, when_used="json"
)
"""Serialization of a decimal as a number."""


class DecimalNumber:
    """Core schema of a `JsonDecimal`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.lax_or_strict_schema(
            lax_schema=core_schema.decimal_schema(),
            strict_schema=core_schema.no_info_plain_validator_function(read_number),
            serialization=WRITTEN,
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, str]:
        return {"type": "number", "format": "decimal"}


JsonDecimal = Annotated[Decimal, DecimalNumber]
"""A `Decimal` that is a number in JSON. A received number is exact to the 17 digits of a float."""
