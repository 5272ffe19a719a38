"""Descriptions in HTML → Markdown, which is what docstrings are read as.

OpenAPI's descriptions are CommonMark, which takes HTML as it is; a good part of published documents is written in it.
Tags that are not HTML's (`<id>`) and what stands in code are left alone.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"(```.*?```|``.*?``|`[^`]*`)", re.DOTALL)
_ANCHOR = re.compile(
    r"<a\s[^<>]{0,200}?href\s*=\s*[\"']?([^\"'\s<>]*+)[\"']?[^<>]*+>([^<>]*+)</a\s*>", re.IGNORECASE
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")

_MARKS = {
    **dict.fromkeys(("p", "div", "ul", "ol", "dl", "table", "pre", "blockquote"), ("\n\n", "\n\n")),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), ("\n\n", "\n\n")),
    **dict.fromkeys(("code", "tt", "kbd", "samp"), ("`", "`")),
    **dict.fromkeys(("b", "strong"), ("**", "**")),
    **dict.fromkeys(("i", "em"), ("*", "*")),
    **dict.fromkeys(("li", "dt", "tr"), ("\n- ", "")),
    **dict.fromkeys(("dd", "td", "th"), (" ", "")),
    **dict.fromkeys(("a", "span", "font", "u", "sup", "sub", "small", "tbody", "thead"), ("", "")),
    "br": ("\n", "\n"),
    "hr": ("\n\n", "\n\n"),
}
"""HTML's tags → what stands for the opening and the closing one."""


def markdown(value: str) -> str:
    """`value` with its HTML as Markdown: `<p>See <code>a</code>.</p>` gives ``See `a`.``"""
    if "</" not in value and "<br" not in value.lower():
        return value
    parts = _CODE.split(value)
    changed = "".join(part if index % 2 else _of_html(part) for index, part in enumerate(parts))
    return value if changed == value else changed.strip()


def _of_html(text: str) -> str:
    from html import unescape  # a large table, and few documents need it

    found = _ANCHOR.sub(lambda link: f"[{link[2].strip()}]({link[1]})", text)
    found = _TAG.sub(_mark, found)
    return text if found == text else _tidy(unescape(found).replace("\xa0", " "))


def _mark(tag: re.Match[str]) -> str:
    marks = _MARKS.get(tag[2].lower())
    return tag[0] if marks is None else marks[tag[1] == "/"]


def _tidy(text: str) -> str:
    """No blanks around lines, and no more than one blank line in a row."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", text))
