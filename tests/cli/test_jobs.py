"""`hooksmith generate` over several documents at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.cases import case_folders


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """A folder with documents called after their cases."""
    (tmp_path / "specs").mkdir()
    for folder in case_folders():
        if folder.name in ("minimal", "maps", "unions"):
            shutil.copy(folder / "spec.yaml", tmp_path / "specs" / f"{folder.name}.yaml")
    return tmp_path


def generate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hooksmith", "generate", *arguments, "--formatter", "none"]
    environment = {**os.environ, "HOOKSMITH_CACHE_DIR": str(folder / "cache")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_one_that_fails_does_not_stop_the_others(specs: Path, jobs: str) -> None:
    (specs / "specs" / "broken.yaml").write_text("openapi: 3.1.0\npaths: [")
    names = sorted(path.stem for path in (specs / "specs").iterdir())
    outcome = generate(
        specs, *(f"specs/{name}.yaml" for name in names), "--out", "out", "--jobs", jobs
    )
    assert outcome.returncode == 2, outcome.stderr
    assert "error: specs/broken.yaml:3:1: " in outcome.stderr
    written = [line.partition(":")[0] for line in outcome.stdout.splitlines() if ": " in line]
    assert written == [
        f"out/{name}" for name in names if name != "broken"
    ]  # in their order, however many at a time
    assert sorted(path.name for path in (specs / "out").iterdir()) == ["maps", "minimal", "unions"]


def test_two_documents_do_not_share_a_folder(specs: Path) -> None:
    (specs / "more").mkdir()
    shutil.copy(specs / "specs" / "maps.yaml", specs / "more" / "maps.yaml")
    outcome = generate(specs, "specs/maps.yaml", "more/maps.yaml", "--out", "out")
    assert outcome.returncode == 2
    assert "2 documents would go into out/maps" in " ".join(outcome.stderr.split())
    assert not (specs / "out").exists()
