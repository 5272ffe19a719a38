"""JSON Schema's assertions as the runtime checks them, beside the jsonschema package."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hooksmith_runtime_under_test.models.json_schema import equal, failing, holds
from hypothesis import given
from hypothesis import strategies as st

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, 1.0, -0.1, "", "a", "ab", "b1"])
)
names = st.sampled_from(["a", "b", "ab", "b1"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
patterns = st.sampled_from(["^a", "b", "1$", "^[a-z]+$"])
sizes = st.integers(0, 3)
types = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
plain = st.fixed_dictionaries(
    {},
    optional={
        "type": types | st.lists(types, min_size=1, max_size=2, unique=True),
        "const": values,
        "enum": st.lists(values, min_size=1, max_size=3),
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(-2, 2),
        "exclusiveMinimum": st.integers(-2, 2),
        "exclusiveMaximum": st.integers(-2, 2),
        "multipleOf": st.sampled_from([1, 2, 0.5]),
        "minLength": sizes,
        "maxLength": sizes,
        "pattern": patterns,
        "minItems": sizes,
        "maxItems": sizes,
        "uniqueItems": st.booleans(),
        "minProperties": sizes,
        "maxProperties": sizes,
        "required": st.lists(names, max_size=2, unique=True),
        "dependentRequired": st.dictionaries(names, st.lists(names, max_size=2, unique=True)),
    },
)


def applied(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    many = st.lists(inner, min_size=1, max_size=3)
    by_name = st.dictionaries(names, inner, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["allOf", "anyOf", "oneOf", "prefixItems"], many),
            **dict.fromkeys(["not", "if", "then", "else", "items", "contains"], inner),
            **dict.fromkeys(["propertyNames", "additionalProperties"], inner),
            **dict.fromkeys(["unevaluatedProperties", "unevaluatedItems"], inner),
            **dict.fromkeys(["properties", "dependentSchemas"], by_name),
            "patternProperties": st.dictionaries(patterns, inner, max_size=2),
            "minContains": sizes,
            "maxContains": sizes,
        },
    )


schemas = st.recursive(plain | st.booleans(), applied, max_leaves=6)


@given(schemas, values)
def test_the_verdict_is_that_of_jsonschema(schema: Any, value: Any) -> None:
    assert holds(schema, value) is jsonschema.Draft202012Validator(schema).is_valid(value)


@given(plain, values)
def test_what_fails_is_told(schema: Any, value: Any) -> None:
    told = {error.validator for error in jsonschema.Draft202012Validator(schema).iter_errors(value)}
    assert set(failing(schema, value)) == told


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 1.0, True),
        (1, True, False),
        (False, 0, False),
        ([1, [True]], [1.0, [True]], True),
        ([1], [True], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": True}, False),
        ("1", 1, False),
        (None, False, False),
    ],
)
def test_equality_of_json(left: Any, right: Any, expected: bool) -> None:
    assert equal(left, right) is expected
    assert equal(right, left) is expected


def test_multiples_are_counted_in_decimals() -> None:
    assert holds({"multipleOf": 0.1}, 0.3)
    assert holds({"multipleOf": 0.01}, 19.99)
    assert not holds({"multipleOf": 0.1}, 0.25)
    assert holds({"multipleOf": 1e-7}, 123456789012345678901234567890)


def test_an_expression_that_backtracks_is_not_slow() -> None:
    assert not holds({"pattern": "^(a+)+$"}, "a" * 60 + "!")
    assert holds({"pattern": "^(?!b)a"}, "a")
