"""A document is untrusted: whatever its strings hold, they come out as strings, docstrings or identifiers."""

from __future__ import annotations

import ast
import builtins
import io
import json
import re
import subprocess
import sys
import tokenize
from typing import Any

import pytest

MARK = "HOSTILE_MARK"


@pytest.fixture
def modules(case: Any) -> dict[str, str]:
    return {path: text for path, text in case.files.items() if path.endswith(".py")}


def test_no_text_of_the_document_runs(modules: dict[str, str]) -> None:
    """Names in the generated code are names we made: none is the marker, none is called that should not be."""
    for path, text in modules.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                assert name != MARK, (path, node.lineno)
                assert name not in ("__import__", "eval", "exec", "system"), (path, node.lineno)
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert not any(alias.name == MARK for alias in node.names), (path, node.lineno)
            assert not isinstance(node, ast.JoinedStr), path


def test_statements_are_of_the_kinds_we_write(modules: dict[str, str]) -> None:
    known = (
        ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign
        | ast.AnnAssign | ast.Expr | ast.If | ast.Return | ast.Pass
    )  # fmt: skip
    for path, text in modules.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.stmt):
                assert isinstance(node, known), (path, node.lineno, ast.unparse(node))
            if isinstance(node, ast.Expr):
                is_text = isinstance(node.value, ast.Constant) and type(node.value.value) in (
                    str,
                    type(...),
                )
                is_super = ast.unparse(node).startswith("super().__init__(")
                assert is_text or is_super, (path, node.lineno, ast.unparse(node)[:80])


def test_comments_are_ours(modules: dict[str, str]) -> None:
    """Comments are the header and the titles of groups, each on one line, none of them a directive to a tool."""
    for path, text in modules.items():
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        for comment in [token.string for token in tokens if token.type == tokenize.COMMENT]:
            assert comment.isprintable(), (path, comment)
            plain = comment.lower().removeprefix("#").replace(" ", "")
            assert not plain.startswith(
                ("type:", "noqa", "pragma:", "fmt:", "ruff:", "mypy:", "pyright:")
            ), comment


def test_strings_come_through_whole(case: Any) -> None:
    schemas = json.loads(case.spec.read_text("utf-8"))["components"]["schemas"]
    properties = schemas["Hostile"]["properties"]
    data = {
        name: f"value of {name!r}"
        for name, schema in properties.items()
        if schema.get("type") == "string"
    }
    del data["enum"], data["pattern"]
    data["enum"] = properties["enum"]["enum"][3]
    data["const"] = properties["const"]["const"]
    found = case.models.Hostile.model_validate(data)
    assert found.to_dict() == data
    assert not found.model_extra
    assert [member.value for member in case.models.HostileEnum] == properties["enum"]["enum"]
    assert found.const == properties["const"]["const"]


def test_events_with_hostile_types(case: Any) -> None:
    kinds = [member.value for member in case.event_type]
    for kind in kinds:
        found = case.package.parse_event(json.dumps({"type": kind}))
        assert found.type == kind
        assert type(found).__module__ == case.events.__name__


def test_names_are_plain_identifiers(modules: dict[str, str]) -> None:
    for path, text in modules.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.name.isidentifier(), path
                assert len(node.name) < 160, (path, node.name)
                assert node.name not in dir(builtins), path
            if isinstance(node, ast.arg):
                assert len(node.arg) < 160, (path, node.arg)


def test_paths_stay_in_the_package(case: Any) -> None:
    for path in case.files:
        parts = path.split("/")
        assert ".." not in parts
        assert all(part.isprintable() and len(part.encode()) < 200 for part in parts), path


def test_import_has_no_effect(case: Any) -> None:
    """In a process of its own: nothing is printed, no thread started, nothing of the document executed."""
    case.package  # noqa: B018
    program = f"""
import sys, threading
before = set(sys.modules)
for name in {[case.package.__name__, *(f"{case.package.__name__}.{name}" for name in case.modules)]!r}:
    __import__(name)
assert threading.active_count() == 1
assert {MARK!r} not in sys.modules
"""
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=case.home, capture_output=True, text=True, check=False
    )
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")


def test_the_index_holds_one_item_an_entry(case: Any) -> None:
    """Further lines of an item hang, and begin with an argument or with code."""
    text = case.files["api.md"]
    for line in text[text.index("\n## ") :].splitlines():
        assert line == "" or line.startswith(("#", "- `")) or re.match(r"  (\w|`|→ `)", line), line
    assert "<script>" not in case.files["api.md"].replace("`<script>", "")
