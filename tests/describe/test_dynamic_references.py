"""`$dynamicRef`: a reference to the only anchor, a class for each specialisation, otherwise any value and a warning."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hooksmith.ir import Array, Model, Named
from support.documents import imported, result_of, schemas

PAGE = {
    "$id": "page",
    "type": "object",
    "properties": {"items": {"type": "array", "items": {"$dynamicRef": "#T"}}},
    "$defs": {"leaf": {"$dynamicAnchor": "T", "not": True}},
}
NUMBERS = {
    "$id": "numbers",
    "$ref": "page",
    "$defs": {"T": {"$dynamicAnchor": "T", "type": "number"}},
}


def pair(**definitions: Any) -> Any:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.test/top",
        "title": "Pair",
        "type": "object",
        "properties": {"numbers": {"$ref": "numbers"}},
        "$defs": definitions,
    }


def test_one_anchor(tmp_path: Path) -> None:
    node = {
        "$id": "numbers",
        "$dynamicAnchor": "node",
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"$dynamicRef": "#node"}}},
    }
    made = result_of(pair(numbers=node), tmp_path)
    numbers = next(it for it in made.api.definitions if it.name == "Numbers")
    assert isinstance(numbers, Model)
    assert numbers.fields[0].type == Array(Named("Numbers"))
    assert not made.diagnostics


def test_specialisations(tmp_path: Path, case_home: Path) -> None:
    words = {
        "$id": "words",
        "$ref": "page",
        "description": "Words.",
        "$defs": {"T": {"$dynamicAnchor": "T", "type": "string", "enum": ["a", "b"]}},
    }
    document = pair(page=PAGE, numbers=NUMBERS, words=words)
    document["properties"]["words"] = {"$ref": "words"}
    made = result_of(document, tmp_path)
    assert not made.diagnostics
    definitions = {each.name: each for each in made.api.definitions}
    assert definitions["Words"].description == "Words."
    with imported(made.files, case_home) as package:
        models = import_module(f"{package.__name__}.models")
        value = {"numbers": {"items": [1, 2.5]}, "words": {"items": ["a"]}}
        read = models.Pair.model_validate(value)
        assert type(read.numbers) is models.Numbers
        assert type(read.words.items[0]).__name__ == "WordsT"
        assert read.to_dict() == value
        for misfit in ({"numbers": {"items": ["a"]}}, {"words": {"items": ["c"]}}):
            with pytest.raises(ValidationError):
                models.Pair.model_validate(misfit)
        models.Page.model_validate({"items": []})
        with pytest.raises(ValidationError):  # its own parameter admits nothing
            models.Page.model_validate({"items": [1]})


def test_a_specialisation_of_an_openapi_document(tmp_path: Path) -> None:
    """References of the generic schema mean its own place; a parameter may be a reference."""
    page = {
        **PAGE,
        "properties": {**PAGE["properties"], "next": {"$ref": "#/$defs/link"}},
        "$defs": {**PAGE["$defs"], "link": {"type": "string", "maxLength": 9}},
    }
    users = {
        "$id": "users",
        "$ref": "page",
        "$defs": {"T": {"$dynamicAnchor": "T", "$ref": "api.json#/components/schemas/User"}},
    }
    user = {"type": "object", "properties": {"id": {"type": "string"}}}
    document = schemas(Page=page, Users=users, User=user)
    document["$id"] = "https://example.test/api.json"
    made = result_of(document, tmp_path)
    assert not made.diagnostics
    (found,) = [each for each in made.api.definitions if each.name == "Users"]
    assert isinstance(found, Model)
    items, following = found.fields
    assert isinstance(items.type, Array)
    assert "User" in str(items.type.items)
    assert (following.wire, following.required) == ("next", False)


def test_a_recursive_specialisation(tmp_path: Path, case_home: Path) -> None:
    tree = {
        "$id": "tree",
        "$dynamicAnchor": "node",
        "type": "object",
        "properties": {"data": {}, "kids": {"type": "array", "items": {"$dynamicRef": "#node"}}},
    }
    strict = {
        "$id": "strict",
        "$dynamicAnchor": "node",
        "$ref": "tree",
        "unevaluatedProperties": False,
    }
    made = result_of(pair(tree=tree, numbers={**strict, "$id": "numbers"}), tmp_path)
    assert not made.diagnostics
    with imported(made.files, case_home) as package:
        models = import_module(f"{package.__name__}.models")
        models.Tree.model_validate({"kids": [{"other": 1}]})
        read = models.Numbers.model_validate({"kids": [{"kids": []}]})
        assert type(read.kids[0]) is models.Numbers
        with pytest.raises(ValidationError):
            models.Numbers.model_validate({"kids": [{"other": 1}]})


def test_a_parameter_of_a_parameter_is_reported(tmp_path: Path) -> None:
    """The schema between does not pass it on: this needs the whole chain of references."""
    outer = {"$id": "outer", "$ref": "numbers", "$defs": NUMBERS["$defs"]}
    made = result_of(
        pair(page=PAGE, numbers={"$id": "numbers", "$ref": "page"}, outer=outer), tmp_path
    )
    assert [each for each in made.diagnostics if "$dynamicRef #T" in each.message]
