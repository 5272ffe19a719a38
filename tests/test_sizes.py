"""Limits of size for the generator and the runtime, read from their sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.exceptions import check_exceptions
from support.paths import GENERATOR, ROOT, RUNTIME

MAX_ROOT_MODULES = 14
MAX_MODULES = 24
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40
"""From `def` to the last line, docstring included."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules() -> Iterator[Path]:
    for root in (GENERATOR, RUNTIME):
        yield from (path for path in root.rglob("*.py") if "__pycache__" not in path.parts)


def too_long() -> Iterator[str]:
    for path in modules():
        text = path.read_text("utf-8")
        if len(text.splitlines()) > MAX_MODULE_LINES:
            yield name(path)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno >= MAX_FUNCTION_LINES:
                    yield f"{name(path)}: {node.name}"


def test_modules_and_functions_are_short(pytestconfig: pytest.Config) -> None:
    check_exceptions("sizes", set(too_long()), pytestconfig)


def test_folders_can_be_taken_in_at_a_glance() -> None:
    folders = {path.parent for path in modules()}
    counts = {name(folder): len(list(folder.glob("*.py"))) for folder in folders}
    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES} == {}
    assert counts[name(GENERATOR)] <= MAX_ROOT_MODULES
