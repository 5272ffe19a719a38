"""What is allowed but looks like a slip of the pen: names that nothing has. Nothing is repaired."""

from __future__ import annotations

from typing import Any

from ...pointer import escape
from ...suggest import did_you_mean
from ..bundle import resolve_local
from ..findings import Findings
from ..grammar import Node, walk

_ELSEWHERE = frozenset({"oneOf", "anyOf", "if", "then", "else", "patternProperties"})
"""Where an object may have properties that `properties` and `allOf` do not name."""


def warn_of_suspicions(document: Node, findings: Findings) -> None:
    """Warn of required properties and of targets of discriminators that do not exist."""
    for visit in walk("openapi", document):
        if visit.kind == "schema":
            _required(document, visit.node, visit.pointer, findings)
            _targets(document, visit.node, visit.pointer, findings)


def _required(document: Node, schema: Node, pointer: str, findings: Findings) -> None:
    """A part of an `allOf` may require what another part names, and is passed over."""
    required = schema.get("required")
    if not isinstance(required, list) or "/allOf/" in pointer:
        return
    known = _properties(document, schema, set())
    if not known:
        return
    closed = schema.get("additionalProperties") is False
    for name in required:
        hint = did_you_mean(name, known) if name not in known else ""
        if name not in known and (closed or hint):
            findings.warn(f"{pointer}/required", f"required: no property is named {name!r}", hint)


def _properties(document: Node, schema: Any, passed: set[int]) -> set[str]:
    """The names of an object's properties with those of its parts; empty where it may have others besides."""
    schema = _follow(document, schema)
    if not isinstance(schema, dict) or id(schema) in passed or _ELSEWHERE & schema.keys():
        return set()
    passed.add(id(schema))
    parts = [_properties(document, part, passed) for part in schema.get("allOf") or ()]
    if not all(parts):
        return set()
    return {*(schema.get("properties") or {}), *(name for part in parts for name in part)}


def _targets(document: Node, schema: Node, pointer: str, findings: Findings) -> None:
    discriminator = schema.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    for value, target in (mapping or {}).items():
        if not _is_missing(document, target):
            continue
        known = [*((document.get("components") or {}).get("schemas") or {})]
        findings.warn(
            f"{pointer}/discriminator/mapping/{escape(value)}",
            f"mapping: {target!r} leads nowhere",
            did_you_mean(target.rpartition("/")[2], known),
        )


def _is_missing(document: Node, target: str) -> bool:
    """Whether a mapping leads to nothing: a reference, or the bare name of a component."""
    if target.startswith("#"):
        return _resolved(document, target) is None
    if "/" in target or "." in target:
        return False  # a file's name, or a component's that has dots
    return _resolved(document, f"#/components/schemas/{escape(target)}") is None


def _follow(document: Node, node: Any) -> Any:
    for _ in range(100):
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            return node
        node = _resolved(document, node["$ref"])
    return None


def _resolved(document: Node, reference: str) -> Any:
    try:
        return resolve_local(document, reference)
    except (LookupError, ValueError, TypeError):
        return None
