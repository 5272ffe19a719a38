"""Text formatted by ruff, all files in one call."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from .rendered_code import RenderedCodeError


def format_with_ruff(files: Mapping[str, str], line_length: int) -> dict[str, str]:
    """Format each text of `files` (path → text) in a temporary folder, under numbered names.

    Raises:
        RenderedCodeError: A text is not valid Python.
    """
    names = {f"file{number}.py": path for number, path in enumerate(files)}
    with tempfile.TemporaryDirectory(prefix="hooksmith-") as folder:
        for name, path in names.items():
            Path(folder, name).write_text(files[path], encoding="utf-8", newline="")
        _run(folder, names, line_length)
        return {path: Path(folder, name).read_bytes().decode() for name, path in names.items()}


def _run(folder: str, names: Mapping[str, str], line_length: int) -> None:
    import subprocess

    from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]

    command = [find_ruff_bin(), "format", "--isolated", "--no-cache"]
    command += ["--target-version", "py311", "--line-length", str(line_length), folder]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        path = next((path for name, path in names.items() if f"{name}:" in outcome.stderr), "?")
        raise RenderedCodeError(path, outcome.stderr.strip())
