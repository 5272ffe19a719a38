"""Validation against JSON Schema 2020-12, for assertions that no Python type expresses.

Schemas have no `$ref`, and are part of the package. `format` and other annotations assert nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from .patterns import search_of

Schema = Mapping[str, Any] | bool


def failing(schema: Schema, value: Any) -> Iterator[str]:
    """Yield the keywords of a schema that a value does not satisfy."""
    if isinstance(schema, bool):
        if not schema:
            yield "false"
        return
    for keyword in schema:
        assertion = _ASSERTIONS.get(keyword)
        if assertion is not None and not assertion(schema[keyword], value, schema):
            yield keyword


def holds(schema: Schema, value: Any) -> bool:
    """Return whether a value satisfies a schema."""
    return next(failing(schema, value), None) is None


def equal(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal: `1` and `true` differ, `1` and `1.0` do not."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return bool(left == right)


def _is(json_type: str, value: Any) -> bool:
    if isinstance(value, bool):
        return json_type == "boolean"
    if json_type == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, _TYPES[json_type])


_TYPES: dict[str, Any] = {
    "null": type(None),
    "boolean": bool,
    "number": (int, float),
    "string": str,
    "array": list,
    "object": dict,
}

_Assertion = Callable[[Any, Any, Mapping[str, Any]], bool]


def _of(json_type: str, test: Callable[[Any, Any], bool]) -> _Assertion:
    """Return an assertion about values of one JSON type; values of other types satisfy it."""
    return lambda expected, value, _: not _is(json_type, value) or test(expected, value)


def _matches(pattern: str, text: str) -> bool:
    search = search_of(pattern)
    return search is None or bool(search(text))


def _is_multiple(expected: float, value: float) -> bool:
    return Fraction(str(value)) % Fraction(str(expected)) == 0


def _items(expected: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, list):
        return True
    return all(holds(expected, item) for item in value[len(schema.get("prefixItems", ())) :])


def _prefix(expected: list[Schema], value: list[Any]) -> bool:
    return all(map(holds, expected, value))


def _contains(expected: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, list):
        return True
    count = sum(holds(expected, item) for item in value)
    return bool(schema.get("minContains", 1) <= count <= schema.get("maxContains", len(value)))


def _unique(expected: bool, value: list[Any]) -> bool:
    return not expected or not any(
        equal(item, other) for index, item in enumerate(value) for other in value[:index]
    )


def _properties(expected: Mapping[str, Schema], value: dict[str, Any]) -> bool:
    return all(holds(expected[name], item) for name, item in value.items() if name in expected)


def _by_pattern(expected: Mapping[str, Schema], value: dict[str, Any]) -> bool:
    return all(
        holds(schema, item)
        for pattern, schema in expected.items()
        for name, item in value.items()
        if _matches(pattern, name)
    )


def _others(expected: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    patterns = schema.get("patternProperties", ())
    return all(
        holds(expected, item)
        for name, item in value.items()
        if name not in schema.get("properties", ())
        and not any(_matches(pattern, name) for pattern in patterns)
    )


def _conditional(expected: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    return holds(schema.get("then" if holds(expected, value) else "else", True), value)


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


def _unevaluated_properties(expected: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    siblings = {key: inner for key, inner in schema.items() if key != "unevaluatedProperties"}
    names = value.keys() - _evaluated_names(siblings, value)
    return all(holds(expected, value[name]) for name in names)


def _unevaluated_items(expected: Schema, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, list):
        return True
    siblings = {key: inner for key, inner in schema.items() if key != "unevaluatedItems"}
    positions = _evaluated_items(siblings, value)
    return all(holds(expected, item) for at, item in enumerate(value) if at not in positions)


_ASSERTIONS: dict[str, _Assertion] = {
    "type": lambda expected, value, _: any(
        _is(json_type, value)
        for json_type in ([expected] if isinstance(expected, str) else expected)
    ),
    "enum": lambda expected, value, _: any(equal(one, value) for one in expected),
    "const": lambda expected, value, _: equal(expected, value),
    "minimum": _of("number", lambda expected, value: value >= expected),
    "maximum": _of("number", lambda expected, value: value <= expected),
    "exclusiveMinimum": _of("number", lambda expected, value: value > expected),
    "exclusiveMaximum": _of("number", lambda expected, value: value < expected),
    "multipleOf": _of("number", _is_multiple),
    "minLength": _of("string", lambda expected, value: len(value) >= expected),
    "maxLength": _of("string", lambda expected, value: len(value) <= expected),
    "pattern": _of("string", _matches),
    "minItems": _of("array", lambda expected, value: len(value) >= expected),
    "maxItems": _of("array", lambda expected, value: len(value) <= expected),
    "uniqueItems": _of("array", _unique),
    "prefixItems": _of("array", _prefix),
    "items": _items,
    "contains": _contains,
    "required": _of("object", lambda expected, value: all(name in value for name in expected)),
    "minProperties": _of("object", lambda expected, value: len(value) >= expected),
    "maxProperties": _of("object", lambda expected, value: len(value) <= expected),
    "properties": _of("object", _properties),
    "patternProperties": _of("object", _by_pattern),
    "additionalProperties": _others,
    "propertyNames": _of(
        "object", lambda expected, value: all(holds(expected, each) for each in value)
    ),
    "dependentRequired": _of(
        "object",
        lambda expected, value: all(
            other in value for name in expected if name in value for other in expected[name]
        ),
    ),
    "dependentSchemas": _of(
        "object",
        lambda expected, value: all(
            holds(expected[name], value) for name in expected if name in value
        ),
    ),
    "allOf": lambda expected, value, _: all(holds(schema, value) for schema in expected),
    "anyOf": lambda expected, value, _: any(holds(schema, value) for schema in expected),
    "oneOf": lambda expected, value, _: sum(holds(schema, value) for schema in expected) == 1,
    "not": lambda expected, value, _: not holds(expected, value),
    "if": _conditional,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
}
