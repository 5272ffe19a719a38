"""Texts of a document: descriptions as Markdown, and the evidence for a fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..ir import Provenance
from .html_to_markdown import markdown


def text(value: Any) -> str:
    """Return a description as Markdown; the empty string if the value is no string."""
    return markdown(value.strip()) if isinstance(value, str) else ""


def provenance(node: Mapping[str, Any]) -> Provenance | None:
    """Return the `x-hooksmith-provenance` of an object, or None."""
    value = node.get("x-hooksmith-provenance")
    if not isinstance(value, dict):
        return None
    return Provenance(
        status=value["status"],
        source=tuple(value.get("source") or ()),
        note=text(value.get("note")),
    )
