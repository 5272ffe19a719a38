"""Texts of a document in Markdown files of a package, in which they can be neither HTML nor structure."""

from __future__ import annotations

import re

from .docstrings import one_line

_SIGNS = re.compile(r"[\\`*_\[\]<>~|]")


def md_text(text: str) -> str:
    """Return a text on one line; its characters that Markdown or HTML could read as signs are escaped."""
    return _SIGNS.sub(r"\\\g<0>", one_line(text)).replace("\\<", "&lt;").replace("&#", "&amp;#")


def md_code(text: str) -> str:
    """Return a text as a code span, with as many backticks as it takes (CommonMark 6.1)."""
    line = one_line(text)
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    mark = "`" * (longest + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{mark}{space}{line}{space}{mark}" if line else ""
