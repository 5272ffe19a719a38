"""Class names that a configuration chooses: each must belong to a schema and collide with no other name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import ConfigError, Diagnostic, Place
from ..json_pointer import escape, split
from ..openapi.grammar import Node
from ..suggest import did_you_mean
from .casing import pascal
from .reserved import CLASS_NAMES


def check_overrides(
    document: Node,
    overrides: Mapping[str, str],
    names: Mapping[str, str],
    place: Callable[[], Place],
) -> None:
    """Raises ConfigError with a diagnostic for each override that cannot be.

    Args:
        document: The document in normal form.
        overrides: JSON Pointer → chosen name.
        names: JSON Pointer → assigned name, of all named schemas.
        place: Returns the place of the document's beginning.
    """
    diagnostics = [
        Diagnostic(message=f"names: {message}", place=place(), hint=hint)
        for pointer, name in overrides.items()
        for message, hint in _problems(document, overrides, names, pointer, name)
    ]
    if diagnostics:
        raise ConfigError(*diagnostics)


def _problems(
    document: Node,
    overrides: Mapping[str, str],
    names: Mapping[str, str],
    pointer: str,
    name: str,
) -> Iterator[tuple[str, str]]:
    """Yield (message, hint)."""
    if pointer not in names:
        hint = did_you_mean(pointer, names) or "`hooksmith inspect` prints what has a name"
        yield f"no schema that gets a class stands at {pointer}", hint
    elif name in CLASS_NAMES:
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
    """Return the pointer of a different schema that has or would have the name; empty if there is none."""
    schemas = document.get("components", {}).get("schemas", {})
    components = {f"/components/schemas/{escape(key)}": pascal(key) for key in schemas}
    claims = {**names, **components, **overrides}
    rivals = (other for other, claimed in claims.items() if claimed == name and other != pointer)
    return next((each for each in rivals if _at(document, each) != _at(document, pointer)), "")


def _at(document: Node, pointer: str) -> Any:
    """Return the value at a pointer of the normal form, or None."""
    value: Any = document
    for key in split(pointer):
        if isinstance(value, list) and key.isdecimal():
            value = value[int(key)] if int(key) < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value
