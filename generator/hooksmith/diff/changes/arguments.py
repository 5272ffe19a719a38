"""Changes of the arguments of methods: parameters, and properties of request bodies that are given as arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...frozen import value
from ...ir import Body, Field, Operation, Parameter
from ..sides import Call
from .change import Change, Context
from .fields import default
from .limits import constraint_changes
from .types import is_nullable, shape, text, without_null


@value(kw_only=True)
class Argument:
    """An argument: a parameter, or a property of the request body."""

    field: Field
    location: str
    """path, query, header, cookie or request body."""
    style: str = ""
    """The serialisation of the value, as text."""


_BODY = "request body"


def arguments(operation: Operation) -> Mapping[tuple[str, str], Argument]:
    """Return the arguments by location and wire name."""
    matches: dict[tuple[str, str], Argument] = {
        (parameter.location, parameter.field.wire): Argument(
            field=parameter.field, location=parameter.location, style=_style(parameter)
        )
        for parameter in operation.parameters
    }
    for body in bodies(operation):
        for field in body.fields or ():
            matches.setdefault((_BODY, field.wire), Argument(field=field, location=_BODY))
    return matches


def bodies(operation: Operation) -> tuple[Body, ...]:
    """Return the request bodies by media type, the preferred one first."""
    return (operation.body, *operation.body.others) if operation.body else ()


def argument_changes(context: Context, old: Call, new: Call) -> Iterator[Change]:
    """Yield the changes of the arguments of an operation."""
    yield from _Arguments(context, old, new).changes()


class _Arguments:
    def __init__(self, context: Context, old: Call, new: Call) -> None:
        self._context = context
        self._calls = (old, new)
        self._before, self._after = dict(arguments(old.operation)), dict(arguments(new.operation))
        self._is_flat = all(
            all(body.fields is not None for body in bodies(call.operation)) for call in self._calls
        )

    def changes(self) -> Iterator[Change]:
        for key, argument in self._before.items():
            if key in self._after:
                yield from self._pair(argument, self._after[key])
            elif (moved := self._moved(key, self._before, self._after)) is not None:
                yield self._change(
                    "argument-moved", argument, moved, argument.location, moved.location
                )
                yield from self._pair(argument, moved)
            elif self._counts(argument):
                yield self._one("argument-removed", argument, is_gone=True)
        for key, argument in self._after.items():
            is_new = key not in self._before and self._counts(argument)
            if is_new and self._moved(key, self._after, self._before) is None:
                rule = "argument-added" + ("-required" if argument.field.required else "")
                yield self._one(rule, argument, is_gone=False)

    def _counts(self, argument: Argument) -> bool:
        """A body that is whole in one document has `body-shape` instead of each argument."""
        has_body = all(call.operation.body is not None for call in self._calls)
        return argument.location != _BODY or (self._is_flat and has_body)

    def _moved(
        self,
        key: tuple[str, str],
        here: Mapping[tuple[str, str], Argument],
        there: Mapping[tuple[str, str], Argument],
    ) -> Argument | None:
        """The argument of the same wire name that only the other document has, if there is one alone."""
        matches = [
            each for other, each in there.items() if other[1] == key[1] and other not in here
        ]
        return matches[0] if len(matches) == 1 else None

    def _pair(self, old: Argument, new: Argument) -> Iterator[Change]:
        before, after = old.field, new.field
        if before.name != after.name:
            yield self._change("argument-renamed", old, new, before.name, after.name)
        if before.required != after.required:
            word = "required" if after.required else "optional"
            yield self._change(f"argument-{word}", old, new)
        yield from self._types(old, new)
        if (before.has_default, before.default) != (after.has_default, after.default):
            yield self._change("argument-default", old, new, default(before), default(after))
        if old.location == new.location and old.style != new.style:
            yield self._change("argument-style", old, new, old.style, new.style)
        if before.deprecated != after.deprecated:
            yield self._change("deprecated" if after.deprecated else "undeprecated", old, new)
        if before.description != after.description:
            yield self._change("description", old, new)

    def _types(self, old: Argument, new: Argument) -> Iterator[Change]:
        before, after = self._context.translated(old.field.type), new.field.type
        if is_nullable(before) != is_nullable(after):
            word = "nullable" if is_nullable(after) else "not-nullable"
            yield self._change(f"argument-{word}", old, new)
        one, other = without_null(before), without_null(after)
        if shape(one) != shape(other):
            yield self._change("argument-type", old, new, text(one), text(other))
        elif one != other:
            pair = (old, new)

            def make(rule: str, old: str, new: str, category: str = "") -> Change:
                return self._change(rule, *pair, old, new, category)

            yield from constraint_changes(make, one, other, is_sent=True)

    def _one(self, rule: str, argument: Argument, *, is_gone: bool) -> Change:
        place = self._place(int(not is_gone), argument)
        return Change(
            rule=rule,
            old_place=place if is_gone else "",
            new_place="" if is_gone else place,
            name=argument.field.name,
            owner=f"{self._calls[int(not is_gone)].place}()",
            pointer=argument.field.pointer,
            is_gone=is_gone,
            direction="sent",
        )

    def _change(
        self,
        rule: str,
        old: Argument,
        new: Argument,
        before: str = "",
        after: str = "",
        category: str = "",
    ) -> Change:
        return Change(
            rule=rule,
            old_place=self._place(0, old),
            new_place=self._place(1, new),
            name=new.field.name,
            owner=f"{self._calls[1].place}()",
            old=before,
            new=after,
            pointer=new.field.pointer,
            direction="sent",
            category=category,
        )

    def _place(self, side: int, argument: Argument) -> str:
        return f"{self._calls[side].place}({argument.field.name})"


def _style(parameter: Parameter) -> str:
    if parameter.media_type:
        return parameter.media_type
    facts = [parameter.style, *(["exploded"] if parameter.explode else [])]
    return " ".join(
        [*facts, *(["reserved characters allowed"] if parameter.allow_reserved else [])]
    )
