"""Assertions of JSON Schema that pydantic does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import (
    CoreSchema,
    PydanticCustomError,
    PydanticSerializationError,
    core_schema,
    to_json,
)

from ..errors import RequestError
from .decimals import unmarked
from .formats import ENCODERS, FORMATS
from .json_schema import failing
from .patterns import UndecidedError, search_of
from .validation import plain


class Pattern:
    """Marks a string: `Annotated[str, Pattern("^(?!x)")]`. The expression may match anywhere (JSON Schema, `pattern`).

    It is for expressions that pydantic cannot read; see `search_of`. An expression that Python cannot read either
    asserts nothing.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: str) -> str:
        search = search_of(self.pattern)
        try:
            is_match = search is None or search(value)
        except UndecidedError:
            return value
        if not is_match:
            raise PydanticCustomError(
                "string_pattern_mismatch",
                "String should match pattern '{pattern}'",
                {"pattern": self.pattern},
            )
        return value


class Whole:
    """Mark a choice with integers or booleans: `Annotated[Literal[0, 1], Whole()]`.

    In JSON `true` is not 1, in Python it is.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        choices = get_args(source) if get_origin(source) is Literal else ()
        if not any(isinstance(choice, bool) for choice in choices):
            return _chosen(handler(source), lambda value: not isinstance(value, bool))
        exact = {(isinstance(choice, bool), choice) for choice in choices}
        return _chosen(handler(source), lambda value: _is_exact(value, exact))


def _chosen(schema: CoreSchema, accepts: Callable[[Any], bool]) -> CoreSchema:
    """Return a schema that looks at the input before it is validated.

    A union, unlike a validator, leaves the input as JSON, which has no members of enums.
    """
    return core_schema.tagged_union_schema(
        {"": schema},
        discriminator=lambda value: "" if accepts(value) else None,
        custom_error_type="int_type",
    )


def _is_exact(value: Any, choices: set[tuple[bool, Any]]) -> bool:
    return not isinstance(value, list | dict) and (isinstance(value, bool), value) in choices


class UniqueItems:
    """Marks a list without equal items in JSON's sense (`1` and `True` differ, `1` and `1.0` do not)."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, value: list[Any]) -> list[Any]:
        seen = {_canonical(item) for item in value}
        if len(seen) < len(value):
            raise PydanticCustomError("unique_items", "List should have no two equal items")
        return value


class StringFormat:
    """Marks a string of a JSON Schema format, as `formats` asserts it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        schema = core_schema.no_info_after_validator_function(self._check, handler(source))
        if self.name not in ENCODERS:
            return schema
        return core_schema.no_info_before_validator_function(ENCODERS[self.name], schema)

    def _check(self, value: str) -> str:
        if not FORMATS[self.name](value):
            raise PydanticCustomError(
                "string_format", "String should be of the format {format}", {"format": self.name}
            )
        return value


class Asserts:
    """Marks a value that satisfies a schema: `Annotated[list[str], Asserts({"contains": {"const": "a"}})]`."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return self.wrap(handler(source))

    def wrap(self, schema: CoreSchema) -> CoreSchema:
        """Return a core schema with this assertion added."""
        return core_schema.no_info_after_validator_function(self.check, schema)

    def check(self, value: Any) -> Any:
        """Return a value; raises PydanticCustomError if it does not satisfy the schema."""
        problem = next(problems(self.schema, value), None)
        if problem is not None:
            raise PydanticCustomError("json_schema", "{problem}", {"problem": problem})
        return value


class AssertsText:
    """Marks a date-time whose text satisfies a schema: `Annotated[Timestamp, AssertsText({"pattern": "Z$"})]`.

    A value without a text, a `datetime` of Python, is asserted when it is sent.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), **self.schema}

    def _check(self, value: Any) -> Any:
        return Asserts(self.schema).check(value) if isinstance(value, str) else value


_LONGEST = 200
"""Characters of a keyword's value that a problem shows."""


def problems(schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    """Yield a message for each keyword of a schema that a value does not satisfy."""
    try:
        document = unmarked(plain(value, "body"))
    except (RequestError, PydanticSerializationError, UnicodeDecodeError):
        return  # an upload, say, has no JSON form yet: it is checked when it is sent
    try:
        for keyword in failing(schema, document):
            text = to_json(schema[keyword]).decode()
            yield f"Input should satisfy {keyword}: {text if len(text) <= _LONGEST else '…'}"
    except UndecidedError:
        return


def _canonical(value: Any) -> Any:
    """Return a hashable value; equal JSON values, and no different values, have equal results."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, dict):
        return frozenset((name, _canonical(item)) for name, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(_canonical(item) for item in value)
    return (isinstance(value, bool), value)
