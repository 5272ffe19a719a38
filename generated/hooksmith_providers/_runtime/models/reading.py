"""Reading of JSON texts at a cost linear in their size, whatever they contain.

Pydantic reads bytes fastest, but some of its work is repeated for each level: errors hold copies of their objects, and
functions that select an option take a copy of the value. So bytes are read directly if they are small or flat;
otherwise they are parsed once, and the data is validated.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, SchemaValidator, core_schema

MAX_DEPTH = 64
"""Levels of objects and arrays that are read, unless the user sets another limit."""

DEEPEST = 128
"""The largest limit of levels: the parser accepts 200, and Python 1,000 calls inside each other."""

RECEIVING: Final = object()
"""Pydantic's context of data that was parsed from JSON."""

MOST_PROBLEMS = 1000
"""Problems of a text that are listed."""

MISFIT = "Input does not fit its description"

SMALL = 16 * 1024
"""Bytes of a small text: it is read with all details of errors, and a second pass over it is cheap."""

_FLAT = 8
"""Levels up to which work that is repeated for each level does not matter."""

_TO_BRACES = bytes.maketrans(b"[]", b"{}")
NOT_OPENING = bytes(set(range(256)) - set(b"{["))
"""Bytes but opening brackets: a text has no more levels than openings."""

_NOT_STRUCTURE = bytes(set(range(256)) - set(b'{}[]"'))


class TooDeepError(ValueError):
    """A JSON text is nested more deeply than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Input is nested more deeply than {limit} levels")


def checked_depth(limit: int) -> int:
    """Return a limit of levels; raises ValueError unless it is from 1 to `DEEPEST`."""
    if not 1 <= limit <= DEEPEST:
        raise ValueError(f"max_depth: from 1 to {DEEPEST} levels, not {limit}")
    return limit


def is_direct(raw: bytes, max_depth: int) -> bool:
    """Return whether pydantic reads a JSON text at linear cost, and the text is not nested beyond the limit."""
    openings = len(raw.translate(None, NOT_OPENING))
    limit = max_depth if len(raw) <= SMALL else min(_FLAT, max_depth)
    return openings <= limit or not _is_deeper(raw, limit)


def _is_deeper(raw: bytes, limit: int) -> bool:
    """Return whether a JSON text has more levels than a limit, by its brackets outside of strings."""
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    structure = raw.translate(_TO_BRACES, _NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in structure:  # strings with brackets
        structure = b"".join(structure.split(b'"')[::2])
    for _ in range(limit):
        if not structure:
            return False
        structure = structure.replace(b"{}", b"")
    return bool(structure)


def depth_of(data: Any, limit: int) -> int:
    """Return the levels of plain data, at most `limit + 1`."""
    level, depth = [data] if type(data) in (dict, list) else [], 0
    while level and depth <= limit:
        depth += 1
        level = [
            inner
            for item in level
            if item
            for inner in (item.values() if type(item) is dict else item)
            if type(inner) is dict or type(inner) is list
        ]
    return depth


class JsonReader:
    """Reader of a type's JSON texts.

    Args:
        validator: Pydantic's validator of the type.
        schema: The core schema of the validator.
    """

    def __init__(self, validator: SchemaValidator, schema: CoreSchema) -> None:
        self.small = validator.validate_json
        self._validator = validator
        self._schema = schema

    @cached_property
    def _bounded(self) -> SchemaValidator:
        """Validator of large texts, whose errors have no details: a text can have a million of them.

        Pydantic must not use the validators that classes have already, which keep details. Pydantic 2.12 always does:
        its errors of hostile texts take some ten times the memory, still linear in the size.
        """
        schema = without_details(self._schema)
        try:
            return SchemaValidator(schema, _use_prebuilt=False)
        except TypeError:
            return SchemaValidator(schema)

    def read(self, raw: bytes) -> Any:
        """Return the value of a text for which `is_direct` is true; raises ValidationError."""
        if len(raw) <= SMALL:
            return self.small(raw)
        with collector_paused(len(raw)):
            return self._bounded.validate_json(raw)

    def read_data(self, data: Any, size: int) -> Any:
        """Return the value of data that was parsed from a text of `size` bytes; raises ValidationError."""
        validator = self._validator if size <= SMALL else self._bounded
        return validator.validate_python(data, context=RECEIVING)


@contextmanager
def collector_paused(size: int) -> Iterator[None]:
    """Pause the garbage collector while a large text of `size` bytes is read.

    It would look at all new objects again and again, none of which is garbage: an array of 160,000 objects took 1.0 s
    with it and 0.15 s without.
    """
    if size <= SMALL or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


_COLLECTIONS = frozenset({"list", "tuple", "set", "frozenset", "dict"})
_INNER = (
    "schema",
    "items_schema",
    "values_schema",
    "extras_schema",
    "lax_schema",
    "strict_schema",
    "json_schema",
    "python_schema",
    "fields",
    "choices",
    "definitions",
)
"""Keys of core schemas under which there are others, alone or in a list or a mapping."""


def stop_early(schema: CoreSchema) -> CoreSchema:
    """Return a core schema in which an array or a mapping is invalid from its first invalid item on.

    Otherwise each item of a large array could have its errors in memory.
    """
    pending: list[Any] = [schema]
    while pending:
        inner = pending.pop()
        if isinstance(inner, tuple | list):
            pending += inner
        elif isinstance(inner, dict) and isinstance(inner.get("type"), str):
            if inner["type"] in _COLLECTIONS:
                inner["fail_fast"] = True
            pending += [inner[key] for key in _INNER if key in inner]
        elif isinstance(inner, dict):
            pending += inner.values()
    return schema


def without_details(schema: CoreSchema) -> CoreSchema:
    """Return a copy of a core schema in which an invalid object has one error, whatever is wrong inside it."""
    root: dict[Any, Any] = {"": schema}
    pending: list[tuple[Any, Any]] = [(root, "")]
    while pending:
        parent, key = pending.pop()
        inner = parent[key]
        if isinstance(inner, tuple):  # an option of a union, and its name
            inner = inner[0]
        if isinstance(inner, list):
            parent[key] = copy = list(inner)
            pending += [(copy, index) for index in range(len(copy))]
        elif isinstance(inner, Mapping):  # pydantic's schema of an incomplete model is no dict
            parent[key] = copied = dict(inner)
            keys = _INNER if isinstance(copied.get("type"), str) else list(copied)
            pending += [(copied, name) for name in keys if name in copied]
            if copied.get("type") == "model":
                parent[key] = _with_one_error(copied)
    result: CoreSchema = root[""]
    return result


def _with_one_error(model: dict[Any, Any]) -> CoreSchema:
    reference = model.pop("ref", None)
    inner: Any = model
    return core_schema.custom_error_schema(
        inner, "misfit", custom_error_message=MISFIT, ref=reference
    )


class StopEarly:
    """Marks a type of which arrays are read until their first invalid item."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return stop_early(handler(source))
