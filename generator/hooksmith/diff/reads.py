"""Reading of deliveries of one document by the package of another document.

The rules are those of the runtime (`_runtime/models/lenient_reading.py`): an object inside an event may lack
properties that its class requires, unless it lacks all of them; anything else that does not fit is drift.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from ..frozen import value
from ..ir import (
    ANY,
    NULL,
    Alias,
    AnyDefinition,
    Array,
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
from ..ir.queries import all_fields
from .changes.types import options, text

Outcome = Literal["drift", "absent", "unknown", "value"]
"""From the worst. `drift`: DriftedEvent; `absent`: a required property is absent from an object inside the event;
`unknown`: an object is read as Unknown; `value`: an enum is read as a plain value."""
_ORDER: tuple[Outcome, ...] = ("drift", "absent", "unknown", "value")


@value()
class Finding:
    """An outcome at a class of the reading package and a field of it; an empty `field` is the object itself.

    `written`: the part of the written value that gives the outcome, as text.
    """

    outcome: Outcome
    owner: str
    field: str
    written: str


_FRAMES = 10
"""Frames that the reading of an object inside an object takes; 5 of them are measured."""

Findings = frozenset[Finding]
_NONE: Findings = frozenset()

_STRINGS = frozenset({Kind.STRING, Kind.DATE_TIME, Kind.DATE, Kind.BINARY})
_READABLE: Mapping[Kind, frozenset[Kind]] = {
    Kind.STRING: _STRINGS,
    Kind.BINARY: _STRINGS,
    Kind.DATE_TIME: frozenset({Kind.DATE_TIME, Kind.DATE}),
    Kind.DATE: frozenset({Kind.DATE}),
    Kind.BOOLEAN: frozenset({Kind.BOOLEAN}),
    Kind.INTEGER: frozenset({Kind.INTEGER, Kind.BOOLEAN}),
    Kind.NUMBER: frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL, Kind.BOOLEAN}),
    Kind.DECIMAL: frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL}),
    Kind.NULL: frozenset({Kind.NULL}),
}
"""Scalars of the document that a scalar of the package reads, whatever their values."""


@contextmanager
def _deep_recursion(definitions: int) -> Iterator[None]:
    """Let a chain of all definitions be read; calls of Python functions take no space of the C stack."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + _FRAMES * definitions)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


class Reads:
    """Reads values that `writer` describes with the definitions of `reader`."""

    def __init__(
        self, reader: Mapping[str, AnyDefinition], writer: Mapping[str, AnyDefinition]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._known: dict[tuple[str, str, bool], Findings] = {}

    def event(self, reader: tuple[str, ...], writer: tuple[str, ...]) -> Findings:
        """Return the outcomes of an event, by the definitions of its body on both sides."""
        options_ = tuple(Named(name) for name in reader)
        with _deep_recursion(len(self._reader)):
            findings = [self._best(options_, Named(name), is_event=True) for name in writer]
        return _NONE.union(*findings)

    # --- types

    def _type(self, reader: Type, writer: Type) -> Findings:
        """Outcomes of a value without a field of its own; the owner is filled by the field that holds it."""
        findings = [
            self._option(self._expand(reader, self._reader), option)
            for option in self._options(writer)
        ]
        return _NONE.union(*findings)

    def _options(self, writer: Type) -> Iterator[Type]:
        """The options of a written type, aliases and enums expanded."""
        seen: set[str] = set()
        stack = [writer]
        while stack:
            type_ = stack.pop()
            if isinstance(type_, Union):
                stack.extend(reversed(type_.options))
            elif isinstance(type_, Named) and isinstance(
                definition := self._writer.get(type_.name), Alias
            ):
                if type_.name not in seen:
                    seen.add(type_.name)
                    stack.append(definition.type)
            else:
                yield type_

    def _expand(self, reader: Type, definitions: Mapping[str, AnyDefinition]) -> Type:
        seen: set[str] = set()
        while isinstance(reader, Named) and isinstance(
            definition := definitions.get(reader.name), Alias
        ):
            if reader.name in seen:
                return ANY
            seen.add(reader.name)
            reader = definition.type
        return reader

    def _option(self, reader: Type, writer: Type) -> Findings:
        """Outcomes of one written option, which is no union and no alias."""
        if reader == ANY:
            return _NONE
        if writer == ANY:
            return _one("drift", "any value")
        if isinstance(reader, Union):
            if reader.discriminator is not None:
                return self._tagged(reader, writer)
            return self._best(tuple(self._flat(reader)), writer)
        if isinstance(reader, Named):
            definition = self._reader.get(reader.name)
            if isinstance(definition, Enum):
                return self._enum(definition, writer)
            return self._object(reader.name, writer)
        return self._plain(reader, writer)

    def _flat(self, reader: Union) -> Iterator[Type]:
        for option in reader.options:
            expanded = self._expand(option, self._reader)
            if isinstance(expanded, Union) and expanded.discriminator is None:
                yield from self._flat(expanded)
            else:
                yield expanded

    def _plain(self, reader: Type, writer: Type) -> Findings:
        match reader:
            case LiteralOf(values):
                return self._literal(values, writer)
            case Array(items=items):
                return self._array([items], writer)
            case Tuple():
                rest = [reader.rest] if reader.rest is not None else []
                return self._array([*reader.items, *rest], writer)
            case Map(values=inner):
                return self._map(inner, writer)
            case Scalar(kind=kind):
                return self._scalar(kind, writer)
        return _one("drift", text(writer))

    def _best(self, readers: tuple[Type, ...], writer: Type, *, is_event: bool = False) -> Findings:
        """Outcomes with the option that fits best."""
        findings: list[Findings] = []
        for option in readers:
            if is_event and isinstance(option, Named):
                findings.append(self._object(option.name, writer, is_event=True))
            else:
                findings.append(self._option(option, writer))
        return min(findings, key=_badness) if findings else _one("drift", text(writer))

    # --- scalars and enums

    def _scalar(self, kind: Kind, writer: Type) -> Findings:
        if isinstance(writer, Scalar):
            is_readable = writer.kind in _READABLE.get(kind, frozenset())
        else:
            values = _values(writer, self._writer)
            is_readable = bool(values) and all(_is_kind(part, kind) for part in values)
        return _NONE if is_readable else _one("drift", text(writer))

    def _enum(self, enum: Enum, writer: Type) -> Findings:
        known = {member.value for member in enum.members}
        is_open = enum.open is not False
        return self._listed(known, writer, is_open=is_open, sample=enum.members[0].value)

    def _literal(self, values: tuple[object, ...], writer: Type) -> Findings:
        """A `Literal` of several values is open, but for one with booleans."""
        has_boolean = any(isinstance(part, bool) for part in values)
        is_open = len(values) > 1 and not has_boolean
        return self._listed(set(values), writer, is_open=is_open, sample=next(iter(values)))

    def _listed(
        self, known: set[object] | set[str | int], writer: Type, *, is_open: bool, sample: object
    ) -> Findings:
        values = _values(writer, self._writer)
        if values:
            new = [part for part in values if part not in known]
            fits = all(isinstance(part, type(sample)) for part in new)
            outcome: Outcome = "value" if is_open and fits else "drift"
            return frozenset(Finding(outcome, "", "", repr(part)) for part in new)
        kind = Kind.INTEGER if isinstance(sample, int) else Kind.STRING
        if is_open and not self._scalar(kind, writer):
            return _one("value", text(writer))
        return _one("drift", text(writer))

    # --- collections

    def _array(self, items: list[Type], writer: Type) -> Findings:
        if isinstance(writer, Array):
            written = [writer.items]
        elif isinstance(writer, Tuple):
            written = [*writer.items, *([writer.rest] if writer.rest is not None else [])]
        else:
            return _one("drift", text(writer))
        reader = items[0] if len(items) == 1 else Union(tuple(items))
        return _NONE.union(*(self._type(reader, item) for item in written))

    def _map(self, values: Type, writer: Type) -> Findings:
        if isinstance(writer, Map):
            return self._type(values, writer.values)
        model = self._written_model(writer)
        if model is None:
            return _one("drift", text(writer))
        fields = all_fields(model, self._writer)
        return _NONE.union(*(self._type(values, field.type) for field in fields))

    def _written_model(self, writer: Type) -> Model | None:
        definition = self._writer.get(writer.name) if isinstance(writer, Named) else None
        return definition if isinstance(definition, Model) else None

    # --- objects

    def _tagged(self, reader: Union, writer: Type) -> Findings:
        """The option that the tag of the written object names; Unknown for any other object."""
        model = self._written_model(writer)
        readers = [option for option in self._flat_tagged(reader) if option != NULL]
        if model is None:
            rest = tuple(option for option in readers if not isinstance(option, Named))
            if writer == NULL:
                return _NONE if NULL in options(reader) else _one("drift", "null")
            if isinstance(writer, Map):
                return _one("unknown", text(writer))
            return self._best(rest, writer) if rest else _one("drift", text(writer))
        tags = _tags(model, str(reader.discriminator), self._writer)
        findings: list[Findings] = []
        for tag in tags or [None]:
            chosen = [
                option
                for option in readers
                if isinstance(option, Named)
                and isinstance(part := self._reader.get(option.name), Model)
                and tag in _tags(part, str(reader.discriminator), self._reader)
            ]
            findings.append(
                self._best(tuple(chosen), writer) if chosen else _one("unknown", model.name)
            )
        return _NONE.union(*findings)

    def _flat_tagged(self, reader: Union) -> Iterator[Type]:
        for option in reader.options:
            expanded = self._expand(option, self._reader)
            if isinstance(expanded, Union):
                yield from self._flat_tagged(expanded)
            else:
                yield expanded

    def _object(self, name: str, writer: Type, *, is_event: bool = False) -> Findings:
        reader = self._reader.get(name)
        if isinstance(reader, Alias):
            return self._type(reader.type, writer)
        if not isinstance(reader, Model):
            return _NONE if reader is None else self._option(Named(name), writer)
        if isinstance(writer, Map):
            return self._fields(reader, {}, writer.values, is_event=is_event)
        model = self._written_model(writer)
        if model is None:
            if is_event and isinstance(
                part := self._writer.get(getattr(writer, "name", "")), Alias
            ):
                return _NONE.union(
                    *(self._object(name, each, is_event=True) for each in self._options(part.type))
                )
            return _one("drift", text(writer))
        key = (name, model.name, is_event)
        if key not in self._known:
            self._known[key] = _NONE  # an object that contains itself
            written = {
                field.wire: (field.type, field.required)
                for field in all_fields(model, self._writer)
            }
            self._known[key] = self._fields(reader, written, model.extra, is_event=is_event)
        return self._known[key]

    def _fields(
        self,
        reader: Model,
        written: Mapping[str, tuple[Type, bool]],
        extra: Type | None,
        *,
        is_event: bool,
    ) -> Findings:
        findings: set[Finding] = set()
        missing: dict[str, str] = {}
        fields = all_fields(reader, self._reader)
        for field in fields:
            type_, is_required = written.get(field.wire, (extra, False))
            if field.required and not is_required:
                missing[field.name] = "absent"
            if type_ is None or (field.wire not in written and type_ == ANY):
                continue
            accepts_null = not field.required or self._takes_null(field.type)
            for option in self._options(type_):
                if option == NULL and accepts_null:
                    continue
                if option == NULL:
                    missing.setdefault(field.name, "null")
                    continue
                expanded = self._expand(field.type, self._reader)
                findings |= {
                    self._owned(part, reader, field.name) for part in self._option(expanded, option)
                }
        required = [field.name for field in fields if field.required]
        is_lost = is_event or len(missing) == len(required)
        outcome: Outcome = "drift" if is_lost else "absent"
        findings |= {Finding(outcome, reader.name, name, part) for name, part in missing.items()}
        return frozenset(findings)

    def _owned(self, finding: Finding, reader: Model, field: str) -> Finding:
        if finding.owner:
            return finding
        return Finding(finding.outcome, reader.name, field, finding.written)

    def _takes_null(self, type_: Type) -> bool:
        return any(part in (NULL, ANY) for part in self._reader_options(type_))

    def _reader_options(self, type_: Type) -> Iterator[Type]:
        expanded = self._expand(type_, self._reader)
        if isinstance(expanded, Union):
            for option in expanded.options:
                yield from self._reader_options(option)
        else:
            yield expanded


def _one(outcome: Outcome, written: str) -> Findings:
    return frozenset({Finding(outcome, "", "", written)})


def _badness(findings: Findings) -> tuple[int, ...]:
    outcomes = [part.outcome for part in findings]
    return tuple(outcomes.count(outcome) for outcome in _ORDER)


def _values(writer: Type, definitions: Mapping[str, AnyDefinition]) -> list[object]:
    """The values of a written enum or constant; none for another type."""
    if isinstance(writer, LiteralOf):
        return list(writer.values)
    definition = definitions.get(writer.name) if isinstance(writer, Named) else None
    return [member.value for member in definition.members] if isinstance(definition, Enum) else []


def _is_kind(constant: object, kind: Kind) -> bool:
    match constant:
        case bool():
            return kind in (Kind.BOOLEAN, Kind.INTEGER, Kind.NUMBER)
        case int():
            return kind in (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL)
        case float():
            return kind in (Kind.NUMBER, Kind.DECIMAL)
        case str():
            return kind in (Kind.STRING, Kind.BINARY)
    return constant is None and kind is Kind.NULL


def _tags(model: Model, wire: str, definitions: Mapping[str, AnyDefinition]) -> list[object]:
    for field in all_fields(model, definitions):
        if field.wire == wire:
            return [part for option in options(field.type) for part in _values(option, definitions)]
    return []
