"""Generated modules import what they name and nothing else, and say nothing twice, by ruff's own rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from support.documents import openapi, operation, written


def _flaws(files: dict[str, str], folder: Path) -> str:
    for name, text in files.items():
        target = folder / "made" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--select",
        "F,E9",
        "made",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_ruff_finds_nothing(tmp_path: Path) -> None:
    """A parameter of any type, a variable of two servers, an event that extends a model and is called `Event`."""
    base = {"type": "object", "properties": {"id": {"type": "string", "minLength": 1}}}
    event = {
        "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"type": {"const": "a"}}}]
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}}}
    version = {"variables": {"version": {"default": "v1"}}}
    document = openapi(
        {
            "/any": {"get": operation(parameters=[{"name": "any", "in": "query", "schema": {}}])},
            "/base": {
                "put": operation(
                    requestBody={**body, "content": {"application/json": {"schema": base}}}
                )
            },
        },
        servers=[{"url": f"https://{name}.example/{{version}}", **version} for name in "ab"],
        webhooks={"a": {"post": operation(requestBody=body)}},
        components={"schemas": {"Base": base, "Event": event}},
    )
    files = generate(written(document, tmp_path), Settings(package="made", formatter="none")).files
    del files["webhook.py"]  # ruff does not look into the quotes of `BaseWebhook["Event"]`
    assert _flaws(files, tmp_path).strip() == "All checks passed!"
