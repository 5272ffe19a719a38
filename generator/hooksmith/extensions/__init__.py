"""Check of the `x-hooksmith-*` extensions in a document against `extensions.schema.json`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..errors import Diagnostic
from ..json_pointer import join
from .schema import deepest, hint_for, schema, trail, validator

if TYPE_CHECKING:
    from ..load.library import Document

PREFIX = "x-hooksmith-"


def check_extensions(document: Document) -> list[Diagnostic]:
    """Return an error for each unknown extension, and for each value that breaks the schema of its extension."""
    if PREFIX not in document.text:
        return []
    return [
        diagnostic
        for pointer, key, value in _extensions(document.data)
        for diagnostic in _check(document, pointer, key, value)
    ]


def _extensions(data: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (pointer, key, value) of each extension in document order; extensions are not searched themselves."""
    stack = [("", data)]
    while stack:
        pointer, value = stack.pop()
        key = pointer.rpartition("/")[2]
        if key.startswith(PREFIX):
            yield pointer, key, value
        elif isinstance(value, dict):
            stack.extend((join(pointer, name), value[name]) for name in reversed(value))
        elif isinstance(value, list):
            stack.extend(
                (join(pointer, index), value[index]) for index in reversed(range(len(value)))
            )


def _check(document: Document, pointer: str, key: str, value: Any) -> Iterator[Diagnostic]:
    known = schema()["properties"]
    if key not in known:
        hint = _known_extension(key, known)
        yield Diagnostic(
            message=f"unknown extension {key}", place=document.place(pointer), hint=hint
        )
        return
    for error in sorted(validator().iter_errors({key: value}), key=lambda error: error.json_path):
        error = deepest(error)
        below = list(error.absolute_path)[1:]
        yield Diagnostic(
            message=f"{key}{trail(below)}: {error.message}",
            place=document.place(join(pointer, *below)),
            hint=hint_for(error),
        )


def _known_extension(key: str, known: Iterable[str]) -> str:
    """Return a hint for an unknown extension. Names are compared without their common prefix."""
    from difflib import get_close_matches

    names = [name.removeprefix(PREFIX) for name in known]
    close = get_close_matches(key.removeprefix(PREFIX), names, n=1)
    return f"did you mean {PREFIX}{close[0]}?" if close else f"known: {', '.join(known)}"
