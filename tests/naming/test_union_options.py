"""What the classes of a union's options are called, where no discriminator tells."""

from __future__ import annotations

from typing import Any

import pytest

from hooksmith.naming.class_names import assign_class_names

TEXT = {"type": "string"}


def sheet(required: Any = None, /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or []}


def names_of(*options: Any, **other: Any) -> list[str]:
    """The names of the options of a union called `Pet`, those without one left out."""
    schemas = {"Pet": {"anyOf": list(options)}, **other}
    names = assign_class_names({"components": {"schemas": schemas}}, {}).names
    places = [f"/components/schemas/Pet/anyOf/{index}" for index in range(len(options))]
    return [names[place] for place in places if place in names]


PAIR = {"a": TEXT, "b": TEXT}
BASE = {"$ref": "#/components/schemas/Base"}
NAMES: dict[str, tuple[list[Any], list[str]]] = {
    "patterns of one text": (
        [sheet(task={"pattern": "^Ant@1$"}), sheet(task={"pattern": "^Go\\.Run$"})],
        ["PetAnt1", "PetGoRun"],
    ),
    "constants further inside": (
        [sheet(meta=sheet(kind={"const": kind})) for kind in ("cat", "dog")],
        ["PetCat", "PetDog"],
    ),
    "constants of some": (
        [sheet(kind=TEXT), sheet(kind={"const": "dog"})],
        ["PetModel", "PetDog"],
    ),
    "what each requires": (
        [sheet(["a"], **PAIR), sheet(["b"], **PAIR)],
        ["PetWithA", "PetWithB"],
    ),
    "what none requires alone": (
        [sheet(pair, a=TEXT, b=TEXT, c=TEXT) for pair in (["a", "b"], ["b", "c"], ["a", "c"])],
        ["PetWithAAndB", "PetWithBAndC", "PetWithAAndC"],
    ),
    "bases": (
        [
            {"type": "object", "allOf": [BASE, {"$ref": f"#/components/schemas/{name}"}]}
            for name in "XY"
        ],
        ["PetX", "PetY"],
    ),
    "kinds": (
        [
            sheet(codes={"type": "integer"}),
            sheet(codes={"type": "array", "items": {"type": "integer"}}),
        ],
        ["PetWithIntegerCodes", "PetWithIntegerArrayCodes"],
    ),
    "properties further inside": (
        [sheet(list={"type": "array", "items": sheet(**{name: TEXT})}) for name in ("url", "path")],
        ["PetWithUrl", "PetWithPath"],
    ),
    "values": (
        [{"type": "string", "enum": ["all", "min"]}, {"type": "string", "enum": ["!all", "!min"]}],
        ["PetStringAll", "PetStringNotAll"],
    ),
    "a few words": (
        [
            {**sheet(a=TEXT), "description": "By hand."},
            {**sheet(a=TEXT), "description": "By mail."},
        ],
        ["PetByHand", "PetByMail"],
    ),
    "equal ones": ([sheet(a=TEXT), sheet(a=TEXT)], ["PetModel", "PetModel"]),
    "nothing at all": (
        [{**sheet(a=TEXT), "minProperties": 1}, {**sheet(a=TEXT), "maxProperties": 3}],
        ["Pet1", "Pet2"],
    ),
}


@pytest.mark.parametrize("case", NAMES)
def test_options_are_told_apart(case: str) -> None:
    options, expected = NAMES[case]
    assert names_of(*options) == expected
    assert names_of(*reversed(options), Zoo=sheet(a=TEXT)) == [
        *reversed(expected)
    ] or case.startswith("nothing")


def test_signs_of_types_tell_components_apart() -> None:
    schemas = {"Row<string[]|null>": sheet(a=TEXT), "Row<string|null>": sheet(b=TEXT)}
    names = assign_class_names({"components": {"schemas": schemas}}, {}).names
    assert [*names.values()] == ["RowStringArrayOrNull", "RowStringOrNull"]


def test_an_option_without_a_class_takes_no_name() -> None:
    letters = {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}}
    schemas = {"Row": {"anyOf": [{"type": "array", "items": TEXT}, letters]}}
    names = assign_class_names({"components": {"schemas": schemas}}, {}).names
    assert names["/components/schemas/Row/anyOf/1/items"] == "RowArrayItem"


def test_the_only_item_of_a_tuple_has_no_number() -> None:
    def names(**row: Any) -> list[str]:
        schemas = {"Row": {"type": "array", "prefixItems": [sheet(a=TEXT)], **row}}
        return [*assign_class_names({"components": {"schemas": schemas}}, {}).names.values()]

    assert names(items=False) == ["Row", "RowItem"]
    assert names(items=sheet(b=TEXT)) == ["Row", "RowItem", "RowItem1"]
