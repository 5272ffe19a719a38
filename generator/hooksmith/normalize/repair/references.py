"""References that lead to nothing, to the wrong kind of object, or back to themselves."""

from __future__ import annotations

from typing import Any

from ...errors import UnresolvedReferenceError
from ...json_pointer import escape
from ...openapi.grammar import Node, Visit, kind_at, walk
from ...openapi.references import resolve_local
from ..diagnostics import Findings

_WRAPPED = {"requestBody", "response", "mediaType", "parameter", "header"}
"""What holds a schema, so that a reference straight to a schema can be meant so."""


def mend_references(document: Node, findings: Findings) -> None:
    """Every reference of a document leads to an object of its kind afterwards, or is gone.

    Raises UnresolvedReferenceError for references that lead round in a circle: nothing is meant by them.
    """
    mender = _Mender(document, findings)
    for visit in [visit for visit in walk("openapi", document) if "$ref" in visit.node]:
        mender.mend(visit)


class _Mender:
    def __init__(self, document: Node, findings: Findings) -> None:
        self._document = document
        self._findings = findings
        self._ends: dict[str, tuple[str | None, bool]] = {}
        self._checked: set[str] = set()
        """References whose chains end."""

    def mend(self, visit: Visit) -> None:
        """Repair one reference. An object that stands in two places may have lost it already."""
        reference = visit.node.get("$ref")
        if not isinstance(reference, str):
            visit.node.pop("$ref", None)
            return
        if reference not in self._ends:
            self._ends[reference] = self._end(reference, visit.pointer)
        kind, is_resolved = self._ends[reference]
        if not is_resolved:
            self._findings.warn(
                visit.pointer, f"the $ref {reference!r} leads nowhere, and is left out"
            )
            del visit.node["$ref"]
        elif kind != visit.kind and visit.kind != "example":
            self._wrong_kind(visit, reference, kind)

    def _end(self, reference: str, pointer: str) -> tuple[str | None, bool]:
        """The kind of object that a reference leads to, and whether it leads to one; chains are followed."""
        passed = {f"#{pointer}"}
        target = self._look_up(reference)
        step = reference
        while isinstance(target, dict) and isinstance(target.get("$ref"), str):
            if step in passed:
                raise UnresolvedReferenceError.at(
                    self._findings.place(pointer),
                    f"the $ref {reference!r} leads in a circle, back to itself",
                    hint="one of the references in the circle must stand for a value",
                )
            passed.add(step)
            if step in self._checked:
                break
            step = target["$ref"]
            target = self._look_up(step)
        self._checked |= passed - {f"#{pointer}"}
        return kind_at(reference[1:]), isinstance(self._look_up(reference), dict | bool)

    def _look_up(self, reference: str) -> Any:
        if not reference.startswith("#"):
            return None
        try:
            return resolve_local(self._document, reference)
        except (LookupError, ValueError, TypeError):
            return None

    def _wrong_kind(self, visit: Visit, reference: str, kind: str | None) -> None:
        node = visit.node
        if kind == "schema" and visit.kind in _WRAPPED:
            del node["$ref"]
            node.update(_around(visit.kind, {"$ref": reference}))
            repair = "taken as its schema"
        elif visit.kind == "schema" and (place := self._schema_of(reference)):
            node["$ref"] = place
            repair = "its schema is taken"
        else:
            del node["$ref"]
            repair = "left out"
        self._findings.warn(
            visit.pointer,
            f"the $ref {reference!r} leads to no {visit.kind} but a {kind or 'value'}: {repair}",
        )

    def _schema_of(self, reference: str) -> str | None:
        """The schema in a parameter, body or response, where it has one."""
        target = self._look_up(reference)
        if not isinstance(target, dict):
            return None
        if isinstance(target.get("schema"), dict):
            return f"{reference}/schema"
        for media_type, content in (target.get("content") or {}).items():
            if isinstance(content.get("schema"), dict):
                return f"{reference}/content/{escape(media_type)}/schema"
        return None


def _around(kind: str, schema: Node) -> Node:
    if kind in ("requestBody", "response"):
        return {"content": {"application/json": {"schema": schema}}}
    return {"schema": schema}
