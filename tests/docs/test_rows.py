"""The row of a property: its type, constraints, presence and provenance in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from hooksmith.docs.site import render_site
from support.documents import openapi, written
from support.sites import documented, links, pages


def page_of(properties: dict[str, Any], folder: Path, **more: Any) -> LexborHTMLParser:
    """The page of a schema `Pet` with these properties."""
    schemas = {
        "Pet": {"type": "object", "properties": properties, **more},
        "Color": {"type": "string", "enum": ["red", "blue"]},
        "Owner": {"type": "object", "properties": {"name": {"type": "string"}}},
    }
    made = written(openapi(components={"schemas": schemas}), folder)
    return dict(pages(render_site([documented(made, "made")])))["models/Pet.html"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "string (date-time)"),
        ({"type": "string", "format": "password"}, "string (secret)"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "integer ≥ 1, ≤ 9"),
        ({"type": "number", "exclusiveMinimum": 0}, "number > 0"),
        ({"type": "string", "minLength": 1, "maxLength": 5}, "at least 1 characters, at most 5"),
        ({"type": "string", "pattern": "^a+$"}, "pattern ^a+$"),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 2},
            "array of string at least 2",
        ),
        (
            {"type": "array", "items": {"type": "string", "maxLength": 3}},
            "each at most 3 characters",
        ),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map of integer"),
        ({"const": "pet"}, '"pet"'),
        ({"$ref": "#/components/schemas/Color"}, 'Color : "red" | "blue"'),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "string or integer"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Owner"}}, "array of Owner"),
        ({}, "any"),
    ],
)
def test_types_in_words(schema: dict[str, Any], expected: str, tmp_path: Path) -> None:
    cell = page_of({"it": schema}, tmp_path).css_first('[id="field.it"] td')
    assert expected in " ".join(cell.text(separator=" ").split())


def test_types_link_to_definitions(tmp_path: Path) -> None:
    page = page_of({"owner": {"$ref": "#/components/schemas/Owner"}}, tmp_path)
    assert "../models/Owner.html" in links(page)


def test_what_a_row_says(tmp_path: Path) -> None:
    page = page_of(
        {
            "id": {"type": "string", "readOnly": True},
            "name": {"type": ["string", "null"], "default": "Rex", "description": "Its *name*."},
            "old": {
                "type": "string",
                "deprecated": True,
                "x-hooksmith-provenance": {
                    "status": "unestablished",
                    "source": ["a page"],
                    "note": "Seen once.",
                },
            },
            "petKind": {"type": "string", "writeOnly": True},
        },
        tmp_path,
        required=["id"],
    )

    def row(name: str) -> str:
        return " ".join(page.css_first(f'[id="field.{name}"]').text(separator=" ").split())

    assert "required" in row("id")
    assert "read only" in row("id")
    assert "optional" in row("name")
    assert "nullable" in row("name")
    assert 'default "Rex"' in row("name")
    assert "Its name ." in row("name")
    assert "deprecated" in row("old")
    assert "not established" in row("old")
    assert "a page" in row("old")
    assert "Seen once." in row("old")
    assert "write only" in row("petKind")
    assert "in Python pet_ kind" in row("petKind")
