"""Files that can be uploaded."""

from __future__ import annotations

from os import PathLike
from typing import IO, Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_Content = bytes | IO[bytes] | PathLike[str]


class _AsGiven:
    """Core schema of a file: accepted unchanged in Python; a string in JSON, as JSON Schema has binary content."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.json_or_python_schema(
            json_schema=core_schema.str_schema(), python_schema=core_schema.any_schema()
        )


FileContent = Annotated[_Content | tuple[str, _Content] | tuple[str, _Content, str], _AsGiven]
"""Bytes, an open binary file or a path, alone or as `(name, content)` or `(name, content, media type)`."""
