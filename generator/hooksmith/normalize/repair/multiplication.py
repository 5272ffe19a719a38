"""Limit of texts that references to parameters, bodies and responses multiply: each use of them is written out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...errors import DocumentError
from ...openapi.grammar import walk
from ...openapi.references import resolved
from ..bundled_document import Bundle
from ..diagnostics import Findings

MOST_COPIED = 5_000_000
"""Characters beside twice those of the document. GitHub's document (13 MB) has 1 million."""
_OVERHEAD = 8
"""Characters of code for a value."""


def refuse_multiplied_texts(bundled: Bundle, findings: Findings) -> None:
    """Raise DocumentError if the uses of components other than schemas have too many characters together."""
    document = bundled.document
    uses: Counter[str] = Counter()
    for visit in walk("openapi", document):
        reference = visit.node.get("$ref")
        if visit.kind != "schema" and isinstance(reference, str):
            uses[reference] += 1
    sizes = {
        reference: count * _characters(resolved(document, reference))
        for reference, count in uses.items()
        if count > 1
    }
    most = MOST_COPIED + 2 * _characters(document)
    if sum(sizes.values()) > most:
        largest = max(sizes, key=lambda reference: sizes[reference])
        raise DocumentError.at(
            findings.place(largest.removeprefix("#")),
            f"references multiply this: its {uses[largest]} uses have {sizes[largest]:,} characters",
            hint="move what is long into a schema of `components`, which is written once",
        )


def _characters(value: Any) -> int:
    """Return about how many characters of code a value becomes."""
    total, stack = 0, [value]
    while stack:
        item = stack.pop()
        total += _OVERHEAD
        if isinstance(item, str):
            total += len(item)
        elif isinstance(item, dict):
            total += sum(map(len, item))
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return total
