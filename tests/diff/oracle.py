"""What type checkers say of probes of old packages, run against new ones."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from hooksmith.output.runtime_copy import runtime_files

from .probe import Key, Probe, build

HOME = "packages"
"""The package that all packages of a run are in; it holds the one copy of the runtime."""

Files = Mapping[str, str]


class Run:
    """One run of a checker over probes, each of an old package and against a new one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._probes: dict[str, Probe] = {}
        self._write(f"{HOME}/__init__.py", "")
        for path, text in runtime_files().items():
            self._write(f"{HOME}/{path}", text)

    def add_package(self, name: str, files: Files) -> None:
        for path, text in files.items():
            self._write(f"{HOME}/{name}/{path}", text)

    def add_probe(self, name: str, old: Files, package: str) -> None:
        """A probe of what `old` has, which imports it from the package of that name."""
        probe = build(f"{HOME}.{package}", old)
        self._probes[f"{name}.py"] = probe
        self._write(f"{name}.py", probe.text)

    def _write(self, path: str, text: str) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")

    def broken(self, checker: str = "pyright") -> dict[str, set[Key]]:
        """Probe → the uses that the checker refuses."""
        errors = {"pyright": self._pyright, "mypy": self._mypy}[checker]()
        found: dict[str, set[Key]] = {name.removesuffix(".py"): set() for name in self._probes}
        for name, line, message in errors:
            probe = self._probes[name]
            assert line in probe.uses, (name, probe.lines[line - 1], message)
            found[name.removesuffix(".py")].add(probe.uses[line])
        return found

    def _pyright(self) -> list[tuple[str, int, str]]:
        config = {
            "include": list(self._probes),
            "pythonVersion": "3.11",
            "typeCheckingMode": "standard",
            "reportPrivateImportUsage": False,
            "reportUnusedCoroutine": False,
        }
        (self._folder / "pyrightconfig.json").write_text(json.dumps(config))
        command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False
        )
        report = json.loads(done.stdout)
        assert report["summary"]["filesAnalyzed"] == len(self._probes), done.stderr[:2000]
        return [
            (Path(it["file"]).name, it["range"]["start"]["line"] + 1, it["message"])
            for it in report["generalDiagnostics"]
            if it["severity"] == "error"
        ]

    def _mypy(self) -> list[tuple[str, int, str]]:
        command = [
            sys.executable, "-m", "mypy", "--python-version", "3.11", "--no-error-summary",
            "--disable-error-code", "empty-body", "--disable-error-code", "unused-coroutine", *self._probes,
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        found = re.findall(r"^(\w+\.py):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
        errors = [(name, int(line), message) for name, line, message in found]
        return [*errors, *(again for error in errors for again in self._again(*error))]

    def _again(self, name: str, line: int, message: str) -> list[tuple[str, int, str]]:
        """The further imports of a missing module, of which mypy reports the first alone."""
        missing = re.search(r'stub for module named "([\w.]+)"', message)
        lines = self._probes[name].lines
        start = f"from {missing[1]} import " if missing else "\n"
        return [
            (name, number, message)
            for number, text in enumerate(lines, 1)
            if text.startswith(start)
        ]
