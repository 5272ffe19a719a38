"""Changes of callbacks: requests that the API sends to addresses given in operations."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterator

from ...ir import Callback
from ...plan.views import CallbackView
from ..sides import Side
from .change import Change, Context
from .types import shape, text


def callback_changes(context: Context) -> Iterator[Change]:
    """Yield the changes of the callbacks of both documents; one is known by its operation, name and expression."""
    old, new = _views(context.old), _views(context.new)
    paths = {view.path: key for key, (_, view) in new.items() if key not in old}
    for key, (_, view) in list(old.items()):
        if key not in new and view.path in paths:  # of an operation at another address
            old[paths.pop(view.path)] = old.pop(key)
    for key, (callback, view) in old.items():
        if key not in new:
            yield _one("callback-removed", view, callback, is_gone=True)
        else:
            yield from _pair(context, (callback, view), new[key])
    for key, (callback, view) in new.items():
        if key not in old:
            yield _one("callback-added", view, callback, is_gone=False)


def _views(side: Side) -> dict[str, tuple[Callback, CallbackView]]:
    views = side.view.callbacks.callbacks if side.view.callbacks else ()
    return {view.pointer: (side.callbacks[view.pointer], view) for view in views}


def _one(rule: str, view: CallbackView, callback: Callback, *, is_gone: bool) -> Change:
    place = f"callbacks.{view.constant}"
    return Change(
        rule=rule,
        old_place=place if is_gone else "",
        new_place="" if is_gone else place,
        name=callback.name,
        pointer=callback.pointer,
        is_gone=is_gone,
        direction="received",
    )


def _pair(
    context: Context, old: tuple[Callback, CallbackView], new: tuple[Callback, CallbackView]
) -> Iterator[Change]:
    (before, old_view), (after, new_view) = old, new

    def change(rule: str, one: str, other: str) -> Change:
        return Change(
            rule=rule,
            old_place=f"callbacks.{old_view.constant}",
            new_place=f"callbacks.{new_view.constant}",
            name=after.name,
            old=one,
            new=other,
            pointer=after.pointer,
            direction="received",
        )

    if old_view.constant != new_view.constant:
        yield change("callback-renamed", old_view.constant, new_view.constant)
    if old_view.path != new_view.path:
        paths = (literal_eval(old_view.path), literal_eval(new_view.path))
        yield change("callback-path", *paths)
    bodies = [_body(context, before, is_old=True), _body(context, after, is_old=False)]
    if bodies[0] != bodies[1]:
        yield change("callback-body", text(before.type), text(after.type))
    replies = [_reply(context, before, is_old=True), _reply(context, after, is_old=False)]
    if replies[0] != replies[1]:
        yield change("callback-reply", replies[0], replies[1])
    if before.deprecated != after.deprecated:
        yield change("deprecated" if after.deprecated else "undeprecated", "", "")
    if (before.summary, before.description) != (after.summary, after.description):
        yield change("description", "", "")


def _body(context: Context, callback: Callback, *, is_old: bool) -> tuple[object, str | None]:
    if callback.type is None:
        return None, callback.media_type
    type_ = context.translated(callback.type) if is_old else callback.type
    return shape(type_), callback.media_type


def _reply(context: Context, callback: Callback, *, is_old: bool) -> str:
    reply = callback.reply
    if reply is None:
        return "nothing"
    type_ = context.translated(reply.type) if is_old and reply.type else reply.type
    return f"{reply.status} {text(type_)}"
