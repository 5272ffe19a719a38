"""Numbers of JSON, which does not separate integers from floats, with their received form."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Exact:
    """Core schema of a `JsonNumber`: an integer stays an int of any size."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        whole = core_schema.int_schema(strict=True)
        return core_schema.union_schema([whole, handler(source)], mode="left_to_right")


JsonNumber = Annotated[float, Exact]
"""A float, or an int where a whole number was received (which type checkers count as a float)."""

Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
"""What we send as `format: int32`."""

Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""What we send as `format: int64`."""
