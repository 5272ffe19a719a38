"""Content of a value that the document, read by the letter, does not describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

from ..frozen import value
from ..ir import (
    ANY,
    NULL,
    Alias,
    AnyDefinition,
    Array,
    Enum,
    Field,
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
from ..ir.queries import all_fields
from ..json_pointer import join

Rule = Literal[
    "event-unknown", "property-undeclared", "property-missing", "null-undeclared", "type-different",
    "value-unlisted", "option-unknown",
]  # fmt: skip


@value(kw_only=True)
class Spot:
    """A schema: the class that it belongs to, its field there, and its pointer in the bundled document."""

    owner: str
    field: str = ""
    pointer: str = ""

    def below(self, *keys: str | int) -> Spot:
        """The schema of a part of the value."""
        return Spot(owner=self.owner, field=self.field, pointer=join(self.pointer, *keys))


@value(kw_only=True)
class Finding:
    """A part of a value that a schema does not describe.

    `detail`: the JSON type, value, property or tag. `sample`: the part itself, for suggestions.
    """

    rule: Rule
    spot: Spot
    detail: str
    sample: Any


def json_type(sample: Any) -> str:
    """Return the name of a value's JSON type."""
    match sample:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if sample.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


class Comparison:
    """Compares values with the definitions of a document."""

    def __init__(self, definitions: Mapping[str, AnyDefinition]) -> None:
        self._definitions = definitions

    def event(self, models: tuple[str, ...], body: Any) -> list[Finding]:
        """Return the findings of an event whose body is of one of several definitions."""
        readings = [self.compare(Named(name), body, Spot(owner=name)) for name in models]
        return min(readings, key=len)

    def compare(self, type_: Type, sample: Any, spot: Spot) -> list[Finding]:
        """Return the findings of a value of a type."""
        match type_:
            case Named(name):
                return self._named(self._definitions[name], sample, spot)
            case Union():
                return self._union(type_, sample, spot)
            case LiteralOf(values):
                return [] if _is_listed(sample, values) else [_unlisted(sample, spot)]
            case Array(items=items):
                if isinstance(sample, list):
                    return self._items([items] * len(sample), sample, spot.below("items"))
            case Tuple():
                if isinstance(sample, list):
                    rest = [type_.rest or ANY] * len(sample)
                    return self._items([*type_.items, *rest], sample, spot)
            case Map(values=values):
                if isinstance(sample, dict):
                    inner = spot.below("additionalProperties")
                    return [
                        item
                        for each in sample.values()
                        for item in self.compare(values, each, inner)
                    ]
            case Scalar(kind=kind):
                if _is_of_kind(sample, kind):
                    return []
        return [_different(sample, spot)]

    def _items(self, types: list[Type], samples: list[Any], spot: Spot) -> list[Finding]:
        pairs = zip(types, samples, strict=False)
        return [finding for type_, item in pairs for finding in self.compare(type_, item, spot)]

    def _named(self, definition: AnyDefinition, sample: Any, spot: Spot) -> list[Finding]:
        inner = Spot(owner=definition.name, pointer=definition.pointer)
        match definition:
            case Alias():
                return self.compare(definition.type, sample, inner)
            case Enum():
                values = tuple(member.value for member in definition.members)
                if _is_listed(sample, values):
                    return []
                is_of_type = type(sample) is type(values[0])
                # null is a matter of the property, and not of the enum that several may share
                return [_unlisted(sample, inner) if is_of_type else _different(sample, spot)]
            case Model():
                if isinstance(sample, dict):
                    return list(self._object(definition, sample))
                return [_different(sample, spot)]

    def _object(self, model: Model, sample: Mapping[str, Any]) -> Iterator[Finding]:
        fields = {field.wire: field for field in all_fields(model, self._definitions)}
        for wire, field in fields.items():
            spot = Spot(owner=self._owner(model, field), field=field.name, pointer=field.pointer)
            if wire in sample:
                yield from self.compare(field.type, sample[wire], spot)
            elif field.required:
                home = Spot(owner=spot.owner, field=field.name, pointer=self._home(spot.owner))
                yield Finding(rule="property-missing", spot=home, detail=wire, sample=None)
        here = Spot(owner=model.name, pointer=model.pointer)
        for wire, part in sample.items():
            if wire not in fields and model.extra in (None, ANY):
                yield Finding(rule="property-undeclared", spot=here, detail=wire, sample=part)
            elif wire not in fields and model.extra is not None:
                yield from self.compare(model.extra, part, here.below("additionalProperties"))

    def _owner(self, model: Model, field: Field) -> str:
        """The class that defines a field, which may be a base."""
        for base in model.bases:
            definition = self._definitions[base]
            if isinstance(definition, Model) and field in all_fields(definition, self._definitions):
                return self._owner(definition, field)
        return model.name

    def _home(self, owner: str) -> str:
        return self._definitions[owner].pointer

    # --- unions

    def _union(self, union: Union, sample: Any, spot: Spot) -> list[Finding]:
        if sample is None and NULL in union.options:
            return []
        options = [option for option in union.options if option != NULL]
        if union.discriminator is not None and isinstance(sample, dict):
            return self._tagged(union, options, sample, spot)
        readings = [self.compare(option, sample, spot) for option in options]
        best = min(readings, key=len)
        is_of_none = all(
            any(item.rule == "type-different" and item.sample is sample for item in each)
            for each in readings
        )
        return [_different(sample, spot)] if is_of_none and len(options) > 1 else best

    def _tagged(
        self, union: Union, options: list[Type], sample: Mapping[str, Any], spot: Spot
    ) -> list[Finding]:
        tag = sample.get(str(union.discriminator))
        chosen = [item for item in options if tag in self._tags(item, str(union.discriminator))]
        untagged = [item for item in options if not self._tags(item, str(union.discriminator))]
        if chosen or untagged:
            readings = [self.compare(option, sample, spot) for option in chosen or untagged]
            return min(readings, key=len)
        return [Finding(rule="option-unknown", spot=spot, detail=repr(tag), sample=sample)]

    def _tags(self, option: Type, wire: str) -> list[Any]:
        definition = self._definitions.get(option.name) if isinstance(option, Named) else None
        if isinstance(definition, Alias):
            types = definition.type.options if isinstance(definition.type, Union) else ()
            return [tag for inner in types for tag in self._tags(inner, wire)]
        if not isinstance(definition, Model):
            return []
        fields = [item for item in all_fields(definition, self._definitions) if item.wire == wire]
        return [tag for field in fields for tag in self._values(field.type)]

    def _values(self, type_: Type) -> list[Any]:
        if isinstance(type_, LiteralOf):
            return list(type_.values)
        definition = self._definitions.get(type_.name) if isinstance(type_, Named) else None
        return [item.value for item in definition.members] if isinstance(definition, Enum) else []


def _unlisted(sample: Any, spot: Spot) -> Finding:
    if sample is None or isinstance(sample, dict | list):
        return _different(sample, spot)
    return Finding(rule="value-unlisted", spot=spot, detail=repr(sample), sample=sample)


def _different(sample: Any, spot: Spot) -> Finding:
    if sample is None:
        return Finding(rule="null-undeclared", spot=spot, detail="null", sample=None)
    return Finding(rule="type-different", spot=spot, detail=json_type(sample), sample=sample)


def _is_listed(sample: Any, values: tuple[Any, ...]) -> bool:
    return any(
        sample == item and isinstance(sample, bool) == isinstance(item, bool) for item in values
    )


def _is_of_kind(sample: Any, kind: Kind) -> bool:
    match kind:
        case Kind.ANY:
            return True
        case Kind.NULL:
            return sample is None
        case Kind.BOOLEAN:
            return isinstance(sample, bool)
        case Kind.INTEGER:
            return json_type(sample) == "integer"
        case Kind.NUMBER | Kind.DECIMAL:
            return json_type(sample) in ("integer", "number")
        case Kind.DATE_TIME:
            return isinstance(sample, str) and _parses(datetime, sample)
        case Kind.DATE:
            return isinstance(sample, str) and _parses(date, sample)
    return isinstance(sample, str)


def _parses(class_: type[datetime] | type[date], text: str) -> bool:
    try:
        class_.fromisoformat(text)
    except ValueError:
        return False
    return True
