"""Blocks of code in pages of Markdown, and what their tests do with them.

- ```python: runs in a fresh interpreter. Warnings are errors, but for a client that is left to the end of the process.
- ```console: each line after `$ ` runs, in turn. `pip install` is left to tests/test_wheel.py, and of `make` the verb
  must exist.
- ```toml: a configuration that is accepted. ```yaml: is YAML, and its `x-hooksmith-*` fit their schema.

An HTML comment on the line before a block says more: `<!-- test: workos server -->` has a server on loopback answer as
WorkOS does, at WORKOS_BASE_URL; `<!-- test: skip REASON -->` leaves a block out.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from hooksmith.config import load_config
from providers.server import running

from .paths import GENERATOR, ROOT

KINDS = {"python", "console", "toml", "yaml", "text", "mermaid"}
_BLOCK = re.compile(
    r"(?:<!-- test: (?P<note>[^\n]*?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    kind: str
    note: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(pages: Iterable[Path], *kinds: str) -> list[Block]:
    """The blocks of some kinds, or all, in pages."""
    return [block for page in pages for block in _blocks(page) if not kinds or block.kind in kinds]


def _blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["kind"], found["note"] or "", found["text"])


def check_kinds(pages: Iterable[Path]) -> None:
    """All blocks are found, and of a known kind."""
    for page in pages:
        found = list(_blocks(page))
        assert {block.kind for block in found} <= KINDS, page
        assert page.read_text("utf-8").count("```") == 2 * len(found), page


def copy_checkout(folder: Path) -> Path:
    """A copy of what the commands of the documentation work on."""
    for name in ("generated", "specs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def check_python(block: Block, folder: Path, variables: Mapping[str, str] = {}) -> None:
    """The block runs in `folder`, and says nothing on stderr but what it logs."""
    skip_if_marked(block)
    with ExitStack() as stack:
        environment = {**os.environ, **variables}
        if "workos server" in block.note:
            environment |= stack.enter_context(running()).environment
        outcome = subprocess.run(
            [
                sys.executable,
                "-W",
                "error",
                "-W",
                "ignore::ResourceWarning",
                "-c",
                _UNLOGGED + block.text,
            ],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (outcome.returncode, outcome.stderr) == (0, "")


_UNLOGGED = "import logging; logging.lastResort = logging.NullHandler()\n"
"""A failure that a block is about goes to the logger `hooksmith`, and from there to stderr if nothing is configured."""


def check_console(block: Block, folder: Path) -> None:
    """The commands of the block succeed in `folder`."""
    skip_if_marked(block)
    commands = [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]
    assert commands
    for command in commands:
        run(shlex.split(command), folder)


def run(command: list[str], folder: Path) -> None:
    match command:
        case ["pip", "install", *_]:
            assert "hooksmith" in command[-1]
        case ["git", *_]:
            return
        case ["make", verb, *_]:
            makefile = (folder / "Makefile").read_text("utf-8")
            assert re.search(rf"^{re.escape(verb)}:", makefile, re.MULTILINE), verb
        case ["hooksmith", *arguments]:
            outcome = subprocess.run(
                [sys.executable, "-m", "hooksmith", *arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert outcome.returncode == 0, outcome.stdout[-2000:] + outcome.stderr
        case _:
            pytest.fail(
                f"what is {command[0]!r}? tests/support/blocks.py runs hooksmith, make, pip and git"
            )


def check_toml(block: Block, folder: Path) -> None:
    """The block is a configuration."""
    skip_if_marked(block)
    path = folder / ("pyproject.toml" if "[tool.hooksmith" in block.text else "hooksmith.toml")
    path.write_text(block.text, "utf-8")
    assert load_config(path).apis


def check_yaml(block: Block) -> None:
    """The block is YAML, and its extensions fit their schema."""
    skip_if_marked(block)
    data = yaml.safe_load(block.text)
    schema = json.loads((GENERATOR / "extensions" / "extensions.schema.json").read_text("utf-8"))
    found = dict(extensions(data))
    assert set(found) <= set(schema["properties"])
    assert list(Draft202012Validator(schema).iter_errors(found)) == []


def extensions(data: Any) -> Iterator[tuple[str, Any]]:
    """Our extensions, wherever they stand."""
    items = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, value in items:
        if str(key).startswith("x-hooksmith-"):
            yield str(key), value
        else:
            yield from extensions(value)


def skip_if_marked(block: Block) -> None:
    if block.note.startswith("skip"):
        pytest.skip(block.note.removeprefix("skip").strip() or "marked so")
