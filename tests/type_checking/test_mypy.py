"""`mypy --strict` over generated packages, and over code that uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cases import PARENT
from type_checking.project import (
    Finding,
    case_names,
    check_snippet,
    marks,
    run_mypy,
    snippets,
    write_project,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def findings(kept_folder: Path) -> list[Finding]:
    """The errors of the whole project."""
    home = kept_folder / "for_mypy"
    write_project(home, case_names())
    return run_mypy(home, kept_folder / "mypy_cache")


@pytest.mark.parametrize("name", snippets())
def test_snippet(name: str, findings: list[Finding]) -> None:
    check_snippet(name, findings)


@pytest.mark.parametrize("package", [*(f"{PARENT}/{name}" for name in case_names()), "large"])
def test_package(package: str, findings: list[Finding]) -> None:
    """The copies of the runtime are checked by `make lint`."""
    errors = [finding for finding in findings if finding.file.startswith(f"{package}/")]
    assert [error for error in errors if not error.file.startswith(f"{package}/_runtime/")] == []


def test_every_error_belongs_to_a_package_or_a_snippet(findings: list[Finding]) -> None:
    """So that each is judged by a test above; and the snippets prove that the checker has seen them."""
    folders = ("snippets/", "large/", *(f"{PARENT}/{name}/" for name in case_names()))
    runtimes = (f"{PARENT}/_runtime/", "large/_runtime/")
    others = [error for error in findings if not error.file.startswith((*folders, *runtimes))]
    assert others == []
    assert sum(len(marks(text)) for text in snippets().values()) > 15
