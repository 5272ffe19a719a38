"""Texts of a document: descriptions as Markdown, and the evidence for a fact.

OpenAPI's descriptions are CommonMark, which admits HTML, and many published documents use it. Placeholders such as
`<id>`, which are no tags of HTML, and text in code spans do not change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..ir import Provenance

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
"""Tag of HTML → Markdown for the opening tag, Markdown for the closing tag."""


def text(value: Any) -> str:
    """Return a description as Markdown; the empty string if the value is no string."""
    return markdown(value.strip()) if isinstance(value, str) else ""


def provenance(node: Mapping[str, Any]) -> Provenance | None:
    """Return the `x-hooksmith-provenance` of an object, or None."""
    value = node.get("x-hooksmith-provenance")
    if not isinstance(value, dict):
        return None
    return Provenance(
        status=value["status"],
        source=tuple(value.get("source") or ()),
        note=text(value.get("note")),
    )


def markdown(value: str) -> str:
    """Return a description with its HTML as Markdown: `<p>See <code>a</code>.</p>` → ``See `a`.``"""
    if "</" not in value and "<br" not in value.lower():
        return value
    parts = _CODE.split(value)
    converted = "".join(part if index % 2 else _of_html(part) for index, part in enumerate(parts))
    return value if converted == value else converted.strip()


def _of_html(text: str) -> str:
    from html import unescape  # imports a large table, which few documents need

    converted = _ANCHOR.sub(lambda link: f"[{link[2].strip()}]({link[1]})", text)
    converted = _TAG.sub(_mark, converted)
    return text if converted == text else _tidy(unescape(converted).replace("\xa0", " "))


def _mark(tag: re.Match[str]) -> str:
    marks = _MARKS.get(tag[2].lower())
    return tag[0] if marks is None else marks[tag[1] == "/"]


def _tidy(text: str) -> str:
    """Remove blanks around lines, and repeated blank lines."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", text))
