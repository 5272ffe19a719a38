"""allOf: inherited where that is true, merged where it is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError


def test_inheritance(case: Any) -> None:
    models = case.models
    assert issubclass(models.Dog, models.Pet)
    assert issubclass(models.Pet, models.Animal)
    assert issubclass(models.Left, models.Animal)
    dog = models.Dog.model_validate({"name": "Rex", "owner": "Ada", "born": "2020-02-29"})
    assert (dog.name, dog.owner, dog.born, dog.good) == ("Rex", "Ada", date(2020, 2, 29), None)
    assert dog.to_dict() == {"name": "Rex", "owner": "Ada", "born": "2020-02-29"}
    with pytest.raises(ValidationError, match="owner"):
        models.Dog.model_validate({"name": "Rex"})


def test_merged(case: Any) -> None:
    assert case.models.Merged.model_validate({"a": "x", "b": 1}).b == 1
    with pytest.raises(ValidationError, match="b"):
        case.models.Merged.model_validate({"a": "x"})
    deep = case.models.Deep.model_validate({"inner": "i", "middle": "m", "outer": "o"})
    assert (deep.inner, deep.middle, deep.outer) == ("i", "m", "o")


def test_a_property_stated_anew(case: Any) -> None:
    assert case.models.Narrowed.model_validate({"name": "Rex"}).name == "Rex"
    with pytest.raises(ValidationError, match="name"):
        case.models.Narrowed.model_validate({"name": "Tom"})
    with pytest.raises(ValidationError, match="born"):
        case.models.Requiring.model_validate({"name": "Rex"})


def test_with_a_union_inside(case: Any) -> None:
    read = case.models.All.model_validate
    dog = {"name": "Rex", "owner": "Ada"}
    fish = read({"dog": dog, "with_union": {"name": "Nemo", "fins": 7}}).with_union
    bird = read({"dog": dog, "with_union": {"name": "Tweety", "wings": 2}}).with_union
    assert (type(fish), fish.name, fish.fins) == (case.models.WithUnionSwims, "Nemo", 7)
    assert (type(bird), bird.name, bird.wings) == (case.models.WithUnionFlies, "Tweety", 2)
    by_phone = read({"dog": dog, "beside_union": {"id": "1", "phone": "0"}}).beside_union
    assert (by_phone.id, by_phone.phone) == ("1", "0")


def test_two_bases_of_one_base(case: Any) -> None:
    found = case.models.Diamond.model_validate({"name": "n", "left": "l", "right": "r"})
    assert (found.name, found.left, found.right) == ("n", "l", "r")
    with pytest.raises(ValidationError, match="name"):
        case.models.Diamond.model_validate({"left": "l"})


def test_one_schema_with_a_description_of_its_own(case: Any) -> None:
    found = case.models.All.model_validate(
        {"dog": {"name": "R", "owner": "A"}, "described": {"name": "x"}}
    )
    assert type(found.described) is case.models.Animal


def test_an_enum_narrowed(case: Any) -> None:
    assert [member.value for member in case.models.AllChoice] == ["b", "c"]
