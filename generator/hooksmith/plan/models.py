"""Definitions of the IR → views of classes, enums and aliases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from ..ir import (
    ANY,
    Alias,
    AnyDefinition,
    Enum,
    EnumMember,
    Field,
    LiteralOf,
    Model,
    Named,
    Type,
    Union,
)
from ..ir.queries import references
from .annotations import Speller, is_nullable, is_secret
from .imports import Imports
from .text import literal, sentence
from .views import (
    AliasView,
    DefinitionView,
    EnumGroupView,
    EnumMemberView,
    EnumView,
    FieldView,
    ModelView,
)


def plan_definitions(
    chosen: Collection[AnyDefinition],
    definitions: Mapping[str, AnyDefinition],
    imports: Imports,
    *,
    deferred: bool = False,
) -> tuple[DefinitionView, ...]:
    """Views of the chosen definitions for one module, bases before what extends them, aliases last.

    `deferred`: what other modules define is there for type checkers only, so aliases stay text until they are used.
    """
    planner = _Planner(definitions, imports, deferred)
    classes = [definition for definition in chosen if not isinstance(definition, Alias)]
    aliases = [definition for definition in chosen if isinstance(definition, Alias)]
    ordered = [*_needed_first(classes, _bases), *_needed_first(aliases, references)]
    return tuple(planner.view(definition) for definition in ordered)


_Definition = TypeVar("_Definition", bound=AnyDefinition)


def _needed_first(
    chosen: list[_Definition], needs: Callable[[_Definition], Iterable[str]]
) -> Iterator[_Definition]:
    """The definitions in their own order, but each behind those of them that it needs."""
    by_name = {definition.name: definition for definition in chosen}
    done: set[str] = set()

    def visit(definition: _Definition) -> Iterator[_Definition]:
        if definition.name not in done:
            done.add(definition.name)
            for name in needs(definition):
                if name in by_name:
                    yield from visit(by_name[name])
            yield definition

    for definition in chosen:
        yield from visit(definition)


def _bases(definition: AnyDefinition) -> tuple[str, ...]:
    return definition.bases if isinstance(definition, Model) else ()


class _Planner:
    def __init__(
        self, definitions: Mapping[str, AnyDefinition], imports: Imports, deferred: bool
    ) -> None:
        self._definitions = definitions
        self._imports = imports
        self._deferred = deferred

    def view(self, definition: AnyDefinition) -> DefinitionView:
        match definition:
            case Model():
                return self._model(definition)
            case Enum():
                return enum_view(
                    definition.name, definition.description, definition.members, self._imports
                )
            case Alias():
                return self._alias(definition)

    def _model(self, model: Model) -> ModelView:
        only_sent = model.sent and not model.received
        speller = self._speller(model)
        closed = model.extra is None and not model.received
        if closed:
            self._imports.add("pydantic", "ConfigDict")
        camel = _is_camel(model, self._definitions)
        return ModelView(
            name=model.name,
            bases=", ".join(self._bases(model, only_sent, camel)),
            doc=_described(model.description, model.deprecated),
            config='ConfigDict(extra="forbid")' if closed else "",
            fields=tuple(self._field(field, speller, only_sent, camel) for field in model.fields),
            extra=self._extra(model.extra, speller),
            assertions=literal(json.loads(model.further))
            if model.further and not model.received
            else "",
        )

    def _speller(self, definition: AnyDefinition) -> Speller:
        both = definition.sent and definition.received
        return Speller(self._definitions, self._imports, strict=not definition.received, both=both)

    def _extra(self, kind: Type | None, speller: Speller) -> str:
        """The type of further properties, where it is known; one that is received may still be anything.

        Where the document has none (None), only what goes both ways says so here.
        """
        if kind == ANY or (kind is None and not speller.both):
            return ""
        self._imports.add("typing", "TYPE_CHECKING")  # checkers would take it for an argument
        if kind is None:
            self._imports.add_runtime("models.sent_and_received", "ReceivedOnly")
            return "dict[str, ReceivedOnly]"
        loose = speller.strict or (isinstance(kind, Union) and ANY in kind.options)
        return f"dict[str, {speller.spell(kind if loose else Union((kind, ANY)))}]"

    def _bases(self, model: Model, only_sent: bool, camel: bool) -> tuple[str, ...]:
        for name in model.bases:
            self._imports.add_base(name)
        if model.bases:
            return (*model.bases, *self._strictness(model, only_sent))
        shared = model.sent and model.received
        kind = "Request" if only_sent else "Shared" if shared else ""
        base = f"{'Camel' if camel else ''}{kind}Model"
        self._imports.add_runtime("models.sent_and_received" if shared else "models.base", base)
        return (base,)

    def _strictness(self, model: Model, only_sent: bool) -> tuple[str, ...]:
        """What is only sent but extends what is received too still has properties to leave out."""
        bases = [self._definitions[name] for name in model.bases]
        if not only_sent or all(base.sent and not base.received for base in bases):
            return ()
        self._imports.add_runtime("models.base", "RequestModel")
        return ("RequestModel",)

    def _field(self, field: Field, speller: Speller, only_sent: bool, camel: bool) -> FieldView:
        annotation = speller.spell(field.type)
        default = ""
        if not field.required:
            annotation, default = self._optional(field, annotation, only_sent)
        elif only_sent:
            default = constant(field)
        spelled = _camel(field.name) if camel else field.name
        arguments = [f"alias={literal(field.wire)}"] if spelled != field.wire else []
        if is_secret(field.type, self._definitions):
            arguments.append("repr=False")
        marks = []
        if arguments:
            self._imports.add("pydantic", "Field")
            marks.append(f"Field({', '.join(arguments)})")
        if speller.both and self._may_be_null(field):
            self._imports.add_runtime("models.sent_and_received", "Nullable")
            marks.append("Nullable()")
        if marks:
            self._imports.add("typing", "Annotated")
            annotation = f"Annotated[{', '.join([annotation, *marks])}]"
        return FieldView(
            name=field.name, annotation=annotation, default=default, doc=field_doc(field)
        )

    def _may_be_null(self, field: Field) -> bool:
        """Whether an optional field is null by its document, which its annotation does not tell."""
        if field.required or field.type == ANY:
            return False
        kind: Type = field.type
        seen: set[Type] = set()
        while isinstance(kind, Named) and kind not in seen:
            seen.add(kind)
            definition = self._definitions[kind.name]
            kind = definition.type if isinstance(definition, Alias) else kind
        return is_nullable(kind)

    def _optional(self, field: Field, annotation: str, only_sent: bool) -> tuple[str, str]:
        """What is sent may be left out; what is received may be absent, and null though nobody said so."""
        if only_sent:
            self._imports.add_runtime("models.base", "Omittable")
            self._imports.add_runtime("omit", "OMIT")
            return f"Omittable[{annotation}]", "OMIT"
        nullable = (
            annotation
            if is_nullable(field.type) or annotation == "None"
            else f"{annotation} | None"
        )
        return nullable, "None"

    def _alias(self, alias: Alias) -> AliasView:
        """A plain alias; one that leads back to itself needs a type that can wait for its own definition."""
        speller = self._speller(alias)
        recursive = self._leads_to_itself(alias)
        self._imports.add(
            *(("typing_extensions", "TypeAliasType") if recursive else ("typing", "TypeAlias"))
        )
        expression = speller.spell(alias.type)
        if recursive:
            expression = f"TypeAliasType({literal(alias.name)}, {literal(expression)})"
        elif self._deferred:
            expression = quoted_type(expression)
        return AliasView(
            name=alias.name,
            expression=expression,
            annotation="" if recursive else ": TypeAlias",
            doc=_described(alias.description, alias.deprecated),
        )

    def _leads_to_itself(self, alias: Alias) -> bool:
        """Whether aliases alone lead back to it; a model or an enum in between stands by its name."""
        seen: set[str] = set()
        stack = list(references(alias))
        while stack:
            name = stack.pop()
            if name == alias.name:
                return True
            definition = self._definitions[name]
            if name not in seen and isinstance(definition, Alias):
                seen.add(name)
                stack.extend(references(definition))
        return False


def constant(field: Field) -> str:
    """The one value that a required field can have, as a literal: nobody needs to give it. Empty: there are others."""
    one = field.required and isinstance(field.type, LiteralOf) and len(field.type.values) == 1
    return literal(field.type.values[0]) if one and isinstance(field.type, LiteralOf) else ""


_OPTION = re.compile(r'(?:"[^"]*"|[^"|])+')
_LINE = 88


def quoted_type(expression: str) -> str:
    """An annotation as text; a long union gets lines, which PEP 563's rules let triple quotes have."""
    if (
        len(expression) <= _LINE
        or "\\" in expression
        or '"""' in expression
        or expression.endswith('"')
    ):
        return literal(expression)
    lines: list[str] = []
    for option in map(str.strip, _OPTION.findall(expression)):
        if lines and len(lines[-1]) + len(option) <= _LINE:
            lines[-1] += f" | {option}"
        else:
            lines.append(f"| {option}" if lines else option)
    return '"""\n    ' + "\n    ".join(lines) + '\n"""'


def _is_camel(model: Model, definitions: Mapping[str, AnyDefinition]) -> bool:
    """Whether the class takes its wire names from the camelCase base; an heir does as its bases do."""
    bases = [found for name in model.bases if isinstance(found := definitions[name], Model)]
    if bases:
        return all(_is_camel(base, definitions) for base in bases)
    return any(field.wire == _camel(field.name) != field.name.rstrip("_") for field in model.fields)


def _camel(name: str) -> str:
    """As `camel` of the runtime: the wire name that its camelCase models derive from a field's."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def field_doc(field: Field) -> str:
    """A field's or argument's description, with its default and whether it is deprecated."""
    notes = [sentence(field.description)] if field.description else []
    if field.has_default and isinstance(field.default, str | int | float | bool):
        notes.append(f"Defaults to {literal(field.default)}.")
    if field.deprecated:
        notes.append("Deprecated.")
    return _joined(notes)


def _described(description: str, deprecated: bool) -> str:
    return _joined(
        [
            sentence(description),
            *(["Deprecated."] if deprecated and "eprecated" not in description else []),
        ]
    )


def _joined(notes: list[str]) -> str:
    """Notes as one paragraph, or as paragraphs where the first has several."""
    stated = [note for note in notes if note]
    return ("\n\n" if stated and "\n" in stated[0] else " ").join(stated)


def enum_view(
    name: str,
    doc: str,
    members: Iterable[EnumMember],
    imports: Imports,
    titles: Mapping[str, str] = {},
) -> EnumView:
    """An enum of strings or integers; `titles`: member → the group it stands in."""
    groups: dict[str, list[EnumMemberView]] = {}
    base = "StrEnum"
    for member in members:
        if isinstance(member.value, int):
            base = "IntEnum"
        view = EnumMemberView(
            name=member.name, value=literal(member.value), doc=sentence(member.description)
        )
        groups.setdefault(titles.get(member.name, ""), []).append(view)
    imports.add("enum", base)
    return EnumView(
        name=name,
        base=base,
        doc=sentence(doc),
        groups=tuple(
            EnumGroupView(title=title, members=tuple(found)) for title, found in groups.items()
        ),
    )
