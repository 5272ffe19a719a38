"""Rendered Python → formatted Python: by black in this process, by ruff in one call of it, or not at all.

What black or ruff makes of a text depends on the text alone, so it is kept in a cache by content. Black takes about a
second for 90 KB; beyond PARALLEL_BYTES of new text it runs in several processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .cache import Cache
from .errors import ConfigError
from .settings import Formatter

LINE_LENGTH = 100
PARALLEL_BYTES = 200_000


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
    kind = f"{formatter} {_version(formatter)} {LINE_LENGTH}"
    python = {path: text for path, text in files.items() if path.endswith(".py")}
    keys = {path: cache.key(kind, text) for path, text in python.items()}
    known = {path: text for path, key in keys.items() if (text := cache.get(key)) is not None}
    new = {path: text for path, text in python.items() if path not in known}
    made = (_black if formatter == "black" else _ruff)(new) if new else {}
    for path, text in made.items():
        cache.put(keys[path], text)
    return {**files, **known, **made}


def _version(formatter: str) -> str:
    try:
        return version(formatter)
    except PackageNotFoundError:
        raise ConfigError.at(
            None,
            f"the formatter {formatter} is not installed",
            hint=f"pip install {formatter}, or choose another: black, ruff or none",
        ) from None


# --- black -----------------------------------------------------------------------------------------------------


def _black(files: Mapping[str, str]) -> dict[str, str]:
    workers = min(os.cpu_count() or 1, len(files))
    if workers > 1 and sum(map(len, files.values())) > PARALLEL_BYTES:
        return _black_in_processes(files, workers)
    return _black_each(files.items())


def _black_in_processes(files: Mapping[str, str], workers: int) -> dict[str, str]:
    """In this process alone where it is one of several already, or none can be had, as in some sandboxes."""
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import parent_process

    if parent_process() is None:
        with suppress(BrokenProcessPool, OSError):
            return _black_in_pool(files, workers)
    return _black_each(files.items())


def _black_in_pool(files: Mapping[str, str], workers: int) -> dict[str, str]:
    """The longest texts begin first, so that no process is left with one at the end."""
    from concurrent.futures.process import ProcessPoolExecutor
    from multiprocessing import get_context

    longest_first = sorted(files.items(), key=lambda item: (-len(item[1]), item[0]))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return dict(pool.map(_black_one, longest_first))


def _black_each(files: Iterable[tuple[str, str]]) -> dict[str, str]:
    return dict(map(_black_one, files))


def _black_one(file: tuple[str, str]) -> tuple[str, str]:
    """One file (path, text). At the top level of the module, so that a spawned process finds it."""
    from black import format_str
    from black.mode import Mode, TargetVersion
    from black.parsing import InvalidInput

    path, text = file
    mode = Mode(target_versions={TargetVersion.PY311}, line_length=LINE_LENGTH)
    try:
        return path, format_str(text, mode=mode)
    except InvalidInput as error:
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
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache"]
    command += ["--target-version", "py311", "--line-length", str(LINE_LENGTH), folder]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        path = next((path for name, path in names.items() if f"{name}:" in outcome.stderr), "?")
        raise RenderedCodeError(path, outcome.stderr.strip())
