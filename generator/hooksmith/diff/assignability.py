"""Whether a value of one annotation may be assigned to another, by the rules of type checkers."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from .annotations import (
    ANY,
    Annotation,
    Generic,
    LiteralValue,
    Name,
    Options,
    Unpacked,
    mapped,
    parse,
    union,
)
from .surface import AliasSurface, ClassSurface, EnumSurface, Surface

_SUPERCLASSES = {
    "bool": "int",
    "int": "float",  # the promotion of PEP 484
    "datetime": "date",
    "StrEnum": "str",
    "IntEnum": "int",
}
_BOOLEANS = (LiteralValue("bool", "True"), LiteralValue("bool", "False"))
_COVARIANT = frozenset({"Sequence", "Mapping", "Coroutine", "type"})
_SEQUENCES = frozenset({"list", "tuple", "Sequence"})
_MOST_EXPANSIONS = 64
"""Combinations of union options that a call with overloads is checked for; pyright stops there as well."""


class Assignability:
    """Relations between annotations in the namespace of one package."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self._verdicts: dict[tuple[Annotation, Annotation], bool] = {}
        self._expanded: dict[Annotation, Annotation] = {}

    def read(self, text: str, old: Surface) -> Annotation:
        """Return an annotation of another package as it reads here: names that cannot be imported are `Any`."""

        def resolve(name: str) -> Annotation:
            if name in old.dictionaries and name not in self.surface.dictionaries:
                return ANY
            definition = old.definitions.get(name)
            if definition is None or self.surface.exported(definition.module, name):
                return Name(name)
            return ANY

        return mapped(parse(text), resolve)

    def expand(self, annotation: Annotation) -> Annotation:
        """Replace aliases, those in a union included, by their annotations."""
        if annotation not in self._expanded:
            self._expanded[annotation] = ANY  # for an alias that is made of itself alone
            self._expanded[annotation] = self._expand(annotation)
        return self._expanded[annotation]

    def _expand(self, annotation: Annotation) -> Annotation:
        match annotation:
            case Options(options):
                return union([self.expand(option) for option in options])
            case Name("Event") if self.surface.event_union:
                return self.expand(parse(self.surface.event_union))
            case Name(name):
                definition = self.surface.definitions.get(name, self.surface.dictionaries.get(name))
                if isinstance(definition, AliasSurface):
                    return self.expand(parse(definition.annotation))
        return annotation

    def is_assignable(self, source: Annotation, target: Annotation) -> bool:
        """Whether a value of type `source` may be assigned to a variable of type `target`."""
        if source == target or ANY in (source, target):
            return True
        key = (source, target)
        if key not in self._verdicts:
            self._verdicts[key] = True  # a type that is made of itself is compared once
            self._verdicts[key] = self._is_assignable(self.expand(source), self.expand(target))
        return self._verdicts[key]

    def is_same(self, one: Annotation, other: Annotation) -> bool:
        """Whether two annotations are equivalent, as arguments of invariant classes must be."""
        return self.is_assignable(one, other) and self.is_assignable(other, one)

    def _is_assignable(self, source: Annotation, target: Annotation) -> bool:
        if source == target or ANY in (source, target) or target == Name("object"):
            return True
        if isinstance(source, Options):
            return all(self.is_assignable(option, target) for option in source.options)
        if isinstance(target, Options):
            if any(self.is_assignable(source, option) for option in target.options):
                return True
            return source == Name("bool") and all(each in target.options for each in _BOOLEANS)
        if isinstance(source, LiteralValue):
            return not isinstance(target, LiteralValue) and self.is_assignable(
                Name(source.class_name), target
            )
        if isinstance(source, Generic) or isinstance(target, Generic):
            return self._is_generic_assignable(source, target)
        if isinstance(source, Name) and isinstance(target, Name):
            return target.text in self._superclasses(source.text)
        return False

    def _is_generic_assignable(self, source: Annotation, target: Annotation) -> bool:
        if isinstance(target, Name) and isinstance(source, Generic):
            return source.text == target.text
        if source == Name("str") and isinstance(target, Generic):
            return target.text == "Sequence" and self.is_assignable(source, target.arguments[0])
        if isinstance(source, Name) and isinstance(target, Generic):
            return source.text == target.text
        if not (isinstance(source, Generic) and isinstance(target, Generic)):
            return False
        if target.text == "Sequence" and source.text in _SEQUENCES:
            item = target.arguments[0]
            return all(self.is_assignable(_item(each), item) for each in source.arguments)
        if target.text == "Mapping" and source.text == "dict":
            return self.is_assignable(source.arguments[1], target.arguments[1])
        if source.text != target.text:
            return False
        if source.text == "tuple":
            return self._is_tuple_assignable(source.arguments, target.arguments)
        if len(source.arguments) != len(target.arguments):
            return False
        compare = self.is_assignable if source.text in _COVARIANT else self.is_same
        return all(map(compare, source.arguments, target.arguments))

    def _is_tuple_assignable(
        self, source: tuple[Annotation, ...], target: tuple[Annotation, ...]
    ) -> bool:
        """Tuples here are open at their ends alone."""
        is_open = bool(target) and isinstance(target[-1], Unpacked)
        if not is_open:
            has_length = not any(isinstance(item, Unpacked) for item in source)
            return (
                has_length
                and len(source) == len(target)
                and all(map(self.is_assignable, source, target))
            )
        first, rest = target[:-1], _item(target[-1])
        fixed = [item for item in source if not isinstance(item, Unpacked)]
        if len(fixed) < len(first):
            return False
        return all(map(self.is_assignable, source, first)) and all(
            self.is_assignable(_item(item), rest) for item in source[len(first) :]
        )

    def _superclasses(self, name: str) -> Iterator[str]:
        while name:
            definition = self.surface.definitions.get(name)
            if isinstance(definition, ClassSurface):
                yield from self.surface.ancestors(name)
                yield from ("Model", "BaseModel")
                return
            yield name
            is_event_type = name in ("EventType", "AnalyticEvent")
            base = definition.base if isinstance(definition, EnumSurface) else ""
            name = base or ("StrEnum" if is_event_type else _SUPERCLASSES.get(name, ""))

    # --- attributes

    def attributes(self, annotation: Annotation, name: str) -> list[Annotation] | None:
        """The types of an attribute, one for each option of a union; None if an option does not have it."""
        types: list[Annotation] = []
        for option in _options(self.expand(annotation)):
            attribute = self._attribute(option, name)
            if attribute is None:
                return None
            types.append(attribute)
        return types

    def _attribute(self, option: Annotation, name: str) -> Annotation | None:
        if option == ANY:
            return ANY
        text = option.text if isinstance(option, Name | Generic) else ""
        if isinstance(self.surface.definitions.get(text), ClassSurface):
            field = self.surface.fields(text).get(name)
            return parse(field.annotation) if field else None
        class_name = option.class_name if isinstance(option, LiteralValue) else text
        if hasattr(getattr(builtins, class_name, None), name):
            return Name(f"{class_name}.{name}")  # a method, which is no value of a field's type
        return None

    # --- calls

    def accepts(
        self,
        signatures: tuple[dict[str, tuple[Annotation, bool]], ...],
        arguments: dict[str, Annotation],
    ) -> bool:
        """Whether a call with keyword arguments fits a signature: name → (annotation, is required)."""
        if any(self._fits(signature, arguments) for signature in signatures):
            return True
        if len(signatures) < 2:
            return False
        combinations = [arguments]
        for name, annotation in arguments.items():
            options = _options(self.expand(annotation))
            combinations = [
                {**combination, name: option} for combination in combinations for option in options
            ]
            if len(combinations) > _MOST_EXPANSIONS:
                return False
            if all(any(self._fits(each, some) for each in signatures) for some in combinations):
                return True
        return False

    def _fits(
        self, signature: dict[str, tuple[Annotation, bool]], arguments: dict[str, Annotation]
    ) -> bool:
        return not self.misfits(signature, arguments)

    def misfits(
        self, signature: dict[str, tuple[Annotation, bool]], arguments: dict[str, Annotation]
    ) -> frozenset[str]:
        """Return the names that a call fails by: missing, unknown, or of another type."""
        missing = {
            name
            for name, (_, is_required) in signature.items()
            if is_required and name not in arguments
        }
        return frozenset(missing).union(
            name
            for name, source in arguments.items()
            if name not in signature or not self.is_assignable(source, signature[name][0])
        )


def _item(annotation: Annotation) -> Annotation:
    return annotation.item if isinstance(annotation, Unpacked) else annotation


def _options(annotation: Annotation) -> tuple[Annotation, ...]:
    return annotation.options if isinstance(annotation, Options) else (annotation,)
