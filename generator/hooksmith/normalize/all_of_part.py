"""One member of an `allOf`, and whether it can be a base class."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..json_pointer import escape
from ..openapi.grammar import ANNOTATIONS, Node, copied
from ..openapi.references import resolve_local
from .combination import EXTRA_ASSERTIONS

MAX_BASES = 100
"""Base classes of a base class, with all of theirs. Beyond, a class repeats their properties."""

_UNEVALUATED = frozenset({"unevaluatedProperties", "unevaluatedItems"})
_NO_CLASSES = frozenset({"oneOf", "anyOf", "enum", "const"})
_NO_BASES = _NO_CLASSES | {"$ref", "not"}
_NO_OBJECTS = _NO_BASES | {"items", "prefixItems"}
_NAMED_INSIDE = frozenset(
    "properties oneOf anyOf allOf items prefixItems additionalProperties".split()
)


class Part:
    """A member of an `allOf`, its reference resolved.

    Args:
        schema: The schema, or the target of its reference.
        reference: The reference, or None.
        siblings: Keywords beside the reference.
        document: The document.
        pointer: JSON Pointer to the schema.
    """

    def __init__(
        self, schema: Any, reference: str | None, siblings: Node, document: Node, pointer: str = ""
    ) -> None:
        self.pointer = pointer
        self.schema: Node = schema if isinstance(schema, dict) else {}
        self.reference = reference
        self.siblings = siblings
        self._document = document

    @property
    def is_object(self) -> bool:
        """Whether the schema can be merged into an object that extends other parts."""
        return self.schema.keys().isdisjoint(_NO_OBJECTS)

    @property
    def can_be_base(self) -> bool:
        """Whether a class for the schema can be extended: it is a plain object that allows further properties."""
        schema = self.schema
        return (
            self.reference is not None
            and not self.siblings
            and schema.get("type", "object") == "object"
            and bool(schema.get("properties") or schema.get("allOf"))
            and schema.keys().isdisjoint(_NO_BASES)
            and schema.get("additionalProperties") in (None, True, {})
            and len(self._lineage) <= MAX_BASES
        )

    def bases(self) -> list[Part]:
        """Return the base classes of the schema, without theirs."""
        references = [base["$ref"] for base in self.schema.get("allOf", ())]
        return [
            Part(resolve_local(self._document, reference), reference, {}, self._document)
            for reference in references
        ]

    @cached_property
    def properties(self) -> Node:
        """Properties by name, those of base classes first. Named schemas in a referenced part stay references."""
        properties: Node = {}
        for schema, reference in reversed(self._lineage):
            for name, value in schema.get("properties", {}).items():
                properties[name] = _at(reference, f"properties/{escape(name)}", value)
        return properties

    @cached_property
    def required(self) -> list[str]:
        """Required properties, those of base classes included."""
        names = (name for schema, _ in self._lineage for name in schema.get("required", ()))
        return list(dict.fromkeys(names))

    @property
    def claims(self) -> set[str]:
        """Names of properties that the schema defines or requires."""
        return {*self.properties, *self.required}

    @cached_property
    def _lineage(self) -> list[tuple[Node, str | None]]:
        """The schema and its base classes, each before its own, with their references; the last base class first.

        The order comes from a stack: chains of base classes may be longer than Python's recursion limit.
        """
        lineage: list[tuple[Node, str | None]] = []
        stack: list[tuple[Node, str | None]] = [(self.schema, self.reference)]
        while stack:
            schema, reference = stack.pop()
            lineage.append((schema, reference))
            for base in schema.get("allOf", ()):
                target = resolve_local(self._document, base["$ref"])
                if isinstance(target, dict):
                    stack.append((target, base["$ref"]))
        return lineage

    def content(self) -> Node:
        """Return the schema to merge from: without base classes, named schemas as references."""
        annotations = ANNOTATIONS if self.reference else frozenset()
        content = {
            key: value
            for key, value in self.schema.items()
            if key not in annotations and key not in ("allOf", "discriminator")
        }
        if self.reference:
            content = {
                key: self._by_reference(key, value)
                for key, value in content.items()
                if not key.startswith("x-")
            }
        if "if" not in content:  # `then` and `else` alone assert nothing (JSON Schema Core, 10.2.2)
            content = {key: value for key, value in content.items() if key not in ("then", "else")}
        if self.properties:
            content["properties"] = self.properties
        if self.required:
            content["required"] = self.required
        return self._without_unevaluated({**content, **self.siblings})

    def _without_unevaluated(self, content: Node) -> Node:
        """Move `unevaluated…` to the extra assertions: it considers the keywords of its own schema only."""
        if _UNEVALUATED.isdisjoint(content):
            return content
        whole = {"$ref": self.reference} if self.reference else copied(self.schema)
        rest = {key: value for key, value in content.items() if key not in _UNEVALUATED}
        return {**rest, EXTRA_ASSERTIONS: [*rest.get(EXTRA_ASSERTIONS, ()), whole]}

    def _by_reference(self, key: str, value: Any) -> Any:
        """Return a keyword's value with references to named subschemas: copies in a part of themselves never end."""
        if key in ("oneOf", "anyOf", "prefixItems") and isinstance(value, list):
            return [_at(self.reference, f"{key}/{index}", item) for index, item in enumerate(value)]
        is_schema = key in ("items", "additionalProperties")
        return _at(self.reference, key, value) if is_schema else value


def can_extend(schema: Node) -> bool:
    """Return whether a schema with base classes can be a class itself."""
    is_object = schema.get("type", "object") == "object"
    return is_object and schema.keys().isdisjoint(_NO_CLASSES | {"items"})


def has_names(schema: Node) -> bool:
    """Return whether a schema may contain schemas that are named after their place."""
    if "$ref" in schema:
        return False
    return not schema.keys().isdisjoint(_NAMED_INSIDE) or len(schema.get("enum") or ()) > 1


def _at(reference: str | None, step: str, value: Any) -> Any:
    """Return a reference to a subschema of a referenced schema if it has names, otherwise the subschema itself."""
    if reference is None or not isinstance(value, dict) or not has_names(value):
        return value
    annotations = {key: value[key] for key in value.keys() & ANNOTATIONS if key != "title"}
    return {"$ref": f"{reference}/{step}", **annotations}
