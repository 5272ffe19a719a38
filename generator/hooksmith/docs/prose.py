"""Markdown of documents → HTML without raw HTML and images; links lead to the web and to mail alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONGEST = 30_000
"""Characters of a description that a page shows; a page has at most 150 KB."""
_PLAIN = re.compile(r"""[A-Za-z(][A-Za-z0-9 ,;:'"()/%?=.\u2013\u2014\u2026-]*""")
"""One line that has no Markdown in it: most descriptions."""
_ALLOWED = re.compile(r"(https?://[^/\s]|mailto:)", re.IGNORECASE)
_HEADING_SHIFT = 2
"""`h1` and `h2` are the page's own headings."""


def prose(text: str) -> Markup:
    """Return Markdown as HTML blocks; empty for white space."""
    stripped = text.strip()
    if len(stripped) > LONGEST:
        return _markdown(_shortened(stripped)) + Markup(
            "<p>The document has {} further characters here.</p>"
        ).format(len(stripped) - len(_shortened(stripped)))
    if _PLAIN.fullmatch(stripped):
        return Markup("<p>{}</p>").format(stripped)
    return _markdown(stripped) if stripped else Markup("")


def _shortened(text: str) -> str:
    """Return the paragraphs that fit into `LONGEST`."""
    head = text[:LONGEST]
    paragraphs, blank_line, _ = head.rpartition("\n\n")
    return paragraphs if blank_line else head


@lru_cache(maxsize=4096)
def _markdown(text: str) -> Markup:
    parser = _parser()
    tokens = parser.parse(_printable(text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + _HEADING_SHIFT)}"
        elif token.type in ("fence", "code_block"):
            token.info = ""
        if token.children:
            token.children = _without_requests(token.children)
    # Made by markdown-it with raw HTML off, which escapes all text.
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704


def has_html(text: str) -> bool:
    """Return whether Markdown contains HTML."""
    if "<" not in text:
        return False
    tokens = _parser_with_html().parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    return any(token.type in ("html_block", "html_inline") for token in (*tokens, *inline))


def is_closed(text: str) -> bool:
    """Return whether every fence and comment in Markdown is closed: a paragraph after it is a paragraph."""
    last = _parser_with_html().parse(f"{text}\n\nend")[-3:]
    return last[0].type == "paragraph_open" and last[1].content == "end"


@cache
def _parser_with_html() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _printable(text: str) -> str:
    """Return `text` without lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # slow to import, and most commands need none

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("fence", _code_block)
    parser.add_render_rule("code_block", _code_block)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


def _table_open(renderer: object, *_: object) -> str:
    return '<div class="scroll" tabindex="0"><table>\n'


def _table_close(renderer: object, *_: object) -> str:
    return "</table></div>\n"


def _code_block(renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """Render a code block that the keyboard can scroll."""
    return Markup('<pre tabindex="0"><code>{}</code></pre>\n').format(tokens[index].content)


def _without_requests(tokens: list[Token]) -> list[Token]:
    """Return inline tokens with images as their text, and with links that are allowed alone."""
    from markdown_it.token import Token

    result: list[Token] = []
    open_links: list[bool] = []
    for token in tokens:
        if token.type == "image":
            result.append(Token("text", "", 0, content=token.content))
        elif token.type == "link_open":
            open_links.append(bool(_ALLOWED.match(str(token.attrs.get("href", "")))))
            if open_links[-1]:
                token.attrs = {"href": token.attrs["href"], "rel": "noreferrer"}
                result.append(token)
        elif token.type != "link_close" or open_links.pop():
            result.append(token)
    return result
