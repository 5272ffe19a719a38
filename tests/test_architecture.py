"""ARCHITECTURE.md and CONTRIBUTING.md name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.paths import GENERATOR, ROOT, RUNTIME

PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md")
QUESTIONS = 13


def text(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def index() -> dict[str, str]:
    """The table that answers where each decision is taken: question → path."""
    section = text("ARCHITECTURE.md").partition("## Where is X decided?")[2]
    return dict(re.findall(r"^\| ([^|]+) \| `([^`|]+)` \|$", section, re.MULTILINE))


def test_every_question_has_a_file() -> None:
    assert len(index()) == QUESTIONS
    assert [path for path in index().values() if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(page: str) -> None:
    """Paths in code spans, from the root or below the generator, the templates or the runtime; not those beside it."""
    bases = (ROOT, GENERATOR, ROOT / "templates", RUNTIME)
    spans = set(re.findall(r"`([\w./*-]+/[\w./*-]*|[\w]+\.(?:py|md|toml))`", text(page)))
    inside = {span for span in spans if not span.startswith("../")}
    missing = [span for span in inside if not any(exists(base, span) for base in bases)]
    assert sorted(missing) == []


def exists(base: Path, span: str) -> bool:
    return any(base.glob(span.rstrip("/"))) if "*" in span else (base / span).exists()


def test_every_folder_of_the_generator_is_in_the_tree() -> None:
    tree = text("ARCHITECTURE.md").partition("## Tree")[2].partition("## Glossary")[0]
    names = {path.name for path in GENERATOR.iterdir() if (path / "__init__.py").is_file()}
    names |= {path.stem for path in GENERATOR.glob("*.py") if path.name[0] != "_"}
    assert {name for name in names if not re.search(rf"\b{name}\b", tree)} == set()


def test_it_is_short() -> None:
    assert len(text("ARCHITECTURE.md").splitlines()) <= 150
