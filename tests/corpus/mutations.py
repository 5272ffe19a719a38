"""Mutations of a valid instance: one place changed so that one keyword most likely refuses it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import islice
from typing import Any

from hooksmith.openapi.formats import INTEGER_FORMATS

from .instances import DEEPEST, TEXTS, Instances


def mutations(instances: Instances, schema: Any, seed: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield keyword, pointer and a copy of the seed that the keyword most likely refuses there."""
    for keyword, place, wrong in _wrong(instances, schema, seed, (), 0):
        if not place:
            yield keyword, "", wrong
            continue
        changed = copy.deepcopy(seed)
        holder = changed
        for token in place[:-1]:
            holder = holder[token]
        holder[place[-1]] = wrong
        yield keyword, "".join(f"/{token}" for token in place), changed


def _wrong(
    instances: Instances, schema: Any, value: Any, place: tuple[Any, ...], depth: int
) -> Iterator[tuple[str, tuple[Any, ...], Any]]:
    if depth > DEEPEST:
        return
    for part in instances.parts(schema):
        for keyword, wrong in _wrong_values(part, value):
            yield keyword, place, wrong
        if isinstance(value, dict):
            for name, inner in (part.get("properties") or {}).items():
                if name in value:
                    yield from _wrong(instances, inner, value[name], (*place, name), depth + 1)
        if isinstance(value, list) and value:
            yield from _wrong(instances, part.get("items"), value[0], (*place, 0), depth + 1)


def _wrong_values(schema: dict[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
    """A value for each keyword of one schema that holds for `value`, and that it refuses."""
    if "enum" in schema or "const" in schema:
        keyword = "enum" if "enum" in schema else "const"
        yield keyword, "no such value"
        yield keyword, 987_654_321
        yield keyword, not value
    if "type" in schema:
        yield "type", ([] if isinstance(value, dict | str) else {"no": "such type"})
        yield "type null", None
    if isinstance(value, str):
        yield from _wrong_texts(schema)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _wrong_numbers(schema, value)
    elif isinstance(value, list):
        yield from _wrong_lists(schema, value)
    elif isinstance(value, dict):
        yield from _wrong_objects(schema, value)


def _wrong_texts(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if schema.get("format") == "binary":
        return  # a file has no characters
    if schema.get("minLength"):
        yield "minLength", "x" * (schema["minLength"] - 1)
    if "maxLength" in schema and schema["maxLength"] < 100_000:
        yield "maxLength", "x" * (schema["maxLength"] + 1)
    if "pattern" in schema:
        for text in ("", "\x01", "~ no such text ~", "ß"):
            yield "pattern", text
    if schema.get("format") in TEXTS:
        yield f"format {schema['format']}", "no such text"


def _wrong_numbers(schema: dict[str, Any], value: float) -> Iterator[tuple[str, Any]]:
    for keyword, step in (("minimum", -1), ("maximum", 1)):
        if isinstance(schema.get(keyword), int | float):
            yield keyword, schema[keyword] + step
    for keyword in ("exclusiveMinimum", "exclusiveMaximum"):
        if isinstance(schema.get(keyword), int | float):
            yield keyword, schema[keyword]
    if schema.get("format") in INTEGER_FORMATS:
        for limit, step in zip(INTEGER_FORMATS[schema["format"]], (-1, 1), strict=True):
            yield f"format {schema['format']}", limit + step
    if schema.get("multipleOf"):
        yield "multipleOf", value + schema["multipleOf"] / 2


def _wrong_lists(schema: dict[str, Any], value: list[Any]) -> Iterator[tuple[str, Any]]:
    if schema.get("minItems") and value:
        yield "minItems", value[: schema["minItems"] - 1]
    if "maxItems" in schema and schema["maxItems"] < 10_000 and value:
        yield "maxItems", [value[0]] * (schema["maxItems"] + 1)
    if schema.get("uniqueItems") is True and value:
        yield "uniqueItems", [*value, value[0]]


def _wrong_objects(schema: dict[str, Any], value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in schema.get("required") or ():
        yield "required", {key: item for key, item in value.items() if key != name}
    if schema.get("additionalProperties") is False:
        yield "additionalProperties", {**value, "no such property": 1}
    elif isinstance(schema.get("additionalProperties"), dict):
        yield "additionalProperties", {**value, "no such property": object_of_no_type()}
    if schema.get("minProperties"):
        yield "minProperties", dict(islice(value.items(), schema["minProperties"] - 1))
    if "maxProperties" in schema and schema["maxProperties"] < 1000:
        more = {f"more {index}": "x" for index in range(schema["maxProperties"] + 1)}
        yield "maxProperties", {**value, **more}


def object_of_no_type() -> Any:
    """What few schemas of a property's value take."""
    return [[{"no such": "value"}]]
