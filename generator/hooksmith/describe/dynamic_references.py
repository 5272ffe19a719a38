"""`$dynamicRef`s that several anchors may answer: the schema around them decides, so they have no type of their own."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any

from ..normalize import Normal
from ..openapi.grammar import Node


class DynamicReferences:
    """The dynamic references of a document."""

    def __init__(self, normal: Normal) -> None:
        self._normal = normal

    def is_open(self, node: Node, pointer: str) -> bool:
        """Whether a schema is a dynamic reference to an anchor that several schemas have; warn of it."""
        reference = node.get("$dynamicRef")
        if not isinstance(reference, str) or self._anchors[reference.rpartition("#")[2]] < 2:
            return False
        self._normal.warn(
            pointer,
            f"$dynamicRef {reference} depends on the schema around it: values of any type are taken",
            "write a schema for each specialisation, or refer by $ref",
        )
        return True

    @cached_property
    def _anchors(self) -> Counter[str]:
        """Return how many schemas have each `$dynamicAnchor`, in all files."""
        anchors: Counter[str] = Counter()
        pending: list[Any] = [file.data for file in self._normal.library.documents.values()]
        while pending:
            value = pending.pop()
            if isinstance(value, dict):
                pending += value.values()
                anchor = value.get("$dynamicAnchor")
                anchors[anchor if isinstance(anchor, str) else ""] += 1
            elif isinstance(value, list):
                pending += value
        return anchors
