"""A project of generated packages and of the snippets that use them; each checker reads it once a session.

Each file of `snippets/` is code of a user. A line that a type checker must refuse ends with `# error`, or with
`# error: TEXT` if the message must hold the text; no other line may be refused.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hooksmith.settings import Settings
from support.cases import PARENT, Case, case_folders, write_files, write_parent
from support.large_document import large_document, write_document
from support.made import generate
from support.paths import CASES, GENERATED, ROOT, TESTS

SNIPPETS = Path(__file__).parent / "snippets"
PROGRAMS = Path(__file__).parent / "programs"
"""Programs of users: `NAME_program.py` uses the package `NAME_api` of `tests/documents/NAME.yaml`."""
EXPECTED = re.compile(r"# error(?:: (?P<text>.+))?$")
DOCUMENTS = TESTS / "documents"
PACKAGES_OF_SNIPPETS = ("callbacks", "json_schema", "webhooks_batch", "webhooks_options")
"""The cases that snippets import."""

Marks = dict[int, str]
"""Line of a snippet → a text that the checker's message must hold."""


@dataclass(frozen=True)
class Finding:
    """An error that a type checker reports: its place below the project's folder, and the message."""

    file: str
    line: int
    message: str


def snippets() -> dict[str, str]:
    """Return the text of each snippet by the name of its file; the documentation's example of callbacks is one."""
    texts = {path.name: path.read_text("utf-8") for path in sorted(SNIPPETS.glob("*.py"))}
    return {
        **texts,
        **programs(),
        "readme_callbacks.py": readme_callbacks(f"{PARENT}.callbacks"),
    }


def programs() -> dict[str, str]:
    """Return the text of each program of a user by the name of its file."""
    return {path.name: path.read_text("utf-8") for path in sorted(PROGRAMS.glob("*_program.py"))}


def write_user_packages(home: Path) -> set[Path]:
    """Write the packages that programs use into `home`; return the files."""
    texts: dict[str, str] = {}
    for program in programs():
        name = program.removesuffix("_program.py")
        document = DOCUMENTS / f"{name}.yaml"
        files = generate(document, Settings(package=f"{name}_api", formatter="none")).files
        texts |= {f"{name}_api/{path}": text for path, text in files.items()}
    write_files(home, texts)
    return {home / path for path in texts}


def readme_callbacks(package: str) -> str:
    """Return the documentation's example of a receiver of callbacks, importing from `package`."""
    text = (ROOT / "docs" / "how-to" / "callbacks.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(from shop import.*?)```", text, re.DOTALL)
    return str(block).replace("from shop", f"from {package}")


def marks(text: str) -> Marks:
    """Return the lines of a snippet that a type checker must refuse."""
    lines = enumerate(text.splitlines(), 1)
    return {n: match["text"] or "" for n, line in lines if (match := EXPECTED.search(line))}


def write_project(home: Path, cases: Iterable[str]) -> None:
    """Write the snippets and the packages of `cases` and of the large document into `home`.

    A file whose text has not changed keeps its time of modification, so that checkers reuse their caches.
    """
    texts = {f"snippets/{name}": text for name, text in snippets().items()}
    texts |= {"snippets/__init__.py": "", **_large_package(home)}
    names = set(cases)
    for folder in case_folders():
        if folder.name in names:
            files = Case(folder, home).files
            texts |= {f"{PARENT}/{folder.name}/{path}": text for path, text in files.items()}
    write_parent(home)
    write_files(home, texts)
    _remove_stale(home, {home / path for path in texts} | write_user_packages(home))


def _large_package(home: Path) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    document = write_document(home, large_document())
    files = generate(document, Settings(package="large", formatter="none")).files
    return {f"large/{path}": text for path, text in files.items()}


def _remove_stale(home: Path, files: set[Path]) -> None:
    runtime = home / PARENT / "_runtime"
    for path in home.rglob("*.py"):
        is_ours = runtime in path.parents or path == home / PARENT / "__init__.py"
        if path not in files and not is_ours:
            path.unlink()


def case_names() -> list[str]:
    """Return the names of all cases."""
    return [folder.name for folder in case_folders() if folder.parent == CASES]


def run_mypy(home: Path, cache: Path) -> list[Finding]:
    """Check the whole project with `mypy --strict`."""
    packages = ["-p", PARENT, "-p", "large", "-p", "snippets"]
    options = ["--strict", "--config-file=", "--python-version=3.11", f"--cache-dir={cache}"]
    command = ["mypy", *options, "--no-error-summary", "--output=json", *packages]
    done = _run(command, home, {"MYPYPATH": str(GENERATED.parent)})
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert done.stderr == ""
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [report for report in reports if report["severity"] == "error"]
    return [Finding(report["file"], report["line"], report["message"]) for report in errors]


def run_pyright(home: Path) -> list[Finding]:
    """Check the snippets with pyright."""
    config = {
        "include": ["snippets"],
        "extraPaths": [str(GENERATED.parent)],
        "pythonVersion": "3.11",
        "typeCheckingMode": "standard",
    }
    (home / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
    done = _run(["pyright", "--outputjson", "--pythonpath", sys.executable], home, {})
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(snippets()) + 1, done.stdout + done.stderr
    return list(_pyright_findings(report, home))


def _pyright_findings(report: dict[str, Any], home: Path) -> Iterator[Finding]:
    for entry in report["generalDiagnostics"]:
        if entry["severity"] == "error":
            file = Path(entry["file"]).relative_to(home.resolve()).as_posix()
            yield Finding(file, entry["range"]["start"]["line"] + 1, entry["message"])


def _run(
    command: list[str], home: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=home,
        env={**os.environ, "PYTHONPATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def check_snippet(name: str, findings: Iterable[Finding]) -> None:
    """Assert that a checker refuses the marked lines of a snippet, with the texts of their marks, and no more lines."""
    expected = marks(snippets()[name])
    errors = [finding for finding in findings if finding.file == f"snippets/{name}"]
    assert {error.line for error in errors} == set(expected), errors
    for line, text in expected.items():
        messages = [error.message for error in errors if error.line == line]
        assert any(text in message for message in messages), messages
