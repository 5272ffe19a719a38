"""Changes of operations: methods that are added, removed, renamed or moved, and their return types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...ir import Operation, Pagination, Reply
from ...ir.queries import success_type
from ..sides import Call, Side
from .arguments import argument_changes
from .bodies import body_changes
from .change import Change, Context
from .clients import security
from .types import renamed, shape, text

_TEMPLATE = re.compile(r"\{[^}]*\}")


def operation_changes(context: Context) -> Iterator[Change]:
    """Yield the changes of the operations of both documents."""
    pairs = pair_calls(context.old, context.new)
    paired = {id(new) for _, new in pairs}
    paired_old = {id(old) for old, _ in pairs}
    for call in context.old.calls:
        if id(call) not in paired_old:
            yield Change(
                rule="call-removed",
                old_place=call.place,
                new_place="",
                name=f"{call.place}()",
                pointer=call.operation.pointer,
                is_gone=True,
                direction="sent",
            )
    for call in context.new.calls:
        if id(call) not in paired:
            yield Change(
                rule="call-added",
                old_place="",
                new_place=call.place,
                name=f"{call.place}()",
                pointer=call.operation.pointer,
                direction="sent",
            )
    for old, new in pairs:
        yield from _Pair(context, old, new).changes()


def pair_calls(old: Side, new: Side) -> list[tuple[Call, Call]]:
    """Return the operations that both documents have: of one method and path, or else of one place or id."""
    pairs: list[tuple[Call, Call]] = []
    rest_old, rest_new = list(old.calls), list(new.calls)
    for key in (_address, _template, _place, _id):
        waiting = {key(call): call for call in reversed(rest_new)}
        for call in list(rest_old):
            match = waiting.pop(key(call), None)
            if match is not None:
                pairs.append((call, match))
                rest_old.remove(call)
                rest_new.remove(match)
    return pairs


def _address(call: Call) -> tuple[str, ...]:
    return (call.operation.method, call.operation.path)


def _template(call: Call) -> tuple[str, ...]:
    return (call.operation.method, _TEMPLATE.sub("{}", call.operation.path))


def _place(call: Call) -> tuple[str, ...]:
    return (call.place,)


def _id(call: Call) -> tuple[str, ...]:
    return (call.operation.id,)


class _Pair:
    """An operation in both documents."""

    def __init__(self, context: Context, old: Call, new: Call) -> None:
        self._context = context
        self._calls = (old, new)
        self._old, self._new = old.operation, new.operation

    def changes(self) -> Iterator[Change]:
        old, new = self._old, self._new
        places = [call.place for call in self._calls]
        if self._calls[0].resource.name != self._calls[1].resource.name:
            yield self._change("call-moved", *places)
        elif old.name != new.name:
            yield self._change("call-renamed", *places)
        if (old.method, old.path) != (new.method, new.path):
            yield self._change(
                "call-address", f"{old.method} {old.path}", f"{new.method} {new.path}"
            )
        yield from argument_changes(self._context, *self._calls)
        yield from body_changes(self._context, *self._calls)
        yield from self._replies()
        yield from self._rest()

    def _replies(self) -> Iterator[Change]:
        old, new = self._old, self._new
        before, after = success_type(old), success_type(new)
        if before is not None:
            before = self._context.translated(before)
        if (before is None) != (after is None) or (
            before is not None and after is not None and shape(before) != shape(after)
        ):
            yield self._change("reply", text(before), text(after))
        if (one := self._pages(old.pagination)) != (other := self._pages(new.pagination)):
            yield self._change("pagination", one, other)
        errors = [_errors(self._context, old.errors), _errors(self._context, new.errors)]
        if errors[0] != errors[1]:
            yield self._change("errors", *errors)

    def _pages(self, pages: Pagination | None) -> str:
        if pages is None:
            return "of no kind"
        item = text(renamed(pages.item, self._context.renames))
        facts = (pages.parameter, pages.items, item, pages.next, pages.size, pages.complete)
        return f"by {pages.style} ({', '.join(str(fact) for fact in facts if fact)})"

    def _rest(self) -> Iterator[Change]:
        old, new = self._old, self._new
        if old.permissions != new.permissions:
            yield self._change("permissions", _permissions(old), _permissions(new))
        if old.security != new.security:
            yield self._change("call-security", security(old.security), security(new.security))
        if old.deprecated != new.deprecated:
            yield self._change("deprecated" if new.deprecated else "undeprecated", "", "")
        if (old.summary, old.description) != (new.summary, new.description):
            yield self._change("description", "", "")

    def _change(self, rule: str, old: str, new: str) -> Change:
        old_call, new_call = self._calls
        return Change(
            rule=rule,
            old_place=old_call.place,
            new_place=new_call.place,
            name=f"{new_call.place}()",
            owner=f"{new_call.place}()",
            old=old,
            new=new,
            pointer=self._new.pointer,
            direction="sent",
        )


def _permissions(operation: Operation) -> str:
    permissions = operation.permissions
    if permissions is None:
        return "no permission"
    group = f" of {permissions.group}" if permissions.group else ""
    return ", ".join(permissions.permissions) + group


def _errors(context: Context, errors: tuple[Reply, ...]) -> str:
    texts = []
    for reply in errors:
        type_ = text(renamed(reply.type, context.renames)) if reply.type else ""
        texts.append(f"{reply.status} {type_}".strip())
    return ", ".join(texts) or "no error"
