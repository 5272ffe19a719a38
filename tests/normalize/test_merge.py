"""`allOf` and what stands beside a `$ref`: merged without copying a schema into itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hooksmith.ir import Alias, Constraints, Kind, LiteralOf, Map, Model, Named, Scalar, Type, Union
from hooksmith.pipeline import Result
from support.documents import import_everything, imported, result_of, schemas


def types(result: Result, name: str) -> dict[str, Type]:
    model = next(one for one in result.api.definitions if one.name == name)
    assert isinstance(model, Model)
    return {field.wire: field.type for field in model.fields}


def logic(**beside: Any) -> dict[str, Any]:
    """A schema one of whose options needs the schema itself, with `beside` beside the reference."""
    again = {"$ref": "#/components/schemas/Logic", **beside}
    return schemas(
        Logic={
            "oneOf": [
                {"type": "string"},
                {"type": "object", "properties": {"not": again, "all": again}},
            ]
        }
    )


def test_a_recursive_option_is_narrowed_where_it_refers_to_itself(tmp_path: Path) -> None:
    """Both uses narrow the whole union, and yet lead back to the one class of its option."""
    found = types(result_of(logic(minProperties=1), tmp_path), "LogicModel")
    expected = Union((Scalar(Kind.STRING), Named("LogicModel")), further='{"minProperties": 1}')
    assert found == {"not": expected, "all": expected}


def test_a_nullable_property_stated_again_is_merged(tmp_path: Path) -> None:
    """No class is narrowed where null comes or goes; what both say holds."""
    nullable = {"type": ["string", "null"], "maxLength": 3}
    document = schemas(
        Base={"type": "object", "properties": {"a": nullable, "b": {"type": "string"}}},
        Sub={"allOf": [{"$ref": "#/components/schemas/Base"}], "properties": {"a": nullable}},
        Narrow={
            "allOf": [{"$ref": "#/components/schemas/Base"}],
            "properties": {"a": {"type": "string", "minLength": 1}},
        },
    )
    result = result_of(document, tmp_path)
    by_name = {one.name: one for one in result.api.definitions if isinstance(one, Model)}
    assert by_name["Sub"].bases == ("Base",)
    assert by_name["Narrow"].bases == ()
    limits = Constraints(min_length=1, max_length=3)
    assert types(result, "Narrow")["a"] == Scalar(Kind.STRING, limits)


def test_a_keyword_that_nobody_knows_is_an_annotation(tmp_path: Path, case_home: Path) -> None:
    """`markdownDescription` and its like say nothing of values: the reference stays one."""
    result = result_of(logic(markdownDescription="Not *that*."), tmp_path)
    assert types(result, "LogicModel") == {"not": Named("Logic"), "all": Named("Logic")}
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
        models = package.models
        parsed = models.LogicModel.from_json('{"not": {"all": "a"}}')
        assert parsed.not_ == models.LogicModel(all="a")


def test_what_a_merged_schema_holds_stays_where_it_is(tmp_path: Path) -> None:
    """The class of a map's values is that of the schema that was merged from."""
    document = schemas(
        Bag={"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {}}}},
        Box={"allOf": [{"$ref": "#/components/schemas/Bag"}, {"minProperties": 1}]},
    )
    result = result_of(document, tmp_path)
    box = next(one for one in result.api.definitions if one.name == "Box")
    assert isinstance(box, Alias)
    assert isinstance(box.type, Map)
    assert box.type.values == Named("BagValue")
    assert {one.name for one in result.api.definitions} == {"Bag", "BagValue", "Box"}


def test_a_base_may_require_what_an_heir_names(tmp_path: Path) -> None:
    """Wherever it is stated, a property that must be there must be there."""
    document = schemas(
        Base={"type": "object", "properties": {"id": {}}, "required": ["id", "file"]},
        Heir={
            "allOf": [{"$ref": "#/components/schemas/Base"}],
            "properties": {"file": {"type": "string"}, "note": {"type": "string"}},
        },
    )
    result = result_of(document, tmp_path)
    heir = next(one for one in result.api.definitions if one.name == "Heir")
    assert isinstance(heir, Model)
    assert heir.bases == ("Base",)
    assert {field.wire: field.required for field in heir.fields} == {"file": True, "note": False}


def test_an_option_that_is_a_union_keeps_the_tags_of_its_own_options(tmp_path: Path) -> None:
    """`discriminator` without a mapping would have the union's name be the tag; its options know better."""

    def event(tag: str) -> dict[str, Any]:
        kind = {"type": "string", "enum": [tag]}
        return {"type": "object", "required": ["type"], "properties": {"type": kind}}

    def union(*names: str) -> dict[str, Any]:
        options = [{"$ref": f"#/components/schemas/{name}"} for name in names]
        return {"oneOf": options, "discriminator": {"propertyName": "type"}}

    document = schemas(
        Made=event("thing.made"),
        Gone=event("thing.gone"),
        Fault=event("fault"),
        StreamEvent=union("Made", "Gone"),
        Either=union("StreamEvent", "Fault"),
    )
    found = {one.name: one for one in result_of(document, tmp_path).api.definitions}
    assert set(found) == {"Made", "Gone", "Fault", "StreamEvent", "Either"}
    assert types(result_of(document, tmp_path), "Made") == {"type": LiteralOf(("thing.made",))}


def test_a_subclass_declares_a_property_of_several_types_again(tmp_path: Path) -> None:
    """A list of types is no single scalar: the subclass is made without its base class."""
    base = {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}, "note": {"type": ["string", "null"]}},
        "discriminator": {"propertyName": "kind"},
    }
    again = {"type": ["string", "null"], "description": "Another text."}
    child = {
        "allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"type": "object", "properties": {"note": again, "name": {"type": "string"}}},
        ]
    }
    found = types(result_of(schemas(Base=base, Child=child), tmp_path), "Child")
    assert found["name"] == Scalar(Kind.STRING)
    assert found.get("note", Union((Scalar(Kind.STRING), Scalar(Kind.NULL)))) == Union(
        (Scalar(Kind.STRING), Scalar(Kind.NULL))
    )


def test_a_type_beside_a_single_part_keeps_what_extends_it(tmp_path: Path) -> None:
    """`Brief` only repeats the type of its part: an alias, whose subclasses have their properties all the same."""
    base = {"type": "object", "properties": {"id": {"type": "string"}}}
    brief = {"allOf": [{"$ref": "#/components/schemas/Base"}], "type": "object", "x-docs": "a"}
    extended = {
        "allOf": [{"$ref": "#/components/schemas/Brief"}],
        "type": "object",
        "properties": {"title": {"type": "string"}},
    }
    result = result_of(schemas(Base=base, Brief=brief, Extended=extended), tmp_path)
    assert types(result, "Extended") == {"title": Scalar(Kind.STRING)}
    (model,) = (each for each in result.api.definitions if each.name == "Extended")
    assert isinstance(model, Model)
    assert model.bases == ("Base",)
