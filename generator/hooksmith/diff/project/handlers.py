"""Handlers in a user's code: `@receiver.on(Class)`, `@receiver.on("type")`, `@receiver.on(EventType.MEMBER)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...frozen import value
from ..sides import Side


@value(kw_only=True)
class Handler:
    """A handler and the event types it is registered for in the old package."""

    file: str
    line: int
    name: str
    target: str
    events: tuple[str, ...]


def find_handlers(file: str, text: str, side: Side) -> Iterator[Handler]:
    """Yield the handlers of a file, by the events of the old document."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return  # the type checker has reported it
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                for target in _targets(decorator):
                    events = _events(target, side)
                    if events:
                        yield Handler(
                            file=file,
                            line=decorator.lineno,
                            name=node.name,
                            target=ast.unparse(target),
                            events=events,
                        )


def _targets(decorator: ast.expr) -> list[ast.expr]:
    if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
        return decorator.args if decorator.func.attr == "on" else []
    return []


def _events(target: ast.expr, side: Side) -> tuple[str, ...]:
    match target:
        case ast.Constant(value=str(type_)):
            return (type_,) if type_ in side.events else ()
        case ast.Attribute(value=ast.Name(id="EventType") | ast.Attribute(attr="EventType")):
            types = (each.type for each in side.events.values() if each.member == target.attr)
            return tuple(types)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return tuple(each.type for each in side.events.values() if name in each.models)
    return ()
