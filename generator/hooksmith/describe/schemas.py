"""Types and definitions for the schemas of the normal form."""

from __future__ import annotations

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
    Field,
    Kind,
    Map,
    Model,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..json_pointer import escape
from ..naming.casing import pascal, snake
from ..naming.class_names import ClassNames
from ..naming.named_schemas import is_enum, is_model
from ..naming.reserved import CLASS_NAMES
from ..naming.unique_names import field_names
from ..normalize import Normal
from ..normalize.bundled_document import is_openapi
from ..normalize.discriminators import FALLBACK, TAGS
from ..openapi.formats import DECIMAL_FORMATS, INTEGER_FORMATS, STRING_FORMATS
from ..openapi.grammar import Node
from ..openapi.references import resolve_local
from .assertions import assertions
from .constraints import (
    BY_PATTERN,
    allows_null,
    constraints,
    evaluates_properties,
    has_objects,
    is_exclusive,
    is_length_limited,
    json_types,
    string_format,
    types_of,
    union_keyword,
    without_plain_map,
)
from .discriminators import discriminator
from .dynamic_references import DynamicReferences
from .enums import admitted_values, enum_members, literal
from .lookup import Lookup
from .prose import provenance, text
from .unions import as_secret, asserting, nullable, union

_SECRETS = frozenset(
    "secret client_secret password api_key access_token refresh_token id_token private_key signing_secret".split()
)
"""Names of properties that are secret whatever their format; plurals too."""
_OF_SPREAD = frozenset({"required", "type"})
"""Keywords that options of a union repeat if it has properties."""
NEVER = Scalar(Kind.ANY, Constraints(further='{"not": {}}'))
"""Type of a `false` schema."""
_FORMATS = {"date-time": Kind.DATE_TIME, "date": Kind.DATE, "binary": Kind.BINARY}


MOST_SPREAD, CHARACTERS_PER_ARGUMENT = 50_000, 50
"""Properties of bodies that become arguments of methods: a large schema may be the body of each of 1,000 operations."""


class Schemas(Lookup):
    """Reader of schemas by JSON Pointer. `definitions`: the definitions read so far, by name."""

    def __init__(self, normal: Normal, names: ClassNames) -> None:
        self._dynamic = DynamicReferences(normal)
        super().__init__(normal.document)
        self._is_exact = not is_openapi(normal.library.root)
        self._assigned = names
        self._names = names.names
        imported = (name for name in CLASS_NAMES if not name.islower())
        self._shadowable = frozenset(imported).union(self._names.values())
        self.definitions: dict[str, AnyDefinition] = {}
        texts = (len(document.text) for document in normal.library.documents.values())
        self.spread_left = MOST_SPREAD + sum(texts) // CHARACTERS_PER_ARGUMENT
        """Properties of bodies that may become arguments of methods yet."""
        self._in_progress: set[str] = set()
        self._pending: list[tuple[Any, str]] = []
        self._targets: set[str] = set()

    @property
    def class_names(self) -> set[str]:
        """All names of schemas that become a class, enum or alias."""
        return set(self._names.values())

    def add_components(self) -> None:
        """Define every schema of `components`, used or not."""
        for key, node in self._document.get("components", {}).get("schemas", {}).items():
            self.define(node, f"/components/schemas/{escape(key)}")
        self.finish()

    def finish(self) -> None:
        """Define all schemas that were only referred to; a queue instead of recursion admits long chains."""
        while self._pending:
            self.define(*self._pending.pop())

    # --- types

    def type_at(self, node: Any, pointer: str) -> Type:
        """Return the type of a schema. `pointer`: JSON Pointer to the schema in the normal form."""
        if node is False:
            return NEVER
        if not isinstance(node, dict) or not node:
            return ANY
        if "$ref" in node:
            is_open = self._dynamic.is_open(node, pointer)
            return ANY if is_open else self._reference(node["$ref"], pointer)
        if pointer in self._names and not self._assigned.is_alias(pointer):
            self.define(node, pointer)
            return nullable(Named(self._names[pointer]), allows_null(node))
        return self._unnamed(node, pointer)

    def _reference(self, reference: str, pointer: str) -> Type:
        target = reference[1:]
        node = resolve_local(self._document, reference)
        if target not in self._names:
            if target in self._targets:
                return ANY
            self._targets.add(target)
            type_ = self.type_at(node, target)
            self._targets.discard(target)
            return type_
        self._pending.append((node, target))
        is_nullable = not self._assigned.is_alias(target) and allows_null(node)
        return nullable(Named(self._names[target]), is_nullable)

    def _unnamed(self, node: Node, pointer: str) -> Type:
        """Return the type of a schema that has no definition."""
        if "const" in node:
            return literal([node["const"]])
        if node.get("enum"):
            return literal(admitted_values(self._document, node))
        if keyword := union_keyword(self._document, node):
            return self._union(node, keyword, pointer)
        return union([self._of_json_type(name, node, pointer) for name in json_types(node)])

    def _union(self, node: Node, keyword: str, pointer: str) -> Type:
        options = [
            self.type_at(option, f"{pointer}/{keyword}/{index}")
            for index, option in enumerate(node[keyword])
        ]
        if allows_null(node) and "type" in node:
            options.append(NULL)
        tag = discriminator(self, node, node[keyword])
        further = assertions(self._document, *self._beside_options(node, keyword))
        type_ = union(options, tag)
        if FALLBACK in node and isinstance(type_, Union) and type_.discriminator:
            type_ = replace(type_, has_fallback=True)
        if TAGS in node and isinstance(type_, Union) and type_.discriminator:
            type_ = replace(type_, tags=tuple(self._tags(node, option) for option in type_.options))
        return asserting(type_, further)

    def _tags(self, node: Node, option: Type) -> tuple[str, ...]:
        """Return the tags of a union's option that the union states; () if the option has its own."""
        tags = node[TAGS].items()
        names = {self._names.get(reference[1:]): values for reference, values in tags}
        return tuple(names.get(option.name, ())) if isinstance(option, Named) else ()

    def _beside_options(self, node: Node, keyword: str) -> tuple[Node, str, tuple[str, ...]]:
        """Return arguments for `assertions`: the assertions of a schema beside the options of its union.

        Properties beside the options are in the options already (`normalize/all_of.py`).
        """
        repeated = _OF_SPREAD if "properties" in node else frozenset()
        rest = {key: value for key, value in node.items() if key not in repeated}
        admitted = {name.replace("integer", "number") for name in json_types(node)}
        has_types = all(
            set(types_of(option)) <= admitted for option in map(self.resolve, node[keyword])
        )
        additional = [] if has_types or json_types(node) == ["any"] else ["type"]
        if keyword == "oneOf":
            additional.append("anyOf")
            if not is_exclusive(self._document, node) and not has_objects(
                self._document, node["oneOf"]
            ):
                additional.append("oneOf")
        return rest, "union", tuple(additional)

    def _of_json_type(self, name: str, node: Node, pointer: str) -> Type:
        match name:
            case "null":
                return NULL
            case "boolean":
                return Scalar(Kind.BOOLEAN, constraints(self._document, node, "boolean"))
            case "integer" | "number":
                limits = constraints(self._document, node, "number")
                if node.get("format") in INTEGER_FORMATS:
                    limits = replace(limits, format=node["format"])
                is_decimal = name == "number" and node.get("format") in DECIMAL_FORMATS
                return Scalar(Kind.DECIMAL if is_decimal else Kind(name), limits)
            case "string":
                return self._string(node)
            case "array":
                return self._array(node, pointer)
            case "object":
                return self._object(node, pointer)
        return Scalar(Kind.ANY, constraints(self._document, node, "any"))

    def _string(self, node: Node) -> Scalar:
        format_ = string_format(node)
        kind = _FORMATS.get(str(format_), Kind.STRING)
        has_text = kind is not Kind.BINARY
        limits = constraints(self._document, node, "string") if has_text else NO_CONSTRAINTS
        if format_ in STRING_FORMATS:
            limits = replace(limits, format=format_)
        return Scalar(kind, limits, secret=format_ == "password")

    def _array(self, node: Node, pointer: str) -> Type:
        if not node.get("prefixItems"):
            items = self.type_at(node.get("items"), f"{pointer}/items")
            return Array(items, constraints(self._document, node, "array"), "type" not in node)
        first = [
            self.type_at(item, f"{pointer}/prefixItems/{index}")
            for index, item in enumerate(node["prefixItems"])
        ]
        is_closed = node.get("items") is False or is_length_limited(node, len(first))
        rest = None if is_closed else self.type_at(node.get("items"), f"{pointer}/items")
        is_complete = (node.get("minItems") or 0) >= len(first)
        additional = () if is_complete else ("prefixItems",)
        limits = constraints(self._document, node, "array", additional)
        return Tuple(tuple(first), rest, limits, is_complete, "type" not in node)

    def _object(self, node: Node, pointer: str) -> Type:
        if is_model(node) and pointer in self._names:
            self.define(node, pointer)
            return Named(self._names[pointer])
        limits = constraints(self._document, without_plain_map(node), "object", BY_PATTERN)
        values = self._further_properties(node, pointer)
        if values is None:
            values, limits = ANY, replace(limits, max_items=0)
        return Map(values, limits, "type" not in node)

    def _further_properties(self, node: Node, pointer: str) -> Type | None:
        """Return the type of properties that a schema does not list; None: they are forbidden.

        If properties outside of the patterns may have any value, the union keeps the types of the patterns, so that
        their values are read as these types.
        """
        patterns = node.get("patternProperties") or {}
        options = [
            self.type_at(item, f"{pointer}/patternProperties/{escape(key)}")
            for key, item in patterns.items()
        ]
        extra = node.get("additionalProperties", True)
        if "additionalProperties" not in node and not evaluates_properties(node):
            extra = node.get("unevaluatedProperties", True)
        if extra is False:
            return union(options) if options else None
        if isinstance(extra, dict):
            return union([*options, self.type_at(extra, f"{pointer}/additionalProperties")])
        by_pattern = union(options)
        return ANY if by_pattern == ANY else Union((by_pattern, ANY))

    # --- definitions

    def define(self, node: Any, pointer: str) -> None:
        """Add the definition of a schema that has a class name."""
        name = self._names[pointer]
        if name in self.definitions or name in self._in_progress:
            return
        self._in_progress.add(name)
        definition = self._definition(node, pointer)
        self._in_progress.discard(name)
        self.definitions[name] = definition

    def _definition(self, node: Any, pointer: str) -> AnyDefinition:
        common = self._common(node, pointer)
        if not isinstance(node, dict) or "$ref" in node:
            return Alias(**common, type=self.type_at(node, pointer))
        if is_model(node) and json_types(node)[0] == "object":
            return self._model(node, pointer, common)
        if is_enum(node):
            is_open = node.get("x-hooksmith-open-enum")
            return Enum(
                **common, members=tuple(enum_members(self._document, node, pointer)), open=is_open
            )
        return Alias(**common, type=self._unnamed(node, pointer))

    def _common(self, node: Any, pointer: str) -> dict[str, Any]:
        keywords = node if isinstance(node, dict) else {}
        return {
            "name": self._names[pointer],
            "pointer": pointer,
            "description": text(keywords.get("description")),
            "deprecated": keywords.get("deprecated") is True,
            "provenance": provenance(keywords),
            "is_exact": self._is_exact,
        }

    def _model(self, node: Node, pointer: str, common: dict[str, Any]) -> Model:
        bases = [base["$ref"] for base in node.get("allOf") or ()]
        for base in bases:
            self._reference(base, pointer)
        inherited = dict.fromkeys(
            name for base in bases for name in self.properties(resolve_local(self._document, base))
        )
        properties = node.get("properties") or {}
        declared = {*inherited, *properties}
        undeclared = [name for name in node.get("required") or () if name not in declared]
        names = field_names(list(inherited), [*properties, *undeclared], self._shadowable)
        required = self.required(node)
        fields = [
            self.field(wire, name, item, f"{pointer}/properties/{escape(wire)}", wire in required)
            for (wire, item), name in zip(properties.items(), names, strict=False)
        ]
        fields += [
            replace(self.field(wire, name, {}, f"{pointer}/required", True), is_declared=False)
            for wire, name in zip(undeclared, names[len(properties) :], strict=True)
        ]
        return Model(
            **common,
            fields=tuple(fields),
            bases=tuple(self._names[base[1:]] for base in bases),
            extra=self._further_properties(node, pointer),
            has_further=node.get("additionalProperties", False) is not False,
            further=self._model_assertions(node),
            is_implied=not any("type" in part for part in self.lineage(node)),
        )

    def _model_assertions(self, node: Node) -> str:
        """Return the assertions of a schema on the whole object, as JSON text.

        Schemas of properties are asserted by the fields. Their names matter where other properties are forbidden.
        """
        names: Node = {name: {} for name in self.properties(node)}
        outline = {key: value for key, value in node.items() if key != "allOf"}
        additional = ("minProperties", "maxProperties", "patternProperties")
        return assertions(self._document, {**outline, "properties": names}, "object", additional)

    def field(self, wire: str, name: str, node: Any, pointer: str, required: bool) -> Field:
        """Return the field of a property or parameter.

        Args:
            wire: Name of the property in JSON, or of the parameter in HTTP.
            name: Name of the field in Python.
            node: Its schema.
            pointer: JSON Pointer to `node`.
            required: Whether a value must be given.
        """
        keywords = node if isinstance(node, dict) else {}
        target = resolved if isinstance(resolved := self.resolve(keywords), dict) else {}
        type_ = self.type_at(node, pointer)
        if snake(wire) in _SECRETS or snake(wire).removesuffix("s") in _SECRETS:
            type_ = as_secret(type_)
        return Field(
            name=name,
            wire=wire,
            type=type_,
            required=required,
            description=text(keywords.get("description")),
            default=keywords.get("default", target.get("default")),
            has_default="default" in keywords or "default" in target,
            deprecated=True in (keywords.get("deprecated"), target.get("deprecated")),
            read_only=True in (keywords.get("readOnly"), target.get("readOnly")),
            write_only=True in (keywords.get("writeOnly"), target.get("writeOnly")),
            provenance=provenance(keywords),
            pointer=pointer,
        )

    def add_open_model(self, key: str, pointer: str, description: str) -> str:
        """Add a model without properties for the body of a webhook that has no object schema; return its name."""
        name = pascal(key)
        if name in self._taken_names():
            name += "Delivery"
        while name in self._taken_names():
            name += "Body"
        self.definitions[name] = Model(name=name, pointer=pointer, description=description)
        return name

    def _taken_names(self) -> set[str]:
        return {*self._names.values(), *self.definitions, *CLASS_NAMES}

    def node(self, name: str) -> Any:
        """Return the schema of a definition."""
        return resolve_local(self._document, f"#{self.definitions[name].pointer}")
