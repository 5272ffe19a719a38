"""Unions: told apart where anything tells, and never stricter than what comes."""

from __future__ import annotations

from typing import Any

import pytest

from support.wire import Wire, reply


def shapes(case: Any, **values: Any) -> Any:
    return case.models.Shapes.model_validate({"shape": {"type": "circle", "radius": 1}, **values})


def test_a_mapping(case: Any) -> None:
    wire = Wire(
        reply(
            [
                {"petType": "cat", "name": "Tom", "lives": 9},
                {"petType": "kitten", "name": "Kit"},
                {"petType": "dog", "name": "Rex", "good": True},
                {"petType": "axolotl", "name": "Ax", "gills": 6},
            ]
        )
    )
    found = wire.client(case, base_url="https://x.example").pets.list_pets()
    models = case.models
    assert [type(pet) for pet in found][:3] == [models.Cat, models.Cat, models.Dog]
    assert found[0].lives == 9
    assert type(found[3]).__name__ == "Unknown"
    assert found[3].to_dict() == {"petType": "axolotl", "name": "Ax", "gills": 6}


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        ({"type": "circle", "radius": 1.5}, "ShapeCircle"),
        ({"type": "square", "side": 2}, "ShapeSquare"),
        ({"type": "text", "label": "hi"}, "ShapeText"),
        ({"type": "spiral", "turns": 3}, "Unknown"),
    ],
)
def test_a_const(case: Any, shape: dict[str, Any], name: str) -> None:
    found = shapes(case, shape=shape)
    assert type(found.shape).__name__ == name
    assert found.to_dict()["shape"] == shape


def test_an_error_speaks_of_the_option_alone(case: Any) -> None:
    from pydantic import ValidationError

    with pytest.raises(ValidationError) as caught:
        shapes(case, shape={"type": "circle"})
    (problem,) = caught.value.errors()
    assert problem["type"] == "missing"
    assert problem["loc"][-1] == "radius"


def test_null_beside_options(case: Any) -> None:
    found = shapes(case, maybe_shape=None, maybe_pet=None, scalar=None)
    assert found.maybe_shape is None
    assert found.maybe_pet is None
    assert found.scalar is None
    assert found.to_dict() == {
        "shape": {"type": "circle", "radius": 1}, "maybe_shape": None, "maybe_pet": None, "scalar": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"name": "n"}, "UntaggedByName"),
        ({"number": 3}, "UntaggedByNumber"),
        ("s", "str"),
        (["a"], "list"),
    ],
)
def test_untagged(case: Any, value: Any, kind: str) -> None:
    found = shapes(case, untagged=value)
    assert type(found.untagged).__name__ == kind
    assert found.to_dict()["untagged"] == value


@pytest.mark.parametrize("value", ["7", 7])
def test_scalars_are_not_converted(case: Any, value: Any) -> None:
    found = shapes(case, number_or_text=value, scalar=value)
    assert found.number_or_text == value
    assert type(found.number_or_text) is type(value)
    assert found.scalar == value


def test_mixed_and_nested(case: Any) -> None:
    found = shapes(
        case,
        several=[{"petType": "cat", "name": "Tom"}, "text"],
        nested={"petType": "dog", "name": "Rex"},
        single={"petType": "dog", "name": "Rex"},
        anything={"x": [1]},
    )
    assert type(found.several[0]) is case.models.Cat
    assert found.several[1] == "text"
    assert type(found.nested) is case.models.Dog
    assert type(found.single) is case.models.Dog
    assert found.anything == {"x": [1]}
    assert type(shapes(case, nested={"type": "text", "label": "l"}).nested) is case.models.ShapeText


def test_what_is_sent(case: Any) -> None:
    wire = Wire(reply({"shape": {"type": "circle", "radius": 1}}))
    pets = wire.client(case, base_url="https://x.example").pets
    pets.add_pet(body=case.models.NewPetCat(kind="cat", name="Tom"))
    assert wire.last.content == b'{"kind":"cat","name":"Tom"}'
    with pytest.raises(case.package.RequestError):
        pets.add_pet(body={"kind": "cat", "name": ""})
    with pytest.raises(case.package.RequestError):
        pets.add_pet(body={"kind": "cow", "name": "Bo"})
    assert len(wire.requests) == 1
