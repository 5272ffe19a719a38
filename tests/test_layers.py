"""One way only: what each part of the generator may import, read from its source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from support.paths import GENERATOR, RUNTIME

ORDER = (
    ("errors", "frozen", "json_pointer", "suggest", "progress", "settings"),
    ("ir",),
    ("openapi",),
    ("load",),
    ("caching",),
    ("extensions", "config"),
    ("naming",),
    ("normalize",),
    ("describe",),
    ("plan",),
    ("render", "formatting", "output"),
    ("coverage_report",),
    ("pipeline",),
    ("batch",),
    ("diff",),
    ("devtools",),
    ("cli",),
    ("__main__",),
)
"""Packages and modules of the generator from the lowest level to the highest. A module imports lower levels, or a
module of its own level without a circle."""

LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}

BASE_INSTALL = frozenset({"pydantic", "pydantic_core", "httpx2", "typing_extensions"})
EXTRAS = frozenset({"cryptography", "http_message_signatures", "http_sf", "starlette", "anyio"})
"""What only some users have: imported where it is used, never when a module is."""


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def part(path: Path) -> str:
    """The part of the generator that a file belongs to: its folder's name, or its own."""
    first = path.relative_to(GENERATOR).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, absolute dotted name) of every import in a file, wherever it stands."""
    package = (
        ["hooksmith", *path.relative_to(GENERATOR).parts[:-1]]
        if path.is_relative_to(GENERATOR)
        else []
    )
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = [*base, *([node.module] if node.module else [])]
            for alias in node.names:
                yield node.lineno, ".".join([*stem, alias.name])


def graph() -> dict[str, set[str]]:
    """Part → the parts that it imports, wherever in its files."""
    found: dict[str, set[str]] = {}
    for path in modules(GENERATOR):
        here = found.setdefault(part(path), set())
        names = {name.split(".")[1] for _, name in imports(path) if name.startswith("hooksmith.")}
        here |= {name for name in names if not name.startswith("__")} - {part(path)}
    return found


def test_there_are_no_circles() -> None:
    order = list(TopologicalSorter(graph()).static_order())
    assert order.index("errors") < order.index("cli")


def test_every_part_has_a_level() -> None:
    assert graph().keys() - {"__init__"} == LEVEL.keys()


@pytest.mark.parametrize("name", LEVEL)
def test_no_import_goes_up(name: str) -> None:
    upward = {other for other in graph().get(name, set()) if LEVEL[other] > LEVEL[name]}
    assert upward == set()


def test_plan_sees_the_document_through_the_ir_alone() -> None:
    for path in modules(GENERATOR / "plan"):
        names = {name.split(".")[1] for _, name in imports(path) if name.startswith("hooksmith.")}
        assert not names & {"load", "document", "resolve", "reading", "config", "extensions"}, path


def test_only_the_command_line_prints() -> None:
    for path in modules(GENERATOR):
        if path.stem in ("cli", "__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", f"{path.name}:{node.lineno}"


def test_only_annotations_spell_python_types() -> None:
    """The IR carries no Python text, and is of nothing but plain data."""
    for path in modules(GENERATOR / "ir"):
        names = {name for _, name in imports(path) if name.startswith("hooksmith.")}
        outside = {name for name in names if not name.startswith("hooksmith.ir.")}
        assert outside <= {"hooksmith.frozen.value"}, path.name
        assert "Annotated[" not in path.read_text("utf-8"), path.name


@pytest.mark.parametrize("path", modules(RUNTIME), ids=lambda path: path.stem)
def test_the_runtime_imports_nothing_of_ours(path: Path) -> None:
    depth = len(path.relative_to(RUNTIME).parts)
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            assert node.level <= depth, f"{path.name}:{node.lineno} reaches out of the runtime"
        assert roots(node) <= sys.stdlib_module_names | BASE_INSTALL | EXTRAS, (
            f"{path.name}: {roots(node)}"
        )
    for node in tree.body:
        assert not roots(node) & EXTRAS, f"{path.name}:{node.lineno} needs an extra to be imported"


def roots(node: ast.AST) -> set[str]:
    """The top-level packages that an import statement names."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom) and not node.level:
        names.append(node.module or "")
    return {name.partition(".")[0] for name in names}
