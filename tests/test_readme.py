"""Every block of the documentation does what it says.

- ```python: runs in a fresh interpreter, in a copy of the checkout. Warnings are errors, but for a client that is left
  to the end of the process.
- ```console: each line after `$ ` runs there, in turn. `pip install` is left to tests/test_wheel.py, and of `make` the
  verb must exist.
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
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from hooksmith.config import load_config
from providers.server import running
from support.paths import GENERATOR, ROOT

PAGES = [
    path
    for name in ("README.md", "specs/README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")
    if (path := ROOT / name).is_file()
]
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


def blocks(*kinds: str) -> list[Block]:
    return [block for page in PAGES for block in _blocks(page) if block.kind in kinds]


def _blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["kind"], found["note"] or "", found["text"])


def test_there_are_blocks_and_all_are_of_a_known_kind() -> None:
    kinds = {block.kind for page in PAGES for block in _blocks(page)}
    assert kinds <= {"python", "console", "toml", "yaml", "text", "mermaid"}
    assert len(blocks("python")) >= 2
    for page in PAGES:
        assert page.read_text("utf-8").count("```") == 2 * len(list(_blocks(page))), page


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the commands of the documentation work on."""
    folder = tmp_path / "hooksmith"
    for name in ("generated", "specs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python(block: Block, checkout: Path) -> None:
    skip_if_marked(block)
    with ExitStack() as stack:
        environment = {**os.environ}
        if "workos server" in block.note:
            environment |= stack.enter_context(running()).environment
        outcome = subprocess.run(
            [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c", block.text],
            cwd=checkout,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (outcome.returncode, outcome.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_console(block: Block, checkout: Path) -> None:
    skip_if_marked(block)
    commands = [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]
    assert commands
    for command in commands:
        run(shlex.split(command), checkout)


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
                f"what is {command[0]!r}? tests/test_readme.py runs hooksmith, make, pip and git"
            )


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml(block: Block, tmp_path: Path) -> None:
    skip_if_marked(block)
    path = tmp_path / ("pyproject.toml" if "[tool.hooksmith" in block.text else "hooksmith.toml")
    path.write_text(block.text, "utf-8")
    assert load_config(path).apis


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml(block: Block) -> None:
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target
