"""Changes of classes, enums and aliases as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import ANY, Alias, AnyDefinition, Enum, Model, Type
from .change import Change, Context, direction_of
from .enums import enum_changes
from .fields import field_changes
from .limits import constraint_changes
from .types import shape, text


def definition_changes(context: Context) -> Iterator[Change]:
    """Yield the changes of all definitions."""
    new_names = {context.new_name(name) for name in context.old.definitions}
    for name, definition in context.old.definitions.items():
        if context.new_name(name) not in context.new.definitions:
            yield Change(
                rule="class-removed",
                old_place=context.old.place(name),
                new_place="",
                name=name,
                pointer=definition.pointer,
                is_gone=True,
                direction=direction_of(definition),
            )
    for name, definition in context.new.definitions.items():
        if name not in new_names:
            yield Change(
                rule="class-added",
                old_place="",
                new_place=context.new.place(name),
                name=name,
                pointer=definition.pointer,
                direction=direction_of(definition),
            )
    for old, new in context.pairs():
        yield from _Pair(context, old, new).changes()


class _Pair:
    """A definition in both documents."""

    def __init__(self, context: Context, old: AnyDefinition, new: AnyDefinition) -> None:
        self._context = context
        self._old = old
        self._new = new
        self._places = (context.old.place(old.name), context.new.place(new.name))

    def changes(self) -> Iterator[Change]:
        old, new, context = self._old, self._new, self._context
        if old.name != new.name:
            yield self._change("class-renamed", old.name, new.name)
        modules = (context.old.module(old.name), context.new.module(new.name))
        if modules[0] != modules[1]:
            yield self._change("class-moved", *modules)
        if type(old) is not type(new):
            yield self._change("class-kind", _kind(old), _kind(new))
        elif direction_of(old) != direction_of(new):
            yield self._change("class-direction", direction_of(old), direction_of(new))
        if isinstance(old, Model) and isinstance(new, Model):
            yield from self._model(old, new)
            yield from field_changes(context, old, new)
        elif isinstance(old, Enum) and isinstance(new, Enum):
            yield from enum_changes(context, old, new)
        elif isinstance(old, Alias) and isinstance(new, Alias):
            yield from self._alias(old, new)
        if old.deprecated != new.deprecated:
            yield self._change("deprecated" if new.deprecated else "undeprecated", "", "")
        if old.description != new.description:
            yield self._change("description", "", "")

    def _model(self, old: Model, new: Model) -> Iterator[Change]:
        bases = tuple(map(self._context.new_name, old.bases))
        if bases != new.bases:
            yield self._change("class-bases", _listed(old.bases), _listed(new.bases))
        before = _translated(self._context, old.extra)
        if before != new.extra:
            category = "behaviour" if new.extra is None and new.sent else ""
            yield self._change("extra-properties", _extra(old.extra), _extra(new.extra), category)
        if old.further != new.further:
            category = "behaviour" if new.sent else ""
            yield self._change("assertion", old.further or "none", new.further or "none", category)

    def _alias(self, old: Alias, new: Alias) -> Iterator[Change]:
        before = self._context.translated(old.type)
        if shape(before) != shape(new.type):
            yield self._change("alias-type", text(old.type), text(new.type))
        elif before != new.type:
            yield from constraint_changes(self._change, before, new.type, is_sent=new.sent)

    def _change(self, rule: str, old: str, new: str, category: str = "") -> Change:
        return Change(
            rule=rule,
            old_place=self._places[0],
            new_place=self._places[1],
            name=self._new.name,
            old=old,
            new=new,
            pointer=self._new.pointer,
            direction=direction_of(self._new),
            category=category,
        )


def _translated(context: Context, extra: Type | None) -> Type | None:
    return None if extra is None else context.translated(extra)


def _kind(definition: AnyDefinition) -> str:
    return {Model: "a class", Enum: "an enum", Alias: "an alias"}[type(definition)]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "no class"


def _extra(extra: Type | None) -> str:
    return "forbidden" if extra is None else "anything" if extra == ANY else text(extra)
