"""First lines of docstrings are in the plain language that CONTRIBUTING.md describes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from hooksmith.load.library import load
from support.exceptions import check_exceptions
from support.paths import GENERATED, GENERATOR, PROVIDERS, ROOT, RUNTIME, SPECS

BANNED = re.compile(
    r"""\b(
        what | who | whom | nobody | somebody | something | anything | everything | others
      | come | comes | goes | told | tells? | said | says?
      | burnt | wish(ed|es)? | heirs? | twins? | aside | spell(s|ed|t)? | stated | wanted
      | ones | (the|an|another|this|that|which) \s one | one \s that
      | as \s (it \s is | they \s are) | that \s which | (if|do|does|is|so) \s so | so \s many
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def first_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line number and first line of each docstring; code is left out of it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node)
            if docstring:
                yield node.body[0].lineno, re.sub(r"`[^`]*`", "", docstring.partition("\n")[0])


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def faults(path: Path) -> list[str]:
    return [
        f"{name(path)}:{number}: {match[0]!r} in {line!r}"
        for number, line in first_lines(path)
        if (match := BANNED.search(line))
    ]


def sources() -> list[Path]:
    paths = [*GENERATOR.rglob("*.py"), *RUNTIME.rglob("*.py")]
    return [path for path in paths if "__pycache__" not in path.parts]


def test_the_generator_and_the_runtime(pytestconfig: pytest.Config) -> None:
    entries = {name(path): entry for path in sources() for entry in faults(path)}
    for entry in entries.values():
        print(entry)
    check_exceptions("language", set(entries), pytestconfig)


def test_identifiers_are_nouns_of_their_values() -> None:
    """Names of variables, arguments, functions and classes that only tell how a value was obtained."""
    assert [fault for path in sources() for fault in history_names(path)] == []


HISTORY = frozenset("found stated told said kept wanted given own it spelled made meant".split())


def history_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Name(id=identifier, ctx=ast.Store()) | ast.arg(arg=identifier):
                pass
            case ast.FunctionDef(name=identifier) | ast.ClassDef(name=identifier):
                pass
            case ast.AnnAssign(target=ast.Attribute(attr=identifier)):
                pass
            case _:
                continue
        if identifier.strip("_") in HISTORY:
            yield f"{name(path)}:{node.lineno}: {identifier}"


def test_generated_code(pytestconfig: pytest.Config) -> None:
    """Texts of the providers' documents are theirs; all other docstrings are ours."""
    texts = document_texts()
    entries = {
        f"{provider}/{path.relative_to(GENERATED / provider).as_posix()}": entry
        for provider in PROVIDERS
        for path in (GENERATED / provider).rglob("*.py")
        for number, line in first_lines(path)
        if (entry := BANNED.search(line))
        and not any(line[:40].rstrip(".") in text for text in texts)
    }
    for path, entry in entries.items():
        print(path, entry)
    check_exceptions("language_of_generated_code", set(entries), pytestconfig)


@cache
def document_texts() -> frozenset[str]:
    documents = [*SPECS.rglob("*.yaml"), *SPECS.rglob("*.json")]
    return frozenset(text for path in documents for text in strings(path))


def strings(path: Path) -> Iterator[str]:
    """Yield all texts of a document, their white space normalized."""
    pending = [load(path).root.data]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield " ".join(value.split())
        elif isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def test_the_list_finds_what_it_should() -> None:
    """So that a change of the expression is not one that finds nothing."""
    for line in ("What the wire knows of the calls", "Names for those whom nobody contradicts"):
        assert BANNED.search(line)
    for line in ("Return the class name for a schema", "Retry policy for one request"):
        assert not BANNED.search(line)
