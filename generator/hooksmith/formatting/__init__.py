"""Rendered Python → formatted Python: as black has it, by ruff in one call of it, or not at all.

What becomes of a text depends on it and on the tools alone, so it is kept in a cache by content. Black takes about a
second for 90 KB, so it gets nothing but the statements that need it: see layout.py.
"""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from ..caching.run_results import tool_digest
from ..caching.store import Cache
from ..errors import ConfigError
from ..settings import Formatter

LINE_LENGTH = 100


class RenderedCodeError(RuntimeError):
    """What we rendered is not Python: a fault of the generator, not of the document."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"the text rendered for {path} is not valid Python: {reason}")


def format_files(
    files: Mapping[str, str], formatter: Formatter = "black", cache: Cache | None = None
) -> dict[str, str]:
    """`files` (path → text) with every .py text formatted; in the order given.

    Raises RenderedCodeError, and ConfigError where the formatter is not installed.
    """
    if formatter == "none":
        return dict(files)
    cache = cache or Cache.default()
    _refuse_missing(formatter)
    kind = f"{formatter} {tool_digest()}"
    python = {path: text for path, text in files.items() if path.endswith(".py")}
    keys = {path: cache.key(kind, text) for path, text in python.items()}
    known = {path: text for path, key in keys.items() if (text := cache.get(key)) is not None}
    new = {path: text for path, text in python.items() if path not in known}
    made = (_black if formatter == "black" else _ruff)(new) if new else {}
    for path, text in made.items():
        cache.put(keys[path], text)
    return {**files, **known, **made}


def _refuse_missing(formatter: str) -> None:
    if find_spec(formatter) is None:
        raise ConfigError.at(
            None,
            f"the formatter {formatter} is not installed",
            hint=f"pip install {formatter}, or choose another: black, ruff or none",
        )


# --- black -----------------------------------------------------------------------------------------------------


def _black(files: Mapping[str, str]) -> dict[str, str]:
    return {path: _black_one(path, text) for path, text in files.items()}


def _black_one(path: str, text: str) -> str:
    from .black_fast_path import lay_out

    lines, left = lay_out(text, LINE_LENGTH)
    for span in reversed(left):
        lines[span.start : span.end] = _black_statement(
            path, lines[span.start : span.end], span.indent
        )
    formatted = "\n".join(lines)
    _check_syntax(path, formatted)
    return formatted


def _black_statement(path: str, lines: list[str], indent: int) -> list[str]:
    """One statement, or the header of one, at a depth of `indent` columns."""
    from black import format_str
    from black.mode import Mode, TargetVersion
    from black.parsing import InvalidInput

    plain = "\n".join(line[indent:] for line in lines)
    is_header = plain.endswith(":")
    mode = Mode(target_versions={TargetVersion.PY311}, line_length=LINE_LENGTH - indent)
    try:
        formatted = format_str(f"{plain}\n    pass\n" if is_header else f"{plain}\n", mode=mode)
    except InvalidInput as error:
        raise RenderedCodeError(path, str(error)) from error
    made = formatted.rstrip("\n").split("\n")
    return [" " * indent + line if line else "" for line in (made[:-1] if is_header else made)]


def _check_syntax(path: str, text: str) -> None:
    try:
        compile(text, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        raise RenderedCodeError(path, str(error)) from error


# --- ruff ------------------------------------------------------------------------------------------------------


def _ruff(files: Mapping[str, str]) -> dict[str, str]:
    """One call for all files, in a temporary folder; they get numbers for names, for paths may be anything."""
    names = {f"file{number}.py": path for number, path in enumerate(files)}
    with tempfile.TemporaryDirectory(prefix="hooksmith-") as folder:
        for name, path in names.items():
            Path(folder, name).write_text(files[path], encoding="utf-8", newline="")
        _run_ruff(folder, names)
        return {path: Path(folder, name).read_bytes().decode() for name, path in names.items()}


def _run_ruff(folder: str, names: Mapping[str, str]) -> None:
    import subprocess

    from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]

    command = [find_ruff_bin(), "format", "--isolated", "--no-cache"]
    command += ["--target-version", "py311", "--line-length", str(LINE_LENGTH), folder]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        path = next((path for name, path in names.items() if f"{name}:" in outcome.stderr), "?")
        raise RenderedCodeError(path, outcome.stderr.strip())
