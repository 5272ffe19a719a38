"""The callbacks of all operations → the module that has them."""

from __future__ import annotations

from collections.abc import Mapping

from ..describe.fields import unique
from ..ir import ANY, AnyDefinition, Api, Callback, Operation
from ..normalize.casing import upper
from .annotations import Speller
from .imports import Imports
from .text import literal, sentence
from .views import CallbacksView, CallbackView


def plan_callbacks(
    api: Api, definitions: Mapping[str, AnyDefinition], runtime: str
) -> CallbacksView | None:
    """A constant for each callback; None where the document has none."""
    found = [
        (operation, callback)
        for resource in api.resources
        for operation in resource.operations
        for callback in operation.callbacks
    ]
    if not found:
        return None
    imports = Imports(runtime=runtime, home=lambda name: ".models")
    imports.add_runtime("callbacks", "Callback")
    speller = Speller(definitions, imports, strict=False)
    names = unique(_names(found), upper, ("Callback",))
    views = tuple(
        _view(operation, callback, name, speller)
        for (operation, callback), name in zip(found, names, strict=True)
    )
    return CallbacksView(imports=imports.block(), callbacks=views)


def _names(found: list[tuple[Operation, Callback]]) -> list[str]:
    """Operation and callback; where that is not one request alone, its address and method too."""
    short = [f"{operation.name} {callback.name}" for operation, callback in found]
    return [
        (name if short.count(name) == 1 else f"{name} {callback.expression} {callback.method}")
        for name, (_, callback) in zip(short, found, strict=True)
    ]


def _view(operation: Operation, callback: Callback, name: str, speller: Speller) -> CallbackView:
    media_type = callback.media_type or "application/json"
    return CallbackView(
        constant=name,
        annotation=speller.spell(callback.type or ANY),
        operation=literal(operation.name),
        name=literal(callback.name),
        expression=literal(callback.expression),
        method=literal(callback.method),
        media_type="" if media_type == "application/json" else literal(media_type),
        doc=_doc(callback),
    )


def _doc(callback: Callback) -> str:
    said = "\n\n".join(part for part in (sentence(callback.summary), callback.description) if part)
    return f"{said}\n\nDeprecated.".strip() if callback.deprecated else said
