"""Valid but suspicious names that no property or schema has. They are reported, not repaired."""

from __future__ import annotations

from collections.abc import Iterable

from ...json_pointer import escape
from ...openapi.grammar import Node, Visit
from ...openapi.references import properties_of, resolved
from ...suggest import did_you_mean
from ..diagnostics import Findings


def warn_of_suspicions(document: Node, visits: Iterable[Visit], findings: Findings) -> None:
    """Warn of required properties and of targets of discriminators that do not exist."""
    for visit in visits:
        if visit.kind == "schema":
            _required(document, visit.node, visit.pointer, findings)
            _targets(document, visit.node, visit.pointer, findings)


def _required(document: Node, schema: Node, pointer: str, findings: Findings) -> None:
    """Warn of required names that resemble a property. A part of an `allOf` may require properties of other parts."""
    required = schema.get("required")
    if not isinstance(required, list) or "/allOf/" in pointer:
        return
    known = properties_of(document, schema)
    if not known:
        return
    closed = schema.get("additionalProperties") is False
    for name in required:
        hint = did_you_mean(name, known) if name not in known else ""
        if name not in known and (closed or hint):
            findings.warn(f"{pointer}/required", f"required: no property is named {name!r}", hint)


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
        return resolved(document, target) is None
    if "/" in target or "." in target:
        return False  # a file's name, or a component's that has dots
    return resolved(document, f"#/components/schemas/{escape(target)}") is None
