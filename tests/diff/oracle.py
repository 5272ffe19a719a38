"""What a type checker says of a probe of the old package, run against the new one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from hooksmith.render import runtime_files

from .probe import Key, Probe, build

PACKAGE = "acme"


def write_package(folder: Path, files: Mapping[str, str]) -> None:
    """The package as `acme` in a folder."""
    for path, text in {**files, **runtime_files()}.items():
        target = folder / PACKAGE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def broken_uses(
    folder: Path, old: Mapping[str, str], new: Mapping[str, str], checker: str = "pyright"
) -> set[Key]:
    """The uses of the old package that the checker refuses with the new one. Those of the old one must all be fine."""
    probe = build(PACKAGE, old)
    check = {"pyright": pyright, "mypy": mypy}[checker]
    verdicts: list[set[Key]] = []
    for name, files in (("old", old), ("new", new)):
        home = folder / name
        write_package(home, files)
        (home / "probe.py").write_text(probe.text, "utf-8")
        verdicts.append(check(home, probe))
    assert verdicts[0] == set(), sorted(verdicts[0])[:20]
    return verdicts[1]


def pyright(home: Path, probe: Probe) -> set[Key]:
    (home / "pyrightconfig.json").write_text(
        json.dumps(
            {
                "include": ["probe.py"],
                "pythonVersion": "3.11",
                "typeCheckingMode": "standard",
                "reportPrivateImportUsage": False,
                "reportUnusedCoroutine": False,
            }
        )
    )
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1, done.stdout[:2000] + done.stderr[:2000]
    errors = [
        (found["range"]["start"]["line"] + 1, found["message"])
        for found in report["generalDiagnostics"]
        if found["severity"] == "error"
    ]
    return _uses(probe, errors)


def mypy(home: Path, probe: Probe) -> set[Key]:
    command = [
        sys.executable, "-m", "mypy", "--python-version", "3.11", "--no-error-summary",
        "--disable-error-code", "empty-body", "probe.py",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = re.findall(r"^probe\.py:(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    return _uses(probe, [(int(line), message) for line, message in found])


def _uses(probe: Probe, errors: list[tuple[int, str]]) -> set[Key]:
    elsewhere = [
        (probe.lines[line - 1], message) for line, message in errors if line not in probe.uses
    ]
    assert not elsewhere, elsewhere[:10]
    return {probe.uses[line] for line, _ in errors}
