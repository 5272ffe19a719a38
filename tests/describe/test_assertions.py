"""Assertions that are copied without references: a reference may lead to any schema, `true` and `false` too."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from support.documents import imported, result_of, schemas

YES = {"$ref": "#/components/schemas/Yes"}
NO = {"$ref": "#/components/schemas/No"}

KEYWORDS: list[tuple[dict[str, Any], Any, Any]] = [
    ({"type": "string", "not": NO}, "a", None),
    ({"type": "string", "not": YES}, None, "a"),
    ({"type": "string", "if": YES, "then": {"minLength": 2}}, "ab", "a"),
    ({"type": "string", "if": NO, "else": {"minLength": 2}}, "ab", "a"),
    ({"type": "string", "if": {"minLength": 2}, "then": NO, "else": YES}, "a", "ab"),
    ({"type": "array", "contains": YES}, [1], []),
    ({"type": "array", "contains": NO}, None, [1]),
    ({"type": "array", "not": {"items": NO}}, [1], []),
    ({"type": "array", "not": {"prefixItems": [NO, YES]}}, [1, 2], []),
    ({"type": "object", "propertyNames": NO}, {}, {"a": 1}),
    ({"type": "object", "propertyNames": YES}, {"a": 1}, None),
    ({"type": "object", "dependentSchemas": {"a": NO}}, {"b": 1}, {"a": 1}),
    ({"type": "object", "not": {"properties": {"a": NO}}}, {"a": 1}, {"b": 1}),
    ({"type": "object", "not": {"patternProperties": {"^a": NO}}}, {"a": 1}, {"b": 1}),
    ({"type": "object", "not": {"additionalProperties": NO}}, {"a": 1}, {}),
    ({"type": "string", "not": {"allOf": [YES, {"minLength": 2}]}}, "a", "ab"),
    ({"type": "string", "not": {"anyOf": [NO, {"minLength": 2}]}}, "a", "ab"),
    ({"type": "string", "not": {"oneOf": [YES, {"minLength": 2}]}}, "ab", "a"),
    ({"type": "string", "not": {**YES, "minLength": 2}}, "a", "ab"),
    ({"type": "string", "not": {**NO, "minLength": 2}}, "ab", None),
]


@pytest.mark.parametrize(("schema", "valid", "invalid"), KEYWORDS)
def test_a_reference_to_a_boolean_schema(
    schema: dict[str, Any], valid: Any, invalid: Any, tmp_path: Path, case_home: Path
) -> None:
    holder = {"type": "object", "properties": {"value": schema}}
    made = result_of(schemas(Holder=holder, Yes=True, No=False), tmp_path)
    with imported(made.files, case_home) as package:
        adapter = TypeAdapter(import_module(f"{package.__name__}.models").Holder)
        if valid is not None:
            adapter.validate_python({"value": valid})
        if invalid is not None:
            with pytest.raises(ValidationError):
                adapter.validate_python({"value": invalid})
