"""Options of unions that are selected by the shape of a value, and the depth of JSON texts."""

from __future__ import annotations

import json
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from hooksmith_providers._runtime.models.base import Model, Open, Unknown
from hooksmith_providers._runtime.models.reading import (
    MAX_DEPTH,
    SMALL,
    JsonReader,
    depth_of,
    is_direct,
)
from hooksmith_providers._runtime.models.shapes import ByShape


class Color(Enum):
    RED = "red"


class Cat(Model):
    name: str
    lives: int | None = None


class Dog(Model):
    name: str
    tricks: list[str] | None = None


class Circle(Model):
    kind: Literal["circle"]
    size: float


class Square(Model):
    kind: Literal["square"]
    size: float


class Red(Model):
    color: Open[Color]


class Text(Model):
    size: str


class Number(Model):
    size: int


class CatOwner(Model):
    pet: Cat


class DogOwner(Model):
    pet: Dog


class CatShelter(Model):
    pets: list[CatOwner]


class DogShelter(Model):
    pets: list[DogOwner]


def read(annotation: Any, value: Any) -> Any:
    """The value as read from JSON; from data, it is the same."""
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    found = adapter.validate_json(json.dumps(value))
    assert adapter.validate_python(value) == found
    return found


@pytest.mark.parametrize(
    ("union", "value", "option"),
    [
        (Cat | Dog, {"name": "a", "lives": 9}, Cat),
        (Cat | Dog, {"name": "a", "tricks": []}, Dog),
        (Cat | Dog, {"name": "a"}, Cat),
        (Dog | Cat, {"name": "a"}, Dog),
        (Cat | Dog, {"name": "a", "tricks": [], "lives": 9, "other": 1}, Cat),
        (Circle | Square, {"kind": "square", "size": 1}, Square),
        (Text | Number, {"size": 1}, Number),
        (Text | Number, {"size": "1"}, Text),
        (Text | Red, {"color": "red"}, Red),
        (CatOwner | DogOwner, {"pet": {"name": "a", "tricks": ["x"]}}, DogOwner),
        (CatShelter | DogShelter, {"pets": [{"pet": {"name": "a", "tricks": []}}]}, DogShelter),
        (Cat | dict[str, Any], {"name": "a"}, Cat),
        (Cat | dict[str, int], {"x": 1}, dict),
        (Cat | Dog | str, "text", str),
        (list[Text] | list[Number], [{"size": 1}], list),
    ],
)
def test_the_option_that_fits_best(union: Any, value: Any, option: type[Any]) -> None:
    assert type(read(Annotated[union, ByShape()], value)) is option


def test_items_of_the_array_that_fits() -> None:
    assert type(read(Annotated[list[Text] | list[Number], ByShape()], [{"size": 1}])[0]) is Number


def test_selection_by_constants_is_not_remembered_by_types() -> None:
    shapes: TypeAdapter[Any] = TypeAdapter(Annotated[Circle | Square, ByShape()])
    kinds = ["circle", "square", "circle"]
    found = [shapes.validate_python({"kind": kind, "size": 1}) for kind in kinds]
    assert [each.kind for each in found] == kinds


def test_objects_of_python_keep_their_class() -> None:
    class Kitten(Cat):
        pass

    pets: TypeAdapter[Any] = TypeAdapter(Annotated[Cat | Dog, ByShape()])
    for pet in (Dog(name="a"), Kitten(name="a")):
        assert pets.validate_python(pet) is pet
        assert pets.dump_python(pet) == pet.model_dump()


def test_json_schema_is_that_of_the_union() -> None:
    marked: TypeAdapter[Any] = TypeAdapter(Annotated[Cat | Dog, ByShape()])
    plain: TypeAdapter[Any] = TypeAdapter(Cat | Dog)
    assert marked.json_schema() == plain.json_schema()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('[]{}"\\ab'),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('[{"\\a'), inner, max_size=4)
    ),
    max_leaves=12,
)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0) if isinstance(value, dict | list) else 0


@given(values, st.integers(1, 6))
def test_depth_of_a_text_is_that_of_its_data(value: Any, limit: int) -> None:
    raw = json.dumps(value).encode()
    assert depth_of(value, limit) == min(depth(value), limit + 1)
    assert is_direct(raw, limit) == (depth(value) <= limit)


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1])
def test_texts_with_brackets_do_not_hide_levels(levels: int) -> None:
    raw = ('["]", ' * (levels - 1) + "[]" + ', "["]' * (levels - 1)).encode()
    assert depth(json.loads(raw)) == levels
    assert is_direct(raw, MAX_DEPTH) == (levels <= MAX_DEPTH)


def test_large_texts_are_direct_if_they_are_flat() -> None:
    assert is_direct(json.dumps([{"a": [1]}] * SMALL).encode(), MAX_DEPTH)
    assert not is_direct(json.dumps([[[[[[[[["x" * SMALL]]]]]]]]]).encode(), MAX_DEPTH)


def test_a_large_text_has_one_error_an_object() -> None:
    class Strict(Model):
        a: str
        inner: list[Strict] | None = None
        both: Cat | None = None

    adapter: TypeAdapter[Any] = TypeAdapter(Strict)
    validator: Any = adapter.validator
    reader = JsonReader(validator, adapter.core_schema)
    data = {"a": "x", "inner": [{"a": "y", "both": {"name": "z"}}], "filler": "x" * SMALL}
    assert reader.read(json.dumps(data).encode()).inner[0].both == Cat(name="z")
    with pytest.raises(ValueError, match="1 validation error") as caught:
        reader.read(json.dumps({"inner": [{}, {}], "filler": "x" * SMALL}).encode())
    assert "does not fit its description" in str(caught.value)


def test_unknown_is_no_better_than_a_model() -> None:
    assert isinstance(read(Annotated[Unknown | Cat, ByShape()], {"name": "a"}), Cat)
    assert issubclass(Unknown, BaseModel)
