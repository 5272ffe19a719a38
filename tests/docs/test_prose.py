"""Markdown of documents as HTML: formatted, and without anything that acts or loads."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from hooksmith.docs import prose as module
from hooksmith.docs.prose import LONGEST, prose


def elements(html: str) -> dict[str, list[dict[str, str | None]]]:
    """The elements of a fragment by name, with their attributes."""
    found: dict[str, list[dict[str, str | None]]] = {}
    body = LexborHTMLParser(f"<body>{html}</body>").body
    assert body is not None
    for node in body.traverse():
        if node is not body:
            found.setdefault(str(node.tag), []).append(dict(node.attributes))
    return found


def text_of(html: str) -> str:
    body = LexborHTMLParser(f"<body>{html}</body>").body
    assert body is not None
    return body.text().strip()


def test_markdown_becomes_elements() -> None:
    html = prose(
        "# Title\n\nSome *text* with `code`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    found = elements(html)
    assert {"h3", "em", "code", "li", "table", "td"} <= found.keys()
    assert text_of(prose("Some *text*.")) == "Some text."


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "text <img src=x onerror=alert(1)> text",
        "<div onclick='alert(1)'>\n\nblock\n\n</div>",
        "<svg/onload=alert(1)>",
        "`<script>alert(1)</script>`",
        '```html"><script>\n<script>alert(1)</script>\n```',
        "    <script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "| <script>a</script> |\n|---|\n| <img src=x> |",
        "# <script>alert(1)</script>",
        "<!-- comment --><script>alert(1)</script>",
    ],
)
def test_raw_html_is_text(text: str) -> None:
    found = elements(prose(text))
    assert not found.keys() & {"script", "img", "svg", "div", "style", "iframe"} - {"div"}
    for attributes in (each for group in found.values() for each in group):
        assert attributes.keys() <= {"tabindex", "class"}


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "/docs/users",
        "../x.html",
        "//evil.example",
        "#anchor",
        "https:evil",
    ],
)
def test_links_elsewhere_than_to_the_web_are_text(target: str) -> None:
    for text in (
        f"see [here]({target})",
        f"see [here](<{target}>)",
        f"see [here][1]\n\n[1]: {target}",
    ):
        html = prose(text)
        assert "a" not in elements(html), html
        assert "here" in text_of(html)


def test_links_to_the_web_and_to_mail_stay() -> None:
    html = prose(
        "[a](https://example.com/x?y=1&z=2) [b](mailto:x@example.com) <http://example.com>"
    )
    assert [each["href"] for each in elements(html)["a"]] == [
        "https://example.com/x?y=1&z=2",
        "mailto:x@example.com",
        "http://example.com",
    ]


def test_images_are_their_text() -> None:
    html = prose("![a picture](https://example.com/x.png)")
    assert "img" not in elements(html)
    assert text_of(html) == "a picture"


@pytest.mark.parametrize(
    "text",
    [
        "A user was created.",
        "Says \"yes\" (or 'no'), 50% of the time: a/b = c?",
        "Ends with an ellipsis… or a dash – such",
        "x" * 200,
    ],
)
def test_plain_lines_are_what_the_library_makes_of_them(text: str) -> None:
    assert module._PLAIN.fullmatch(text)
    assert elements(prose(text)) == elements(module._markdown(text))
    assert text_of(prose(text)) == text_of(module._markdown(text))


def test_what_is_not_plain_goes_to_the_library() -> None:
    for text in (
        "1. item",
        "- item",
        "a *b*",
        "a\nb",
        "a_b_c",
        "&amp;",
        "a\\b",
        "<b>",
        "~~a~~",
        "http://a!",
    ):
        assert not module._PLAIN.fullmatch(text), text


def test_a_very_long_description_is_shortened_at_a_paragraph() -> None:
    html = prose("\n\n".join(["word " * 20] * 1000))
    assert len(html) < LONGEST * 1.2
    assert "further characters" in text_of(html)


def test_lone_surrogates_are_replaced() -> None:
    assert prose("*bad* \ud800 text").encode()
    assert prose("bad\ud800").encode()


def test_empty_text_is_nothing() -> None:
    assert prose("") == prose("  \n ") == ""
