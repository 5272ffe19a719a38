"""Docstrings of generated code: one sentence first, and the event types of classes without a description."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooksmith.pipeline import generate
from hooksmith.plan.docstrings import docstring
from hooksmith.settings import Settings
from support.documents import written

LONG = (
    "Lists the orders of a customer. "
    + "Orders that were paid more than a year ago are left out. " * 2
)


def test_the_first_sentence_stands_alone_before_several_lines() -> None:
    text = docstring(LONG, 4, has_summary=True)
    first, empty, *others = text.split("\n")
    assert (first, empty) == ('"""Lists the orders of a customer.', "")
    assert "".join(others).split() == [*LONG.split()[6:], '"""']
    assert max(map(len, others)) <= 100


@pytest.mark.parametrize(
    "text",
    [
        "Short. And short.",
        "One sentence " * 20 + "without an end",
        "- A list. Of items\n" * 8,
        "An abbreviation, e.g. one that is followed by no capital letter " * 3,
    ],
)
def test_other_texts_are_as_they_are(text: str) -> None:
    assert docstring(text, 4, has_summary=True) == docstring(text, 4)


def test_a_field_keeps_its_paragraph() -> None:
    assert "\n\n" not in docstring(LONG, 4)


def test_classes_of_events_name_their_types(tmp_path: Path) -> None:
    def webhook(schema: str) -> dict[str, object]:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
        return {
            "post": {"requestBody": {"content": content}, "responses": {"204": {"description": ""}}}
        }

    def schema(*types: str, description: str = "") -> dict[str, object]:
        properties = {"type": {"type": "string", "enum": list(types)}, "id": {"type": "string"}}
        described = {"description": description} if description else {}
        return {"type": "object", "required": ["type"], "properties": properties, **described}

    document = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "webhooks": {
            "a.made": webhook("Made"),
            "b.x": webhook("Many"),
            "c.d": webhook("Dog"),
        },
        "components": {
            "schemas": {
                "Made": schema("a.made"),
                "Many": schema("b.x", "b.y", "b.z"),
                "Dog": schema("c.d", description="A dog came."),
            }
        },
    }
    files = generate(written(document, tmp_path), Settings(package="shop")).files
    text = files["events.py"]
    assert 'class Made(Model):\n    """Event `a.made`."""\n' in text
    assert 'class Many(Model):\n    """Event of the types `b.x`, `b.y` and `b.z`."""\n' in text
    assert 'class Dog(Model):\n    """A dog came."""\n' in text
