"""Wrong but usable documents → documents of the shape that the later steps rely on, with a warning for each repair.

After this pass, every key that the generator reads holds a value of the JSON type that OpenAPI gives it, every local
reference leads to an object of the kind that belongs there, and every parameter has a name and a place.
"""

from __future__ import annotations

from typing import Any

from ...json_pointer import join
from ...openapi.grammar import BESIDE_EXTENSIONS, GRAMMAR, LIST, ONE, Node, Visit, children, walk
from ..bundled_document import Bundle
from ..diagnostics import Findings
from .callback_expressions import warn_of_expressions
from .coerce import DROP
from .keyword_types import CHECKS, MESSAGES
from .lint import warn_of_suspicions
from .operations import mend_operations
from .references import mend_references
from .schemas import mend_schema


def tolerate(bundled: Bundle, findings: Findings) -> None:
    """Repair a bundled document in place."""
    for pointer in bundled.dropped:
        findings.warn(pointer, "this is not a mapping, and left out")
    _Shapes(bundled.document, findings).run()
    count = findings.count
    mend_references(bundled.document, findings)
    mend_operations(bundled.document, findings)
    if findings.count > count:
        mend_references(bundled.document, findings)  # to what the repairs left out
    visits = list(walk("openapi", bundled.document))
    warn_of_suspicions(bundled.document, visits, findings)
    warn_of_expressions(bundled.document, visits, findings)


class _Shapes:
    """Gives every object of the document the shape of its kind, from the outside in."""

    def __init__(self, document: Node, findings: Findings) -> None:
        self._document = document
        self._findings = findings

    def run(self) -> None:
        stack = [Visit("openapi", "", self._document)]
        while stack:
            visit = stack.pop()
            self._mend(visit)
            stack.extend(reversed(list(children(visit.kind, visit.node, visit.pointer))))

    def _mend(self, visit: Visit) -> None:
        kind, pointer, node = visit
        self._values(kind, pointer, node)
        if kind == "schema":
            mend_schema(node, pointer, self._document, self._findings)
        if kind == "callback":
            if "$ref" not in node:
                self._map(node, "pathItem", pointer)
            return
        for key in [key for key in node if key in GRAMMAR[kind]]:
            how, child = GRAMMAR[kind][key]
            place = f"{pointer}/{key}"
            repaired = self._child(node[key], how, child, place)
            if repaired is DROP:
                del node[key]
            elif repaired is not node[key]:
                node[key] = repaired

    def _values(self, kind: str, pointer: str, node: Node) -> None:
        checks = CHECKS[kind]
        for key in [key for key in node if key in checks]:
            value = node[key]
            repaired = checks[key](value)
            if repaired is value:
                continue
            if repaired is DROP:
                del node[key]
            else:
                node[key] = repaired
            if type(repaired) is not type(value) or repaired != value:
                self._findings.warn(
                    f"{pointer}/{key}", _message(key, value, repaired), MESSAGES.get(key, "")
                )

    def _child(self, value: Any, how: str, child: str, place: str) -> Any:
        if how is ONE:
            return self._object(value, child, place)
        if how is LIST:
            return self._list(value, child, place)
        if value is None or not isinstance(value, dict):
            return self._no_map(value, child, place)
        self._map(value, child, place)
        return value

    def _object(self, value: Any, child: str, place: str) -> Any:
        if isinstance(value, dict) or (child == "schema" and isinstance(value, bool)):
            return value
        if child == "schema" and isinstance(value, list) and place.endswith("/items"):
            return [item for item in value if isinstance(item, dict | bool)]
        self._findings.warn(place, f"{_in_words(value)} is not a mapping, and left out")
        return DROP

    def _list(self, value: Any, child: str, place: str) -> Any:
        if isinstance(value, dict):
            self._findings.warn(
                place, "this is one mapping where a list belongs, and taken as a list of it"
            )
            return [value]
        if not isinstance(value, list):
            self._findings.warn(place, f"{_in_words(value)} is not a list, and left out")
            return DROP
        usable = [
            item for item in value if isinstance(item, dict) or (child == "schema" and item is True)
        ]
        if len(usable) < len(value):
            self._findings.warn(
                place,
                f"{len(value) - len(usable)} of {len(value)} items cannot be used, and are left out",
            )
        if not usable and child == "schema":
            if not value:
                self._findings.warn(place, "this is an empty list, and left out")
            return DROP
        return (
            [{} if item is True else item for item in usable]
            if usable != value or True in usable
            else value
        )

    def _no_map(self, value: Any, child: str, place: str) -> Any:
        """Lists of named objects are taken as the maps that they should be."""
        self._findings.warn(
            place,
            f"{_in_words(value)} is not a mapping"
            + ("" if isinstance(value, list) else ", and left out"),
        )
        if not isinstance(value, list):
            return DROP
        objects_by_name = {
            str(item["name"]): item
            for item in value
            if isinstance(item, dict) and isinstance(item.get("name"), str)
        }
        self._map(objects_by_name, child, place)
        return objects_by_name

    def _map(self, value: Node, child: str, place: str) -> None:
        for key in list(value):
            item = value[key]
            if isinstance(item, dict) or (child == "schema" and isinstance(item, bool)):
                continue
            if child in BESIDE_EXTENSIONS and key.startswith("x-"):
                del value[key]
            elif child == "schema" and isinstance(item, list):
                continue  # `dependencies`
            else:
                self._findings.warn(
                    join(place, key),
                    f"{_in_words(item)} is not a mapping, and taken as an empty one",
                )
                value[key] = {}


def _message(key: str, value: Any, repaired: Any) -> str:
    if repaired is DROP:
        return f"{key}: {_in_words(value)} is of the wrong type, and left out"
    return f"{key}: {_in_words(value)} is of the wrong type, and taken as {_in_words(repaired)}"


def _in_words(value: Any) -> str:
    """A value, short."""
    if isinstance(value, dict | list):
        return f"a {'mapping' if isinstance(value, dict) else 'list'}"
    text = (
        {None: "null", True: "true", False: "false"}.get(value, repr(value))
        if value is None or isinstance(value, bool)
        else repr(value)
    )
    return text if len(text) < 40 else text[:37] + "…"
