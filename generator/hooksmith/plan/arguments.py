"""Annotations of arguments, and the TypedDicts by wire names that arguments accept in place of sent models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from keyword import iskeyword

from ..frozen import value
from ..ir import (
    NULL,
    Alias,
    AnyDefinition,
    Api,
    Constraints,
    Enum,
    Field,
    Kind,
    Model,
    Operation,
    Scalar,
    Type,
    Union,
)
from ..ir.queries import all_fields, has_further_properties, names_in
from .annotations import AnnotationWriter, is_text
from .imports import Imports
from .literals import literal
from .unions import quoted_value, union
from .views.definitions import AliasView, DictionariesView, DictionaryView

_SHORT_ENUM = 8
"""Members up to which an argument's annotation lists the values of an enum beside the enum."""
MODULE = "params"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_NAME = re.compile(r"[A-Za-z_]\w*")


@value()
class Dictionaries:
    """TypedDicts of sent definitions.

    Attributes:
        names: Definition → name of its TypedDict, or of its alias with TypedDicts.
        module: The module that defines them, relative to the annotations' module; empty: the annotations' module.
    """

    names: Mapping[str, str]
    module: str = ""


@value()
class ArgumentAnnotationWriter(AnnotationWriter):
    """Writes the annotations of arguments, which accept every value that can be converted.

    Attributes:
        dictionaries: The TypedDicts that arguments accept beside models.
    """

    dictionaries: Dictionaries = field(kw_only=True)

    def _named(self, name: str) -> str:
        definition = self.definitions[name]
        if isinstance(definition, Alias) and definition.type == NULL:
            return "None"
        if isinstance(definition, Alias) and name in self.dictionaries.names:
            return self._dictionary(name)
        annotation = self.imports.add_definition(name)
        if isinstance(definition, Model):
            return union([annotation, *self._other_forms(definition)])
        if not isinstance(definition, Enum):
            return annotation
        if definition.open or len(definition.members) > _SHORT_ENUM:
            return f"{annotation} | {'str' if is_text(definition) else 'int'}"
        values = self._literal_of(member.value for member in definition.members)
        return f"{annotation} | {values}"

    def _other_forms(self, model: Model) -> Iterator[str]:
        """Yield the class for receiving the schema of a sent model, and the dictionaries of its shape.

        A TypedDict has no keys beside its own: mypy does not know `extra_items` (PEP 728).
        """
        if received := received_name(model, self.definitions):
            yield self.imports.add_definition(received)
        if model.name in self.dictionaries.names:
            yield self._dictionary(model.name)
            if has_further_properties(model, self.definitions):
                mapping = self.imports.add("collections.abc", "Mapping")
                yield f"{mapping}[str, {self.imports.add('typing', 'Any')}]"

    def _dictionary(self, name: str) -> str:
        """Return the name of a definition's TypedDict in this module."""
        dictionary, module = self.dictionaries.names[name], self.dictionaries.module
        return self.imports.add_for_types(module, dictionary) if module else dictionary

    def _whole(self, annotation: str) -> str:
        return annotation

    def _options(self, type_: Union) -> str:
        return union(self.annotation(option) for option in type_.options)

    def _constrained(
        self, annotation: str, constraints: Constraints, *metadata: str, json_type: str = ""
    ) -> str:
        abstract = {f"{self.imports.local('list')}[": "Sequence", "dict[": "Mapping"}
        for start, name in abstract.items():
            if annotation.startswith(start):
                return (
                    f"{self.imports.add('collections.abc', name)}[{annotation.removeprefix(start)}"
                )
        return annotation

    def _scalar(self, scalar: Scalar) -> str:
        if scalar.kind is Kind.NUMBER:
            return "float"
        if scalar.kind is Kind.DECIMAL:
            return f"{self.imports.add('decimal', 'Decimal')} | float"
        if scalar.kind is Kind.DATE_TIME:
            return self.imports.add("datetime", "datetime")
        if scalar.kind is Kind.INTEGER:
            return "int"
        annotation = AnnotationWriter._scalar(self, scalar)
        match scalar.constraints.format:
            case "byte":
                return f"{annotation} | bytes"
            case "decimal":
                return f"{annotation} | {self.imports.add('decimal', 'Decimal')}"
        return annotation


def received_name(definition: AnyDefinition, definitions: Mapping[str, AnyDefinition]) -> str:
    """Return the definition for receiving the schema of a sent one (`Team` of `TeamInput`); empty without one."""
    name = definition.name.removesuffix("Input")
    received = definitions.get(name)
    is_pair = (
        name != definition.name and received is not None and received.pointer == definition.pointer
    )
    return name if is_pair else ""


def dictionary_names(api: Api) -> dict[str, str]:
    """Return definition → name of its TypedDict, for models and aliases of models that arguments refer to.

    The name is a function of the class name alone: `Team` and `TeamInput`, its sent shape, give `TeamParams`.
    """
    definitions = {definition.name: definition for definition in api.definitions}
    reached = _reached(
        (
            name
            for resource in api.resources
            for operation in resource.operations
            for type_ in _argument_types(operation)
            for name in names_in(type_)
        ),
        definitions,
    )
    with_models = _with_models(reached, definitions)
    return {
        name: f"{received_name(definition, definitions) or name}Params"
        for name, definition in definitions.items()
        if name in with_models
    }


def _argument_types(operation: Operation) -> Iterator[Type]:
    """Yield the types of an operation's arguments."""
    for parameter in operation.parameters:
        yield parameter.field.type
    bodies = (operation.body, *operation.body.others) if operation.body else ()
    for body in bodies:
        if body.fields is None:
            yield body.type
        else:
            yield from (field.type for field in body.fields)


def _reached(roots: Iterable[str], definitions: Mapping[str, AnyDefinition]) -> dict[str, set[str]]:
    """Return each definition that roots lead to, with the definitions that its dictionary refers to."""
    reached: dict[str, set[str]] = {}
    stack = list(roots)
    while stack:
        name = stack.pop()
        if name not in reached:
            reached[name] = set(_used(definitions[name], definitions))
            stack.extend(reached[name])
    return reached


def _used(definition: AnyDefinition, definitions: Mapping[str, AnyDefinition]) -> Iterator[str]:
    match definition:
        case Model():
            for field in all_fields(definition, definitions):
                yield from names_in(field.type)
        case Alias(type=type_):
            yield from names_in(type_)


def _with_models(
    reached: Mapping[str, set[str]], definitions: Mapping[str, AnyDefinition]
) -> set[str]:
    """Return the models among definitions, and the aliases that lead to a model."""
    users: dict[str, list[str]] = {}
    for name, used in reached.items():
        if isinstance(definitions[name], Alias):
            for each in used:
                users.setdefault(each, []).append(name)
    stack = [name for name in reached if isinstance(definitions[name], Model)]
    chosen: set[str] = set()
    while stack:
        name = stack.pop()
        if name not in chosen:
            chosen.add(name)
            stack.extend(users.get(name, ()))
    return chosen


def plan_dictionaries(
    names: Mapping[str, str], definitions: Mapping[str, AnyDefinition], runtime: str
) -> DictionariesView | None:
    """Plan the module of the TypedDicts; None if no argument accepts an object.

    Args:
        names: Definition → name of its TypedDict.
        definitions: All definitions by name.
        runtime: The runtime's package, relative to the module.
    """
    if not names:
        return None
    imports = Imports(runtime=runtime, through=(".", "models"), taken=set(names.values()))
    writer = ArgumentAnnotationWriter(
        definitions, imports, strict=True, dictionaries=Dictionaries(names)
    )
    chosen = [definitions[name] for name in names]
    dictionaries = tuple(
        _dictionary(model, names[model.name], definitions, writer)
        for model in chosen
        if isinstance(model, Model)
    )
    aliases = tuple(
        _alias(alias, names[alias.name], writer) for alias in chosen if isinstance(alias, Alias)
    )
    return DictionariesView(imports=imports.block(), definitions=dictionaries, aliases=aliases)


def _dictionary(
    model: Model,
    name: str,
    definitions: Mapping[str, AnyDefinition],
    writer: ArgumentAnnotationWriter,
) -> DictionaryView:
    fields = [field for field in all_fields(model, definitions) if not field.read_only]
    entries = [(field.wire, _annotation(field, writer)) for field in fields]
    typed_dict = writer.imports.add("typing_extensions", "TypedDict")
    if not _are_attributes(entries):
        quoted = tuple((literal(wire), literal(annotation)) for wire, annotation in entries)
        return DictionaryView(name, model.name, typed_dict, items=quoted)
    return DictionaryView(name, model.name, typed_dict, fields=tuple(entries))


def _annotation(field: Field, writer: ArgumentAnnotationWriter) -> str:
    annotation = writer.annotation(field.type)
    if field.required:
        return annotation
    return f"{writer.imports.add('typing', 'NotRequired')}[{annotation}]"


def _are_attributes(entries: list[tuple[str, str]]) -> bool:
    """Return whether keys can be attributes of a class: identifiers that hide no name of an annotation."""
    used = {
        name for _, annotation in entries for name in _NAME.findall(_STRING.sub("", annotation))
    }
    return all(
        wire.isascii()
        and wire.isidentifier()
        and not iskeyword(wire)
        and not wire.startswith("__")
        and wire not in used
        for wire, _ in entries
    )


def _alias(alias: Alias, name: str, writer: ArgumentAnnotationWriter) -> AliasView:
    expression = writer.annotation(alias.type)
    alias_type = writer.imports.add("typing_extensions", "TypeAliasType")
    value = quoted_value(expression)
    has_lines = "\n" in value
    arguments = (
        f"\n    {literal(name)},\n    {value},\n" if has_lines else f"{literal(name)}, {value}"
    )
    return AliasView(
        name=name,
        annotation="",
        expression=f"{alias_type}({arguments})",
        doc=f"`{alias.name}` with dictionaries in place of models.",
    )
