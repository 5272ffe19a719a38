"""The sections of api.md about operations."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..ir import Operation, Resource
from .docstrings import md_code
from .methods import content_type_argument
from .views import ArgumentView, MethodView, OverloadView, ResourceDocView, ResourceView

_WIDTH = 118
"""Columns of a line; the mark of the list item takes two more."""
_OPTIONAL = 12
"""Optional arguments that a line lists; some operations have hundreds."""


def plan_resource_doc(resource: Resource, view: ResourceView) -> ResourceDocView:
    """Plan the section of a resource, in Markdown."""
    return ResourceDocView(
        name=resource.name,
        module=resource.module,
        calls=tuple(
            call
            for operation, method in zip(resource.operations, view.methods, strict=True)
            for call in _call_docs(resource, operation, method)
        ),
    )


def _call_docs(resource: Resource, operation: Operation, method: MethodView) -> Iterator[str]:
    """Yield the items of an operation: one for each signature, the last with the call for a raw reply."""
    *first, last = (
        _call_doc(resource.name, operation, signature) for signature in method.documented_signatures
    )
    yield from first
    constant = method.constant.rpartition(".")[2]
    parts = "".join(f", {part.name}={'{…}' if part.items else '…'}" for part in method.parts)
    has_raw = method.verb != "stream_items"
    raw = md_code(f"client.call_raw({resource.module}.{constant}{parts})")
    yield f"{last}\n  raw: {raw}" if has_raw else last


def _call_doc(resource: str, operation: Operation, overload: OverloadView) -> str:
    """Return `call`: `route` → `type`, wrapped; a line end inside code is a space (CommonMark 6.1)."""
    arguments = _argument_list(operation, overload.arguments)
    call = md_code(f"client.{resource}.{operation.name}({arguments})") + ":"
    route, returns = md_code(f"{operation.method} {operation.path}"), md_code(overload.returns)
    rest = f"{route} → {returns}"
    if len(call) + 1 + len(rest) <= _WIDTH:
        return f"{call} {rest}"
    lines = [rest] if len(rest) <= _WIDTH else [route, *_filled(f"→ {returns}")]
    return "\n  ".join([*_filled(call), *lines])


def _filled(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _argument_list(operation: Operation, arguments: tuple[ArgumentView, ...]) -> str:
    choice = content_type_argument(operation)
    required = [argument for argument in arguments if not argument.default]
    optional = [argument for argument in arguments if argument.default]
    texts = [
        _argument(argument, is_choice=argument.name == choice)
        for argument in (*required, *optional[:_OPTIONAL])
    ]
    return ", ".join([*texts, "…"] if len(optional) > _OPTIONAL else texts)


def _argument(argument: ArgumentView, *, is_choice: bool) -> str:
    """Return `name`, or `name=…` of an optional argument.

    `is_choice`: the argument selects an overload, so its values are listed.
    """
    if argument.annotation == "Literal[True]":
        return f"{argument.name}=True"
    if is_choice and argument.annotation.startswith("Literal[") and not argument.default:
        return f"{argument.name}={argument.annotation[8:-1].replace(', ', ' | ')}"
    return argument.name + ("=…" if argument.default else "")
