"""One way only: what each part of the generator may import, read from its source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
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
    ("catalogue",),
    ("naming",),
    ("normalize",),
    ("describe",),
    ("plan",),
    ("render", "formatting", "output"),
    ("coverage_report", "name_places"),
    ("pipeline",),
    ("batch",),
    ("diff",),
    ("devtools",),
    ("drift",),
    ("docs",),
    ("cli",),
    ("__main__",),
)
"""Packages and modules of the generator from the lowest level to the highest. A module imports lower levels, or a
module of its own level without a circle."""

LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}

BASE_INSTALL = frozenset({"pydantic", "pydantic_core", "httpx2", "typing_extensions"})
EXTRAS = frozenset(
    {
        "cryptography",
        "http_message_signatures",
        "http_sf",
        "starlette",
        "anyio",
        "opentelemetry",
        "psycopg",
        "psycopg_pool",
        "procrastinate",
    }
)
"""What only some users have: imported where it is used, never when a module is."""


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def part(path: Path) -> str:
    """The part of the generator that a file belongs to: its folder's name, or its own."""
    first = path.relative_to(GENERATOR).parts[0]
    return first.removesuffix(".py")


@cache
def imports(path: Path) -> tuple[tuple[int, str], ...]:
    """(line, absolute dotted name) of every import in a file, wherever it stands."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
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


@cache
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
    allowed = {"plan", "ir", "naming", "openapi", "frozen", "json_pointer"}
    for path in modules(GENERATOR / "plan"):
        names = {name.split(".")[1] for _, name in imports(path) if name.startswith("hooksmith.")}
        assert names <= allowed, path


def test_only_the_command_line_prints() -> None:
    for path in modules(GENERATOR):
        if path.is_relative_to(GENERATOR / "cli") or path.stem == "__main__":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_print = isinstance(node, ast.Name) and node.id == "print"
            is_stream = isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr")
            if is_print or (is_stream and ast.unparse(node).startswith("sys.")):
                raise AssertionError(f"{path.name}:{node.lineno} prints")


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


RUNTIME_ORDER = (("",), ("models",), ("client", "webhooks"), ("callbacks",))
"""Folders of the runtime from the lowest level to the highest; `""` is its root. A folder imports lower levels only."""


def runtime_module(path: Path) -> str:
    """The dotted name of a module of the runtime, without the runtime's own name; a package's is that of its folder."""
    parts = path.relative_to(RUNTIME).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def runtime_imports(path: Path, *, when_run: bool = False) -> set[str]:
    """The modules of the runtime that a module imports; `when_run`: without those for type checkers alone."""
    names = {runtime_module(each) for each in modules(RUNTIME)}
    folder = list(path.relative_to(RUNTIME).parts[:-1])
    found = set()
    for node in _statements(ast.parse(path.read_text("utf-8")), when_run=when_run):
        if isinstance(node, ast.ImportFrom) and node.level:
            stem = [*folder[: len(folder) - node.level + 1], *(node.module or "").split(".")]
            base = ".".join(filter(None, stem))
            found |= {base} if base in names else set()
            inner = {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
            found |= inner & names
    return found - {runtime_module(path)}


def _statements(tree: ast.AST, *, when_run: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not (when_run and is_for_types):
            yield node
            yield from _statements(node, when_run=when_run)


@pytest.mark.parametrize("path", modules(RUNTIME), ids=runtime_module)
def test_folders_of_the_runtime_import_lower_levels(path: Path) -> None:
    level = {name: level for level, names in enumerate(RUNTIME_ORDER) for name in names}
    here = _folder(runtime_module(path))
    for name in runtime_imports(path):
        other = _folder(name)
        assert other == here or level[other] < level[here], f"{runtime_module(path)} → {name}"


def _folder(module: str) -> str:
    folder = module.partition(".")[0]
    return folder if (RUNTIME / folder).is_dir() else ""


def test_there_are_no_circles_in_the_runtime() -> None:
    graph = {runtime_module(path): runtime_imports(path) for path in modules(RUNTIME)}
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("omit") < order.index("callbacks.receiver")


@pytest.mark.parametrize("path", modules(RUNTIME), ids=runtime_module)
def test_modules_and_functions_of_the_runtime_are_short(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 40, f"{node.name}:{node.lineno}"
