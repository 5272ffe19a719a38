"""Whether a JSON value satisfies a schema: JSON Schema 2020-12's assertions, for what no Python type says.

Schemas are self-contained (no `$ref`), and come from the document that the package was generated from. `format` and
other annotations assert nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema

Schema = Mapping[str, Any] | bool


def failing(schema: Schema, value: Any) -> Iterator[str]:
    """The keywords of a schema that a value does not satisfy."""
    if isinstance(schema, bool):
        if not schema:
            yield "false"
        return
    for keyword in schema:
        assertion = _ASSERTIONS.get(keyword)
        if assertion is not None and not assertion(schema[keyword], value, schema):
            yield keyword


def holds(schema: Schema, value: Any) -> bool:
    """Whether a value satisfies a schema."""
    return next(failing(schema, value), None) is None


def equal(left: Any, right: Any) -> bool:
    """Equality of JSON: `1` and `true` differ, `1` and `1.0` do not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return bool(left == right)


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, _TYPES[kind])


_TYPES: dict[str, Any] = {
    "null": type(None),
    "boolean": bool,
    "number": (int, float),
    "string": str,
    "array": list,
    "object": dict,
}

_Assertion = Callable[[Any, Any, Mapping[str, Any]], bool]


def _of(kind: str, test: Callable[[Any, Any], bool]) -> _Assertion:
    """An assertion about values of one type; all others satisfy it."""
    return lambda stated, value, _: not _is(kind, value) or test(stated, value)


@lru_cache(maxsize=256)
def _expression(pattern: str) -> Callable[[str], object]:
    """Rust's regex where it takes the expression, for it never backtracks: no text is slow."""
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern)).isinstance_python
    except SchemaError:
        return re.compile(pattern).search


def _matches(pattern: str, text: str) -> bool:
    return bool(_expression(pattern)(text))


def _is_multiple(stated: float, value: float) -> bool:
    return Fraction(str(value)) % Fraction(str(stated)) == 0


def _items(stated: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, list):
        return True
    return all(holds(stated, item) for item in value[len(schema.get("prefixItems", ())) :])


def _prefix(stated: list[Schema], value: list[Any]) -> bool:
    return all(map(holds, stated, value))


def _contains(stated: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, list):
        return True
    found = sum(holds(stated, item) for item in value)
    return bool(schema.get("minContains", 1) <= found <= schema.get("maxContains", len(value)))


def _unique(stated: bool, value: list[Any]) -> bool:
    return not stated or not any(
        equal(item, other) for index, item in enumerate(value) for other in value[:index]
    )


def _properties(stated: Mapping[str, Schema], value: dict[str, Any]) -> bool:
    return all(holds(stated[name], item) for name, item in value.items() if name in stated)


def _by_pattern(stated: Mapping[str, Schema], value: dict[str, Any]) -> bool:
    return all(
        holds(schema, item)
        for pattern, schema in stated.items()
        for name, item in value.items()
        if _matches(pattern, name)
    )


def _others(stated: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    patterns = schema.get("patternProperties", ())
    return all(
        holds(stated, item)
        for name, item in value.items()
        if name not in schema.get("properties", ())
        and not any(_matches(pattern, name) for pattern in patterns)
    )


def _conditional(stated: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    return holds(schema.get("then" if holds(stated, value) else "else", True), value)


def _applied(schema: Mapping[str, Any], value: Any) -> Iterator[Schema]:
    """Yield the schemas inside a schema that apply to the same value and hold for it."""
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield from (inner for inner in schema.get(keyword, ()) if holds(inner, value))
    if "if" in schema and holds(schema["if"], value):
        yield from (schema["if"], schema.get("then", True))
    elif "if" in schema:
        yield schema.get("else", True)
    for name, inner in schema.get("dependentSchemas", {}).items():
        if name in value:
            yield inner


def _evaluated_names(schema: Schema, value: dict[str, Any]) -> set[str]:
    """Return the properties of an object that a schema evaluates (JSON Schema Core 2020-12, 11.3)."""
    if isinstance(schema, bool):
        return set()
    if "additionalProperties" in schema or "unevaluatedProperties" in schema:
        return set(value)
    names = {name for name in value if name in schema.get("properties", ())}
    for pattern in schema.get("patternProperties", ()):
        names |= {name for name in value if _matches(pattern, name)}
    return names.union(*(_evaluated_names(inner, value) for inner in _applied(schema, value)))


def _evaluated_items(schema: Schema, value: list[Any]) -> set[int]:
    """Return the positions in an array that a schema evaluates (JSON Schema Core 2020-12, 11.2)."""
    if isinstance(schema, bool):
        return set()
    if "items" in schema or "unevaluatedItems" in schema:
        return set(range(len(value)))
    positions = set(range(len(schema.get("prefixItems", ()))))
    if "contains" in schema:
        positions |= {at for at, item in enumerate(value) if holds(schema["contains"], item)}
    return positions.union(*(_evaluated_items(inner, value) for inner in _applied(schema, value)))


def _unevaluated_properties(stated: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    siblings = {key: inner for key, inner in schema.items() if key != "unevaluatedProperties"}
    names = value.keys() - _evaluated_names(siblings, value)
    return all(holds(stated, value[name]) for name in names)


def _unevaluated_items(stated: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, list):
        return True
    siblings = {key: inner for key, inner in schema.items() if key != "unevaluatedItems"}
    positions = _evaluated_items(siblings, value)
    return all(holds(stated, item) for at, item in enumerate(value) if at not in positions)


_ASSERTIONS: dict[str, _Assertion] = {
    "type": lambda stated, value, _: any(
        _is(kind, value) for kind in ([stated] if isinstance(stated, str) else stated)
    ),
    "enum": lambda stated, value, _: any(equal(one, value) for one in stated),
    "const": lambda stated, value, _: equal(stated, value),
    "minimum": _of("number", lambda stated, value: value >= stated),
    "maximum": _of("number", lambda stated, value: value <= stated),
    "exclusiveMinimum": _of("number", lambda stated, value: value > stated),
    "exclusiveMaximum": _of("number", lambda stated, value: value < stated),
    "multipleOf": _of("number", _is_multiple),
    "minLength": _of("string", lambda stated, value: len(value) >= stated),
    "maxLength": _of("string", lambda stated, value: len(value) <= stated),
    "pattern": _of("string", _matches),
    "minItems": _of("array", lambda stated, value: len(value) >= stated),
    "maxItems": _of("array", lambda stated, value: len(value) <= stated),
    "uniqueItems": _of("array", _unique),
    "prefixItems": _of("array", _prefix),
    "items": _items,
    "contains": _contains,
    "required": _of("object", lambda stated, value: all(name in value for name in stated)),
    "minProperties": _of("object", lambda stated, value: len(value) >= stated),
    "maxProperties": _of("object", lambda stated, value: len(value) <= stated),
    "properties": _of("object", _properties),
    "patternProperties": _of("object", _by_pattern),
    "additionalProperties": _others,
    "propertyNames": _of("object", lambda stated, value: all(holds(stated, it) for it in value)),
    "dependentRequired": _of(
        "object",
        lambda stated, value: all(
            other in value for name in stated if name in value for other in stated[name]
        ),
    ),
    "dependentSchemas": _of(
        "object",
        lambda stated, value: all(holds(stated[name], value) for name in stated if name in value),
    ),
    "allOf": lambda stated, value, _: all(holds(schema, value) for schema in stated),
    "anyOf": lambda stated, value, _: any(holds(schema, value) for schema in stated),
    "oneOf": lambda stated, value, _: sum(holds(schema, value) for schema in stated) == 1,
    "not": lambda stated, value, _: not holds(stated, value),
    "if": _conditional,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
}
