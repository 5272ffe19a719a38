"""JSON Schemas alone, in every draft since 4: what each has of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hooksmith.config import Settings
from hooksmith.ir import (
    ANY,
    Alias,
    Array,
    Constraints,
    Field,
    Kind,
    LiteralOf,
    Map,
    Model,
    Named,
    Scalar,
    Tuple,
)
from support.documents import import_everything, imported
from support.made import Made, generate

FOLDER = Path(__file__).parent / "documents" / "drafts"
DOCUMENTS = sorted(FOLDER.iterdir())


SETTINGS = Settings(package="made", runtime="shared", operation_names="document", formatter="none")


def made(name: str) -> Made:
    return generate(
        FOLDER / f"{name}.json",
        SETTINGS,
    )


def fields(result: Made, name: str) -> dict[str, Field]:
    model = next(one for one in result.api.definitions if one.name == name)
    assert isinstance(model, Model)
    return {field.wire: field for field in model.fields}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_package(path: Path, case_home: Path) -> None:
    result = made(path.stem)
    assert result.diagnostics == ()
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)


def test_draft_04() -> None:
    """`id`, `definitions`, a flag for `exclusiveMinimum`, a tuple in `items`, `additionalItems`, `$ref: "#"`."""
    order = fields(made("draft_04"), "Order")
    identity = order["id"].type
    assert isinstance(identity, Scalar)
    assert (identity.constraints.minimum, identity.constraints.exclusive_minimum) == (None, 0)
    assert isinstance(order["pos"].type, Tuple)
    assert order["pos"].type.rest is None
    assert order["lines"].type == Array(Named("Line"))
    assert order["by_id"].type == Named("Line")
    assert order["tree"].type == Named("Order")


def test_draft_06() -> None:
    """Boolean schemas, `const`, `contains`, `propertyNames`, a fragment as `$id`."""
    thing = fields(made("draft_06"), "Thing")
    assert thing["kind"].type == LiteralOf(("thing",))
    assert thing["any"].type == ANY
    names = Constraints(further='{"propertyNames": {"pattern": "^a"}}')
    assert thing["names"].type == Map(Scalar(Kind.INTEGER), names)
    assert thing["a"].type == Named("Foo")


def test_draft_07() -> None:
    """`if`, `then`, `else`, which types do not hold; what stands beside a `$ref`; a definition that nothing uses."""
    result = made("draft_07")
    pay = fields(result, "Pay")
    assert pay["card"].type == Named("Card")
    assert pay["card"].description == "with sibling"
    assert "Unused" in {definition.name for definition in result.api.definitions}


def test_draft_2019_09() -> None:
    """`$recursiveRef`, `$anchor`, `unevaluatedProperties`."""
    result = made("draft_2019_09")
    tree = fields(result, "Tree")
    assert tree["children"].type == Array(Named("Tree"))
    assert tree["anch"].type == Named("Leaf")
    model: Any = next(one for one in result.api.definitions if one.name == "Tree")
    assert model.extra is None


def test_draft_2020_12() -> None:
    """`$dynamicRef`, `prefixItems`, a schema with an `$id` of its own whose references start from it."""
    result = made("draft_2020_12")
    node = fields(result, "Node")
    assert node["children"].type == Array(Named("Node"))
    assert node["data"].deprecated
    assert isinstance(node["pair"].type, Tuple)
    assert fields(result, "Other")["x"].type == Named("Inner")


def test_a_root_that_only_refers() -> None:
    result = made("root_reference")
    names = {one.name: one for one in result.api.definitions}
    root = names.pop("RootReference")
    assert isinstance(root, Alias)
    assert root.type == Named("A")
    assert set(names) == {"A", "B"}
