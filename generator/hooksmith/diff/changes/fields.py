"""Changes of the fields of models."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Field, Model
from .change import Change, Context, Direction, pair_direction
from .limits import constraint_changes
from .types import is_nullable, shape, text, without_null


def field_changes(context: Context, old: Model, new: Model) -> Iterator[Change]:
    """Yield the changes of the fields of a model that both documents have."""
    yield from _Fields(context, old, new).changes()


class _Fields:
    def __init__(self, context: Context, old: Model, new: Model) -> None:
        self._context = context
        self._old, self._new = old, new
        self._direction: Direction = pair_direction(old, new)
        self._before = {field.wire: field for field in old.fields}
        self._after = {field.wire: field for field in new.fields}

    @property
    def _sends(self) -> bool:
        """Whether rules of sent classes apply; a class of both directions has the worse rule of each."""
        return self._direction in ("sent", "both")

    def changes(self) -> Iterator[Change]:
        for wire, field in self._before.items():
            after = self._after.get(wire)
            if after is None:
                yield self._removed(field)
            else:
                yield from _FieldPair(self._context, self._old, self._new, field, after).changes()
        for wire, field in self._after.items():
            if wire not in self._before:
                yield self._added(field)

    def _removed(self, field: Field) -> Change:
        return Change(
            rule="sent-field-removed" if self._sends else "received-field-removed",
            old_place=self._context.old.place(self._old.name, field.name),
            new_place="",
            name=f"{self._old.name}.{field.name}",
            pointer=field.pointer,
            is_gone=True,
            direction=self._direction,
        )

    def _added(self, field: Field) -> Change:
        kind = "sent" if self._sends else "received"
        return Change(
            rule=f"{kind}-field-added" + ("-required" if field.required else ""),
            old_place="",
            new_place=self._context.new.place(self._new.name, field.name),
            name=f"{self._new.name}.{field.name}",
            pointer=field.pointer,
            direction=self._direction,
        )


class _FieldPair:
    """A field in both documents, by its wire name."""

    def __init__(
        self, context: Context, old_model: Model, new_model: Model, old: Field, new: Field
    ) -> None:
        self._context = context
        self._models = (old_model, new_model)
        self._old, self._new = old, new
        self._direction: Direction = pair_direction(old_model, new_model)
        self._sends = self._direction in ("sent", "both")

    def changes(self) -> Iterator[Change]:
        old, new = self._old, self._new
        if old.name != new.name:
            names = (f"{self._models[0].name}.{old.name}", f"{self._models[1].name}.{new.name}")
            yield self._change("field-renamed", *names, name=repr(new.wire))
        if old.required != new.required:
            yield self._requiredness()
        yield from self._types()
        if (old.has_default, old.default) != (new.has_default, new.default):
            rule = "sent-field-default" if self._sends else "received-field-default"
            yield self._change(rule, default(old), default(new))
        if (old.read_only, old.write_only) != (new.read_only, new.write_only):
            yield self._change("field-direction", _direction(old), _direction(new))
        if old.deprecated != new.deprecated:
            yield self._change("deprecated" if new.deprecated else "undeprecated", "", "")
        if old.description != new.description:
            yield self._change("description", "", "")

    def _requiredness(self) -> Change:
        word = "required" if self._new.required else "optional"
        kind = "sent" if self._sends else "received"
        return self._change(f"{kind}-field-{word}", "", "")

    def _types(self) -> Iterator[Change]:
        before, after = self._context.translated(self._old.type), self._new.type
        kind = "sent" if self._sends else "received"
        if is_nullable(before) != is_nullable(after):
            word = "nullable" if is_nullable(after) else "not-nullable"
            yield self._change(f"{kind}-field-{word}", "", "")
        one, other = without_null(before), without_null(after)
        if shape(one) != shape(other):
            yield self._change(f"{kind}-field-type", text(self._old.type), text(after))
        elif one != other:
            yield from constraint_changes(self._change, one, other, is_sent=self._sends)

    def _change(self, rule: str, old: str, new: str, category: str = "", name: str = "") -> Change:
        old_model, new_model = self._models
        return Change(
            rule=rule,
            old_place=self._context.old.place(old_model.name, self._old.name),
            new_place=self._context.new.place(new_model.name, self._new.name),
            name=name or f"{new_model.name}.{self._new.name}",
            old=old,
            new=new,
            pointer=self._new.pointer,
            direction=self._direction,
            category=category,
        )


def default(field: Field) -> str:
    """Return the default of a field as text."""
    return repr(field.default) if field.has_default else "nothing"


def _direction(field: Field) -> str:
    if field.read_only:
        return "read-only"
    return "write-only" if field.write_only else "read and written"
