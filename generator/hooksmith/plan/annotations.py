"""IR types → annotations. The only file that spells Python types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

from ..frozen import value
from ..ir import (
    ANY,
    NULL,
    Alias,
    AnyDefinition,
    Array,
    Constraints,
    Enum,
    Kind,
    LiteralOf,
    Map,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..openapi.formats import INTEGER_FORMATS, STRING_FORMATS
from .imports import Imports
from .text import literal
from .unions import union

_SCALARS = {
    Kind.ANY: "Any",
    Kind.NULL: "None",
    Kind.BOOLEAN: "bool",
    Kind.INTEGER: "int",
    Kind.NUMBER: "JsonNumber",
    Kind.STRING: "str",
    Kind.DATE_TIME: "Timestamp",
    Kind.DATE: "date",
    Kind.BINARY: "bytes",
}
_ITEM_RULES = {"min_items": "min_length", "max_items": "max_length"}
_ALIASES = {Constraints(format="int32"): "Int32", Constraints(format="int64"): "Int64"}
_SENT_ALIASES = {form: f"Sent{name}" for form, name in _ALIASES.items()}
"""What is common enough to have a name."""
_SHORT_ENUM = 8
"""Enums of up to so many values are spelled out beside the enum where a caller gives one."""


@value()
class Speller:
    """Spells types for one module, noting in `imports` what that takes.

    `strict`: constraints are asserted and enums closed; otherwise values are taken as they come.
    `both`: what the types are for is received and sent, and formats are asserted where it is sent.
    """

    definitions: Mapping[str, AnyDefinition]
    imports: Imports
    strict: bool
    both: bool = False

    def spell(self, kind: Type) -> str:
        """The annotation of a type."""
        match kind:
            case Scalar():
                return self._scalar(kind)
            case Named(name):
                return self._named(name)
            case Array(items, constraints):
                return self._constrained(f"list[{self.spell(items)}]", constraints)
            case Tuple():
                return self._tuple(kind)
            case Map(values, constraints):
                return self._constrained(f"dict[str, {self.spell(values)}]", constraints)
            case LiteralOf(values):
                return self._literal(values)
            case Union():
                return self._union(kind)

    def _literal(self, values: tuple[object, ...]) -> str:
        """One of several values may be another when it is received: those of a list grow."""
        self.imports.add("typing", "Literal")
        spelled = f"Literal[{', '.join(literal(value) for value in values)}]"
        kinds = dict.fromkeys(type(value).__name__ for value in values)
        if self.strict and "int" in kinds and "bool" not in kinds:
            return self._whole(spelled)
        if self.strict or len(values) < 2 or "bool" in kinds:
            return spelled
        return " | ".join([spelled, *kinds])

    def _scalar(self, kind: Scalar) -> str:
        name = _SCALARS[kind.kind]
        if kind.kind is Kind.ANY:
            self.imports.add("typing", "Any")
        elif kind.kind is Kind.DATE_TIME:
            self.imports.add_runtime("models.timestamp", "Timestamp")
        elif kind.kind is Kind.BINARY and self.strict:
            self.imports.add_runtime("models.uploads", "FileContent")
            return "FileContent"
        elif kind.kind is Kind.NUMBER:
            self.imports.add_runtime("models.numbers", "JsonNumber")
        elif kind.kind is Kind.DATE:
            self.imports.add("datetime", "date")
        elif self.strict and kind.constraints in _ALIASES:
            name = _ALIASES[kind.constraints]
            self.imports.add_runtime("models.numbers", name)
            return name
        elif self.both and kind.constraints in _SENT_ALIASES:
            name = _SENT_ALIASES[kind.constraints]
            self.imports.add_runtime("models.sent_and_received", name)
            return name
        return self._constrained(name, kind.constraints)

    def _constrained(self, name: str, constraints: Constraints, *marks: str) -> str:
        stated = self._marks(constraints) if self.strict else self._marks_when_sent(constraints)
        return self._marked(name, [*marks, *stated])

    def _marks_when_sent(self, constraints: Constraints) -> Iterator[str]:
        """A schema with other constraints has a shape of its own where it is sent."""
        if self.both and constraints.format is not None:
            self.imports.add_runtime("models.sent_and_received", "SentFormat")
            yield f"SentFormat({literal(constraints.format)})"

    def _marks(self, constraints: Constraints) -> Iterator[str]:
        rules = constraint_arguments(constraints)
        if rules:
            self.imports.add("pydantic", "Field")
            yield f"Field({', '.join(rules)})"
        if constraints.pattern is not None and not is_plain_pattern(constraints.pattern):
            self.imports.add_runtime("models.constraints", "Pattern")
            yield f"Pattern({literal(constraints.pattern)})"
        if constraints.unique_items:
            self.imports.add_runtime("models.constraints", "UniqueItems")
            yield "UniqueItems()"
        if constraints.format in STRING_FORMATS:
            self.imports.add_runtime("models.constraints", "StringFormat")
            yield f"StringFormat({literal(constraints.format)})"
        if isinstance(constraints.multiple_of, float):
            self.imports.add_runtime("models.constraints", "Asserts")
            yield f'Asserts({{"multipleOf": {literal(constraints.multiple_of)}}})'
        if constraints.further:
            self.imports.add_runtime("models.constraints", "Asserts")
            yield f"Asserts({literal(json.loads(constraints.further))})"

    def _marked(self, name: str, marks: list[str]) -> str:
        if not marks:
            return name
        self.imports.add("typing", "Annotated")
        return f"Annotated[{name}, {', '.join(marks)}]"

    def _named(self, name: str) -> str:
        definition = self.definitions[name]
        if isinstance(definition, Alias) and definition.type == NULL:
            return "None"
        spelled = self.imports.add_definition(name)
        if isinstance(definition, Enum) and self._is_open(definition):
            alias = "Open" if _is_text(definition) else "OpenInt"
            self.imports.add_runtime("models.base", alias)
            return f"{alias}[{spelled}]"
        if self.strict and isinstance(definition, Enum) and not _is_text(definition):
            return self._whole(spelled)
        return spelled

    def _whole(self, spelled: str) -> str:
        self.imports.add_runtime("models.constraints", "Whole")
        return self._marked(spelled, ["Whole()"])

    def _is_open(self, definition: Enum) -> bool:
        return definition.open if definition.open is not None else not self.strict

    def _tuple(self, kind: Tuple) -> str:
        """Arrays may be shorter than `prefixItems`, which a Python tuple cannot be: a list of what may occur."""
        all_types = [*kind.items, *([kind.rest] if kind.rest is not None else [])]
        if not kind.complete:
            found = [ANY] if ANY in all_types else all_types
            inner = union([self.spell(each) for each in found])
            return self._constrained(f"list[{inner}]", kind.constraints)
        items = [self.spell(item) for item in kind.items]
        rest = [] if kind.rest is None else [self.spell(kind.rest)]
        if not rest:
            rules = replace(kind.constraints, min_items=None, max_items=None)
            return self._constrained(f"tuple[{', '.join(items)}]", rules)
        self.imports.add_runtime("models.unions", "Variadic")
        spelled = f"tuple[{', '.join(items)}, *tuple[{rest[0]}, ...]]"
        rules = replace(kind.constraints, min_items=None)
        return self._constrained(spelled, rules, "Variadic()")

    def _union(self, kind: Union) -> str:
        return self._constrained(self._options(kind), Constraints(further=kind.further))

    def _options(self, kind: Union) -> str:
        options = [self.spell(option) for option in kind.options]
        if kind.discriminator and not self.strict:
            self.imports.add("typing", "Annotated")
            self.imports.add_runtime("models.base", "Unknown")
            self.imports.add_runtime("models.unions", "Tagged")
            real = [
                option for option, told in zip(options, kind.options, strict=True) if told != NULL
            ]
            tagged = (
                f"Annotated[{union([*real, 'Unknown'])}, Tagged({literal(kind.discriminator)})]"
            )
            return tagged if len(real) == len(options) else f"{tagged} | None"
        return union(options)


@value()
class ArgumentSpeller(Speller):
    """Spells the types of arguments: as wide as a caller may reasonably give them."""

    def _named(self, name: str) -> str:
        definition = self.definitions[name]
        if isinstance(definition, Alias) and definition.type == NULL:
            return "None"
        spelled = self.imports.add_definition(name)
        if not isinstance(definition, Enum):
            return spelled
        if definition.open or len(definition.members) > _SHORT_ENUM:
            return f"{spelled} | {'str' if _is_text(definition) else 'int'}"
        self.imports.add("typing", "Literal")
        return f"{spelled} | Literal[{', '.join(literal(member.value) for member in definition.members)}]"

    def _whole(self, spelled: str) -> str:
        return spelled

    def _constrained(self, name: str, constraints: Constraints, *marks: str) -> str:
        if name.startswith("list["):
            self.imports.add("collections.abc", "Sequence")
            return f"Sequence[{name[5:]}"
        return name

    def _scalar(self, kind: Scalar) -> str:
        if kind.kind is Kind.NUMBER:
            return "float"
        if kind.kind is Kind.DATE_TIME:
            self.imports.add("datetime", "datetime")
            return "datetime"
        if kind.kind is Kind.INTEGER:
            return "int"
        return Speller._scalar(self, kind)


def constraint_arguments(constraints: Constraints) -> list[str]:
    """`min_length=1`, … as arguments of pydantic's `Field`."""
    names = {
        "minimum": "ge",
        "maximum": "le",
        "exclusive_minimum": "gt",
        "exclusive_maximum": "lt",
        **_ITEM_RULES,
    }
    stated = {field.name: getattr(constraints, field.name) for field in fields(constraints)}
    _add_limits(stated)
    return [
        f"{names.get(name, name)}={literal(value)}"
        for name, value in stated.items()
        if value is not None
        and value is not False
        and name not in ("unique_items", "format", "further")
        and not (name == "multiple_of" and isinstance(value, float))
        and (name != "pattern" or is_plain_pattern(value))
    ]


def _add_limits(stated: dict[str, Any]) -> None:
    """The limits of an integer's format, where nothing narrower is stated."""
    if stated["format"] not in INTEGER_FORMATS:
        return
    least, most = INTEGER_FORMATS[stated["format"]]
    if stated["exclusive_minimum"] is None or stated["exclusive_minimum"] < least:
        stated["minimum"] = max(least, least if stated["minimum"] is None else stated["minimum"])
    if stated["exclusive_maximum"] is None or stated["exclusive_maximum"] > most:
        stated["maximum"] = min(most, most if stated["maximum"] is None else stated["maximum"])


@cache
def is_plain_pattern(pattern: str) -> bool:
    """Whether Rust's regex, which pydantic asks, takes an expression; it never backtracks, so no text is slow."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema  # slow, and few ask

    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError:
        return False
    return True


def is_secret(kind: Type, definitions: Mapping[str, AnyDefinition]) -> bool:
    """Whether a value of the type, or what it holds, must not be shown."""
    match kind:
        case Scalar(secret=secret):
            return secret
        case Array(items=inner) | Map(values=inner):
            return is_secret(inner, definitions)
        case Union(options=options):
            return any(is_secret(option, definitions) for option in options)
        case Named(name):
            definition = definitions[name]
            return (
                isinstance(definition, Alias)
                and definition.type != kind
                and not isinstance(definition.type, Union | Array | Map)
                and is_secret(definition.type, definitions)
            )
    return False


def is_nullable(kind: Type) -> bool:
    """Whether None is one of the type's own values."""
    if isinstance(kind, Union):
        return any(is_nullable(option) for option in kind.options)
    return kind in (NULL, ANY)


def _is_text(definition: Enum) -> bool:
    return isinstance(definition.members[0].value, str)
