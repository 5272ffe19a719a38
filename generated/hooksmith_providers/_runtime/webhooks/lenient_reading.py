"""Lenient reading of data that breaks its model.

An object inside an event may lack properties that the document requires, or have null there: such a property is absent
from the model (`hasattr` is False), and the object is otherwise valid. Providers declare properties as required
before all
deliveries have them. An object without any required property is not of its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from ..json_pointer import pointer
from ..models.base import Model
from ..models.unions import Tagged

_ABSENT = object()
_MOST_CHOICES = 3
"""Unions within unions that are read option by option: every one multiplies the work of those around it."""
_ModelT = TypeVar("_ModelT", bound=Model)


class LenientReader:
    """Reader of one object. `is_whole`: whether all data fits its type; `lacking`: number of missing required
    properties.

    `choices`: number of unions around the object.
    """

    def __init__(self, choices: int = 0) -> None:
        self.is_whole = True
        self.lacking = 0
        self._choices = choices

    def read(self, model: type[_ModelT], payload: Mapping[str, Any]) -> _ModelT:
        """Return the model with each field validated by itself; an invalid value is kept as received.

        Objects inside are read in the same way. A missing required field is absent.
        """
        model.model_rebuild()
        blank = model.model_construct()
        fields: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        names = _names(model, payload)
        for wire, value in payload.items():
            name = names.get(wire)
            read = self._value(model, blank, name, value) if name else value
            if read is not _ABSENT:
                (fields if name else extra)[name or wire] = read
        made = model.model_construct(_fields_set={*fields, *extra}, **fields)
        lacks = missing_fields(made)
        self.lacking += len(lacks)
        self.is_whole &= not lacks or len(lacks) < len(_required(model))
        if made.__pydantic_extra__ is not None:
            made.__pydantic_extra__.update(extra)
        return made

    def read_best(self, models: tuple[type[_ModelT], ...], payload: Mapping[str, Any]) -> _ModelT:
        """Return the model that fits best: whole before partial, with the fewest missing properties, its own first.

        On a tie, return the first, and the reading is not whole.
        """
        choices = self._choices + (len(models) > 1)
        readings = [
            (reading := LenientReader(choices), reading.read(model, payload)) for model in models
        ]
        ranks = [(not it.is_whole, len(missing_fields(made)), it.lacking) for it, made in readings]
        best = [found for found, rank in zip(readings, ranks, strict=True) if rank == min(ranks)]
        reading, made = best[0]
        self.is_whole &= reading.is_whole and len(best) == 1
        self.lacking += reading.lacking
        return made

    def _value(self, model: type[Model], blank: Model, name: str, value: Any) -> Any:
        try:
            assigned = model.__pydantic_validator__.validate_assignment(blank, name, value)
        except ValidationError:
            if value is None:
                return _ABSENT
            info = model.model_fields[name]
            return self._inside(Annotated[(info.annotation, *info.metadata, "")], value)
        return getattr(assigned, name)

    def _inside(self, kind: Any, value: Any) -> Any:
        """Return a value that is not valid as a whole, with the objects in it read leniently."""
        options = list(_options(kind, value))
        models = tuple(option for option in options if _is_model(option))
        is_choice = len(models) > 1
        if isinstance(value, dict) and models and self._choices + is_choice <= _MOST_CHOICES:
            return self.read_best(models, value)
        origin = type(value)
        within = [get_args(option)[-1] for option in options if get_origin(option) is origin]
        if len(within) == 1 and isinstance(value, list | dict):
            return self._items(within[0], value)
        self.is_whole = False
        return value

    def _items(self, kind: Any, value: list[Any] | dict[Any, Any]) -> list[Any] | dict[Any, Any]:
        adapter = TypeAdapter(kind)

        def read(item: Any) -> Any:
            try:
                return adapter.validate_python(item)
            except ValidationError:
                return self._inside(kind, item)

        if isinstance(value, list):
            return [read(item) for item in value]
        return {key: read(item) for key, item in value.items()}


def _names(model: type[Model], payload: Mapping[str, Any]) -> dict[str, str]:
    """Return property → field as pydantic resolves it: by alias, or by field name if the alias is absent."""
    infos = model.model_fields.items()
    own = {name: name for name, info in infos if info.alias not in payload}
    return own | {info.alias or name: name for name, info in infos}


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


def _options(kind: Any, value: Any) -> Iterator[Any]:
    """Yield the types that a value may have; of a tagged union, the option of the value's tag."""
    if hasattr(kind, "__value__"):
        yield from _options(kind.__value__, value)
    elif get_origin(kind) is Annotated:
        inner, *marks = get_args(kind)
        tagged = [mark for mark in marks if isinstance(mark, Tagged)]
        if tagged:
            for option in tagged[0].named(inner, value):
                yield from _options(option, value)
        else:
            yield from _options(inner, value)
    elif _is_model(kind) or not get_args(kind) or get_origin(kind) in (list, dict):
        yield kind
    else:
        for option in get_args(kind):
            yield from _options(option, value)


def missing_fields(made: BaseModel) -> list[str]:
    """Return the required fields that a model lacks; models inside are not searched."""
    return [name for name in _required(type(made)) if name not in made.__dict__]


def _required(model: type[BaseModel]) -> list[str]:
    return [name for name, info in model.model_fields.items() if info.is_required()]


def lacking(event: object, place: str = "") -> Iterator[str]:
    """Yield the JSON Pointers of required properties that a model, and the models in it, lack."""
    if isinstance(event, BaseModel):
        for name, info in type(event).model_fields.items():
            inner = place + pointer(info.alias or name)
            if name in event.__dict__:
                yield from lacking(event.__dict__[name], inner)
            elif info.is_required():
                yield inner
    elif isinstance(event, list):
        for index, item in enumerate(event):
            yield from lacking(item, place + pointer(index))
    elif isinstance(event, dict):
        for key, item in event.items():
            yield from lacking(item, place + pointer(str(key)))
