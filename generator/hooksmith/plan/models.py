"""Definitions of the IR → views of classes, enums and aliases."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from ..ir import (
    ANY,
    Alias,
    AnyDefinition,
    Enum,
    Field,
    LiteralOf,
    Model,
    Named,
    Type,
    Union,
)
from ..ir.queries import all_fields, references
from ..ir.values import fits, is_plain
from .annotations import AnnotationWriter, is_nullable, is_secret
from .docstrings import sentence
from .enums import enum_view
from .imports import Imports
from .literals import literal
from .unions import quoted_type
from .views.definitions import AliasView, DefinitionView, FieldView, ModelView


def plan_definitions(
    chosen: Collection[AnyDefinition],
    definitions: Mapping[str, AnyDefinition],
    imports: Imports,
    *,
    deferred: bool = False,
) -> tuple[DefinitionView, ...]:
    """Plan the chosen definitions for one module: bases before their subclasses, aliases last.

    Args:
        chosen: The definitions of the module.
        definitions: All definitions by name.
        imports: Receives the imports of the module.
        deferred: Whether the module imports other modules' definitions for type checkers only. Aliases are text then.
    """
    planner = _DefinitionPlanner(definitions, imports, deferred)
    classes = [definition for definition in chosen if not isinstance(definition, Alias)]
    aliases = [definition for definition in chosen if isinstance(definition, Alias)]
    ordered = [*_dependencies_first(classes, _bases), *_dependencies_first(aliases, references)]
    return tuple(planner.view(definition) for definition in ordered)


_Definition = TypeVar("_Definition", bound=AnyDefinition)


def _dependencies_first(
    chosen: list[_Definition], dependencies: Callable[[_Definition], Iterable[str]]
) -> Iterator[_Definition]:
    """Yield the definitions in their order, each after its dependencies among them.

    The search uses a stack: chains of definitions may be longer than Python's recursion limit.
    """
    by_name = {definition.name: definition for definition in chosen}
    entered: set[str] = set()
    for first in chosen:
        stack = [] if first.name in entered else [(first, iter(dependencies(first)))]
        entered.add(first.name)
        while stack:
            definition, names = stack[-1]
            ahead = next((name for name in names if name in by_name and name not in entered), None)
            if ahead is None:
                stack.pop()
                yield definition
            else:
                entered.add(ahead)
                stack.append((by_name[ahead], iter(dependencies(by_name[ahead]))))


def _bases(definition: AnyDefinition) -> tuple[str, ...]:
    return definition.bases if isinstance(definition, Model) else ()


_BASES = {
    (False, False, False): ("models.base", ""),
    (False, True, False): ("models.base", ""),
    (True, False, False): ("models.base", "Request"),
    (True, True, False): ("models.sent_and_received", "Shared"),
    (False, False, True): ("models.exact", "Schema"),
}
"""Whether a model is sent, received, read by the letter → module and first word of its base class."""


class _DefinitionPlanner:
    """Plans the definitions of one module."""

    def __init__(
        self, definitions: Mapping[str, AnyDefinition], imports: Imports, deferred: bool
    ) -> None:
        self._definitions = definitions
        self._imports = imports
        self._deferred = deferred

    def view(self, definition: AnyDefinition) -> DefinitionView:
        """Return the view of a definition."""
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
        is_only_sent = model.sent and not model.received
        writer = self._annotation_writer(model)
        is_camel = _is_camel(model, self._definitions)
        return ModelView(
            name=model.name,
            bases=", ".join(self._bases(model, is_only_sent, is_camel)),
            doc=_described(model.description, model.deprecated),
            config=self._config(model),
            read_only=self._read_only(model),
            fields=tuple(
                self._field(field, writer, is_only_sent, is_camel) for field in model.fields
            ),
            extra=self._extra(model, writer),
            constraints=literal(json.loads(model.further)) if model.further else "",
            constraints_name="__described__" if model.received else "__assertions__",
            overrides=self._overrides(model),
        )

    def _overrides(self, model: Model) -> tuple[str, ...]:
        """Return the rules of pyright against narrowing a mutable attribute, if fields narrow those of base classes.

        What is read is as narrow as the document says. mypy agrees.
        """
        inherited: dict[str, Field] = {}
        for name in model.bases:
            base = self._definitions[name]
            if isinstance(base, Model):
                inherited |= {field.wire: field for field in all_fields(base, self._definitions)}
        narrowed = [
            (field, inherited[field.wire]) for field in model.fields if field.wire in inherited
        ]
        if not narrowed:
            return ()
        is_newly_required = any(field.required and not base.required for field, base in narrowed)
        rules = ("reportIncompatibleVariableOverride",)
        return (*rules, "reportGeneralTypeIssues") if is_newly_required else rules

    def _read_only(self, model: Model) -> str:
        """Return the `readOnly` properties of a received model, which are left out when the object is sent."""
        fields = all_fields(model, self._definitions)
        names = tuple(dict.fromkeys(field.wire for field in fields if field.read_only))
        is_inherited = not any(field.read_only for field in model.fields)
        return literal(names) if names and model.received and not is_inherited else ""

    def _config(self, model: Model) -> str:
        """Return `model_config` of a sent model that forbids further properties; otherwise nothing."""
        if model.extra is not None or model.received:
            return ""
        return f'{self._imports.add("pydantic", "ConfigDict")}(extra="forbid")'

    def _annotation_writer(self, definition: AnyDefinition) -> AnnotationWriter:
        both = definition.sent and definition.received
        return AnnotationWriter(
            self._definitions,
            self._imports,
            strict=not definition.received,
            both=both,
            exact=definition.is_exact,
            described=True,
        )

    def _extra(self, model: Model, writer: AnnotationWriter) -> str:
        """Return the annotation of further properties; empty without one, or if `model_config` forbids them.

        Received properties may be anything beside their type.
        """
        type_ = model.extra
        if type_ == ANY and not (model.sent and model.has_further):
            return ""
        if type_ is None and not writer.both:
            return ""
        self._imports.add("typing", "TYPE_CHECKING")  # for type checkers it would be an argument
        if type_ is None:
            name = self._imports.add_runtime("models.sent_and_received", "ReceivedOnly")
            return f"dict[str, {name}]"
        annotation = writer.annotation(type_)
        if not writer.strict and not (isinstance(type_, Union) and ANY in type_.options):
            tolerant = self._imports.add_runtime("models.described", "Tolerant")
            annotation = f"{tolerant}[{annotation}]"
        return f"dict[str, {annotation}]"

    def _bases(self, model: Model, is_only_sent: bool, is_camel: bool) -> tuple[str, ...]:
        for name in model.bases:
            self._imports.add_base(name)
        if model.bases:
            return (*model.bases, *self._strictness(model, is_only_sent))
        module, purpose = _BASES[model.sent, model.received, model.is_exact]
        base = f"{'Camel' if is_camel else ''}{purpose}Model"
        return (self._imports.add_runtime(module, base),)

    def _strictness(self, model: Model, is_only_sent: bool) -> tuple[str, ...]:
        """Return `RequestModel` for a sent model that extends a received model, since its fields can be omitted."""
        bases = [self._definitions[name] for name in model.bases]
        if not is_only_sent or all(base.sent and not base.received for base in bases):
            return ()
        return (self._imports.add_runtime("models.base", "RequestModel"),)

    def _field(
        self, field: Field, writer: AnnotationWriter, is_only_sent: bool, is_camel: bool
    ) -> FieldView:
        annotation = writer.annotation(field.type)
        default = ""
        if not field.required:
            annotation, default = self._optional(field, annotation, writer, is_only_sent)
        elif is_only_sent or writer.both:
            default = constant(field)
        metadata = list(self._metadata(field, writer, is_camel))
        if metadata:
            annotated = self._imports.add("typing", "Annotated")
            annotation = f"{annotated}[{', '.join([annotation, *metadata])}]"
        if writer.exact and default not in ("", "None"):
            field = replace(field, has_default=False)  # the code has it
        return FieldView(
            name=field.name, annotation=annotation, default=default, doc=field_doc(field)
        )

    def _metadata(self, field: Field, writer: AnnotationWriter, is_camel: bool) -> Iterator[str]:
        """Yield the metadata of a field's `Annotated`: its alias, whether repr shows it, whether null may be sent."""
        derived = _camel(field.name) if is_camel else field.name
        arguments = [f"alias={literal(field.wire)}"] if derived != field.wire else []
        if is_secret(field.type, self._definitions):
            arguments.append("repr=False")
        if arguments:
            yield f"{self._imports.add('pydantic', 'Field')}({', '.join(arguments)})"
        is_optional = not field.required and field.type != ANY
        if writer.both and is_optional and self._may_be_null(field):
            yield f"{self._imports.add_runtime('models.sent_and_received', 'Nullable')}()"

    def _may_be_null(self, field: Field) -> bool:
        """Return whether the document allows null for a field."""
        type_: Type = field.type
        seen: set[Type] = set()
        while isinstance(type_, Named) and type_ not in seen:
            seen.add(type_)
            definition = self._definitions[type_.name]
            type_ = definition.type if isinstance(definition, Alias) else type_
        return is_nullable(type_)

    def _optional(
        self, field: Field, annotation: str, writer: AnnotationWriter, is_only_sent: bool
    ) -> tuple[str, str]:
        """Return annotation and default of an optional field.

        A sent field can be omitted. A received field can be absent, and null even if the document does not say so. A
        field that is read by the letter has its default, and is null only if the document says so.
        """
        if writer.exact:
            return self._optional_by_letter(field, annotation)
        if is_only_sent:
            omittable = self._imports.add_runtime("models.base", "Omittable")
            return f"{omittable}[{annotation}]", self._imports.add_runtime("omit", "OMIT")
        has_none = is_nullable(field.type) or annotation == "None"
        return annotation if has_none else f"{annotation} | None", "None"

    def _optional_by_letter(self, field: Field, annotation: str) -> tuple[str, str]:
        """Return annotation and default of an optional field that is read by the letter."""
        if field.has_default and fits(field.type, field.default, self._definitions):
            return annotation, self._default(field)
        if self._may_be_null(field):
            return annotation, "None"
        return f"{self._imports.add_runtime('models.exact', 'MaybeAbsent')}[{annotation}]", "None"

    def _default(self, field: Field) -> str:
        """Return the expression of a field's default. Pydantic reads a default that has another form in Python."""
        if is_plain(field.type, field.default):
            return literal(field.default)
        field_function = self._imports.add("pydantic", "Field")
        return f"{field_function}(default={literal(field.default)}, validate_default=True)"

    def _alias(self, alias: Alias) -> AliasView:
        """Plan an alias: a `TypeAlias`, or a `TypeAliasType` if the alias refers to itself."""
        is_recursive = alias.name in self._recursive_aliases
        expression = self._annotation_writer(alias).annotation(alias.type)
        if is_recursive:
            alias_type = self._imports.add("typing_extensions", "TypeAliasType")
            expression = f"{alias_type}({literal(alias.name)}, {literal(expression)})"
        elif self._deferred:
            expression = quoted_type(expression)
        return AliasView(
            name=alias.name,
            expression=expression,
            annotation="" if is_recursive else f": {self._imports.add('typing', 'TypeAlias')}",
            doc=_described(alias.description, alias.deprecated),
        )

    @cached_property
    def _recursive_aliases(self) -> set[str]:
        """Names of the aliases that a chain of aliases leads back to. Models and enums end a chain."""
        aliases = [each for each in self._definitions.values() if isinstance(each, Alias)]
        uses = {alias.name: set(references(alias)) for alias in aliases}
        users: dict[str, list[str]] = {name: [] for name in uses}
        for name, used in uses.items():
            for each in used & uses.keys():
                users[each].append(name)
        recursive: set[str] = set()
        assigned: set[str] = set()
        for alias in reversed(list(_dependencies_first(aliases, references))):
            component = _reachable(alias.name, users, assigned)  # Kosaraju's algorithm
            assigned |= component
            if len(component) > 1 or alias.name in uses[alias.name]:
                recursive |= component
        return recursive


def _reachable(start: str, edges: Mapping[str, Iterable[str]], excluded: set[str]) -> set[str]:
    """Return the names that can be reached from a name, itself included; empty if it is excluded."""
    reached: set[str] = set()
    stack = [start]
    while stack:
        name = stack.pop()
        if name not in reached and name not in excluded:
            reached.add(name)
            stack.extend(edges[name])
    return reached


def constant(field: Field) -> str:
    """Return the only value of a required field as a literal; empty if the field has several values."""
    if field.required and isinstance(field.type, LiteralOf) and len(field.type.values) == 1:
        return literal(field.type.values[0])
    return ""


def _is_camel(model: Model, definitions: Mapping[str, AnyDefinition]) -> bool:
    """Return whether the class derives its wire names by the camelCase base. A subclass agrees with its bases."""
    bases = [base for name in model.bases if isinstance(base := definitions[name], Model)]
    if bases:
        return all(_is_camel(base, definitions) for base in bases)
    return any(field.wire == _camel(field.name) != field.name.rstrip("_") for field in model.fields)


def _camel(name: str) -> str:
    """Return the wire name that the runtime's camelCase models derive from a field (its `camel`)."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def field_doc(field: Field) -> str:
    """Return the description of a field or argument, with its default and deprecation."""
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
    """Join notes into one paragraph, or into paragraphs if the first note has several lines."""
    present = [note for note in notes if note]
    return ("\n\n" if present and "\n" in present[0] else " ").join(present)
