"""Lenient reading of data that breaks its model.

An object inside an event may lack properties that the document requires, or have null there: such a property is absent
from the model (`hasattr` is False), and the object is otherwise valid. Providers declare properties as required
before all
deliveries have them. An object without any required property is not of its type.

The cost is linear in the size of the data. A large value is read property by property, a small one is validated as a
whole; the errors of a validation lead to the invalid values inside, so that nothing is validated again for each object
around it. After `MOST_PROBLEMS` problems the rest is left as received.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import GenericAlias
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from ..errors import Detail
from ..json_pointer import pointer
from .problems import Problem
from .reading import MOST_PROBLEMS, RECEIVING
from .shapes import ByShape, choice_of
from .unions import Tagged

_ABSENT = object()
_CHUNK = 100
"""Items of an array that are validated at once; if one of them is invalid, each is validated by itself."""
_LARGE = 500
"""Values in an object or an array that is not validated as a whole, since it could have as many errors."""
_UNLISTED = Detail("", f"More than {MOST_PROBLEMS} departures: the rest is left as received")
_ModelT = TypeVar("_ModelT", bound=BaseModel)


class Budget:
    """Number of invalid values of a delivery that are still looked at."""

    def __init__(self) -> None:
        self._values = MOST_PROBLEMS

    @property
    def is_spent(self) -> bool:
        """Whether further invalid values stay as received."""
        return self._values <= 0

    def spend(self) -> None:
        """Take one value."""
        self._values -= 1


class LenientReader:
    """Reader of one value.

    `is_whole`: whether nothing is wrong but required properties that objects inside the value lack. `details`: the
    problems, in the order of the models' fields.

    Args:
        value: The value, as plain data.
        budget: The number of invalid values that are looked at.
    """

    def __init__(self, value: Any, budget: Budget | None = None) -> None:
        self.is_whole = True
        self.details: list[Detail] = []
        self._budget = budget or Budget()
        self._large: set[int] = set()
        if isinstance(value, dict | list):
            _count(value, self._large)

    def read(
        self,
        models: tuple[type[_ModelT], ...],
        payload: Mapping[str, Any],
        place: str = "",
        problem: Problem | None = None,
    ) -> _ModelT:
        """Return the model that fits best, with each field validated by itself; invalid values stay as received.

        Objects inside are read in the same way. A missing required field is absent. If several models fit equally
        well, the first is returned, and the reading is not whole.

        Args:
            models: The possible models.
            payload: The object.
            place: The pointer to the object.
            problem: The problem of the object, if it was validated.
        """
        best: list[type[_ModelT]] = (
            list(models) if len(models) == 1 else choice_of(models).best(payload)
        )
        self.is_whole &= len(best) == 1
        model = best[0]
        model.model_rebuild()
        fields, rest = self._fields(model, payload, place, problem)
        instance = model.model_construct(_fields_set={*fields, *rest}, **fields)
        lacks = missing_fields(instance)
        self.is_whole &= not lacks or len(lacks) < len(_required(model))
        if instance.__pydantic_extra__ is not None:
            instance.__pydantic_extra__.update(rest)
        return instance

    def _fields(
        self,
        model: type[BaseModel],
        payload: Mapping[str, Any],
        place: str,
        problem: Problem | None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the values of a model's fields, and the properties that it does not declare."""
        blank = model.model_construct()
        fields: dict[str, Any] = {}
        rest = dict(payload)
        for name, info in model.model_fields.items():
            wire = info.alias if info.alias is not None and info.alias in payload else name
            where = place + pointer(info.alias or name)
            if wire in payload:
                inner = None if problem is None else problem.inside.get(wire)
                value = self._field(blank, name, rest.pop(wire), where, inner)
                if value is not _ABSENT:
                    fields[name] = value
            elif info.is_required():
                self._report(Detail(where, "Field required"))
        return fields, rest

    def read_value(self, annotation: Any, value: Any, place: str = "") -> Any:
        """Return the value of an annotation; an invalid value, or an invalid part of it, stays as received."""
        return self._item(annotation, value, place, None)

    def _field(
        self, blank: BaseModel, name: str, value: Any, place: str, problem: Problem | None
    ) -> Any:
        """Return the value of a field; `_ABSENT` for null that is not valid."""
        if self._is_given_up(value):
            return self._unread(value)
        info = type(blank).model_fields[name]
        annotation: Any = Annotated[(info.annotation, *info.metadata, "")]
        if id(value) in self._large:
            return self._inside(annotation, value, place, problem)
        if problem is None or not problem.inside:
            validator = type(blank).__pydantic_validator__
            try:
                return getattr(
                    validator.validate_assignment(blank, name, value, context=RECEIVING), name
                )
            except ValidationError as error:
                problems = Problem.of(error, {name: value})
            problem = problems.inside.get(name, problems)
        if value is None:
            self._report(Detail(place, problem.message))
            return _ABSENT
        return self._inside(annotation, value, place, problem)

    def _item(self, annotation: Any, value: Any, place: str, problem: Problem | None) -> Any:
        """Return the value of an item of an array or a mapping."""
        if self._is_given_up(value):
            return self._unread(value)
        if id(value) not in self._large and (problem is None or not problem.inside):
            try:
                return _validators(annotation)[0].validate_python(value, context=RECEIVING)
            except ValidationError as error:
                problem = Problem.of(error, value)
        return self._inside(annotation, value, place, problem)

    def _inside(self, annotation: Any, value: Any, place: str, problem: Problem | None) -> Any:
        """Return a value that is large, or has a problem, with the objects in it read leniently."""
        if problem is not None:
            self._budget.spend()
        if isinstance(value, dict | list) and (problem is None or problem.is_listed):
            options = list(_options(annotation, value))
            models = tuple(option for option in options if _is_model(option))
            if isinstance(value, dict) and models:
                return self.read(models, value, place, problem)
            origin = type(value)
            within = [get_args(option)[-1] for option in options if get_origin(option) is origin]
            if len(within) == 1:
                return self._collection(within[0], value, place, problem or Problem())
        return self._misfit(annotation, value, place, problem)

    def _misfit(self, annotation: Any, value: Any, place: str, problem: Problem | None) -> Any:
        """Return a value that cannot be taken apart, as received if it is not valid."""
        if problem is None:
            try:
                return _validators(annotation)[0].validate_python(value, context=RECEIVING)
            except ValidationError as error:
                problem = Problem.of(error, value)
        self.is_whole = False
        for detail in problem.leaves(place):
            self._report(detail)
        return value

    def _collection(
        self, annotation: Any, value: list[Any] | dict[str, Any], place: str, problem: Problem
    ) -> list[Any] | dict[str, Any]:
        if isinstance(value, list):
            return self._items(annotation, range(len(value)), value, place, problem)
        values = self._items(annotation, list(value), list(value.values()), place, problem)
        return dict(zip(value, values, strict=True))

    def _items(
        self,
        annotation: Any,
        keys: Sequence[int | str],
        values: list[Any],
        place: str,
        problem: Problem,
    ) -> list[Any]:
        """Return the values of an array or a mapping. Valid values are validated by the hundred."""
        validator = _validators(annotation)[1]
        results: list[Any] = []
        for start in range(0, len(values), _CHUNK):
            if self._budget.is_spent:
                return self._unread([*results, *values[start:]])  # type: ignore[no-any-return]
            chunk = slice(start, start + _CHUNK)
            chunk_keys, chunk_values = keys[chunk], values[chunk]
            try:
                if self._is_plain(chunk_keys, chunk_values, problem):
                    results += validator.validate_python(chunk_values, context=RECEIVING)
                    continue
            except ValidationError:
                pass
            for key, value in zip(chunk_keys, chunk_values, strict=True):
                where = place + pointer(key)
                results.append(self._item(annotation, value, where, problem.inside.get(key)))
        return results

    def _is_plain(self, keys: Sequence[int | str], values: list[Any], problem: Problem) -> bool:
        """Return whether items are small, and have no known problem."""
        return problem.inside.keys().isdisjoint(keys) and self._large.isdisjoint(map(id, values))

    def _is_given_up(self, value: Any) -> bool:
        """Return whether an object or array is not looked at, after too many problems."""
        return self._budget.is_spent and isinstance(value, dict | list)

    def _unread(self, value: Any) -> Any:
        """Return a value as received, after too many problems."""
        self.is_whole = False
        if not self.details or self.details[-1] != _UNLISTED:
            self.details.append(_UNLISTED)
        return value

    def _report(self, detail: Detail) -> None:
        if len(self.details) < MOST_PROBLEMS:
            self.details.append(detail)
        elif self.details[-1] != _UNLISTED:
            self.details.append(_UNLISTED)


def _count(value: Any, large: set[int]) -> int:
    """Return the number of values in a value; add the ids of the large objects and arrays in it to `large`."""
    size = len(value)
    for item in value.values() if type(value) is dict else value:
        if item and (type(item) is dict or type(item) is list):
            size += _count(item, large)
    if size > _LARGE:
        large.add(id(value))
    return size


@lru_cache(maxsize=256)
def _validators(annotation: Any) -> tuple[Any, Any]:
    """Return the validators of an annotation, and of lists of it."""
    items: Any = GenericAlias(list, annotation)
    return TypeAdapter(annotation).validator, TypeAdapter(items).validator


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _options(annotation: Any, value: Any) -> Iterator[Any]:
    """Yield the types that a value may have; of a union with a selection, the selected options."""
    if hasattr(annotation, "__value__"):
        yield from _options(annotation.__value__, value)
    elif get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        for option in _selected(inner, marks, value):
            yield from _options(option, value)
    elif (
        _is_model(annotation) or not get_args(annotation) or get_origin(annotation) in (list, dict)
    ):
        yield annotation
    else:
        for option in get_args(annotation):
            yield from _options(option, value)


def _selected(union: Any, marks: list[Any], value: Any) -> list[Any]:
    for mark in marks:
        if isinstance(mark, Tagged):
            return mark.named(union, value)
        if isinstance(mark, ByShape):
            return mark.choice(union).best(value)
    return [union]


def missing_fields(model: BaseModel) -> list[str]:
    """Return the required fields that a model lacks; models inside are not searched."""
    return [name for name in _required(type(model)) if name not in model.__dict__]


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
