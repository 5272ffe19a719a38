"""pyright over code that uses generated packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from type_checking.project import (
    PACKAGES_OF_SNIPPETS,
    Finding,
    check_snippet,
    run_pyright,
    snippets,
    write_project,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def findings(kept_folder: Path) -> list[Finding]:
    """The errors of the snippets."""
    home = kept_folder / "for_pyright"
    write_project(home, PACKAGES_OF_SNIPPETS)
    return run_pyright(home)


@pytest.mark.parametrize("name", snippets())
def test_snippet(name: str, findings: list[Finding]) -> None:
    check_snippet(name, findings)
