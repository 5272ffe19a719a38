"""`allOf` → plain schemas: inherited where one object extends another, merged where that would not be true.

After this pass an `allOf` holds nothing but references to object schemas that the schema extends without contradicting
them (its bases). Everything else is merged into the schema itself. A merged property of a named schema stays a
reference to where it stands there, so that it keeps the one name it has. A union beside properties is spread: every
option gets the properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import DocumentError
from ..json_pointer import escape, split
from ..openapi.grammar import ANNOTATIONS, ASSERTIONS, Node, copied, walk
from ..openapi.references import resolve_local
from .bundled_document import Bundle
from .combination import ALSO, combine
from .subclasses import drop_inherited, inlined, narrows


def merge(bundled: Bundle) -> None:
    """Rewrite every `allOf` of the document, in place."""
    merger = _Merger(bundled)
    for visit in walk("openapi", bundled.document):  # below a schema only once it is settled
        if visit.kind == "schema":
            merger.settle(visit.node, visit.pointer)


class _Merger:
    def __init__(self, bundled: Bundle) -> None:
        self._bundled = bundled
        self._document = bundled.document
        self._settled: dict[int, Node] = {}  # holds the nodes, so that no other takes the id of one
        self._open: list[int] = []

    def settle(self, schema: Node, pointer: str, *, spread: bool = True) -> None:
        """Bring one schema into the form that the module promises.

        A part that will be merged away is not spread: what it becomes part of will be.
        """
        if id(schema) in self._settled or not ("allOf" in schema or _is_mixed_union(schema)):
            return
        if id(schema) in self._open:
            raise DocumentError.at(
                self._bundled.root.place(pointer),
                "allOf leads back to itself",
                hint="break the circle of allOf references",
            )
        self._open.append(id(schema))
        if "allOf" in schema:
            self._settle(schema, pointer)
        if spread and _is_mixed_union(schema):
            self._spread(schema, pointer)
        self._open.pop()
        if spread:
            self._settled[id(schema)] = schema

    def _spread(self, schema: Node, pointer: str) -> None:
        """Properties beside a union belong to each option; an option that only requires narrows nothing we can type."""
        keyword = "oneOf" if "oneOf" in schema else "anyOf"
        if all(
            isinstance(option, dict) and not option.keys() - _VALIDATION_ONLY
            for option in schema[keyword]
        ):
            schema.setdefault(ALSO, []).append({keyword: schema.pop(keyword)})
            return
        base: Node = {"type": "object", "properties": {}, "required": schema.get("required", [])}
        for name, value in schema["properties"].items():
            refer = isinstance(value, dict) and _gets_a_name(value)
            base["properties"][name] = (
                {"$ref": f"#{pointer}/properties/{escape(name)}"} if refer else value
            )
        for index, option in enumerate(schema[keyword]):
            if isinstance(option, dict) and option.get("type") != "null":
                spread: Node = {"allOf": [base, option]}
                if "discriminator" in schema and isinstance(option.get("$ref"), str):
                    spread["title"] = split(option["$ref"])[-1]  # names it if it has several tags
                self.settle(spread, f"{pointer}/{keyword}/{index}")
                schema[keyword][index] = spread

    def _settle(self, schema: Node, pointer: str) -> None:
        parts = self._parts(schema, pointer)
        own = {key: value for key, value in schema.items() if key != "allOf"}
        if len(parts) == 1 and not (own.keys() - _repeated(own, parts[0])) & ASSERTIONS:
            self._stand_in(schema, parts[0], pointer)
            return
        bases = self._bases(parts, own)
        merged: Node = {}
        if redeclared := self._redeclared(parts, bases, own):
            merged["properties"] = redeclared
        for part in parts:
            if part not in bases:
                self._note_moves(pointer, part, own)
                combine(merged, _without_unevaluated(part))
        if "if" not in own:
            own = {key: value for key, value in own.items() if key not in ("then", "else")}
        combine(merged, own)
        for base in bases:
            drop_inherited(self._document, merged, base.properties(), base.required())
        schema.clear()
        schema.update(merged)
        if bases:
            schema.setdefault("type", "object")
            schema["allOf"] = [{"$ref": base.reference} for base in bases]

    def _note_moves(self, pointer: str, part: _Part, own: Node) -> None:
        """Note the origins of the properties that a part gives to the schema it is merged into."""
        for name in part.schema.get("properties", ()):
            if name not in own.get("properties", ()):
                step = f"properties/{escape(name)}"
                self._bundled.moved.setdefault(f"{pointer}/{step}", f"{part.pointer}/{step}")

    def _parts(self, schema: Node, pointer: str) -> list[_Part]:
        found = []
        for index, item in enumerate(schema["allOf"]):
            if item is True or item == {}:
                continue
            if item is False:
                item = schema["allOf"][index] = {"not": {}}
            found.append(self._part(item, f"{pointer}/allOf/{index}"))
        return found

    def _part(self, item: Node, pointer: str) -> _Part:
        if "$ref" in item:
            target = resolve_local(self._document, item["$ref"])
            reference = item["$ref"]
            while (
                isinstance(target, dict)
                and "$ref" in target
                and target.keys() <= {"$ref"} | ANNOTATIONS
            ):
                reference = target["$ref"]
                target = resolve_local(self._document, reference)
            if isinstance(target, dict):
                self.settle(target, reference[1:])
            siblings = {key: value for key, value in item.items() if key != "$ref"}
            if target is False:
                target = {"not": {}}
            return _Part(target, reference, siblings, self._document, reference[1:])
        self.settle(item, pointer, spread=False)
        return _Part(item, None, {}, self._document, pointer)

    def _stand_in(self, schema: Node, part: _Part, pointer: str) -> None:
        """`allOf` of a single schema is that schema, with the annotations beside it."""
        annotations = {key: value for key, value in schema.items() if key != "allOf"}
        if not part.reference:
            for key in part.schema.keys() - annotations.keys():
                self._bundled.moved[f"{pointer}/{key}"] = f"{part.pointer}/{key}"
        schema.clear()
        schema.update({"$ref": part.reference, **part.siblings} if part.reference else part.schema)
        schema.update(annotations)

    def _bases(self, parts: list[_Part], own: Node) -> list[_Part]:
        """The parts that can be base classes: plain objects that nothing else contradicts or narrows."""
        candidates = [
            part
            for part in parts
            if part.reference and not part.siblings and _is_plain_object(part.schema)
        ]
        others = [part for part in parts if part not in candidates]
        if any(not part.is_object() for part in others) or not _can_extend(own):
            return []
        claims: list[set[str]] = [part.claims() for part in candidates]
        rest = set(own.get("properties", ())) | set(own.get("required", ()))
        for part in others:
            rest |= part.claims()
        bases = []
        for index, part in enumerate(candidates):
            elsewhere = rest.union(*(claim for other, claim in enumerate(claims) if other != index))
            overlap = part.properties().keys() & elsewhere
            narrowing = [other.properties() for other in others] + [own.get("properties") or {}]
            if overlap & self._inherited(candidates, index):
                continue
            if all(
                narrows(self._document, part.properties()[name], name, narrowing)
                for name in overlap
            ):
                bases.append(part)
            else:
                bases += self._ancestors(part, narrowing, rest)
        return bases

    def _ancestors(self, part: _Part, narrowing: list[Node], rest: set[str]) -> list[_Part]:
        """Return the base classes of a part that cannot be one itself, as far as they can."""
        found = []
        for item in part.schema.get("allOf", ()):
            reference = item["$ref"]
            base = _Part(resolve_local(self._document, reference), reference, {}, self._document)
            overlap = base.properties().keys() & rest
            if all(
                narrows(self._document, base.properties()[name], name, narrowing)
                for name in overlap
            ):
                found.append(base)
        return found

    def _inherited(self, candidates: list[_Part], index: int) -> set[str]:
        """Return the properties of all candidates but one."""
        others = [part for other, part in enumerate(candidates) if other != index]
        return {name for part in others for name in part.properties()}

    def _redeclared(self, parts: list[_Part], bases: list[_Part], own: Node) -> Node:
        """Return the inherited properties that the schema, or a part that is no base, declares or requires anew."""
        declared = set(own.get("properties") or {})
        required = set(own.get("required") or ())
        for part in parts:
            if part not in bases:
                declared |= part.properties().keys()
                required |= set(part.required())
        redeclared: Node = {}
        for base in bases:
            for name, inherited in base.properties().items():
                if name in declared or name in required - set(base.required()):
                    redeclared[name] = inlined(self._document, inherited)
        return redeclared


class _Part:
    """One member of an `allOf`, references followed."""

    def __init__(
        self,
        schema: Any,
        reference: str | None,
        siblings: Node,
        document: Node,
        pointer: str = "",
    ) -> None:
        self.pointer = pointer
        self.schema: Node = schema if isinstance(schema, dict) else {}
        self.reference = reference
        self.siblings = siblings
        self._document = document

    def is_object(self) -> bool:
        return not self.schema.keys() & {
            "oneOf",
            "anyOf",
            "enum",
            "const",
            "$ref",
            "items",
            "prefixItems",
            "not",
        }

    def _bases(self) -> Iterator[_Part]:
        for reference in (base["$ref"] for base in self.schema.get("allOf", ())):
            yield _Part(resolve_local(self._document, reference), reference, {}, self._document)

    def properties(self) -> Node:
        """Name → property, those of the bases included."""
        found: Node = {}
        for base in self._bases():
            found.update(base.properties())
        for name, value in self.schema.get("properties", {}).items():
            found[name] = self._from_here(name, value)
        return found

    def required(self) -> list[str]:
        found = list(self.schema.get("required", ()))
        for base in self._bases():
            found += base.required()
        return list(dict.fromkeys(found))

    def claims(self) -> set[str]:
        return set(self.properties()) | set(self.required())

    def content(self) -> Node:
        """Return the schema to merge from: without bases, and with its properties by reference."""
        annotations = ANNOTATIONS if self.reference else frozenset()
        content = {
            key: value
            for key, value in self.schema.items()
            if key not in annotations and key not in ("allOf", "discriminator")
        }
        if self.reference:
            content = {
                key: self._inner(key, value)
                for key, value in content.items()
                if not key.startswith("x-")
            }
        if "if" not in content:  # `then` and `else` alone assert nothing (JSON Schema Core, 10.2.2)
            content = {key: value for key, value in content.items() if key not in ("then", "else")}
        if self.properties():
            content["properties"] = self.properties()
        if self.required():
            content["required"] = self.required()
        return {**content, **self.siblings}

    def _inner(self, key: str, value: Any) -> Any:
        """Schemas below stay where they are: copied into a part of themselves, they would have no end."""
        if key in ("oneOf", "anyOf", "prefixItems") and isinstance(value, list):
            return [self._at(f"{key}/{index}", item) for index, item in enumerate(value)]
        return self._at(key, value) if key in ("items", "additionalProperties") else value

    def _from_here(self, name: str, value: Any) -> Any:
        return self._at(f"properties/{escape(name)}", value)

    def _at(self, place: str, value: Any) -> Any:
        if self.reference is None or not isinstance(value, dict) or not _gets_a_name(value):
            return value
        annotations = {key: value[key] for key in value.keys() & ANNOTATIONS if key != "title"}
        return {"$ref": f"{self.reference}/{place}", **annotations}


_UNEVALUATED = frozenset({"unevaluatedProperties", "unevaluatedItems"})


def _without_unevaluated(part: _Part) -> Node:
    """Return the content of a part with `unevaluated…` under `$also`: it sees the keywords of its own schema alone."""
    content = part.content()
    if _UNEVALUATED.isdisjoint(content):
        return content
    whole = {"$ref": part.reference} if part.reference else copied(part.schema)
    rest = {key: value for key, value in content.items() if key not in _UNEVALUATED}
    return {**rest, ALSO: [*rest.get(ALSO, ()), whole]}


def _repeated(own: Node, part: _Part) -> set[str]:
    """The type, where it only says again what the part says."""
    return {"type"} if "type" in own and own["type"] == part.schema.get("type") else set()


_VALIDATION_ONLY = frozenset(
    {"required", "not", "minProperties", "maxProperties", "title", "description", "type"}
)


def _is_mixed_union(schema: Node) -> bool:
    return bool(schema.get("properties")) and ("oneOf" in schema or "anyOf" in schema)


def _is_plain_object(schema: Node) -> bool:
    kind = schema.get("type", "object")
    if kind != "object" or not (schema.get("properties") or schema.get("allOf")):
        return False
    return not schema.keys() & {
        "oneOf",
        "anyOf",
        "enum",
        "const",
        "$ref",
        "not",
    } and (schema.get("additionalProperties") in (None, True, {}))


def _can_extend(own: Node) -> bool:
    return (
        not own.keys() & {"oneOf", "anyOf", "enum", "const", "items"}
        and own.get("type", "object") == "object"
    )


def _gets_a_name(schema: Node) -> bool:
    """Whether anything in the schema would be named after its place."""
    if "$ref" in schema:
        return False
    return bool(
        schema.keys()
        & {"properties", "oneOf", "anyOf", "allOf", "items", "prefixItems", "additionalProperties"}
    ) or (len(schema.get("enum") or ()) > 1)
