"""What a call with a great many arguments looks like in api.md, and what its module imports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hooksmith.pipeline import generate
from hooksmith.plan.docstrings import in_short
from hooksmith.settings import Settings


def files_of(operation: dict[str, Any], folder: Path) -> dict[str, str]:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Wide", "version": "1"},
        "paths": {"/settings": {"put": {"operationId": "put_settings", **operation}}},
    }
    path = folder / "spec.json"
    path.write_text(json.dumps(document), "utf-8")
    return generate(path, Settings(package="wide", formatter="none")).files


def test_lines_of_api_md_end(tmp_path: Path) -> None:
    parameters = [
        {"name": f"setting_of_some_kind_{word}", "in": "query", "schema": {"type": "string"}}
        for word in "abcdefghijklmnopqrstuvwxyz"
    ]
    parameters.append({"name": "account", "in": "query", "required": True, "schema": {}})
    text = files_of({"parameters": parameters, "responses": {}}, tmp_path)["api.md"]
    assert max(map(len, text.splitlines())) <= 120
    assert "put_settings(account, setting_of_some_kind_a=…" in " ".join(text.split())
    assert "setting_of_some_kind_l=…, …)`" in " ".join(text.split())
    assert "_m=…" not in text


def test_a_module_imports_what_it_uses(tmp_path: Path) -> None:
    contents = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("*/*", "a/b")}
    operation = {"requestBody": {"content": contents}, "responses": {}}
    text = files_of(operation, tmp_path)["resources/default.py"]
    assert "content_type: str" in text
    assert "Literal" not in text


def test_only_what_is_too_long_is_said_in_short() -> None:
    assert in_short("One. Two.", 20) == "One. Two."
    assert in_short("See `a.b` of the API. Then the rest of it.", 30) == "See `a.b` of the API."
    assert (
        in_short("An address, e.g. Main Street. Then the rest.", 30)
        == "An address, e.g. Main Street."
    )
