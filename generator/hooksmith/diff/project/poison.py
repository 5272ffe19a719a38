"""A package without certain fields: each use of one of them is an error of the type checker."""

from __future__ import annotations

import ast
from collections.abc import Mapping

Fields = Mapping[str, frozenset[str]]
"""Class → names of its fields."""


def without_fields(files: Mapping[str, str], fields: Fields) -> dict[str, str]:
    """Return the files of a package with fields deleted from its classes."""
    return {
        path: _without(text, fields) if path.endswith(".py") and "_runtime/" not in path else text
        for path, text in files.items()
    }


def _without(text: str, fields: Fields) -> str:
    if not any(f"class {name}(" in text for name in fields):
        return text
    lines = text.split("\n")
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and node.name in fields:
            _blank(lines, node, fields[node.name])
    return "\n".join(lines)


def _blank(lines: list[str], node: ast.ClassDef, names: frozenset[str]) -> None:
    """Empty the lines of fields and of the docstrings below them; a class keeps a body."""
    is_field = False
    for item in node.body:
        is_docstring = isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
        is_field = (is_docstring and is_field) or (
            isinstance(item, ast.AnnAssign)
            and isinstance(item.target, ast.Name)
            and item.target.id in names
        )
        if is_field:
            first, last = item.lineno - 1, item.end_lineno or item.lineno
            lines[first:last] = ["    pass", *[""] * (last - first - 1)]
