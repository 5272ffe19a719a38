"""Documentation of documents, and the content of its pages by a parser of HTML."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag

from selectolax.lexbor import LexborHTMLParser, LexborNode

from hooksmith.config import load_config
from hooksmith.docs.site import DocumentedApi, render_site
from hooksmith.docs.snippets import Names
from hooksmith.docs.text_site import render_llms, render_markdown
from hooksmith.pipeline import survey
from hooksmith.settings import Settings

from .paths import ROOT, SPECS

LARGEST_PAGE = 150_000
"""Bytes of HTML."""

_PYTHON = 'pre[aria-label="Call in Python"] code, pre[aria-label="Handler in Python"] code'


def documented(
    path: Path, package: str, names: Names | None = None, settings: Settings | None = None
) -> DocumentedApi:
    """An API of a document."""
    plain = Settings(package=package, formatter="none", runtime="shared")
    planned = survey(path, settings or plain)
    return DocumentedApi(
        api=planned.api,
        view=planned.view,
        names=names or Names(package=package, spec=path.name),
    )


@cache
def provider_api(provider: str) -> DocumentedApi:
    """An API that `hooksmith_providers` has."""
    names = Names(package=f"hooksmith_providers.{provider}", provider=provider)
    settings = load_config(ROOT / "pyproject.toml").settings(provider)
    return documented(SPECS / provider / "openapi.yaml", provider, names, settings)


@cache
def provider_site(provider: str) -> Mapping[str, str]:
    """The site of an API that `hooksmith_providers` has."""
    return render_site([provider_api(provider)])


def pages(files: Mapping[str, str]) -> Iterator[tuple[str, LexborHTMLParser]]:
    """The pages of a site."""
    for path, text in files.items():
        if path.endswith(".html"):
            yield path, LexborHTMLParser(text)


def ids(page: LexborHTMLParser) -> list[str]:
    """The anchors of a page."""
    return [str(node.attributes["id"]) for node in page.css("[id]")]


def links(page: LexborHTMLParser) -> list[str]:
    """The targets of a page's links."""
    return [str(node.attributes["href"]) for node in page.css("a[href]")]


def target(path: str, link: str) -> tuple[str, str]:
    """The file and the anchor that a link of the page at `path` leads to."""
    address, anchor = urldefrag(link)
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(address)))
    return (file if address else path), unquote(anchor)


def code(page: LexborHTMLParser, label: str) -> str:
    """The text of a block of code."""
    (block,) = page.css(f'pre[aria-label="{label}"] code')
    return block.text()


def elements(page: LexborHTMLParser) -> Iterator[LexborNode]:
    """All elements of a page."""
    root = page.root
    assert root is not None
    yield from root.traverse()


def write(files: Mapping[str, str], folder: Path) -> Path:
    """The site as files."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def check_site(api: DocumentedApi) -> None:
    """Assert that the pages of an API's site are small, their Python is Python and their links lead somewhere."""
    files = render_site([api])
    anchors: dict[str, set[str]] = {}
    targets: set[tuple[str, str]] = set()
    for name, page in pages(files):
        assert len(files[name].encode()) <= LARGEST_PAGE, name
        anchors[name] = set(ids(page))
        targets |= {target(name, link) for link in links(page) if "://" not in link}
        for block in page.css(_PYTHON):
            ast.parse(block.text(), name)
    for file, anchor in targets:
        if not file.startswith("mailto:"):
            assert file in files
            assert not anchor or anchor in anchors[file], f"{file}#{anchor}"
    assert render_markdown([api])["README.md"]
    assert render_llms([api])["llms.txt"]
