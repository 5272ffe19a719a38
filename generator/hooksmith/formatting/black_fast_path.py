"""Layout of long lines in black's style, without black.

The templates write text that black would keep, with two exceptions: lines over the limit, and brackets on one line
that end in a comma. Nearly all of these have a few shapes: an import of many names, a header, an annotation, an
argument or entry that ends in brackets. This module lays out these shapes and lists the other statements for black.
Black over the whole text takes a hundred times as long; tests compare both results.
"""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from functools import cache

from .statement_spans import PAIRS, STRING, TOKEN, Span, statements

_STEP = 4
_LINES = r'"""(?:[^\\"]|\\.|"(?!""))*"""'
_TEXT = re.compile(rf"{_LINES}|{STRING}", re.DOTALL)
_BLANK = re.compile(rf"{_LINES}|{STRING}|\n{{3,}}", re.DOTALL)
_IMPORT = re.compile(r"from \S+ import [\w, ]+")
_CLASS = re.compile(r"class \w+\((\w+(?:, \w+)*)\):")
_METHOD = re.compile(r"((?:async )?def \w+\()(self)(\) -> .+:)")
_ATOM = rf"(?:[\w.]+|{STRING})"
_WHOLE = re.compile(
    rf"(?:async )?def \w+\(|\w+ as \w+,|(?:\| )?(?:\w+=|{STRING}: )?(?:lambda: )?{_ATOM},?"
)
"""Lines that have no place to split."""
_ALIAS = re.compile(r"(\w+: TypeAlias = )([^\"'(].*)()")
_CALL = re.compile(r"^(\w+: \w+\[.+\] = )(\w+\(\n(?: .*\n)*\))$", re.MULTILINE)
_PAGED = re.compile(r"((?:\) -> |\w+: )\w+\[)([\w.]+), ([\w.]+)(\]:|\] = \w+\()")
"""The end of a signature, or the beginning of a constant, whose type has two arguments: pages of items."""
_CONSTANT = re.compile(r"(\w+: )(\w+\[)(.+)(\])( = \w+\()")
_ANNOTATED = re.compile(rf"(\w+: )(.+?)((?: = {_ATOM})?,?)")
_ASSIGNED = re.compile(rf"(\w+ = )({_ATOM})")
_DISPLAY = re.compile(r"\w+ = [\[{].+")
_CONDITIONAL = re.compile(r"(\w+=)([\[{].+[\]}]) (if [\w.]+ is [\w.]+) (else [\w.]+),")
_LEAD = re.compile(rf"(?:\| )?(?:\w+ ?= ?|{STRING}: )?(?:lambda: )?(?:[\w.]+(?=[(\[]))?")
_NAMED = re.compile(r"\w+: (?:TypeAlias = )?[\w.]+(?=\[)")
_NAME_END = re.compile(r"[\w)\]]")


class CannotLayOutError(Exception):
    """The line has none of the shapes: black must format its statement."""


def lay_out(text: str, width: int) -> tuple[list[str], list[Span]]:
    """Return the lines of a rendered module after layout, and the statements for black among them, in order."""
    text = _BLANK.sub(_fewer_blank_lines, text.strip("\n") + "\n") if text else ""
    text = _CALL.sub(lambda call: _in_brackets(call, width), text)
    lines: list[str] = []
    unsolved: list[int] = []
    suspects = _suspects(text, width)
    for number, line in enumerate(text.split("\n")):
        if number not in suspects:
            lines.append(line)
            continue
        try:
            lines += _lay_out_line(line, width)
        except CannotLayOutError:
            unsolved.append(len(lines))
            lines.append(line)
    return lines, list(statements(lines, unsolved))


def _in_brackets(call: re.Match[str], width: int) -> str:
    """Put the call of `NAME: Type[T] = Call(…)` in brackets if its first line fits then."""
    head, rest = call.groups()
    first = rest.index("\n")
    if len(head) + first <= width or len(head) + len("(") > width:
        return call[0]
    return f"{head}(\n{textwrap.indent(rest, ' ' * _STEP)}\n)"


def _fewer_blank_lines(match: re.Match[str]) -> str:
    """Keep at most two blank lines, and one within a block. Strings are unchanged."""
    if not match[0].startswith("\n"):
        return match[0]
    return "\n\n" if match.string.startswith(" ", match.end()) else "\n\n\n"


# --- selection of lines --------------------------------------------------------------------------------------------


@cache
def _suspicious(width: int) -> re.Pattern[str]:
    return re.compile(rf"^(?:.{{{width + 1},}}|.*, ?[)\]}}].*)$", re.MULTILINE)


def _suspects(text: str, width: int) -> frozenset[int]:
    """Return the numbers of the lines that black may change, outside strings over several lines."""
    suspicious = [match.start() for match in _suspicious(width).finditer(text)]
    if not suspicious:
        return frozenset()
    strings = [match.span() for match in _TEXT.finditer(text) if match[0].startswith('"""')]
    starts = [start for start, _ in strings]
    numbers, number, position = set(), 0, 0
    for start in suspicious:
        number, position = number + text.count("\n", position, start), start
        before = bisect_right(starts, _first_visible(text, start)) - 1
        if before < 0 or strings[before][1] <= start:
            numbers.add(number)
    return frozenset(numbers)


def _first_visible(text: str, start: int) -> int:
    while text[start] == " ":
        start += 1
    return start


# --- one line ------------------------------------------------------------------------------------------------------


def _lay_out_line(line: str, width: int) -> list[str]:
    """Lay out one line. Raises CannotLayOutError."""
    code = line.lstrip(" ")
    indent = len(line) - len(code)
    fits = len(line) <= width and not _has_magic_comma(code)
    if fits or code.startswith("#") or _WHOLE.fullmatch(code):
        return [line]
    if _IMPORT.fullmatch(code):
        head, _, names = code.partition(" import ")
        return _exploded(f"{head} import (", names.split(", "), ")", indent)
    if header := _CLASS.fullmatch(code):
        return _lay_out_bases(code[: header.start(1)], header[1], indent, width)
    if (method := _METHOD.fullmatch(code)) and len(method[3]) + indent <= width:
        return _exploded(method[1], [method[2]], method[3], indent)
    if pages := _lay_out_pages(code, indent, width):
        return pages
    if constant := _CONSTANT.fullmatch(code):
        return _lay_out_constant(constant, indent, width)
    if annotated := _ALIAS.fullmatch(code) or _ANNOTATED.fullmatch(code):
        return _lay_out_annotated(annotated, indent, width)
    if assigned := _ASSIGNED.fullmatch(code):
        fits = len(assigned[2]) + indent + _STEP <= width
        return _wrapped(f"{assigned[1]}(", assigned[2], ")", indent) if fits else [line]
    if _DISPLAY.fullmatch(code):
        return _lay_out_brackets(code, "", indent, width)
    if conditional := _CONDITIONAL.fullmatch(code):
        return _lay_out_conditional(conditional, indent, width)
    if code.endswith(","):
        return _lay_out_element(code, indent, width)
    raise CannotLayOutError


def _lay_out_pages(code: str, indent: int, width: int) -> list[str]:
    """Lay out the type of pages in a signature or a constant; [] if `code` is no such line or stays too long.

    If the type's own bracket does not fit behind a constant's name, black puts the whole type in brackets.
    """
    paged = _PAGED.fullmatch(code)
    if paged is None:
        return []
    head, first, second, tail = paged.groups()
    if len(head) + indent <= width:
        return _lay_out_pair(head, first, second, tail, indent, width)
    name, _, opening = head.partition(": ")
    if not opening or len(name) + len(": (") + indent > width:
        return []
    inner = indent + _STEP
    whole = f"{opening}{first}, {second}]"
    pages = (
        [" " * inner + whole]
        if len(whole) + inner <= width
        else _lay_out_pair(opening, first, second, "]", inner, width)
    )
    return [f"{' ' * indent}{name}: (", *pages, f"{' ' * indent}){tail.removeprefix(']')}"]


def _lay_out_pair(
    head: str, first: str, second: str, tail: str, indent: int, width: int
) -> list[str]:
    """Lay out two arguments between a head and a tail, on one line if they fit."""
    if len(first) + len(second) + len(", ") + indent + _STEP <= width:
        return _wrapped(head, f"{first}, {second}", tail, indent)
    return _exploded(head, [first, second], tail, indent)


def _lay_out_bases(head: str, bases: str, indent: int, width: int) -> list[str]:
    """Lay out `class Name(A, B):`."""
    names = bases.split(", ")
    if len(names) == 1 or len(bases) + indent + _STEP <= width:
        return _wrapped(head, bases, "):", indent)
    return _exploded(head, names, "):", indent)


def _lay_out_constant(constant: re.Match[str], indent: int, width: int) -> list[str]:
    """Lay out `NAME: Type[T] = Call(`, the first line of a statement. Raises CannotLayOutError.

    If the type's own bracket does not fit behind the name, black puts the whole type in brackets.
    """
    name, opening, body, end, rest = constant.groups()
    has_room = len(name + opening) + indent <= width
    if not has_room and len(name) + len("(") + indent <= width:
        opening, body, end = "(", opening + body + end, ")"
    if len(body) + indent + _STEP > width:
        raise CannotLayOutError
    return _wrapped(name + opening, body, end + rest, indent)


def _lay_out_conditional(conditional: re.Match[str], indent: int, width: int) -> list[str]:
    """Lay out `name={a, b} if x is y else z,`. Raises CannotLayOutError."""
    lead, display, *clauses = conditional.groups()
    whole = " ".join((display, *clauses))
    inner = indent + _STEP
    if len(whole) + inner <= width and not _has_magic_comma(whole):
        return _wrapped(f"{lead}(", whole, "),", indent)
    lines = _lay_out_element(display, inner, width)
    lines += [" " * inner + clause for clause in clauses]
    return [f"{' ' * indent}{lead}(", *lines, f"{' ' * indent}),"]


def _lay_out_annotated(annotated: re.Match[str], indent: int, width: int) -> list[str]:
    """Lay out `name: A | B = DEFAULT`, a field or, with a comma, an argument. Raises CannotLayOutError.

    Black puts a field's default in brackets if that suffices, otherwise the options of the union.
    """
    name, annotation, rest = annotated.groups()
    if annotation.startswith("TypeAlias ") or _has_magic_comma(annotation):
        raise CannotLayOutError
    if rest and not rest.endswith(","):
        head = f"{name}{annotation} = ("
        if len(head) + indent <= width:
            return _wrapped(head, rest.removeprefix(" = "), ")", indent)
    if len(_operands(annotation)) == 1:
        if _WHOLE.fullmatch(annotation):
            return _lay_out_plain(name, annotation, rest, indent, width)
        return _lay_out_brackets(name + annotation, rest, indent, width)
    inner = _lay_out_element(annotation, indent + _STEP, width)
    return [f"{' ' * indent}{name}(", *inner, f"{' ' * indent}){rest}"]


def _lay_out_plain(name: str, annotation: str, rest: str, indent: int, width: int) -> list[str]:
    """Lay out `name: Type = DEFAULT`, whose type has no brackets. Raises CannotLayOutError."""
    longest = max(len(name) + len("("), len(annotation) + _STEP, len(")") + len(rest))
    if rest.endswith(",") or longest + indent > width:
        raise CannotLayOutError
    return _wrapped(f"{name}(", annotation, f"){rest}", indent)


def _lay_out_element(code: str, indent: int, width: int) -> list[str]:
    """Lay out an element of brackets over several lines. The only element may lack its comma.

    Raises CannotLayOutError.
    """
    if len(code) + indent <= width and not _has_magic_comma(code):
        return [" " * indent + code]
    if _WHOLE.fullmatch(code):
        return [" " * indent + code]
    body = code.removesuffix(",")
    tail = code[len(body) :]
    first, *rest = _operands(body)
    if not rest:
        return _lay_out_brackets(body, tail, indent, width)
    parts = [first, *(f"| {operand}" for operand in rest)]
    parts[-1] += tail
    return [line for part in parts for line in _lay_out_element(part, indent, width)]


def _lay_out_brackets(code: str, rest: str, indent: int, width: int) -> list[str]:
    """Lay out `name=Call(a, b)`, which ends in brackets, and the `rest` of its line. Raises CannotLayOutError.

    Black splits at the last brackets. Items get a line each if the brackets are no call's or end in a comma;
    otherwise all items move to one line, if they fit.
    """
    lead, items, has_comma = _opened(code)
    if len(lead) + indent > width:
        raise CannotLayOutError
    tail = code[-1] + rest
    if len(tail) + indent > width:
        raise CannotLayOutError
    if has_comma or (len(items) > 1 and not _is_call(lead)):
        return _each(lead, items, tail, indent, width, True)
    inner = ", ".join(items)
    if len(inner) + indent + _STEP <= width and not _has_magic_comma(inner):
        return _wrapped(lead, inner, tail, indent)
    return _each(lead, items, tail, indent, width, len(items) > 1)


def _operands(code: str) -> list[str]:
    """Return the operands of a union: `A[B | C] | D` → `A[B | C]`, `D`."""
    operands, begin, depth = [], 0, 0
    for token in TOKEN.finditer(code):
        depth += (token[0] in PAIRS) - (token[0] in ")]}")
        if token[0] == "|" and depth == 0 and token.start():
            operands.append(code[begin : token.start()].strip())
            begin = token.end()
    return [*operands, code[begin:].strip()]


def _each(
    lead: str, items: list[str], tail: str, indent: int, width: int, has_commas: bool
) -> list[str]:
    comma = "," if has_commas else ""
    inner = [
        line for item in items for line in _lay_out_element(item + comma, indent + _STEP, width)
    ]
    return [" " * indent + lead, *inner, " " * indent + tail]


def _exploded(head: str, items: list[str], tail: str, indent: int) -> list[str]:
    inner = [f"{' ' * (indent + _STEP)}{item}," for item in items]
    return [" " * indent + head, *inner, " " * indent + tail]


def _wrapped(head: str, body: str, tail: str, indent: int) -> list[str]:
    return [" " * indent + head, " " * (indent + _STEP) + body, " " * indent + tail]


def _is_call(lead: str) -> bool:
    """Return whether the opening bracket at the end of `lead` is a call's or a subscript's."""
    return bool(_NAME_END.match(lead, len(lead) - 2))


def _opened(code: str) -> tuple[str, list[str], bool]:
    """Split `name={a, b,}` into `name={`, [`a`, `b`] and whether a comma ends it. Raises CannotLayOutError."""
    start = _NAMED.match(code) or _LEAD.match(code)
    lead = start.end() if start else 0
    if code[lead : lead + 1] not in PAIRS or code[-1] != PAIRS[code[lead]]:
        raise CannotLayOutError
    items, begin, depth = [], lead + 1, 0
    for token in TOKEN.finditer(code, lead):
        mark = token[0]
        if mark in PAIRS:
            depth += 1
        elif mark in ")]}":
            depth -= 1
            if depth == 0 and token.end() != len(code):
                raise CannotLayOutError
        elif mark == "," and depth == 1:
            items.append(code[begin : token.start()].strip())
            begin = token.end()
    last = code[begin:-1].strip()
    return code[: lead + 1], [*items, last] if last else items, not last


def _has_magic_comma(code: str) -> bool:
    """Return whether brackets end in a comma, so that black splits them. A tuple of one item does not count.

    Raises:
        CannotLayOutError: The line closes more brackets than it opens.
    """
    opened: list[tuple[int, int]] = []
    comma = -1
    for token in TOKEN.finditer(code):
        mark = token[0]
        if mark in PAIRS:
            opened.append((token.start(), 0))
        elif mark in ")]}":
            if not opened:  # the brackets begin on an earlier line
                raise CannotLayOutError
            start, commas = opened.pop()
            if (
                comma >= 0
                and not code[comma : token.start()].strip()
                and not (commas == 1 and _may_be_single(code, start))
            ):
                return True
        elif mark == ",":
            comma = token.end()
            opened[-1:] = [(start, commas + 1) for start, commas in opened[-1:]]
    return False


def _may_be_single(code: str, start: int) -> bool:
    """Return whether brackets at `start` can be a tuple, whose only item needs its comma."""
    return code[start] == "(" and not (start and _NAME_END.match(code, start - 1))
