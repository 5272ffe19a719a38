"""Texts, types and code of pages → Markdown, in which a document's own text can be neither HTML nor structure."""

from __future__ import annotations

import re

from markupsafe import Markup

from ..plan.docstrings import md_code
from .prose import has_html, is_closed

_FENCE = re.compile(r"`{3,}")
_OPENING = re.compile(r" {0,3}(`{3,}|~{3,})")


def md_block(text: str) -> str:
    """Return a description as Markdown; HTML in it, and a block that it does not close, are shown as text."""
    stripped = text.strip()
    plain = stripped.replace("<", "&lt;") if has_html(stripped) else stripped
    return plain if is_closed(plain) else md_fence(stripped)


def tidy(text: str) -> str:
    """Return Markdown with one blank line between blocks; code is left unchanged."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        previous = lines[-1] if lines else ""
        opening = _OPENING.match(line)
        if fence:
            is_end = opening is not None and line.strip() == opening[1] and opening[1] >= fence
            fence = "" if is_end else fence
        elif not line.strip():
            if not previous:
                continue
            line = ""
        else:
            is_list = _is_item(line) and not _is_item(previous)
            starts = opening or line.startswith("#") or is_list
            if previous and starts:
                lines.append("")
            fence = opening[1] if opening else ""
        lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"


def _is_item(line: str) -> bool:
    return line.lstrip().startswith("- ")


def md_line(text: str) -> str:
    """Return a description as one line of Markdown, for an item of a list."""
    line = " ".join(text.split())
    return line.replace("<", "&lt;") if has_html(line) else line


def md_fence(text: str, language: str = "") -> str:
    """Return text as a block of code, with a fence longer than any in it."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    mark = "`" * (longest + 1)
    return f"{mark}{language}\n{text}\n{mark}"


def md_type(type_: Markup) -> str:
    """Return a type in words without its links, as a code span."""
    return md_code(type_.striptags())
