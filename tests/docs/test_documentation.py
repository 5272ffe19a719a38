"""hooksmith's own documentation: its blocks do what they say, and the site is built without a warning.

See tests/support/blocks.py for the blocks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from selectolax.lexbor import LexborHTMLParser

from hooksmith.cli.commands import COMMANDS
from hooksmith.config import ApiConfig, Config
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
from support.browser import visiting
from support.paths import GENERATED, GENERATOR, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCS = ROOT / "docs"
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if "_build" not in page.parts]


def blocks(*kinds: str) -> list[Block]:
    return blocks_of(PAGES, *kinds)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("checkout"))


def test_all_blocks_are_of_a_known_kind() -> None:
    assert {"python", "console", "toml", "yaml"} <= {block.kind for block in blocks()}
    check_kinds(PAGES)


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python(block: Block, tmp_path: Path) -> None:
    check_python(block, tmp_path, {"PYTHONPATH": str(GENERATED.parent)})


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_console(block: Block, checkout: Path) -> None:
    if "examples" in block.page.parts:
        pytest.skip("tests/docs/test_examples.py starts and drives the application")
    check_console(block, checkout)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml(block: Block, tmp_path: Path) -> None:
    check_toml(block, tmp_path)


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml(block: Block) -> None:
    check_yaml(block)


def test_no_page_names_an_invented_repository() -> None:
    for page in PAGES:
        assert "github.com/hooksmith" not in page.read_text("utf-8"), page


def test_the_reference_of_extensions_is_complete() -> None:
    text = (DOCS / "reference" / "extensions.md").read_text("utf-8")
    schema = json.loads((GENERATOR / "extensions" / "extensions.schema.json").read_text("utf-8"))
    for name in schema["properties"]:
        assert f"`{name}`" in text


def test_the_reference_of_the_configuration_is_complete() -> None:
    text = (DOCS / "reference" / "configuration.md").read_text("utf-8")
    for name in {*Config.model_fields, *ApiConfig.model_fields} - {"apis"}:
        assert f"\n| `{name}` |" in text, name


def test_the_reference_of_extras_is_complete() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (DOCS / "reference" / "extras.md").read_text("utf-8")
    for name in project["optional-dependencies"].keys() - {"dev"}:
        assert f"\n| `{name}` |" in text, name


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation as `make docs` builds it; a warning is an error."""
    pytest.importorskip("sphinx", reason="there is no Sphinx")
    folder = tmp_path_factory.mktemp("documentation")
    search = os.pathsep.join([str(GENERATOR.parent), str(GENERATED.parent)])
    outcome = subprocess.run(
        [
            sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet",
            "-d", str(folder / "trees"), str(DOCS), str(folder / "html"),
        ],
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )  # fmt: skip
    assert (outcome.returncode, outcome.stderr) == (0, "")
    return folder / "html"


@pytest.mark.slow
def test_the_site_is_built_and_asks_for_nothing(built: Path) -> None:
    for page in built.rglob("*.html"):
        parsed = LexborHTMLParser(page.read_text("utf-8"))
        for node in parsed.css("[src], link[href]"):
            address = str(node.attributes.get("src") or node.attributes.get("href"))
            assert not address.startswith(("http:", "https:", "//")), f"{page}: {address}"
    text = (built / "reference" / "command-line.html").read_text("utf-8")
    for command in COMMANDS:
        assert f"hooksmith {command}" in text
    runtime = (built / "reference" / "runtime.html").read_text("utf-8")
    for name in ("unwrap", "WebhookReceiver", "SignatureReason", "call_raw"):
        assert name in runtime


@pytest.mark.slow
def test_the_site_is_searched_from_files(built: Path, browser: Browser) -> None:
    with visiting(browser, width=360) as visit:
        visit.open(built / "index.html")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
        visit.page.goto((built / "search.html").as_uri() + "?q=tolerance")
        visit.page.locator("#search-results li a").first.wait_for()
        assert visit.complaints == []
        assert all(url.startswith(built.as_uri()) for url in visit.requests)
