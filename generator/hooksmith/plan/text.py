"""Values and prose of a document → Python source that can be nothing but a literal or a docstring."""

from __future__ import annotations

import re
import textwrap
from typing import Any

WIDTH = 100

_UNSAFE = re.compile(r"[^\t\n\x20-\x7e]")
_UNSAFE_BEYOND_ASCII = (
    r"[^\t\n\x20-\x7e\xa0-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe"
    r"\uff00-\U000dffff\U000e0100-\U0010ffff]"
)
"""As text: it takes a while to compile, and few documents need it."""
_LIST_ITEM = re.compile(r"\s*([-*+>|#]|\d+[.)])\s?|\s{4,}|\s*```")


def literal(value: Any) -> str:
    """A Python literal for a JSON value, in ASCII where `repr` gives it."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list | tuple):
        inner = ", ".join(literal(item) for item in value)
        return (
            f"[{inner}]"
            if isinstance(value, list)
            else f"({inner}{',' if len(value) == 1 else ''})"
        )
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
        )
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    raise TypeError(f"no literal for {type(value).__name__}")


def _string(value: str) -> str:
    """As black has it: in double quotes, unless single ones need fewer escapes. Nothing can end the string or hide."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    escaped = (
        value.replace("\\", "\\\\")
        .replace(quote, f"\\{quote}")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t")
    )
    if not escaped.isprintable():
        escaped = "".join(_escape(char) for char in escaped)
    return f"{quote}{escaped}{quote}"


def _escape(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def docstring(value: str, indent: int) -> str:
    """`value` as a docstring, as black would have it: wrapped paragraphs, lines indented by `indent` columns."""
    body = wrap(_harmless(value), WIDTH - indent - 3)
    if not body:
        return ""
    first, *rest = body.split("\n")
    lines = [" " + first if first.startswith('"') else first]
    lines += (
        textwrap.indent(textwrap.dedent("\n".join(rest)), " " * indent).split("\n") if rest else []
    )
    if len(lines) > 1:
        lines.append(" " * indent)
    elif body.endswith('"'):
        lines[0] += " "
    return '"""' + "\n".join(lines) + '"""'


def _harmless(value: str) -> str:
    """Text that cannot end a docstring, escape from it or hide in it."""
    plain = value.expandtabs(4).replace("\r\n", "\n").replace("\r", "\n")
    unsafe = _UNSAFE if plain.isascii() else re.compile(_UNSAFE_BEYOND_ASCII)
    plain = unsafe.sub("\ufffd", plain)
    return plain.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def wrap(value: str, width: int) -> str:
    """Paragraphs filled to `width`; lists, tables, quotations and code keep their lines."""
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
    """`value` as a single line that no comment, heading or table can be left by."""
    return " ".join(_harmless(value).split())


def comment(value: str) -> str:
    """`value` as a comment's text, which no tool takes for a directive (`fmt: off`, `type: ignore`)."""
    return one_line(value).replace(":", " -").replace("noqa", "no-qa")


def sentence(value: str) -> str:
    """`value` with a full stop at its end, where it is a phrase."""
    plain = value.strip()
    return plain + "." if plain and plain[-1].isalnum() else plain


def in_short(value: str, width: int = 120) -> str:
    """`value`, or its first sentence where all of it is longer than `width`."""
    return value if len(value) <= width else _SENTENCE_END.split(value, maxsplit=1)[0]


_SENTENCE_END = re.compile(r"(?<=[^.\s][\w)`\]\"][.!?])\s+(?=[A-Z`\[\"])")


def section(title: str, entries: list[tuple[str, str]]) -> str:
    """A section of a docstring in Google's style: its entries hang four columns in, and keep their lines there."""
    if not entries:
        return ""
    lines = [f"{title}:"]
    for name, doc in entries:
        filled = wrap(f"{name}: {sentence(doc)}" if doc else name, WIDTH - 20).split("\n")
        lines += [f"    {filled[0]}", *(f"        {line}" for line in filled[1:])]
    return "\n".join(lines)
