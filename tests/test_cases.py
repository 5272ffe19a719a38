"""Every folder of tests/cases: what is generated is what its __snapshots__ hold, and it is good Python.

A new case is a new folder with a `spec.yaml` or `spec.json`; `pytest --snapshot-update` writes its snapshots, which are
real files to read, and `test_behaviour.py` in the folder says what they must do.
"""

from __future__ import annotations

import ast
import unicodedata

import pytest
from syrupy.assertion import SnapshotAssertion

from support.black_style import as_black_has_it
from support.cases import Case, case_folders
from support.snapshots import files_in

FOLDERS = case_folders()
each_case = pytest.mark.parametrize("case", FOLDERS, ids=lambda folder: folder.name, indirect=True)

INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
WANTED = {"\n", "\u200b", "\u200c", "\u200d", "\u00ad"}
"""A line's end, and what some scripts need inside words."""


@each_case
def test_snapshot(case: Case, snapshot: SnapshotAssertion) -> None:
    folder = case.folder / "__snapshots__"
    kept = snapshot.use_extension(files_in(folder))
    for path, text in case.meaningful().items():
        assert text == kept(name=path), path
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if not snapshot.session.update_snapshots:
        assert present == set(case.meaningful())


@each_case
def test_a_case_has_behaviour(case: Case) -> None:
    assert (case.folder / "test_behaviour.py").is_file()


@each_case
def test_every_module_imports(case: Case) -> None:
    package = case.package
    for name in case.modules:
        case.module(name)
    assert list(package.__all__) == sorted(set(package.__all__))
    for name in package.__all__:
        assert getattr(package, name) is not None


@each_case
def test_text(case: Case) -> None:
    """Formatted, no trailing blanks, and nothing that an editor would not show."""
    for path, text in case.files.items():
        assert text == "" or text.endswith("\n"), path
        strange = {char for char in text if unicodedata.category(char) in INVISIBLE} - WANTED
        assert not strange, (path, strange)
        if path.endswith(".py"):
            assert as_black_has_it(text) == text, path
            assert "# noqa" not in _code(text), path
            assert "type: ignore" not in _code(text), path


@each_case
def test_no_operation_or_event_is_lost(case: Case) -> None:
    """What the document has, the package has: a method each and its twin, a member and a class each."""
    for resource in case.api.resources:
        for prefix in ("", "Async"):
            methods = vars(case.resource(resource.name, prefix))
            assert {operation.name for operation in resource.operations} <= set(methods)
        assert len({operation.name for operation in resource.operations}) == len(
            resource.operations
        )
    if case.api.events.events:
        assert len(case.event_type) == len(case.api.events.events)
    names = [definition.name for definition in case.api.definitions]
    assert len(names) == len(set(names))


def _code(text: str) -> str:
    """The text without its string literals."""
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.end_lineno is not None
            for number in range(node.lineno - 1, node.end_lineno):
                lines[number] = ""
    return "\n".join(lines)
