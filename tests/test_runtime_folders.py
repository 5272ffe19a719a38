"""A package has the folders of the runtime that it needs, and its imports close."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from support.cases import write_files

HEAD: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "Acme", "version": "1"}}
OPERATION = {"operationId": "get_it", "responses": {"200": {"description": "ok"}}}
EVENT = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"const": "user.created"}, "id": {"type": "string"}},
}
DELIVERY = {
    "requestBody": {"content": {"application/json": {"schema": EVENT}}},
    "responses": {"200": {"description": "ok"}},
}
PATHS = {"paths": {"/it": {"get": OPERATION}}}
WEBHOOKS = {"webhooks": {"user.created": {"post": DELIVERY}}}
CALLBACKS = {
    "paths": {
        "/it": {
            "post": {
                "operationId": "order",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"url": {"type": "string"}}}
                        }
                    }
                },
                "responses": {"200": {"description": "ok"}},
                "callbacks": {"paid": {"{$request.body#/url}": {"post": DELIVERY}}},
            }
        }
    }
}
MODELS = {"components": {"schemas": {"User": {"type": "object"}}}}


def files_of(tmp_path: Path, *parts: dict[str, Any]) -> dict[str, str]:
    import json

    document = {**HEAD}
    for part in parts:
        document |= part
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    return generate(path, Settings(package="acme")).files


@pytest.mark.parametrize(
    ("parts", "folders"),
    [
        ([MODELS], {"models"}),
        ([PATHS], {"models", "client"}),
        ([WEBHOOKS], {"models", "webhooks"}),
        ([PATHS, WEBHOOKS], {"models", "client", "webhooks"}),
        ([CALLBACKS], {"models", "client", "webhooks", "callbacks"}),
    ],
    ids=["models", "client", "webhooks", "both", "callbacks"],
)
def test_folders_by_need(tmp_path: Path, parts: list[dict[str, Any]], folders: set[str]) -> None:
    files = files_of(tmp_path, *parts)
    runtime = [path.split("/") for path in files if path.startswith("_runtime/")]
    assert {parts[1] for parts in runtime if len(parts) > 2} == folders
    missing = [
        f"{path}:{line}: {module}"
        for path, text in files.items()
        if path.endswith(".py")
        for line, module in relative_imports(path, text)
        if f"{module}.py" not in files and f"{module}/__init__.py" not in files
    ]
    assert missing == []


def relative_imports(path: str, text: str) -> Iterator[tuple[int, str]]:
    """(line, path without ending) of the modules that a file imports from its package, wherever it does."""
    folder = path.split("/")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level and node.module:
            base = folder[: len(folder) - node.level + 1]
            yield node.lineno, "/".join([*base, *node.module.split(".")])


@pytest.mark.parametrize("parts", [[PATHS], [WEBHOOKS], [CALLBACKS]])
def test_every_module_can_be_imported(tmp_path: Path, parts: list[dict[str, Any]]) -> None:
    files = files_of(tmp_path, *parts)
    write_files(tmp_path / "acme", files)
    names = [
        "acme." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in sorted(files)
        if path.endswith(".py") and path != "__init__.py"
    ]
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)\n"
    code += "import acme\nfor name in acme.__all__: getattr(acme, name)"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_a_part_of_a_suite_keeps_the_folders_of_others(tmp_path: Path) -> None:
    from hooksmith.output.compare import compare
    from hooksmith.output.writer import write

    folder = tmp_path / "package"
    runtime = {"_runtime/errors.py": "1", "_runtime/models/base.py": "1"}
    write({**runtime, "_runtime/client/call.py": "1", "a/x.py": "1", "b/x.py": "1"}, folder)
    part = {**runtime, "_runtime/webhooks/webhook.py": "2", "a/x.py": "2"}
    write(part, folder, partial=True)
    assert (folder / "_runtime/client/call.py").is_file()
    assert compare(part, folder, partial=True) == []
