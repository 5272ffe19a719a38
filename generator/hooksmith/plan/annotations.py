"""IR types → annotations. No other module writes Python types."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

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
    Model,
    Named,
    Scalar,
    Tuple,
    Type,
    Union,
)
from ..ir.queries import collections_of
from ..openapi.formats import STRING_FORMATS
from .constraint_texts import (
    constraint_arguments,
    constraint_schema,
    is_plain_pattern,
    with_whole_bounds,
)
from .imports import Imports
from .literals import literal
from .unions import union

_BUILTINS = {
    Kind.NULL: "None",
    Kind.BOOLEAN: "bool",
    Kind.INTEGER: "int",
    Kind.STRING: "str",
    Kind.BINARY: "bytes",
}
_RUNTIME_SCALARS = {
    Kind.DATE_TIME: ("models.timestamp", "Timestamp"),
    Kind.NUMBER: ("models.numbers", "JsonNumber"),
    Kind.DECIMAL: ("models.decimals", "JsonDecimal"),
}
_EXACT_SCALARS = {
    Kind.BOOLEAN: ("pydantic", "StrictBool"),
    Kind.INTEGER: ("pydantic", "StrictInt"),
    Kind.STRING: ("pydantic", "StrictStr"),
    Kind.BINARY: ("pydantic", "StrictStr"),
}
_EXACT_RUNTIME_SCALARS = {
    Kind.DATE: ("models.exact", "ExactDate"),
    Kind.DATE_TIME: ("models.exact", "ExactTimestamp"),
    Kind.NUMBER: ("models.exact", "ExactNumber"),
    Kind.DECIMAL: ("models.exact", "ExactDecimal"),
}
"""Scalars of a JSON Schema document, which accept no value of another JSON type."""
_UNCONSTRAINED = Constraints()

_ALIASES = {Constraints(format="int32"): "Int32", Constraints(format="int64"): "Int64"}
_SENT_ALIASES = {form: f"Sent{name}" for form, name in _ALIASES.items()}
"""Constraints for which the runtime has a named annotation."""


@value()
class AnnotationWriter:
    """Writes the annotations of one module.

    Attributes:
        definitions: All definitions by name.
        imports: Receives what the annotations need.
        strict: Whether constraints are asserted and enums closed. Otherwise values are accepted as received.
        both: Whether the types are received and sent, so that formats are asserted on sending.
        exact: Whether the types are read by the letter: no value is converted to another JSON type.
        described: Whether annotations of received types have what readers need beside type checkers: the constraints,
            which reading does not assert, and whether the JSON type is implied.
    """

    definitions: Mapping[str, AnyDefinition]
    imports: Imports
    strict: bool
    both: bool = False
    exact: bool = False
    described: bool = False

    def annotation(self, type_: Type) -> str:
        """Return the annotation of a type. If its JSON type is implied, values of other types are received."""
        annotation = self._annotation(type_)
        if not self.described or self.strict or not self._is_implied(type_):
            return annotation
        return f"{self.imports.add_runtime('models.described', 'Implied')}[{annotation}]"

    def _is_implied(self, type_: Type) -> bool:
        if isinstance(type_, Named):
            definition = self.definitions[type_.name]
            return isinstance(definition, Model) and definition.is_implied
        return isinstance(type_, Array | Tuple | Map) and type_.is_implied

    def _annotation(self, type_: Type) -> str:
        match type_:
            case Scalar():
                return self._scalar(type_)
            case Named(name):
                return self._named(name)
            case Array(items, constraints):
                return self._constrained(
                    f"{self.imports.local('list')}[{self.annotation(items)}]", constraints
                )
            case Tuple():
                return self._tuple(type_)
            case Map(values, constraints):
                annotation = f"dict[str, {self.annotation(values)}]"
                return self._constrained(annotation, constraints, json_type="object")
            case LiteralOf(values):
                return self._literal(values)
            case Union():
                return self._union(type_)

    def _literal(self, values: tuple[object, ...]) -> str:
        """Return a `Literal`; beside several received values, their types, since lists of values grow."""
        annotation = self._literal_of(values)
        python_types = dict.fromkeys(type(value).__name__ for value in values)
        if self.strict and ("int" in python_types or "bool" in python_types):
            return self._whole(annotation)
        if self.strict or len(values) < 2 or "bool" in python_types:
            return annotation
        return " | ".join([annotation, *python_types])

    def _literal_of(self, values: Iterable[object]) -> str:
        name = self.imports.add("typing", "Literal")
        return f"{name}[{', '.join(literal(value) for value in values)}]"

    def _scalar(self, scalar: Scalar) -> str:
        if scalar.kind is Kind.BINARY and self.strict and not self.exact:
            return self.imports.add_runtime("models.uploads", "FileContent")
        if scalar.kind in (Kind.DATE, Kind.DATE_TIME):
            return self._moment(scalar)
        constraints = scalar.constraints
        if scalar.kind is Kind.INTEGER:
            if self.strict and not self.exact and constraints in _ALIASES:
                return self.imports.add_runtime("models.numbers", _ALIASES[constraints])
            if self.both and constraints in _SENT_ALIASES:
                name = _SENT_ALIASES[constraints]
                return self.imports.add_runtime("models.sent_and_received", name)
            constraints = with_whole_bounds(constraints)
        return self._constrained(self._scalar_name(scalar.kind), constraints)

    def _moment(self, scalar: Scalar) -> str:
        """Return a date or date-time, whose constraints are those of its text.

        The text of a received date-time is not kept, so nothing is described of it.
        """
        annotation = self._scalar_name(scalar.kind)
        schema = constraint_schema(scalar.constraints, "string")
        if schema and scalar.kind is Kind.DATE:
            return self._constrained(annotation, Constraints(further=json.dumps(schema)))
        if schema and self.strict:
            name = self._constraint("AssertsText")
            return self._annotated(annotation, [f"{name}({literal(schema)})"])
        return annotation

    def _scalar_name(self, kind: Kind) -> str:
        if kind is Kind.ANY:
            return self.imports.add("typing", "Any")
        if self.exact and kind in _EXACT_SCALARS:
            return self.imports.add(*_EXACT_SCALARS[kind])
        if self.exact and kind in _EXACT_RUNTIME_SCALARS:
            return self.imports.add_runtime(*_EXACT_RUNTIME_SCALARS[kind])
        if kind is Kind.DATE:
            return self.imports.add("datetime", "date")
        if kind in _RUNTIME_SCALARS:
            return self.imports.add_runtime(*_RUNTIME_SCALARS[kind])
        return _BUILTINS[kind]

    def _constrained(
        self, annotation: str, constraints: Constraints, *metadata: str, json_type: str = ""
    ) -> str:
        if not metadata and constraints == _UNCONSTRAINED:
            return annotation
        constraint_metadata = (
            self._metadata(constraints)
            if self.strict
            else self._metadata_when_received(constraints, json_type)
        )
        return self._annotated(annotation, [*metadata, *constraint_metadata])

    def _metadata_when_received(self, constraints: Constraints, json_type: str) -> Iterator[str]:
        """Yield the metadata of a received type: its constraints, and the format that is asserted on sending."""
        if self.described and (schema := constraint_schema(constraints, json_type)):
            name = self.imports.add_runtime("models.described", "Described")
            yield f"{name}({literal(schema)})"
        if self.both and constraints.format is not None:
            name = self.imports.add_runtime("models.sent_and_received", "SentFormat")
            yield f"{name}({literal(constraints.format)})"

    def _metadata(self, constraints: Constraints) -> Iterator[str]:
        arguments = constraint_arguments(constraints)
        if arguments:
            yield f"{self.imports.add('pydantic', 'Field')}({', '.join(arguments)})"
        if constraints.pattern is not None and not is_plain_pattern(constraints.pattern):
            yield f"{self._constraint('Pattern')}({literal(constraints.pattern)})"
        if constraints.unique_items:
            yield f"{self._constraint('UniqueItems')}()"
        if constraints.format in STRING_FORMATS:
            yield f"{self._constraint('StringFormat')}({literal(constraints.format)})"
        if isinstance(constraints.multiple_of, float):
            assertion = {"multipleOf": constraints.multiple_of}
            yield f"{self._constraint('Asserts')}({literal(assertion)})"
        if constraints.further:
            assertion = json.loads(constraints.further)
            yield f"{self._constraint('Asserts')}({literal(assertion)})"

    def _constraint(self, name: str) -> str:
        return self.imports.add_runtime("models.constraints", name)

    def _annotated(self, annotation: str, metadata: list[str]) -> str:
        if not metadata:
            return annotation
        return f"{self.imports.add('typing', 'Annotated')}[{annotation}, {', '.join(metadata)}]"

    def _named(self, name: str) -> str:
        definition = self.definitions[name]
        if isinstance(definition, Alias) and definition.type == NULL:
            return "None"
        annotation = self.imports.add_definition(name)
        if isinstance(definition, Enum) and self._is_open(definition):
            alias = "Open" if is_text(definition) else "OpenInt"
            return f"{self.imports.add_runtime('models.base', alias)}[{annotation}]"
        if self.strict and isinstance(definition, Enum) and not is_text(definition):
            return self._whole(annotation)
        return annotation

    def _whole(self, annotation: str) -> str:
        """Add `Whole()`, which refuses floats and booleans in place of integers."""
        return self._annotated(annotation, [f"{self._constraint('Whole')}()"])

    def _is_open(self, definition: Enum) -> bool:
        return definition.open if definition.open is not None else not self.strict

    def _tuple(self, type_: Tuple) -> str:
        """Return a `tuple` if all items are required; otherwise a `list`, since the array may end early."""
        if not type_.complete:
            all_types = [*type_.items, *([type_.rest] if type_.rest is not None else [])]
            options = [ANY] if ANY in all_types else all_types
            inner = self.annotation(Union(tuple(dict.fromkeys(options))))
            return self._constrained(f"{self.imports.local('list')}[{inner}]", type_.constraints)
        items = [self.annotation(item) for item in type_.items]
        is_longer = (type_.constraints.min_items or 0) > len(items)
        least = type_.constraints.min_items if is_longer else None
        if type_.rest is None:
            constraints = replace(type_.constraints, min_items=least, max_items=None)
            return self._constrained(f"tuple[{', '.join(items)}]", constraints)
        rest = self.annotation(type_.rest)
        variadic = self.imports.add_runtime("models.unions", "Variadic")
        annotation = f"tuple[{', '.join(items)}, *tuple[{rest}, ...]]"
        constraints = replace(type_.constraints, min_items=least)
        return self._constrained(annotation, constraints, f"{variadic}()")

    def _union(self, type_: Union) -> str:
        return self._constrained(self._options(type_), Constraints(further=type_.further))

    def _options(self, type_: Union) -> str:
        """Return the options; a received union with a discriminator also accepts `Unknown`.

        A received union with several options for objects, or for arrays, selects one option by shape.
        """
        is_choice = len([option for option in type_.options if option != NULL]) > 1
        annotate = self._annotation if is_choice else self.annotation
        options = [annotate(option) for option in type_.options]
        if self.strict and not type_.tags:
            return union(options)
        if not type_.discriminator and not self._is_ambiguous(type_):
            return union(options)
        values = [
            annotation
            for annotation, option in zip(options, type_.options, strict=True)
            if option != NULL
        ]
        if type_.discriminator and not type_.has_fallback and not self.strict:
            values.append(self.imports.add_runtime("models.base", "Unknown"))
        annotation = self._annotated(union(values), [self._selection(type_)])
        return f"{annotation} | None" if NULL in type_.options else annotation

    def _selection(self, type_: Union) -> str:
        """Return the metadata of a union whose options are selected by a discriminator, otherwise by shape."""
        if type_.discriminator is None:
            return f"{self.imports.add_runtime('models.shapes', 'ByShape')}()"
        arguments = ", ".join(map(literal, [type_.discriminator, *map(list, type_.tags)]))
        return f"{self.imports.add_runtime('models.unions', 'Tagged')}({arguments})"

    def _is_ambiguous(self, type_: Union) -> bool:
        """Return whether several options accept objects, or several accept arrays."""
        counts = Counter(
            kind
            for option in type_.options
            for kind in set(collections_of(option, self.definitions))
        )
        return any(count > 1 for count in counts.values())


def is_secret(type_: Type, definitions: Mapping[str, AnyDefinition]) -> bool:
    """Return whether a value of the type, or an item of it, is a secret (`format: password`)."""
    match type_:
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
                and definition.type != type_
                and not isinstance(definition.type, Union | Array | Map)
                and is_secret(definition.type, definitions)
            )
    return False


def is_nullable(type_: Type) -> bool:
    """Return whether None is a value of the type."""
    if isinstance(type_, Union):
        return any(is_nullable(option) for option in type_.options)
    return type_ in (NULL, ANY)


def is_text(definition: Enum) -> bool:
    """Return whether the values of an enum are strings."""
    return isinstance(definition.members[0].value, str)
