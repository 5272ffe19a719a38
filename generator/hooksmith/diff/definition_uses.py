"""Uses of models, enums and aliases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from .annotations import ANY, Annotation, Generic, Name, Options, parse
from .assignability import Assignability
from .comparison import Break, Comparison, Signature, Use, mentioned
from .surface import (
    AliasSurface,
    ClassSurface,
    EnumSurface,
    FieldSurface,
    Surface,
)

_RARE_IF_RECEIVED = frozenset({"write", "construct", "construct_least"})
_MOST_OPTIONS = 64
"""Options of a union that code is expected to match over."""


class DefinitionUses(Comparison):
    """Uses of the definitions of the old package."""

    def breaks(self) -> Iterator[Break]:
        """Yield the uses of definitions that can still be imported."""
        for definition in self.old.definitions.values():
            if not self.new.exported(definition.module, definition.name):
                continue
            if isinstance(definition, ClassSurface):
                yield from self._class(definition)
            elif isinstance(definition, AliasSurface):
                yield from self._alias(definition)
        for enum in self.old.enums:
            if self.new.exported(enum.module, enum.name):
                yield from self._enum(enum)

    def _class(self, model: ClassSurface) -> Iterator[Break]:
        itself = Name(model.name)
        place = f"{model.module}.{model.name}"
        for base in self.old.ancestors(model.name):
            target = self.types.read(base, self.old)
            if base != model.name and not self.types.is_assignable(itself, target):
                yield Break(
                    use="upcast", place=place, old=base, names=frozenset({model.name, base})
                )
        fields = self.old.fields(model.name)
        for field in fields.values():
            yield from self._field(model, field, self.types.attributes(itself, field.name))
        least = {name: field for name, field in fields.items() if field.is_required}
        constructions: tuple[tuple[Use, Mapping[str, FieldSurface]], ...] = (
            ("construct", fields),
            ("construct_least", least),
        )
        for use, chosen in constructions:
            arguments = {
                name: self.types.read(part.annotation, self.old) for name, part in chosen.items()
            }
            if not self._can_construct(itself, arguments):
                yield self._construction(use, model, chosen, arguments)

    def _construction(
        self,
        use: Use,
        model: ClassSurface,
        chosen: Mapping[str, FieldSurface],
        arguments: Mapping[str, Annotation],
    ) -> Break:
        culprits = self.types.misfits(self._constructor(model.name), dict(arguments))
        current = self.new.fields(model.name)
        fields = (each[name] for each in (chosen, current) for name in culprits if name in each)
        related = mentioned(field.annotation for field in fields)
        return replace(
            self._break(use, f"{model.module}.{model.name}", "", "", model, related),
            culprits=culprits,
        )

    def _constructor(self, name: str) -> Signature:
        return {
            field.name: (parse(field.annotation), field.is_required)
            for field in self.new.fields(name).values()
        }

    def _field(
        self, model: ClassSurface, field: FieldSurface, attributes: list[Annotation] | None
    ) -> Iterator[Break]:
        place = f"{model.module}.{model.name}.{field.name}"
        current = self.new.fields(model.name).get(field.name)
        text = current.annotation if current else ""
        if attributes is not None and text == field.annotation:
            return
        related = mentioned([field.annotation, text])
        annotation = self.types.read(field.annotation, self.old)
        uses: dict[Use, Callable[[Annotation], bool]] = {
            "read": lambda part: self.types.is_assignable(part, annotation),
            "write": lambda part: self.types.is_assignable(annotation, part),
        }
        for use, is_fine in uses.items():
            if attributes is None or not all(map(is_fine, attributes)):
                yield self._break(use, place, field.annotation, text, model, related)

    def _break(
        self,
        use: Use,
        place: str,
        old: str,
        new: str,
        model: ClassSurface,
        related: frozenset[str],
    ) -> Break:
        is_rare = use in _RARE_IF_RECEIVED and not model.is_sent
        return Break(
            use=use, place=place, old=old, new=new, is_rare=is_rare, names=related | {model.name}
        )

    def _can_construct(self, itself: Annotation, arguments: Mapping[str, Annotation]) -> bool:
        expanded = self.types.expand(itself)
        if expanded == ANY:
            return True
        if isinstance(expanded, Generic) and expanded.text == "dict":
            item = expanded.arguments[1]
            return all(
                self.types.is_assignable(annotation, item) for annotation in arguments.values()
            )
        name = expanded.text if isinstance(expanded, Name) else ""
        if not isinstance(self.new.definitions.get(name), ClassSurface):
            return False
        return self.types.accepts((self._constructor(name),), dict(arguments))

    def _alias(self, alias: AliasSurface) -> Iterator[Break]:
        current = self.new.definitions[alias.name]
        text = current.annotation if isinstance(current, AliasSurface) else alias.name
        place = f"{alias.module}.{alias.name}"
        itself = Name(alias.name)
        related = mentioned([alias.annotation, text]) | {alias.name}
        if text != alias.annotation:
            annotation = self.types.read(alias.annotation, self.old)
            common = Break(
                use="alias_read", place=place, old=alias.annotation, new=text, names=related
            )
            if not self.types.is_assignable(itself, annotation):
                yield common
            if not self.types.is_assignable(annotation, itself):
                yield Break(
                    use="alias_write",
                    place=place,
                    old=alias.annotation,
                    new=text,
                    is_rare=True,
                    names=related,
                )
        yield from union_breaks(self, place, alias.annotation, itself, related)

    def _enum(self, enum: EnumSurface) -> Iterator[Break]:
        place = f"{enum.module}.{enum.name}"
        current = next((part for part in self.new.enums if part.name == enum.name), None)
        members = dict(current.members) if current else {}
        names_ = frozenset({enum.name})
        for name, literal in enum.members:
            if name not in members:
                yield Break(use="member", place=f"{place}.{name}", old=literal, names=names_)
        if members.keys() != dict(enum.members).keys():
            yield Break(use="exhaust", place=place, is_rare=True, names=names_)


def class_options(annotation: str, surface: Surface) -> list[str]:
    """The options of a union, if each is a class or None, and code can match over all of them; otherwise nothing."""
    expanded = Assignability(surface).expand(parse(annotation))
    options = expanded.options if isinstance(expanded, Options) else ()
    runtime = ("None", "Unknown", "UnknownEvent", "DriftedEvent")
    is_matched = all(
        isinstance(option, Name)
        and (
            option.text in runtime or isinstance(surface.definitions.get(option.text), ClassSurface)
        )
        for option in options
    )
    if not is_matched or len(options) > _MOST_OPTIONS:
        return []
    return [option.text for option in options if isinstance(option, Name)]


def union_breaks(
    comparison: Comparison, place: str, old: str, new: Annotation, related: frozenset[str]
) -> Iterator[Break]:
    """Yield a break if code that matches over all options of a union of classes misses one."""
    options = class_options(old, comparison.old)
    covered = [comparison.types.read(option, comparison.old) for option in options]
    if not covered:
        return
    expanded = comparison.types.expand(new)
    for option in expanded.options if isinstance(expanded, Options) else (expanded,):
        if not any(
            other != ANY and comparison.types.is_assignable(option, other) for other in covered
        ):
            yield Break(
                use="exhaust",
                place=place,
                old=" | ".join(options),
                is_rare=True,
                names=related,
            )
            return
