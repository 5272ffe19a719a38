"""A JSON Schema document, without any OpenAPI around it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError


def test_the_root_is_a_model(case: Any) -> None:
    order = {
        "id": "o_1",
        "lines": [{"sku": "a", "count": 2}],
        "address": {"city": "Wien"},
        "state": "paid",
    }
    found = case.models.Order.model_validate(order)
    assert found.lines[0].count == 2
    assert found.address.city == "Wien"
    assert found.origin == case.models.Address(city="Wien")
    assert found.to_dict() == {**order, "origin": {"city": "Wien"}}
    with pytest.raises(ValidationError, match="lines"):
        case.models.Order.model_validate({"id": "o_1"})


def test_definitions_are_models_too(case: Any) -> None:
    assert case.models.Line.model_validate({"sku": "a"}).count == 1
    assert case.models.Unused.model_validate({"x": 1.5}).x == 1.5


def test_nothing_else_is_made(case: Any) -> None:
    assert set(case.files) == {"__init__.py", "models.py", "api.md", "AGENTS.md", "py.typed"}
