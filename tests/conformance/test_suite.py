"""How outcomes are judged, on a suite of a few tests."""

from __future__ import annotations

import json
from pathlib import Path

from conformance.suite import outcomes, with_types

SCHEMAS = [
    {
        "description": "agrees",
        "schema": {"minimum": 3},
        "tests": [
            {"description": "more", "data": 4, "valid": True},
            {"description": "less", "data": 2, "valid": False},
            {"description": "a text", "data": "a", "valid": True},
        ],
    },
    {
        "description": "reported",
        "schema": {"$dynamicRef": "#there", "$defs": {"a": {"$dynamicAnchor": "there"}}},
        "tests": [{"description": "any", "data": 1, "valid": False}],
    },
    {
        "description": "wrong",
        "schema": {"type": "string"},
        "tests": [
            {"description": "accepted", "data": "a", "valid": False},
            {"description": "refused", "data": 1, "valid": True},
        ],
    },
]


def test_verdicts(tmp_path: Path, case_home: Path) -> None:
    folder = tmp_path / "tests" / "draft2020-12"
    folder.mkdir(parents=True)
    (folder / "some.json").write_text(json.dumps(SCHEMAS), "utf-8")
    verdicts = [(it.name, it.verdict) for it in outcomes(tmp_path, "draft2020-12", case_home)]
    assert verdicts == [
        ("some: agrees: more", "agree"),
        ("some: agrees: less", "agree"),
        ("some: agrees: a text", "agree"),  # the schema has a type by then, and so has the judge
        ("some: reported: any", "false accept, reported"),
        ("some: wrong: accepted", "false accept, silent"),
        ("some: wrong: refused", "false refuse"),
    ]


def test_types_are_added_where_keywords_of_one_type_imply_them() -> None:
    schema = {"items": {"minLength": 1}, "not": {"minimum": 1, "pattern": "a"}}
    assert with_types(schema) == {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "not": {"minimum": 1, "pattern": "a"},
    }
