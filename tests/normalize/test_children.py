"""Schemas of another file that extend an imported object with a discriminator, which nothing refers to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hooksmith.config import Settings
from hooksmith.ir import Model, Named, Union
from support.made import Made, generate

PET = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"type": "string"}},
    "discriminator": {"propertyName": "kind"},
}


def child(of: str, name: str) -> Any:
    own = {"type": "object", "properties": {name: {"type": "boolean"}}}
    return {"allOf": [{"$ref": of}, own]}


def made(folder: Path, schemas: Any, prefix: str) -> Made:
    pets: Any = {}
    inner = pets
    for key in prefix.split("/")[1:]:
        inner = inner.setdefault(key, {})
    inner.update(schemas)
    (folder / "pets.json").write_text(json.dumps(pets), "utf-8")
    reply = {"schema": {"$ref": f"pets.json#{prefix}/Pet"}}
    get = {"responses": {"200": {"description": "ok", "content": {"application/json": reply}}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Made", "version": "1"},
        "paths": {"/pets": {"get": get}},
    }
    (folder / "api.json").write_text(json.dumps(document), "utf-8")
    return generate(folder / "api.json", Settings(package="made", formatter="none"))


@pytest.mark.parametrize("prefix", ["/components/schemas", "/$defs", "/definitions"])
def test_children_come_with_their_base(prefix: str, tmp_path: Path) -> None:
    schemas = {
        "Pet": PET,
        "Cat": child(f"#{prefix}/Pet", "meow"),
        "Dog": child(f"pets.json#{prefix}/Pet", "bark"),
        "Puppy": child(f"#{prefix}/Dog", "small"),
        "Stone": {"type": "object", "properties": {"weight": {"type": "number"}}},
    }
    definitions = {each.name: each for each in made(tmp_path, schemas, prefix).api.definitions}
    assert definitions.keys() == {"Pet", "Cat", "Dog", "Puppy", "AnyPet"}
    union = definitions["AnyPet"].type  # type: ignore[union-attr]
    assert isinstance(union, Union)
    assert set(union.options) == {Named(name) for name in ("Pet", "Cat", "Dog", "Puppy")}
    puppy = definitions["Puppy"]
    assert isinstance(puppy, Model)
    assert puppy.bases == ("Pet",)  # a puppy has another tag than a dog


def test_an_object_without_a_discriminator_comes_alone(tmp_path: Path) -> None:
    pet = {key: value for key, value in PET.items() if key != "discriminator"}
    schemas = {"Pet": pet, "Cat": child("#/$defs/Pet", "meow")}
    names = [each.name for each in made(tmp_path, schemas, "/$defs").api.definitions]
    assert names == ["Pet"]


def test_broken_siblings_do_not_matter(tmp_path: Path) -> None:
    schemas = {
        "Pet": PET,
        "Broken": child("#/$defs/Nowhere", "a"),
        "None": None,
        "Cat": child("#/$defs/Pet", "meow"),
    }
    names = {each.name for each in made(tmp_path, schemas, "/$defs").api.definitions}
    assert names == {"Pet", "Cat", "AnyPet"}
