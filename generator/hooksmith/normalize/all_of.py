"""`allOf` → plain schemas: base classes where a schema extends another, merged otherwise.

After this step an `allOf` holds only references to object schemas that the schema extends without contradicting them:
its base classes. All else is merged into the schema. A merged property of a named schema stays a reference to its
place there, so that it has one name. A union beside properties is spread: every option gets the properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import DocumentError
from ..json_pointer import escape, split
from ..openapi.grammar import ASSERTIONS, Node, walk
from ..openapi.references import resolve_local
from .all_of_part import Part, has_names
from .base_classes import base_classes, redeclared_properties
from .bundled_document import Bundle
from .combination import EXTRA_ASSERTIONS, MAX_OPTIONS, combine
from .diagnostics import Findings
from .subclasses import drop_inherited

MAX_NESTED = 100
"""Levels of `allOf` in one another, beyond those that references bridge."""

MAX_COPIED = 200_000
"""Properties that merging may copy, in a whole document. GitHub's and Stripe's copy less than 10,000."""

_VALIDATION_ONLY = frozenset(
    {"required", "not", "minProperties", "maxProperties", "title", "description", "type"}
)
"""Keywords of an option that narrow no type."""

_UNIONS = ("oneOf", "anyOf")


def merge(bundled: Bundle, findings: Findings) -> None:
    """Rewrite every `allOf` of the document, in place. Raises DocumentError if an `allOf` leads back to itself."""
    merger = _Merger(bundled, findings)
    for visit in walk(
        "openapi", bundled.document
    ):  # the walk goes below a schema once it is settled
        if visit.kind == "schema":
            merger.settle_with_targets(visit.node, visit.pointer)


class _Merger:
    def __init__(self, bundled: Bundle, findings: Findings) -> None:
        self._bundled = bundled
        self._document = bundled.document
        self._findings = findings
        self._settled: dict[int, Node] = {}
        """By `id`, which stays unique while the schema is held here."""
        self._open: list[int] = []
        self._options = 0
        """Options that were spread for the outermost schema in `_open`."""
        self._copied = 0
        """Properties that were copied for all schemas."""

    def settle_with_targets(self, schema: Node, pointer: str) -> None:
        """Settle a schema after the schemas that it refers to.

        The order comes from a stack: chains of references may be longer than Python's recursion limit.
        """
        stack = [(schema, pointer)]
        entered: set[int] = set()
        while stack:
            schema, pointer = stack[-1]
            targets = [] if self._is_settled(schema) else self._targets(schema)
            ahead = [
                (target, place)
                for target, place in targets
                if id(target) not in entered and not self._is_settled(target)
            ]
            entered |= {id(target) for target, _ in ahead} | {id(schema)}
            if ahead:
                stack += reversed(ahead)
            else:
                self.settle(schema, pointer)
                stack.pop()

    def _is_settled(self, schema: Node) -> bool:
        return id(schema) in self._settled or not ("allOf" in schema or _is_mixed_union(schema))

    def _targets(self, schema: Node) -> list[tuple[Node, str]]:
        """Return the schemas that `settle` would have to settle first, with their pointers."""
        targets: list[tuple[Node, str]] = []
        parts = [schema]
        while parts:
            part = parts.pop()
            for item in (*part.get("allOf", ()), *_options(part)):
                if not isinstance(item, dict):
                    continue
                if "$ref" not in item:
                    parts.append(item)
                elif isinstance((end := self._end(item["$ref"]))[0], dict):
                    targets.append((end[0], end[1][1:]))
        return targets

    def settle(self, schema: Node, pointer: str, *, spread: bool = True) -> None:
        """Rewrite one schema. `spread`: whether a union beside properties is spread; in a part it is not."""
        if self._is_settled(schema):
            return
        if id(schema) in self._open or len(self._open) >= MAX_NESTED:
            is_circle = id(schema) in self._open
            raise DocumentError.at(
                self._findings.place(pointer),
                "allOf leads back to itself"
                if is_circle
                else f"allOf stands in allOf more than {MAX_NESTED} levels deep",
                hint="break the circle of allOf references" if is_circle else "",
            )
        self._options = self._options if self._open else 0
        self._open.append(id(schema))
        if "allOf" in schema:
            self._merge(schema, pointer)
        if spread and _is_mixed_union(schema):
            self._spread(schema, pointer)
        self._open.pop()
        if spread:
            self._settled[id(schema)] = schema

    # --- a union beside properties

    def _spread(self, schema: Node, pointer: str) -> None:
        """Move the properties beside a union into each option; a union that only validates becomes an assertion."""
        keyword = next(key for key in _UNIONS if key in schema)
        if all(
            isinstance(option, dict) and not option.keys() - _VALIDATION_ONLY
            for option in schema[keyword]
        ):
            schema.setdefault(EXTRA_ASSERTIONS, []).append({keyword: schema.pop(keyword)})
            return
        self._options += len(schema[keyword])
        self._copied += len(schema[keyword]) * len(schema["properties"])
        if self._options > MAX_OPTIONS or self._copied > MAX_COPIED / 2:
            self._warn_of_limit(pointer)
            schema.setdefault(EXTRA_ASSERTIONS, []).append({keyword: schema.pop(keyword)})
            return
        base = _spread_base(schema, pointer)
        for index, option in enumerate(schema[keyword]):
            if isinstance(option, dict) and option.get("type") != "null":
                spread: Node = {"allOf": [base, option]}
                if "discriminator" in schema and isinstance(option.get("$ref"), str):
                    spread["title"] = split(option["$ref"])[-1]  # names it if it has several tags
                self.settle(spread, f"{pointer}/{keyword}/{index}")
                schema[keyword][index] = spread

    def _warn_of_limit(self, pointer: str) -> None:
        self._findings.warn(
            pointer,
            "the unions in this allOf multiply to too many options; some are asserted, not typed",
            f"at most {MAX_OPTIONS:,} options a schema",
        )

    # --- allOf

    def _merge(self, schema: Node, pointer: str) -> None:
        parts = self._parts(schema, pointer)
        outside = {key: value for key, value in schema.items() if key != "allOf"}
        if (
            len(parts) == 1
            and not (beside := _without_repeated(outside, parts[0])).keys() & ASSERTIONS
        ):
            self._replace_by_part(schema, parts[0], beside, pointer)
            return
        bases = base_classes(self._document, parts, outside)
        redeclared = redeclared_properties(self._document, parts, bases, outside)
        if "if" not in outside:
            outside = {key: outside[key] for key in outside if key not in ("then", "else")}
        merged: Node = {"properties": redeclared} if redeclared else {}
        rest = [part for part in parts if part not in bases]
        contents = [part.content() for part in rest]
        is_exact = [combine(merged, content) for content in (*contents, outside)]
        if not all(is_exact):
            self._warn_of_limit(pointer)
        for part in rest:
            self._note_moves(pointer, part, outside)
        for base in bases:
            drop_inherited(self._document, merged, base.properties, base.required)
        self._count(merged, pointer)
        schema.clear()
        schema.update(merged)
        if bases:
            schema.setdefault("type", "object")
            schema["allOf"] = [{"$ref": base.reference} for base in bases]

    def _note_moves(self, pointer: str, part: Part, outside: Node) -> None:
        """Note the origins of the properties that a part gives to the schema it is merged into."""
        for name in part.schema.get("properties", ()):
            if name not in outside.get("properties", ()):
                step = f"properties/{escape(name)}"
                self._bundled.moved.setdefault(f"{pointer}/{step}", f"{part.pointer}/{step}")

    def _replace_by_part(self, schema: Node, part: Part, annotations: Node, pointer: str) -> None:
        """Replace an `allOf` of a single part by the part, with the annotations beside the `allOf`."""
        if not part.reference:
            for key in part.schema.keys() - annotations.keys():
                self._bundled.moved[f"{pointer}/{key}"] = f"{part.pointer}/{key}"
        schema.clear()
        schema.update({"$ref": part.reference, **part.siblings} if part.reference else part.schema)
        schema.update(annotations)

    def _count(self, merged: Node, pointer: str) -> None:
        """Raises DocumentError if merging has copied too many properties."""
        self._copied += len(merged.get("properties", ())) + sum(1 for _ in _options(merged))
        if self._copied > MAX_COPIED:
            raise DocumentError.at(
                self._findings.place(pointer),
                f"allOf copies more than {MAX_COPIED:,} properties and options in this document",
                hint="let schemas extend one another instead of repeating properties",
            )

    def _parts(self, schema: Node, pointer: str) -> list[Part]:
        parts = []
        for index, item in enumerate(schema["allOf"]):
            if item is True or item == {}:
                continue
            if item is False:
                item = schema["allOf"][index] = {"not": {}}
            parts.append(self._part(item, f"{pointer}/allOf/{index}"))
        return parts

    def _part(self, item: Node, pointer: str) -> Part:
        if "$ref" not in item:
            self.settle(item, pointer, spread=False)
            return Part(item, None, {}, self._document, pointer)
        target, reference = self._end(item["$ref"])
        if isinstance(target, dict):
            self.settle(target, reference[1:])
        siblings = {key: value for key, value in item.items() if key != "$ref"}
        schema = {"not": {}} if target is False else target
        return Part(schema, reference, siblings, self._document, reference[1:])

    def _end(self, reference: str) -> tuple[Any, str]:
        """Return the end of a chain of references that have nothing but annotations beside them, and its reference."""
        target = resolve_local(self._document, reference)
        while isinstance(target, dict) and "$ref" in target and not target.keys() & ASSERTIONS:
            reference = target["$ref"]
            target = resolve_local(self._document, reference)
        return target, reference


def _is_mixed_union(schema: Node) -> bool:
    return bool(schema.get("properties")) and ("oneOf" in schema or "anyOf" in schema)


def _options(schema: Node) -> Iterator[Any]:
    for key in _UNIONS:
        options = schema.get(key)
        if isinstance(options, list):
            yield from options


def _spread_base(schema: Node, pointer: str) -> Node:
    """Return the properties beside a union as a schema to merge into each option."""
    properties = {
        name: {"$ref": f"#{pointer}/properties/{escape(name)}"}
        if isinstance(value, dict) and has_names(value)
        else value
        for name, value in schema["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": schema.get("required", [])}


def _without_repeated(outside: Node, part: Part) -> Node:
    """Return the keywords beside an `allOf` without a type that only repeats that of the part."""
    is_repeated = "type" in outside and outside["type"] == part.schema.get("type")
    return {key: value for key, value in outside.items() if not (is_repeated and key == "type")}
