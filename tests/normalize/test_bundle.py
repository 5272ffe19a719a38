"""Names of schemas that come in from elsewhere: the same in whatever folder the document lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hooksmith.settings import Settings
from support.made import generate


def _names(folder: Path) -> set[str]:
    """Of a JSON Schema whose references reach two schemas of one key, and one of it in another file."""
    kind: dict[str, Any] = {"type": "object", "properties": {"kind": {"type": "string"}}}
    inner = {"properties": {"part": {**kind, "title": "A"}}}
    other = {"properties": {"part": {**kind, "title": "B"}}}
    reach = ["#/definitions/one/properties/part", "#/definitions/two/properties/part"]
    document = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Whole",
        "properties": {
            **{f"p{index}": {"$ref": reference} for index, reference in enumerate(reach)},
            "far": {"$ref": "parts/more.json#/definitions/part"},
        },
        "definitions": {"one": inner, "two": other},
    }
    (folder / "parts").mkdir(parents=True)
    (folder / "whole.json").write_text(json.dumps(document), "utf-8")
    more = {"definitions": {"part": {**kind, "title": "C"}}}
    (folder / "parts" / "more.json").write_text(json.dumps(more), "utf-8")
    made = generate(folder / "whole.json", Settings(package="made", formatter="none"))
    return {definition.name for definition in made.api.definitions}


def test_no_folder_above_the_document_is_told(tmp_path: Path) -> None:
    names = _names(tmp_path / "here")
    assert names == _names(tmp_path / "there" / "and" / "farther")
    assert {"OnePart", "TwoPart"} <= names
    assert not [name for name in names if "Tmp" in name or "Pytest" in name]
