"""Schemas of the normal form → types and definitions of the IR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..ir import (
    ANY,
    NO_CONSTRAINTS,
    NULL,
    Alias,
    AnyDefinition,
    Array,
    Constraints,
    Enum,
    EnumMember,
    Field,
    Kind,
    LiteralOf,
    Map,
    Model,
    Named,
    Provenance,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..json_pointer import escape
from ..naming.casing import pascal, snake, upper
from ..naming.class_names import RESERVED, is_enum, is_model
from ..naming.reserved import BUILTIN_CLASSES
from ..naming.union_options import telling_tag
from ..naming.unique_names import field_name, unique
from ..normalize import Normal
from ..openapi.formats import INTEGER_FORMATS, STRING_FORMATS
from ..openapi.grammar import Node
from ..openapi.references import resolve_local
from .assertions import assertions
from .html_to_markdown import markdown

_SECRETS = frozenset(
    "secret client_secret password api_key access_token refresh_token id_token private_key signing_secret".split()
)
_CONSTRAINTS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "minItems": "min_items",
    "maxItems": "max_items",
    "uniqueItems": "unique_items",
    "minProperties": "min_items",
    "maxProperties": "max_items",
}
_APPLIES = {
    "string": ("minLength", "maxLength", "pattern"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("minItems", "maxItems", "uniqueItems"),
    "object": ("minProperties", "maxProperties"),
}
_FORMATS = {"date-time": Kind.DATE_TIME, "date": Kind.DATE, "binary": Kind.BINARY}


class Schemas:
    """Reads schemas by pointer; `definitions` fills as they are reached."""

    def __init__(self, normal: Normal) -> None:
        self._normal = normal
        self._document = normal.document
        self._names = normal.names
        self.definitions: dict[str, AnyDefinition] = {}
        self._building: set[str] = set()
        self._waiting: list[tuple[Any, str]] = []
        self._following: set[str] = set()

    def add_components(self) -> None:
        """Define every named schema of the document, used or not."""
        for key, node in self._document.get("components", {}).get("schemas", {}).items():
            self.define(node, f"/components/schemas/{escape(key)}")
        self.finish()

    def finish(self) -> None:
        """Define what was only referred to so far. A queue, so that long chains of references are no depth."""
        while self._waiting:
            self.define(*self._waiting.pop())

    # --- types

    def type_at(self, node: Any, pointer: str) -> Type:
        """The type of a value that the schema at `pointer` describes."""
        if not isinstance(node, dict) or not node:
            return ANY
        if "$ref" in node:
            return self._reference(node["$ref"], pointer)
        if pointer in self._names and (is_model(node) or is_enum(node)):
            self.define(node, pointer)
            return _nullable(Named(self._names[pointer]), _allows_null(node))
        return self._plain(node, pointer)

    def _reference(self, reference: str, pointer: str) -> Type:
        target = reference[1:]
        node = resolve_local(self._document, reference)
        if target not in self._names:
            if target in self._following:
                return ANY
            self._following.add(target)
            found = self.type_at(node, target)
            self._following.discard(target)
            return found
        self._waiting.append((node, target))
        return _nullable(
            Named(self._names[target]),
            isinstance(node, dict) and _is_class(node) and _allows_null(node),
        )

    def _plain(self, node: Node, pointer: str) -> Type:
        """A type without a definition of its own."""
        if "const" in node:
            return _literal([node["const"]])
        if node.get("enum"):
            return self._enumeration(node)
        for keyword in ("oneOf", "anyOf"):
            if node.get(keyword):
                return self._union(node, keyword, pointer)
        kinds = _kinds(node)
        return _union([self._of_kind(kind, node, pointer) for kind in kinds])

    def _enumeration(self, node: Node) -> Type:
        return _literal(node["enum"])

    def _union(self, node: Node, keyword: str, pointer: str) -> Type:
        options = [
            self.type_at(option, f"{pointer}/{keyword}/{index}")
            for index, option in enumerate(node[keyword])
        ]
        if _allows_null(node) and "type" in node:
            options.append(NULL)
        discriminator = (node.get("discriminator") or {}).get(
            "propertyName"
        ) or self._implied_discriminator(node[keyword])
        also = ("anyOf",) if keyword == "oneOf" else ()
        further = assertions(self._document, node, "union", also)
        return _asserting(_union(options, discriminator), further)

    def _implied_discriminator(self, options: list[Any]) -> str | None:
        """A property that has a value of its own in every option tells the options apart."""
        objects = [
            self.resolve(option)
            for option in options
            if not (isinstance(option, dict) and option.get("type") == "null")
        ]
        if not all(isinstance(option, dict) and is_model(option) for option in objects):
            return None
        return telling_tag([{"properties": self.properties(option)} for option in objects])

    def _of_kind(self, kind: str, node: Node, pointer: str) -> Type:
        match kind:
            case "null":
                return NULL
            case "boolean":
                return Scalar(Kind.BOOLEAN)
            case "integer" | "number":
                rules = self._constraints(node, "number")
                limits = node.get("format") in INTEGER_FORMATS
                return Scalar(
                    Kind(kind), replace(rules, format=node["format"]) if limits else rules
                )
            case "string":
                return self._string(node)
            case "array":
                return self._array(node, pointer)
            case "object":
                return self._object(node, pointer)
        return ANY

    def _string(self, node: Node) -> Scalar:
        stated = node.get("format")
        form = _FORMATS.get(str(stated), Kind.STRING)
        rules = self._constraints(node, "string") if form is Kind.STRING else NO_CONSTRAINTS
        if stated in STRING_FORMATS:
            rules = replace(rules, format=stated)
        return Scalar(form, rules, secret=stated == "password")

    def _constraints(self, node: Node, family: str, also: tuple[str, ...] = ()) -> Constraints:
        further = assertions(self._document, node, family, also)
        rules = _constraints(node, family)
        return replace(rules, further=further) if further else rules

    def _array(self, node: Node, pointer: str) -> Type:
        if node.get("prefixItems"):
            items = [
                self.type_at(item, f"{pointer}/prefixItems/{index}")
                for index, item in enumerate(node["prefixItems"])
            ]
            ends = node.get("items") is False or _at_most(node, len(items))
            rest = None if ends else self.type_at(node.get("items"), f"{pointer}/items")
            complete = (node.get("minItems") or 0) >= len(items)
            rules = self._constraints(node, "array", () if complete else ("prefixItems",))
            return Tuple(tuple(items), rest, rules, complete)
        return Array(
            self.type_at(node.get("items"), f"{pointer}/items"), self._constraints(node, "array")
        )

    def _object(self, node: Node, pointer: str) -> Type:
        if is_model(node) and pointer in self._names:
            self.define(node, pointer)
            return Named(self._names[pointer])
        rules = self._constraints(_named_by_pattern(node), "object", _BY_PATTERN)
        values = self._extra(node, pointer)
        return Map(ANY, replace(rules, max_items=0)) if values is None else Map(values, rules)

    def _extra(self, node: Node, pointer: str) -> Type | None:
        """The type of properties that the schema does not name; None: there are none.

        Where some may have any value, those of the patterns are still read as their types.
        """
        patterns = node.get("patternProperties") or {}
        found = [
            self.type_at(item, f"{pointer}/patternProperties/{escape(key)}")
            for key, item in patterns.items()
        ]
        extra = node.get("additionalProperties", node.get("unevaluatedProperties", True))
        if extra is False:
            return _union(found) if found else None
        if isinstance(extra, dict):
            found.append(self.type_at(extra, f"{pointer}/additionalProperties"))
        else:
            return Union((_union(found), ANY)) if found and _union(found) != ANY else ANY
        return _union(found)

    # --- definitions

    def define(self, node: Any, pointer: str) -> None:
        """Add the definition of a schema that has a name."""
        name = self._names[pointer]
        if name in self.definitions or name in self._building:
            return
        self._building.add(name)
        common = self._common(node, pointer)
        if isinstance(node, dict) and is_model(node) and _kinds(node)[0] == "object":
            definition: AnyDefinition = self._model(node, pointer, common)
        elif isinstance(node, dict) and is_enum(node):
            definition = Enum(
                **common, members=tuple(_members(node)), open=node.get("x-hooksmith-open-enum")
            )
        else:
            definition = Alias(**common, type=self._alias_type(node, pointer))
        self._building.discard(name)
        self.definitions[name] = definition

    def _alias_type(self, node: Any, pointer: str) -> Type:
        if isinstance(node, dict) and "$ref" not in node:
            return self._plain(node, pointer)
        return self.type_at(node, pointer)

    def _common(self, node: Any, pointer: str) -> dict[str, Any]:
        facts = node if isinstance(node, dict) else {}
        return {
            "name": self._names[pointer],
            "pointer": pointer,
            "description": text(facts.get("description")),
            "deprecated": facts.get("deprecated") is True,
            "provenance": provenance(facts),
        }

    def _model(self, node: Node, pointer: str, common: dict[str, Any]) -> Model:
        bases = [base["$ref"] for base in node.get("allOf") or ()]
        for base in bases:
            self._reference(base, pointer)
        inherited = [
            name for base in bases for name in self.properties(resolve_local(self._document, base))
        ]
        properties = node.get("properties") or {}
        taken = unique(inherited, field_name)
        spelled = unique(list(properties), field_name, taken)
        required = self._required(node)
        fields = [
            self.field(wire, name, item, f"{pointer}/properties/{escape(wire)}", wire in required)
            for (wire, item), name in zip(properties.items(), spelled, strict=True)
        ]
        return Model(
            **common,
            fields=tuple(fields),
            bases=tuple(self._names[base[1:]] for base in bases),
            extra=self._extra(node, pointer),
            further=assertions(
                self._document,
                node,
                "object",
                ("minProperties", "maxProperties", "patternProperties"),
            ),
        )

    def field(self, wire: str, name: str, node: Any, pointer: str, required: bool) -> Field:
        """A property or parameter with its schema."""
        facts = node if isinstance(node, dict) else {}
        target = self.resolve(facts)
        target = target if isinstance(target, dict) else {}
        kind = self.type_at(node, pointer)
        if snake(wire) in _SECRETS or snake(wire).removesuffix("s") in _SECRETS:
            kind = _as_secret(kind)
        return Field(
            name=name,
            wire=wire,
            type=kind,
            required=required,
            description=text(facts.get("description")),
            default=facts.get("default", target.get("default")),
            has_default="default" in facts or "default" in target,
            deprecated=True in (facts.get("deprecated"), target.get("deprecated")),
            read_only=True in (facts.get("readOnly"), target.get("readOnly")),
            write_only=True in (facts.get("writeOnly"), target.get("writeOnly")),
            provenance=provenance(facts),
        )

    def add_open_model(self, key: str, pointer: str, description: str) -> str:
        """A model of an object that the document says nothing about; its name."""
        name = pascal(key)
        if name in self._taken_names():
            name += "Delivery"
        while name in self._taken_names():
            name += "Body"
        self.definitions[name] = Model(name=name, pointer=pointer, description=description)
        return name

    def _taken_names(self) -> set[str]:
        return {*self._names.values(), *self.definitions, *RESERVED, *BUILTIN_CLASSES}

    # --- looking things up

    def resolve(self, node: Any) -> Any:
        """What a chain of references ends at."""
        seen = set()
        while (
            isinstance(node, dict)
            and isinstance(node.get("$ref"), str)
            and node["$ref"] not in seen
        ):
            seen.add(node["$ref"])
            node = resolve_local(self._document, node["$ref"])
        return node

    def node(self, name: str) -> Any:
        """The schema that a definition was read from."""
        return resolve_local(self._document, f"#{self.definitions[name].pointer}")

    def _required(self, node: Any) -> set[str]:
        """What an object must have; a base may ask for properties that only its heirs name."""
        node = self.resolve(node)
        found: set[str] = set()
        if isinstance(node, dict):
            found.update(node.get("required") or ())
            for base in node.get("allOf") or ():
                found |= self._required(base)
        return found

    def properties(self, node: Any) -> dict[str, Any]:
        """Name → schema of an object's properties, those of its bases first."""
        node = self.resolve(node)
        found: dict[str, Any] = {}
        if isinstance(node, dict):
            for base in node.get("allOf") or ():
                found.update(self.properties(base))
            found.update(node.get("properties") or {})
        return found


# --- small readings ----------------------------------------------------------------------------------------------


def text(value: Any) -> str:
    """A description as Markdown, whatever the document holds there."""
    return markdown(value.strip()) if isinstance(value, str) else ""


def provenance(node: Mapping[str, Any]) -> Provenance | None:
    """`x-hooksmith-provenance` of an object."""
    stated = node.get("x-hooksmith-provenance")
    if not isinstance(stated, dict):
        return None
    return Provenance(
        status=stated["status"],
        source=tuple(stated.get("source") or ()),
        note=text(stated.get("note")),
    )


def _is_class(node: Node) -> bool:
    return is_model(node) or is_enum(node)


def _at_most(node: Node, count: int) -> bool:
    """Whether an array has no more items than that."""
    limit = node.get("maxItems")
    return isinstance(limit, int) and limit <= count


def _allows_null(node: Node) -> bool:
    kind = node.get("type")
    if isinstance(kind, list) and "null" in kind:
        return True
    return kind is None and None in (node.get("enum") or ())


def _kinds(node: Node) -> list[str]:
    """The JSON types that a schema admits; guessed from its keywords where it does not say."""
    kind = node.get("type")
    if isinstance(kind, str):
        return [kind]
    if isinstance(kind, list) and kind:
        return sorted(kind, key=lambda one: one == "null")
    if node.get("properties") or node.keys() & {
        "additionalProperties",
        "patternProperties",
        "allOf",
    }:
        return ["object"]
    if node.keys() & {"items", "prefixItems"}:
        return ["array"]
    return ["any"]


def family(node: Node) -> str:
    """Which assertions a schema's type has: those of a union, or of a JSON type; empty: none."""
    if "$ref" in node or "const" in node or node.get("enum"):
        return ""
    if node.get("oneOf") or node.get("anyOf"):
        return "union"
    kinds = [kind for kind in _kinds(node) if kind != "null"]
    kind = kinds[0] if len(kinds) == 1 else ""
    return "number" if kind == "integer" else kind


def _constraints(node: Node, family: str) -> Constraints:
    stated = {
        _CONSTRAINTS[key]: node[key]
        for key in _APPLIES[family]
        if node.get(key) is not None and node[key] is not False
    }
    return Constraints(**stated) if stated else NO_CONSTRAINTS


def _literal(values: list[Any]) -> Type:
    """A type for a short list of JSON values; values that no Literal can hold widen it."""
    if not all(isinstance(value, str | int | bool) or value is None for value in values):
        return (
            _union([ANY])
            if any(isinstance(value, dict | list) for value in values)
            else Scalar(Kind.NUMBER)
        )
    real = tuple(value for value in values if value is not None)
    found: list[Type] = [LiteralOf(real)] if real else []
    return _union([*found, *([NULL] if len(real) < len(values) else [])])


def _nullable(kind: Type, nullable: bool) -> Type:
    return _union([kind, NULL]) if nullable else kind


def _union(options: list[Type], discriminator: str | None = None) -> Type:
    """A union without nested unions or repetitions; of one option, that option."""
    flat: list[Type] = []
    for option in options:
        for inner in (
            option.options if isinstance(option, Union) and not option.discriminator else (option,)
        ):
            if isinstance(inner, LiteralOf) and flat and isinstance(flat[-1], LiteralOf):
                flat[-1] = LiteralOf(tuple(dict.fromkeys((*flat[-1].values, *inner.values))))
            elif inner not in flat:
                flat.append(inner)
    if ANY in flat or not flat:
        return ANY
    flat.sort(key=lambda option: option == NULL)
    if len(flat) == 1:
        return flat[0]
    real = [option for option in flat if option != NULL]
    if discriminator and len(real) > 1 and len(real) < len(flat):
        return Union((Union(tuple(real), discriminator), NULL))
    return Union(tuple(flat), discriminator if len(real) > 1 else None)


_BY_PATTERN = ("patternProperties", "additionalProperties")


def _named_by_pattern(node: Node) -> Node:
    """What `dict[str, T]` does not say: which names there may be, and which of them have which type."""
    patterns = node.get("patternProperties") or {}
    rest = {key: value for key, value in node.items() if key not in _BY_PATTERN}
    others = node.get("additionalProperties", node.get("unevaluatedProperties", True))
    if len(patterns) == 1 and others is False and "propertyNames" not in node:
        return {**rest, "propertyNames": {"pattern": next(iter(patterns))}}
    if not patterns:
        return rest
    open_ended = others in (True, {})
    return {**rest, "patternProperties": patterns} | (
        {} if open_ended else {"additionalProperties": others}
    )


def _asserting(kind: Type, further: str) -> Type:
    return replace(kind, further=further) if further and isinstance(kind, Union) else kind


def _as_secret(kind: Type) -> Type:
    match kind:
        case Scalar(kind=Kind.STRING):
            return Scalar(Kind.STRING, kind.constraints, secret=True)
        case Array(items, constraints):
            return Array(_as_secret(items), constraints)
        case Union(options=options, discriminator=None):
            return replace(kind, options=tuple(_as_secret(option) for option in options))
    return kind


def _members(node: Node) -> Iterator[EnumMember]:
    values = list(dict.fromkeys(value for value in node["enum"] if value is not None))
    stated = node.get("x-enum-varnames") or node.get("x-enumNames") or ()
    texts = node.get("x-enum-descriptions") or ()
    wires = (
        [str(name) for name in stated]
        if len(stated) == len(values)
        else [str(value) for value in values]
    )
    names = unique(wires, upper)
    for index, (value, name) in enumerate(zip(values, names, strict=True)):
        yield EnumMember(
            name=name, value=value, description=text(texts[index]) if index < len(texts) else ""
        )
