"""Access to the schemas of a document: ends of references, properties with those of base classes."""

from __future__ import annotations

from typing import Any

from ..load.references import is_reference
from ..openapi.grammar import Node
from ..openapi.references import resolve_local


class Lookup:
    """Access to the schemas of a normal form."""

    def __init__(self, document: Node) -> None:
        self._document = document

    def resolve(self, node: Any) -> Any:
        """Return the value at the end of a chain of references."""
        seen: set[str] = set()
        while is_reference(node) and node["$ref"] not in seen:
            seen.add(node["$ref"])
            node = resolve_local(self._document, node["$ref"])
        return node

    def required(self, node: Any) -> set[str]:
        """Return the required property names of an object; a base class may require properties of its subclasses."""
        return {name for part in self.lineage(node) for name in part.get("required") or ()}

    def properties(self, node: Any) -> dict[str, Any]:
        """Return the properties of an object by name with their schemas, those of its base classes first."""
        properties: dict[str, Any] = {}
        for part in reversed(self.lineage(node)):
            properties.update(part.get("properties") or {})
        return properties

    def lineage(self, node: Any) -> list[Node]:
        """Return an object and its base classes, each before its own base classes, the last base class first.

        The order comes from a stack: chains of base classes may be longer than Python's recursion limit.
        """
        lineage: list[Node] = []
        stack = [node]
        while stack:
            part = self.resolve(stack.pop())
            if isinstance(part, dict):
                lineage.append(part)
                stack += part.get("allOf") or ()
        return lineage
