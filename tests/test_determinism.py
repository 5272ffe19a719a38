"""The same bytes whatever the machine: hash seed, locale, time zone, working folder, umask, Python version.

Interpreters that have the generator's requirements are found on PATH and among pyenv's; further ones can be named in
HOOKSMITH_TEST_PYTHONS, separated as in PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from support.cases import case_folders
from support.paths import GENERATED, ROOT

pytestmark = pytest.mark.slow

SPECS = [next(folder.glob("spec.*")) for folder in case_folders()]
PROGRAM = """
import hashlib, json, os, sys
os.umask(int(sys.argv[1], 8))
from pathlib import Path
from hooksmith.config import Settings
from hooksmith.pipeline import generate
digests = {}
for spec in sys.argv[2:]:
    formatter = "black" if Path(spec).parent.name in ("unions", "webhooks") else "none"
    files = generate(Path(spec), Settings(package="acme", source="spec", formatter=formatter)).files
    digests[spec] = hashlib.sha256(repr(list(files.items())).encode()).hexdigest()
print(json.dumps(digests))
"""


def digests(python: str, folder: Path, umask: str = "022", **environment: str) -> dict[str, str]:
    """A digest of what each spec gives, by an interpreter under an environment, without the cache.

    Two are formatted by black; it takes its time, and formats the others no differently.
    """
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    paths = os.pathsep.join([str(ROOT / "generator"), str(ROOT / "generated")])
    outcome = subprocess.run(
        [python, "-c", PROGRAM, umask, *map(str, SPECS)],
        cwd=folder,
        env={**kept, "HOOKSMITH_CACHE_DIR": "", "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert outcome.returncode == 0, outcome.stderr
    found: dict[str, str] = json.loads(outcome.stdout)
    return found


@cache
def here() -> dict[str, str]:
    return digests(sys.executable, ROOT, PYTHONHASHSEED="0", LC_ALL="C", TZ="UTC")


@pytest.mark.parametrize(
    "environment",
    [
        {
            "PYTHONHASHSEED": "1",
            "LC_ALL": "tr_TR.UTF-8",
            "LANG": "tr_TR.UTF-8",
            "TZ": "Asia/Kathmandu",
        },
        {
            "PYTHONHASHSEED": "4242",
            "LC_ALL": "C.UTF-8",
            "PYTHONUTF8": "0",
            "PYTHONOPTIMIZE": "1",
            "NO_COLOR": "1",
        },
    ],
    ids=["turkish", "plain"],
)
def test_environments(environment: dict[str, str], tmp_path: Path) -> None:
    assert digests(sys.executable, tmp_path, umask="077", **environment) == here()


def interpreters() -> list[str]:
    """Every Python from 3.11 on that is at hand, but this one; those that are named may be virtual environments."""
    named = os.environ.get("HOOKSMITH_TEST_PYTHONS", "").split(os.pathsep)
    on_path = [shutil.which(f"python3.{minor}") for minor in range(11, 20)]
    of_pyenv = map(str, sorted(Path.home().glob(".pyenv/versions/3.1[1-9]*/bin/python")))
    found = {os.path.realpath(path): path for path in (*on_path, *of_pyenv) if path}
    found.pop(os.path.realpath(sys.executable), None)
    return [path for path in (*named, *found.values()) if path and "shims" not in path]


@pytest.mark.parametrize("python", interpreters())
def test_versions_of_python(python: str, tmp_path: Path) -> None:
    lacking = lacks(python)
    if lacking:
        pytest.skip(lacking)
    assert digests(python, tmp_path, PYTHONHASHSEED="7") == here()


def lacks(python: str) -> str:
    """Why an interpreter cannot run the generator; empty if it can."""
    program = (
        "import sys; assert sys.version_info >= (3, 11), 'older than 3.11'\n"
        "import black, jinja2, jsonschema, pydantic, referencing, rich, yaml"
    )
    outcome = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    return outcome.stderr.strip().rpartition("\n")[2] if outcome.returncode else ""


def test_the_command_line_writes_the_same_from_anywhere(tmp_path: Path) -> None:
    """`hooksmith check` finds the committed package current from another folder."""
    outcome = subprocess.run(
        [sys.executable, "-m", "hooksmith", "check", "--config", str(ROOT / "pyproject.toml")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    assert GENERATED.is_dir()
