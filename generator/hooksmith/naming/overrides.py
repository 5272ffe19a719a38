"""Names that a configuration gives: each must meet a schema, and take no name from another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import ConfigError, Diagnostic, Place
from ..json_pointer import escape, split
from ..openapi.grammar import Node
from ..suggest import did_you_mean
from .casing import pascal
from .class_names import RESERVED
from .reserved import BUILTIN_CLASSES


def check_overrides(
    document: Node,
    overrides: Mapping[str, str],
    names: Mapping[str, str],
    place: Callable[[], Place],
) -> None:
    """`names`: what became of the `overrides`. Raises ConfigError, with a diagnostic for each that cannot be.

    `place`: where the document begins.
    """
    found = [
        Diagnostic(message=f"names: {message}", place=place(), hint=hint)
        for pointer, name in overrides.items()
        for message, hint in _problems(document, overrides, names, pointer, name)
    ]
    if found:
        raise ConfigError(*found)


def _problems(
    document: Node,
    overrides: Mapping[str, str],
    names: Mapping[str, str],
    pointer: str,
    name: str,
) -> Iterator[tuple[str, str]]:
    if pointer not in names:
        hint = did_you_mean(pointer, names) or "`hooksmith inspect` prints what has a name"
        yield f"no schema that gets a class stands at {pointer}", hint
    elif name in RESERVED | BUILTIN_CLASSES:
        yield f"{name!r} is a name that the generated code needs itself", "choose another"
    elif rival := _rival(document, overrides, names, pointer, name):
        hint = f"choose another, or give {rival} another name as well"
        yield f"{name!r}, for {pointer}, is what {rival} is called", hint


def _rival(
    document: Node,
    overrides: Mapping[str, str],
    names: Mapping[str, str],
    pointer: str,
    name: str,
) -> str:
    """Another schema that has the name, or is a component that would have it; none where it is just the same."""
    schemas = document.get("components", {}).get("schemas", {})
    components = {f"/components/schemas/{escape(key)}": pascal(key) for key in schemas}
    wanted = {**names, **components, **overrides}
    rivals = (other for other, called in wanted.items() if called == name and other != pointer)
    return next((it for it in rivals if _at(document, it) != _at(document, pointer)), "")


def _at(document: Node, pointer: str) -> Any:
    """What stands at a pointer of the normal form, or None."""
    value: Any = document
    for key in split(pointer):
        if isinstance(value, list) and key.isdecimal():
            value = value[int(key)] if int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value
