"""What can be read of data that breaks its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from .model import Model


def salvage(model: type[Model], payload: Mapping[str, Any]) -> Model:
    """The model with every field read by itself; those that cannot be read stay as they came.

    Objects within are salvaged in the same way. A field that is required and absent is absent.
    """
    fields = {info.alias or name: name for name, info in model.model_fields.items()}
    blank = model.model_construct()
    read = {
        fields.get(wire, wire): (
            _value(model, blank, fields[wire], value) if wire in fields else value
        )
        for wire, value in payload.items()
    }
    return model.model_construct(_fields_set=set(read), **read)


def _value(model: type[Model], blank: Model, name: str, value: Any) -> Any:
    try:
        assigned = model.__pydantic_validator__.validate_assignment(blank.model_copy(), name, value)
    except ValidationError:
        return _inside(model.model_fields[name].annotation, value)
    return getattr(assigned, name)


def _inside(annotation: Any, value: Any) -> Any:
    """A value that cannot be read whole: if it is an object, or a list of them, as much of it as can be."""
    options = list(_models(annotation))
    if len(options) != 1:
        return value
    if isinstance(value, dict):
        return salvage(options[0], value)
    if isinstance(value, list):
        return [salvage(options[0], item) if isinstance(item, dict) else item for item in value]
    return value


def _models(annotation: Any) -> Iterator[type[Model]]:
    """The models that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if issubclass(annotation, Model):
            annotation.model_rebuild()
            yield annotation
        return
    for part in get_args(annotation):
        yield from _models(part)
