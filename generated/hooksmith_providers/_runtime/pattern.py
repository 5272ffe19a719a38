"""Regular expressions that Rust's engine, which pydantic asks, does not take or reads otherwise."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class Pattern:
    """Marks a string: `Annotated[str, Pattern("^(?!x)")]`. The expression may match anywhere (JSON Schema, `pattern`).

    An expression that Python cannot read either (`\\p{L}` and the like) asserts nothing.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    @cached_property
    def _expression(self) -> re.Pattern[str] | None:
        try:
            return re.compile(self.pattern)
        except re.error:
            return None

    def _check(self, value: str) -> str:
        if self._expression is not None and not self._expression.search(value):
            raise PydanticCustomError(
                "string_pattern_mismatch",
                "String should match pattern '{pattern}'",
                {"pattern": self.pattern},
            )
        return value
