"""What a large package takes to be built: aliases of one long option, unions in unions, models within models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from support.large_document import large_document, write_document

LINKS = 150
"""Models that need one another in a circle: more than Python lets pydantic build within one another by itself."""


def _tagged(tag: str, value: str, **more: Any) -> dict[str, Any]:
    properties = {tag: {"const": value}, **more}
    return {"type": "object", "required": [*properties], "properties": properties}


def _document() -> dict[str, Any]:
    effect = {"type": {"const": "blur"}}
    links = {
        f"Link{index}x": {
            "type": "object",
            "properties": {"next": {"$ref": f"#/components/schemas/Link{(index + 1) % LINKS}x"}},
        }
        for index in range(LINKS)
    }
    weight = {"type": ["string", "integer"], "enum": [f"weight-{i}" for i in range(9)] + [100, 200]}
    shapes = {
        "Weight": weight,
        "Shadow": _tagged("type", "shadow"),
        "Blur": {"oneOf": [_tagged("form", form, **effect) for form in ("normal", "progressive")]},
        "Effect": {
            "oneOf": [
                {"$ref": "#/components/schemas/Shadow"},
                {"$ref": "#/components/schemas/Blur"},
            ],
            "discriminator": {"propertyName": "type"},
        },
        "Layer": {
            "type": "object",
            "properties": {
                "effect": {"$ref": "#/components/schemas/Effect"},
                "weight": {"$ref": "#/components/schemas/Weight"},
            },
        },
    }
    document = large_document(**shapes, **links)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Layer"}}}
    reply = {"200": {"description": "ok", "content": content}}
    document["paths"]["/layer"] = {"get": {"operationId": "get_layer", "responses": reply}}
    return document


def _run(folder: Path, text: str) -> str:
    """What a program prints that imports `built`, the package of the document, in an interpreter of its own."""
    package = folder / "built"
    for name, source in generate(
        write_document(folder, _document()), Settings(package="built", formatter="none")
    ).files.items():
        target = package / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source, "utf-8")
    outcome = subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return outcome.stdout


def test_a_union_in_a_union_and_an_alias_of_one_option(tmp_path: Path) -> None:
    given = {"effect": {"type": "blur", "form": "progressive"}, "weight": "weight-3"}
    shown = _run(
        tmp_path,
        "from typing import get_args\n"
        "from built.models import Layer, Weight\n"
        f"layer = Layer.from_json({json.dumps(json.dumps(given))})\n"
        "print(type(layer.effect).__name__, layer.weight, len(get_args(Weight)))\n"
        """print(type(Layer.from_json('{"effect": {"type": "glow"}}').effect).__name__)\n""",
    )
    assert shown.splitlines() == ["BlurProgressive weight-3 3", "Unknown"]


def test_models_that_need_one_another_in_a_long_circle(tmp_path: Path) -> None:
    text = '{"next": {"next": {"extra": 1}}}'
    shown = _run(
        tmp_path,
        "from built.models import Link7x\n"
        f"link = Link7x.from_json({text!r})\n"
        "print(type(link.next.next).__name__, link.to_json())\n",
    )
    assert shown.split(maxsplit=1) == ["Link9x", '{"next":{"next":{"extra":1}}}\n']
