"""Sites of the cases, and of the documents beside the project: small pages, Python, links that lead somewhere."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hooksmith.docs.site import render_site
from hooksmith.docs.text_site import render_llms, render_markdown
from support.paths import CASES, SHARED
from support.sites import documented, ids, links, pages, target

from .test_site import LARGEST_PAGE

CASE_DOCUMENTS = sorted(CASES.glob("*/spec.*"))
DOCUMENTS = sorted((SHARED / "corpus").glob("*.json"))
_PYTHON = 'pre[aria-label="Call in Python"] code, pre[aria-label="Handler in Python"] code'


@pytest.mark.slow
@pytest.mark.skipif(not DOCUMENTS, reason="there are no documents beside the project")
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_of_others(path: Path) -> None:
    check_site(path)


@pytest.mark.parametrize("path", CASE_DOCUMENTS, ids=lambda path: path.parent.name)
def test_a_case(path: Path) -> None:
    check_site(path)


def check_site(path: Path) -> None:
    found = documented(path, "made")
    files = render_site([found])
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
    assert render_markdown([found])["README.md"]
    assert render_llms([found])["llms.txt"]
