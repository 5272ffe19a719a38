"""Prose of a document → docstrings and comments. No text of a document can leave its docstring or comment."""

from __future__ import annotations

import re
import textwrap

WIDTH = 100
"""Columns of a line of generated code."""

LONGEST = 20_000
"""Characters of a docstring."""

_UNSAFE = re.compile(r"[^\t\n\x20-\x7e]")
_UNSAFE_BEYOND_ASCII = (
    r"[^\t\n\x20-\x7e\xa0-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe"
    r"\uff00-\U000dffff\U000e0100-\U0010ffff]"
)
"""Compiled on demand: compiling takes several milliseconds, and few documents leave ASCII."""
_LIST_ITEM = re.compile(r"\s*([-*+>|#]|\d+[.)])\s?|\s{4,}|\s*```")
_SENTENCE_END = re.compile(r"(?<=[^.\s][\w)`\]\"][.!?])\s+(?=[A-Z`\[\"])")


def docstring(value: str, indent: int, *, has_summary: bool = False) -> str:
    """Return `value` as a docstring in black's style, with wrapped paragraphs.

    Args:
        value: Markdown.
        indent: The columns by which lines after the first are indented.
        has_summary: Whether the first sentence stands alone if its paragraph takes several lines (PEP 257).
    """
    width = WIDTH - indent - 3
    plain = _harmless(_cut(value))
    body = wrap(_summarized(plain, width) if has_summary else plain, width)
    if not body:
        return ""
    first, *rest = body.split("\n")
    lines = [" " + first if first.startswith('"') else first]
    if rest:
        lines += textwrap.indent(textwrap.dedent("\n".join(rest)), " " * indent).split("\n")
    if len(lines) > 1:
        lines.append(" " * indent)
    elif body.endswith('"'):
        lines[0] += " "
    return '"""' + "\n".join(lines) + '"""'


def _cut(value: str) -> str:
    """Return a text; if it is too long for a docstring, its beginning and an ellipsis."""
    return value if len(value) <= LONGEST else f"{value[:LONGEST].rsplit(maxsplit=1)[0]} …"


def _harmless(value: str) -> str:
    """Replace characters that are invisible or reorder text; escape backslashes and triple quotes."""
    plain = value.expandtabs(4).replace("\r\n", "\n").replace("\r", "\n")
    unsafe = _UNSAFE if plain.isascii() else re.compile(_UNSAFE_BEYOND_ASCII)
    plain = unsafe.sub("\ufffd", plain)
    return plain.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _summarized(value: str, width: int) -> str:
    """Make the first sentence a paragraph of its own, if it fits a line and its paragraph does not."""
    paragraph, separator, others = value.strip().partition("\n\n")
    text = " ".join(paragraph.split())
    if len(text) <= width or any(_LIST_ITEM.match(line) for line in paragraph.split("\n")):
        return value
    first, *sentences = _SENTENCE_END.split(text, maxsplit=1)
    if not sentences or len(first) > width:
        return value
    return f"{first}\n\n{sentences[0]}{separator}{others}"


def wrap(value: str, width: int) -> str:
    """Fill paragraphs to `width` columns. Lists, tables, quotations and code keep their lines."""
    blocks = re.split(r"\n\s*\n", value.strip())
    return "\n\n".join(_wrap_block(block.strip("\n"), width) for block in blocks if block.strip())


def _wrap_block(block: str, width: int) -> str:
    lines = [line.rstrip() for line in block.split("\n")]
    if any(_LIST_ITEM.match(line) for line in lines):
        return "\n".join(lines)
    text = " ".join(line.strip() for line in lines)
    if len(text) <= width and text.isprintable():
        return text
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def one_line(value: str) -> str:
    """Return `value` as a single line that cannot end a comment, heading or table."""
    return " ".join(_harmless(value).split())


def comment(value: str) -> str:
    """Return `value` as the text of a comment that is no directive to any tool.

    Directives are `fmt: off`, `type: ignore`, `noqa`, and an encoding declaration (`coding=latin-1`, PEP 263).
    """
    return (
        one_line(value).replace(":", " -").replace("coding=", "coding -").replace("noqa", "no-qa")
    )


def sentence(value: str) -> str:
    """Return `value` with a full stop if it ends in a letter or digit."""
    plain = value.strip()
    return plain + "." if plain and plain[-1].isalnum() else plain


def in_short(value: str, width: int = 120) -> str:
    """Return `value`, or its first sentence if `value` is longer than `width` characters."""
    return value if len(value) <= width else _SENTENCE_END.split(value, maxsplit=1)[0]


def section(title: str, entries: list[tuple[str, str]]) -> str:
    """Return a section of a docstring in Google's style (`Args:`). Empty if there are no entries.

    Entries are indented by four columns and keep their lines in `wrap`.
    """
    if not entries:
        return ""
    lines = [f"{title}:"]
    for name, doc in entries:
        filled = wrap(f"{name}: {sentence(doc)}" if doc else name, WIDTH - 20).split("\n")
        lines += [f"    {filled[0]}", *(f"        {line}" for line in filled[1:])]
    return "\n".join(lines)


_MARKDOWN = re.compile(r"[\\`*_\[\]<>~|]")


def md_text(text: str) -> str:
    """Return a text on one line; its characters that Markdown or HTML could read as signs are escaped."""
    return _MARKDOWN.sub(r"\\\g<0>", one_line(text)).replace("\\<", "&lt;").replace("&#", "&amp;#")


def md_code(text: str) -> str:
    """Return a text as a code span, with as many backticks as it takes (CommonMark 6.1)."""
    line = one_line(text)
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    mark = "`" * (longest + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{mark}{space}{line}{space}{mark}" if line else ""
