"""The lines of api.md about calls."""

from __future__ import annotations

import textwrap

from ..ir import Operation, Resource
from .docstrings import one_line
from .methods import content_type_argument
from .views import ArgumentView, OverloadView, ResourceDocView, ResourceView

_WIDTH = 118
"""Of a line; the item's mark takes two more."""
_OPTIONAL = 12
"""Arguments that may be left out, and that a line names; there are calls with hundreds."""


def plan_resource_doc(resource: Resource, view: ResourceView) -> ResourceDocView:
    """The calls of a resource, as Markdown."""
    return ResourceDocView(
        name=resource.name,
        calls=tuple(
            _call_doc(resource.name, operation, overload)
            for operation, method in zip(resource.operations, view.methods, strict=True)
            for overload in method.documented_signatures
        ),
    )


def _call_doc(resource: str, operation: Operation, overload: OverloadView) -> str:
    """`call`: `route` → `type`, in as many lines as it takes; a line's end in code is a space (CommonMark 6.1)."""
    call = f"`client.{resource}.{operation.name}({_told_all(operation, overload.arguments)})`:"
    route = one_line(f"{operation.method} {operation.path}")
    rest = f"`{route}` → `{overload.returns}`"
    if len(call) + 1 + len(rest) <= _WIDTH:
        return f"{call} {rest}"
    told = [rest] if len(rest) <= _WIDTH else [f"`{route}`", *_filled(f"→ `{overload.returns}`")]
    return "\n  ".join([*_filled(call), *told])


def _filled(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _told_all(operation: Operation, arguments: tuple[ArgumentView, ...]) -> str:
    chosen = content_type_argument(operation)
    needed = [it for it in arguments if not it.default]
    optional = [it for it in arguments if it.default]
    told = [_told(it, it.name == chosen) for it in (*needed, *optional[:_OPTIONAL])]
    return ", ".join([*told, "…"] if len(optional) > _OPTIONAL else told)


def _told(argument: ArgumentView, tells: bool) -> str:
    """`name`, `name=…` where it may be left out; `tells`: whether its value tells this call from others of the name."""
    if argument.annotation == "Literal[True]":
        return f"{argument.name}=True"
    if tells and argument.annotation.startswith("Literal[") and not argument.default:
        return f"{argument.name}={argument.annotation[8:-1].replace(', ', ' | ')}"
    return argument.name + ("=…" if argument.default else "")
