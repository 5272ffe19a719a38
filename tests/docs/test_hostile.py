"""Documents whose texts try to become markup, code or addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from hooksmith.docs.site import render_site
from hooksmith.docs.snippets import Names
from support.documents import openapi, written
from support.sites import documented, elements, links, pages, target

ATTACKS = (
    "<script>window.attacked = 1</script>",
    '"><script>window.attacked = 1</script>',
    "'><img src=x onerror='window.attacked = 1'>",
    "</title></code></pre></style><svg onload=window.attacked=1>",
    "</script><script>window.attacked = 1</script>",
    "[click](javascript:window.attacked=1)",
    '<a href="javascript:window.attacked=1">click</a>',
    "![x](https://evil.example/x.png)",
    '" onmouseover="window.attacked=1',
    "{{ 7 * 7 }}{% raw %}",
    "]]><!--",
    "\u2028window.attacked = 1\u2028//",
    "\x1b[31m\x07\x00",
    "`</code><script>window.attacked = 1</script>`",
)


def hostile(attack: str) -> dict[str, Any]:
    """A document that has `attack` wherever a text may stand."""
    pet = {
        "type": "object",
        "title": attack,
        "description": attack,
        "required": ["type", attack],
        "properties": {
            "type": {"type": "string", "enum": ["made"], "description": attack},
            attack: {
                "type": "string",
                "description": attack,
                "default": attack,
                "x-hooksmith-provenance": {
                    "status": "reference",
                    "source": [attack],
                    "note": attack,
                },
            },
            "kind": {"type": "string", "enum": [attack, "other"], "description": attack},
        },
        "example": {"type": attack, attack: attack},
    }
    call = {
        "tags": [attack],
        "operationId": attack,
        "summary": attack,
        "description": attack,
        "parameters": [
            {
                "name": attack,
                "in": "query",
                "required": True,
                "description": attack,
                "schema": {"type": "string", "default": attack},
            },
            {"name": "X-Thing", "in": "header", "required": True, "schema": {"const": attack}},
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}, "example": attack}},
        },
        "responses": {
            "200": {
                "description": attack,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
            },
            "404": {"description": attack},
        },
    }  # fmt: skip
    hook = {
        "summary": attack,
        "description": attack,
        "requestBody": {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
        },
        "responses": {"200": {"description": attack}},
    }
    found = openapi(
        {"/pets": {"post": call}},
        components={
            "schemas": {"Pet": pet},
            "securitySchemes": {
                attack: {"type": "apiKey", "in": "header", "name": "X-Key", "description": attack}
            },
        },
        webhooks={attack: {"post": hook}, "pet.created": {"post": hook}},
        servers=[{"url": "https://example.com", "description": attack}],
        tags=[{"name": attack, "description": attack}],
        security=[{attack: []}],
        **{
            "x-hooksmith-events": {"type": {"header": "X-Event"}},
            "x-hooksmith-signature": {"scheme": "unestablished", "note": attack},
        },
    )
    found["info"] = {"title": attack, "version": attack, "description": attack}
    return found


def attributes(page: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Element and attribute of all that a page has."""
    for node in elements(page):
        for name in node.attributes:
            yield str(node.tag), name


def site_of(attack: str, folder: Path) -> dict[str, str]:
    """The site of the hostile document."""
    names = Names(package="made", spec="made.json")
    return render_site([documented(written(hostile(attack), folder), "made", names)])


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_a_document_becomes_markup(attack: str, tmp_path: Path) -> None:
    harmless = tmp_path / "harmless"
    harmless.mkdir()
    allowed_pages = dict(pages(site_of("A `harmless` *text*: [x](https://example.com).", harmless)))
    allowed = {pair for page in allowed_pages.values() for pair in attributes(page)}
    tags = {str(node.tag) for page in allowed_pages.values() for node in elements(page)}
    files = site_of(attack, tmp_path)
    found = dict(pages(files))
    assert len(found) == len(allowed_pages)
    for path, page in found.items():
        assert {str(node.tag) for node in elements(page)} <= tags, path
        assert set(attributes(page)) <= allowed, path
        assert len(page.css("script")) == 2
        for link in links(page):
            is_ours = target(path, link)[0] in files
            assert is_ours or link.startswith("https://example.com"), link
        assert all("?" not in path and ".." not in path for path in files)


@pytest.mark.parametrize("attack", ATTACKS)
def test_texts_are_shown_as_they_are(attack: str, tmp_path: Path) -> None:
    found = documented(written(hostile(attack), tmp_path), "made", Names(package="made"))
    shown = dict(pages(render_site([found])))["index.html"].css_first("h1").text()
    expected = re.sub("[\x00-\x08\x0e-\x1f]", "\ufffd", found.api.title)
    assert " ".join(shown.split()) == " ".join(expected.split())


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_search_index_is_data(attack: str, tmp_path: Path) -> None:
    text = site_of(attack, tmp_path)["search-index.js"]
    head, _, data = text.partition("=")
    assert head == "window.searchEntries "
    assert text.isascii()
    entries = json.loads(data.strip().removesuffix(";"))
    assert all(isinstance(part, str) for entry in entries for part in entry[:4])
