"""Properties by their wire names, in models, mappings and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ..json_pointer import tokens
from ..omit import OMIT


def field_name(model: type[BaseModel], wire: str) -> str | None:
    """Return the name of the field that has the wire name `wire`; None if there is none."""
    if not model.__pydantic_fields_complete__:
        return next((name for name, alias in wire_names(model).items() if alias == wire), None)
    fields = model.__pydantic_fields__
    field = fields.get(wire)
    if field is not None and field.alias in (None, wire):
        return wire
    return next((name for name, field in fields.items() if field.alias == wire), None)


@cache
def wire_names(model: type[BaseModel]) -> Mapping[str, str]:
    """Return field → wire name of a model.

    A model that was built as a part of others alone has fields that know their annotations as text.
    """
    fields = model.__pydantic_fields__
    if model.__pydantic_fields_complete__:
        return {name: field.alias or name for name, field in fields.items()}
    try:
        hints = get_type_hints(model, include_extras=True)
    except NameError:  # of a name that is imported when the model is built
        model.model_rebuild()
        return {name: field.alias or name for name, field in model.__pydantic_fields__.items()}
    generate: Any = model.model_config.get("alias_generator") or str
    return {name: _alias(hints[name]) or generate(name) for name in fields}


def _alias(hint: Any) -> str | None:
    metadata = getattr(hint, "__metadata__", ())
    return next(
        (info.alias for info in metadata if isinstance(info, FieldInfo) and info.alias), None
    )


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
