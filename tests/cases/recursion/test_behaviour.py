"""Schemas that reach themselves."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from support.wire import Wire, reply


def test_a_tree(case: Any) -> None:
    tree = {"value": 1, "children": [{"value": 2, "children": []}, {"value": 3, "parent": None}]}
    found = Wire(reply(tree)).client(case, base_url="https://x.example").default.get_tree()
    assert found.children[1].value == 3
    assert found.children[1].parent is None
    assert found.to_dict() == tree
    with pytest.raises(ValidationError, match="children"):
        case.models.Tree.model_validate({"value": 1, "children": [{"value": "x"}]})


def test_two_that_need_each_other(case: Any) -> None:
    hen = {"name": "h", "egg": {"colour": "white", "hen": {"name": "g"}}}
    assert case.models.Hen.model_validate(hen).egg.hen.name == "g"


@pytest.mark.parametrize("value", [None, True, 1.5, "s", [1, [None]], {"a": {"b": [False]}}])
def test_any_json(case: Any, value: Any) -> None:
    assert case.models.Holder.model_validate({"json": value}).to_dict() == {"json": value}


def test_lists_of_lists(case: Any) -> None:
    value = [[], [[[]]]]
    assert case.models.Holder.model_validate({"nested": value}).nested == value


def test_a_union_inside_its_own_option(case: Any) -> None:
    value = {"op": "Sum", "terms": [{"op": "Literal", "value": 1.0}, {"op": "Sum", "terms": []}]}
    found = case.models.Holder.model_validate({"expression": value})
    assert type(found.expression) is case.models.Sum
    assert found.expression.terms[0].value == 1.0
    assert found.to_dict() == {"expression": value}


def test_a_reference_into_itself(case: Any) -> None:
    value = {"n": 1, "again": {"n": 2, "again": {"n": 3}}}
    found = case.models.Holder.model_validate({"inline": value})
    assert found.inline.again.again.n == 3
    assert type(found.inline.again) is type(found.inline)


def test_a_deep_body_is_sent(case: Any) -> None:
    wire = Wire(reply({"deep": [1]}))
    tree: dict[str, Any] = {"value": 0}
    for value in range(1, 50):
        tree = {"value": value, "children": [tree]}
    assert wire.client(case, base_url="https://x.example").default.put_tree(**tree) == {"deep": [1]}
    assert wire.last.content.count(b"children") == 49


def test_what_is_asserted_of_a_schema_is_asserted_inside_it(case: Any) -> None:
    broken: dict[str, Any] = {"name": "r", "group": {}}
    for found in (broken, {"group": {"first": broken}}, {"group": {"next": {"others": [broken]}}}):
        with pytest.raises(ValidationError, match="satisfy not"):
            case.models.Rule.model_validate(found)
    fine = {"group": {"next": {"others": [{"name": "r"}]}}}
    assert case.models.Rule.model_validate(fine).to_dict() == fine


def test_a_model_with_assertions_is_made_once(case: Any) -> None:
    """Models that need one another, each with assertions, do not multiply."""
    case.models.Rule.model_rebuild()
    made = repr(case.models.Rule.__pydantic_core_schema__)
    assert made.count("'type': 'model',") == 2
