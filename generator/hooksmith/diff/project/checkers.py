"""Type checkers, run over a copy of a user's code beside a generated package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ...errors import HooksmithError
from ...frozen import value

Checker = Literal["pyright", "mypy"]

_SKIPPED = frozenset({
    ".git", ".hg", ".tox", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", "build", "dist",
})  # fmt: skip
_MANIFEST = ".hooksmith.json"
_MYPY_LINE = re.compile(
    r"(?P<file>.+?):(?P<line>\d+): error: (?P<message>.*?)(?:  \[(?P<rule>[\w-]+)\])?"
)


@value()
class CheckerError:
    """An error of a type checker. `file`: relative to the code's folder."""

    file: str
    line: int
    rule: str
    message: str


class Workspace:
    """A copy of a folder of Python files, without generated packages, and a package beside it.

    Args:
        home: An empty folder for the copy.
        code: The folder of the user's code.
    """

    def __init__(self, home: Path, code: Path) -> None:
        self._home = home
        self._code = home / "code"
        self.files: list[str] = []
        for path in _python_files(code):
            relative = path.relative_to(code)
            target = self._code / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            self.files.append(relative.as_posix())
        if not self.files:
            raise HooksmithError.at(None, f"{code} has no Python files")
        self._python = _python_of(code)

    def text(self, file: str) -> str:
        """The text of a file of the copy."""
        return (self._code / file).read_text("utf-8", "replace")

    def check(self, package: str, files: Mapping[str, str], checker: Checker) -> list[CheckerError]:
        """Return the errors of the code with a package under its import name. Raises HooksmithError."""
        packages = self._home / "packages"
        shutil.rmtree(packages, ignore_errors=True)
        self._write(packages, package, files)
        run = {"pyright": self._pyright, "mypy": self._mypy}[checker]
        return run(packages)

    def _write(self, packages: Path, package: str, files: Mapping[str, str]) -> None:
        parents = package.split(".")
        for depth in range(1, len(parents)):
            folder = packages.joinpath(*parents[:depth])
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "__init__.py").write_text("", "utf-8")
        for path, text in files.items():
            target = packages.joinpath(*parents) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")

    def _pyright(self, packages: Path) -> list[CheckerError]:
        # Absolute paths in `include` make pyright analyse nothing, and report no error.
        config = {"include": ["code"], "extraPaths": [str(packages), "code", "code/src"]}
        (self._home / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
        output = self._run("pyright", "--outputjson", "--pythonpath", self._python)
        try:
            report = json.loads(output)
            analysed = report["summary"]["filesAnalyzed"]
            diagnostics = report["generalDiagnostics"]
        except (ValueError, KeyError, TypeError) as error:
            raise HooksmithError.at(None, f"pyright failed: {output[:500]}") from error
        if not analysed:
            raise HooksmithError.at(None, "pyright analysed no file")
        return [
            CheckerError(
                self._relative(each["file"]),
                each["range"]["start"]["line"] + 1,
                each.get("rule", ""),
                each["message"],
            )
            for each in diagnostics
            if each["severity"] == "error"
        ]

    def _mypy(self, packages: Path) -> list[CheckerError]:
        paths = ":".join(map(str, (packages, self._code, self._code / "src")))
        (self._home / "mypy.ini").write_text(f"[mypy]\nmypy_path = {paths}\n", "utf-8")
        output = self._run(
            "mypy", "--config-file", "mypy.ini", "--python-executable", self._python,
            "--explicit-package-bases", "--namespace-packages", "--no-error-summary",
            "--hide-error-context", "code",
        )  # fmt: skip
        diagnostics = [_MYPY_LINE.fullmatch(line) for line in output.splitlines()]
        errors = [
            CheckerError(
                self._relative(each["file"]), int(each["line"]), each["rule"] or "", each["message"]
            )
            for each in diagnostics
            if each is not None
        ]
        if output.strip() and not errors and "note:" not in output:
            raise HooksmithError.at(None, f"mypy failed: {output[:500]}")
        return errors

    def _relative(self, file: str) -> str:
        path = Path(file) if Path(file).is_absolute() else self._home / file
        inside = path.is_relative_to(self._code)
        return path.relative_to(self._code).as_posix() if inside else file

    def _run(self, module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=self._home, capture_output=True, text=True, check=False)
        if f"No module named {module}" in done.stderr:
            hint = f"install it beside hooksmith: pip install {module}"
            raise HooksmithError.at(None, f"{module} is not installed", hint=hint)
        return done.stdout or done.stderr


def _python_files(code: Path) -> list[Path]:
    """The Python files of a folder, without generated packages and virtual environments."""
    files: list[Path] = []
    stack = [code]
    while stack:
        folder = stack.pop()
        if (folder / _MANIFEST).is_file() or (folder / "pyvenv.cfg").is_file():
            continue
        for path in sorted(folder.iterdir()):
            if path.is_dir() and not path.is_symlink() and path.name not in _SKIPPED:
                stack.append(path)
            elif path.suffix == ".py" and path.is_file():
                files.append(path)
    return files


def _python_of(code: Path) -> str:
    """The interpreter of the project's virtual environment, or else the running one."""
    for folder in (code, *code.resolve().parents):
        python = folder / ".venv" / "bin" / "python"
        if python.exists():
            return str(python)
    return sys.executable
