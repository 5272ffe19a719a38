"""The documentation as Markdown, and as texts for agents."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from hooksmith.docs.markdown import md_block, md_code, md_fence, md_line, tidy
from hooksmith.docs.snippets import Names
from hooksmith.docs.text_site import render_llms, render_markdown
from support.documents import written
from support.paths import PROVIDERS
from support.sites import documented, provider_api

from .test_hostile import ATTACKS, hostile


def tokens(text: str) -> list[Token]:
    found = MarkdownIt("commonmark").parse(text)
    return [*found, *(child for token in found for child in token.children or ())]


def links(text: str) -> list[str]:
    return [str(token.attrs["href"]) for token in tokens(text) if token.type == "link_open"]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("render", [render_markdown, render_llms])
def test_links_lead_to_files(provider: str, render: object) -> None:
    files = render([provider_api(provider)])  # type: ignore[operator]
    first = "README.md" if render is render_markdown else "llms.txt"
    assert links(files[first])
    for path, text in files.items():
        for link in links(text):
            assert link in files or link.startswith("http"), f"{path}: {link}"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_python_in_texts_is_python(provider: str) -> None:
    for path, text in render_markdown([provider_api(provider)]).items():
        for token in tokens(text):
            if token.type == "fence" and token.info == "python":
                ast.parse(token.content, path)


def test_every_item_has_a_file() -> None:
    api = provider_api("workos").api
    files = render_markdown([provider_api("workos")])
    assert {f"events/{event.type}.md" for event in api.events.events} <= files.keys()
    assert {f"models/{each.name}.md" for each in api.definitions} <= files.keys()
    assert "- `email`: `string`, required" in files["events/user.created.md"]
    assert "## `create_webhook_endpoint`" in files["resources/webhooks.md"]
    assert "`ConflictError`" in files["resources/webhooks.md"]


def test_llms_txt_has_the_form_that_agents_expect() -> None:
    files = render_llms([provider_api("workos")])
    lines = files["llms.txt"].splitlines()
    assert lines[0] == "# WorkOS"
    assert lines[2].startswith("> ")
    assert "## Events" in lines
    resources = {f"resources/{each.name}.md" for each in provider_api("workos").api.resources}
    assert files.keys() == {"llms.txt", "events.md", "signatures.md", *resources}
    assert "## `user.created`" in files["events.md"]


def test_several_apis_have_a_folder_each() -> None:
    files = render_llms([provider_api("mattr"), provider_api("workos")])
    assert links(files["llms.txt"]) == ["mattr/llms.txt", "workos/llms.txt"]
    assert "workos/resources/webhooks.md" in files


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_a_document_becomes_html(attack: str, tmp_path: Path) -> None:
    found = documented(written(hostile(attack), tmp_path), "made", Names(package="made"))
    for render in (render_markdown, render_llms):
        for path, text in render([found]).items():
            kinds = {token.type for token in tokens(text)}
            assert not kinds & {"html_block", "html_inline"}, path
            headings = [token for token in tokens(text) if token.type == "heading_open"]
            assert headings, path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *b* `<c>`", "a *b* `<c>`"),
        ("a <b>c</b>", "a &lt;b>c&lt;/b>"),
        ("see <https://example.com>", "see <https://example.com>"),
        ("```\nopen", "````\n```\nopen\n````"),
        ("```\nclosed\n```", "```\nclosed\n```"),
        ("<!-- open", "<!-- open"),
    ],
)
def test_blocks(text: str, expected: str) -> None:
    made = md_block(text)
    if "<!--" in text:
        assert "html_block" not in {token.type for token in tokens(made + "\n\nend")}
    else:
        assert made == expected


def test_code_spans_hold_any_text() -> None:
    for text in ("a", "`", "``a`", "a`b``c", "` `"):
        (span,) = (token for token in tokens(md_code(text)) if token.type == "code_inline")
        assert span.content.strip() == " ".join(text.split()).strip()
    assert md_line("a\n\nb") == "a b"


def test_fences_hold_any_text() -> None:
    for text in ("a", "```\nb\n```", "`````"):
        (block,) = (token for token in tokens(md_fence(text)) if token.type == "fence")
        assert block.content == text + "\n"


def test_tidy_keeps_code() -> None:
    text = "\n\n# A\n\n\n\ntext\n- item\n```python\na\n\n\nb\n```\nend\n\n"
    assert tidy(text) == "# A\n\ntext\n\n- item\n\n```python\na\n\n\nb\n```\nend\n"
    assert re.search("\n\n\n\n", tidy("a\n\n\n\n\nb")) is None
