"""Where a delivery says something about itself: in its body, or in a header."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from ..json_pointer import tokens


@dataclass(frozen=True, slots=True)
class InHeader:
    """Something that a delivery says in a header."""

    name: str


Where = str | InHeader
"""A JSON pointer (RFC 6901) into the body, or a header."""


def at(source: object, pointer: str) -> object:
    """What stands at a JSON pointer in plain data or a model; None where nothing does."""
    found: object = source
    for token in tokens(pointer):
        if isinstance(found, dict):
            found = found.get(token)
        elif isinstance(found, BaseModel):
            found = _property(found, token)
        else:
            return None
    return found


def _property(model: BaseModel, wire: str) -> object:
    """A property by its name on the wire."""
    values = model.__dict__
    info = type(model).model_fields.get(wire)
    if info is not None and info.alias in (None, wire):
        return values.get(wire)
    for name, other in type(model).model_fields.items():
        if other.alias == wire:
            return values.get(name)
    return (model.model_extra or {}).get(wire)
