"""`$dynamicRef`: a reference where one anchor answers it, any value and a warning where several do."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from hooksmith.ir import ANY, Array, Model, Named
from support.documents import imported, result_of

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


def test_several_anchors(tmp_path: Path, case_home: Path) -> None:
    made = result_of(pair(page=PAGE, numbers=NUMBERS), tmp_path)
    page = next(it for it in made.api.definitions if it.name == "Page")
    assert isinstance(page, Model)
    assert page.fields[0].type == Array(ANY)
    (warning,) = [it for it in made.diagnostics if "$dynamicRef #T" in it.message]
    assert warning.place is not None
    assert warning.place.pointer == "/$defs/page/properties/items/items"
    with imported(made.files, case_home) as package:
        models = import_module(f"{package.__name__}.models")
        assert models.Page(items=[1, "a"]).items == [1, "a"]


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
