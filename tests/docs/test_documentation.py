"""hooksmith's own documentation: its blocks do what they say, and the site is built without a warning.

The blocks are those of tests/test_readme.py, in the pages of docs/.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from jsonschema import Draft202012Validator
from selectolax.lexbor import LexborHTMLParser

import test_readme as readme
from hooksmith.cli.commands import COMMANDS
from hooksmith.config import ApiConfig, Config, load_config
from providers.server import running
from support.browser import visiting
from support.paths import GENERATED, GENERATOR, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCS = ROOT / "docs"
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if "_build" not in page.parts]


def blocks(*kinds: str) -> list[readme.Block]:
    return [block for page in PAGES for block in readme._blocks(page) if block.kind in kinds]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the commands of the documentation work on."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("generated", "specs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_all_blocks_are_of_a_known_kind() -> None:
    kinds = {block.kind for block in blocks("python", "console", "toml", "yaml", "text")}
    assert {"python", "console", "toml", "yaml"} <= kinds
    for page in PAGES:
        assert page.read_text("utf-8").count("```") == 2 * len(list(readme._blocks(page))), page


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python(block: readme.Block, checkout: Path, tmp_path: Path) -> None:
    readme.skip_if_marked(block)
    with ExitStack() as stack:
        environment = {**os.environ, "PYTHONPATH": str(GENERATED.parent)}
        if "workos server" in block.note:
            environment |= stack.enter_context(running()).environment
        outcome = subprocess.run(
            [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c", block.text],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (outcome.returncode, outcome.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_console(block: readme.Block, checkout: Path) -> None:
    readme.skip_if_marked(block)
    if "examples" in block.page.parts:
        pytest.skip("tests/docs/test_examples.py starts and drives the application")
    for line in block.text.splitlines():
        assert line.startswith("$ ")
        command = shlex.split(line.removeprefix("$ "))
        readme.run(command, checkout)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml(block: readme.Block, tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(block.text, "utf-8")
    assert load_config(path).apis


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml(block: readme.Block) -> None:
    schema = json.loads((GENERATOR / "extensions" / "extensions.schema.json").read_text("utf-8"))
    found = dict(readme.extensions(yaml.safe_load(block.text)))
    assert set(found) <= set(schema["properties"])
    assert list(Draft202012Validator(schema).iter_errors(found)) == []


def test_no_page_names_an_invented_repository() -> None:
    for page in PAGES:
        assert "github.com/hooksmith" not in page.read_text("utf-8"), page


def test_every_page_is_in_the_contents() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    for page in [*PAGES, *DOCS.rglob("*.rst")]:
        name = page.relative_to(DOCS).with_suffix("").as_posix()
        if not name.startswith("examples/") and name != "index":
            assert f"\n{name}\n" in index, name


def test_the_reference_of_extensions_is_complete() -> None:
    text = (DOCS / "reference" / "extensions.md").read_text("utf-8")
    schema = json.loads((GENERATOR / "extensions" / "extensions.schema.json").read_text("utf-8"))
    for name in schema["properties"]:
        assert f"`{name}`" in text


def test_the_reference_of_the_configuration_is_complete() -> None:
    text = (DOCS / "reference" / "configuration.md").read_text("utf-8")
    for name in {*Config.model_fields, *ApiConfig.model_fields} - {"apis"}:
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
