"""Callers under `mypy --strict` and pyright: what is right passes, what is wrong is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.paths import GENERATED, ROOT

HERE = Path(__file__).parent
WRONG = {
    number
    for number, line in enumerate((HERE / "callers_wrong.py").read_text().splitlines(), 1)
    if line.endswith("# wrong")
}


def checked(command: list[str]) -> str:
    environment = {**os.environ, "MYPYPATH": str(GENERATED.parent), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, cwd=HERE, env=environment
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def mypy() -> str:
    cache = f"--cache-dir={ROOT / '.mypy_cache' / 'callers'}"
    files = ["callers.py", "callers_wrong.py"]
    return checked(["mypy", "--strict", "--config-file=", cache, *files])


@pytest.mark.slow
def test_what_is_right_passes(mypy: str) -> None:
    assert "callers_wrong.py" in mypy
    assert [line for line in mypy.splitlines() if "callers.py" in line] == []


@pytest.mark.slow
def test_what_is_wrong_is_told(mypy: str) -> None:
    told = {int(it) for it in re.findall(r"callers_wrong\.py:(\d+): error", mypy)}
    assert told == WRONG


@pytest.mark.slow
def test_pyright_agrees() -> None:
    output = checked(["pyright", "--pythonpath", sys.executable, "callers.py", "callers_wrong.py"])
    assert re.findall(r"callers\.py:\d+.*error.*", output) == []
    assert {int(it) for it in re.findall(r"callers_wrong\.py:(\d+):\d+ - error", output)} == WRONG
