"""Unions of hundreds: pyright reads no expression that is nested 256 deep, and `a | b | c` is nested at each sign."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from hooksmith.pipeline import generate
from hooksmith.plan.unions import options_of, union, union_rows
from hooksmith.settings import Settings
from support.large_document import write_document

COUNT = 300
PYRIGHT = 256


def many_document() -> dict[str, Any]:
    """As many webhooks of no group, and a component that is any of their bodies."""
    names = [f"Kind{number}" for number in range(COUNT)]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Many", "version": "1"},
        "webhooks": {f"kind-{number}": _delivery(name) for number, name in enumerate(names)},
        "components": {
            "schemas": {
                "Whichever": {"anyOf": [*map(_ref, names), {"type": "null"}]},
                **{name: _kind(number) for number, name in enumerate(names)},
            }
        },
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _delivery(name: str) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": _ref(name)}}}
    return {"post": {"requestBody": body, "responses": {"200": {"description": "Taken."}}}}


def _kind(number: int) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"const": f"kind-{number}"}},
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    spec = write_document(tmp_path_factory.mktemp("many"), many_document())
    return generate(spec, Settings(package="many", formatter="none")).files


def aliases(text: str) -> dict[str, ast.expr]:
    """The unions of a module by their names, whether spelled out or in a string."""
    found: dict[str, ast.expr] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            if ast.unparse(node.annotation) != "TypeAlias":
                continue
            said = node.value.value if isinstance(node.value, ast.Constant) else None
            found[node.target.id] = ast.parse(f"({said})", mode="eval").body if said else node.value
    return found


def depth(node: ast.expr) -> int:
    return 1 + max(depth(node.left), depth(node.right)) if isinstance(node, ast.BinOp) else 0


def names(node: ast.expr) -> set[str]:
    """The classes of a union, whether by name or as attributes of `models`."""
    classes = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - {"models"}
    return classes | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def test_all_events_are_a_union_that_pyright_reads(files: dict[str, str]) -> None:
    event = aliases(files["events.py"])["Event"]
    assert depth(event) < PYRIGHT
    assert names(event) == {f"Kind{n}" for n in range(COUNT)} | {"UnknownEvent", "DriftedEvent"}


def test_a_component_of_many_options_is_one_too(files: dict[str, str]) -> None:
    found = [
        aliases(text)["Whichever"]
        for path, text in files.items()
        if path.startswith("models/") and "Whichever: TypeAlias" in text
    ]
    assert len(found) == 1
    assert depth(found[0]) < PYRIGHT
    assert names(found[0]) >= {f"Kind{number}" for number in range(COUNT)}


def test_events_of_no_group_stand_in_modules_called_events(files: dict[str, str]) -> None:
    modules = {path for path in files if path.startswith("models/")}
    assert modules == {"models/__init__.py", "models/events.py", "models/schemas.py"}


def test_few_options_are_in_one_row() -> None:
    assert union(["A", "B", "A", "None"]) == "A | B | None"
    assert union_rows(["A", "B"]) == ("A", "B")


def test_none_stays_outside_the_brackets() -> None:
    spelled = union([*(f"A{number}" for number in range(COUNT)), "None"])
    first, *_, last = options_of(spelled)
    assert first.startswith("(A0 | A1")
    assert first.endswith("A99)")
    assert last == "None"
    assert options_of("A[B | C] | Annotated[D, F(x | y)] | (E | G)") == [
        "A[B | C]",
        "Annotated[D, F(x | y)]",
        "(E | G)",
    ]
