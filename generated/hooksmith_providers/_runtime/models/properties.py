"""Properties by their wire names, in models, mappings and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from ..json_pointer import tokens
from ..omit import OMIT


def field_name(model: type[BaseModel], wire: str) -> str | None:
    """Return the name of the field that has the wire name `wire`; None if there is none."""
    fields = model.__pydantic_fields__
    field = fields.get(wire)
    if field is not None and field.alias in (None, wire):
        return wire
    return next((name for name, field in fields.items() if field.alias == wire), None)


def property_value(model: BaseModel, wire: str) -> object:
    """Return the value of a property, declared or not; OMIT if the object lacks it."""
    name = field_name(type(model), wire)
    if name is not None:
        return model.__dict__.get(name, OMIT)
    return (model.model_extra or {}).get(wire, OMIT)


def resolve(document: object, pointer: str) -> object:
    """Return the value at a JSON Pointer in models and plain data; OMIT if there is none."""
    value = document
    for token in tokens(pointer):
        value = _child(value, token)
    return value


def _child(parent: object, token: str) -> object:
    if isinstance(parent, BaseModel):
        return property_value(parent, token)
    if isinstance(parent, Mapping):
        return parent.get(token, OMIT)
    if isinstance(parent, Sequence) and not isinstance(parent, str) and token.isdecimal():
        return parent[int(token)] if int(token) < len(parent) else OMIT
    return OMIT


def literal_values(annotation: Any) -> tuple[Any, ...]:
    """Return the values of a `Literal`, alone or in a union."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(value for part in get_args(annotation) for value in literal_values(part))
