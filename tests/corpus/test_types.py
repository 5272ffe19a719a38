"""`mypy --strict` over what is generated from every document of the corpus: no error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hooksmith.pipeline import generate
from hooksmith.settings import Settings
from support.paths import SHARED

DOCUMENTS = sorted([*SHARED.glob("corpus/*.json"), *SHARED.glob("reference/*.openapi.*")])

pytestmark = [
    pytest.mark.skipif(not DOCUMENTS, reason="there is no ../shared with documents to try"),
    pytest.mark.skipif("HOOKSMITH_LONG" not in os.environ, reason="takes minutes: make corpus"),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of pydantic and the like, for all documents."""
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_types(path: Path, cache: Path, tmp_path: Path) -> None:
    files = generate(path, Settings(package="checked", formatter="none")).files
    for name, text in files.items():
        target = tmp_path / "checked" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    options = ["--strict", "--python-version=3.11", f"--cache-dir={cache}", "--config-file="]
    command = [sys.executable, "-m", "mypy", *options, "-p", "checked"]
    outcome = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout[-2000:]
