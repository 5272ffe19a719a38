"""Every block of the pages beside the code does what it says: see tests/support/blocks.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.blocks import (
    Block,
    blocks_of,
    check_console,
    check_kinds,
    check_python,
    check_toml,
    check_yaml,
    copy_checkout,
)
from support.paths import ROOT

PAGES = [
    path
    for name in ("README.md", "specs/README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")
    if (path := ROOT / name).is_file()
]


def blocks(*kinds: str) -> list[Block]:
    return blocks_of(PAGES, *kinds)


def test_there_are_blocks_and_all_are_of_a_known_kind() -> None:
    assert len(blocks("python")) >= 2
    check_kinds(PAGES)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy_checkout(tmp_path / "hooksmith")


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python(block: Block, checkout: Path) -> None:
    check_python(block, checkout)


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_console(block: Block, checkout: Path) -> None:
    check_console(block, checkout)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml(block: Block, tmp_path: Path) -> None:
    check_toml(block, tmp_path)


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml(block: Block) -> None:
    check_yaml(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target
