"""Constraints of received values: described by annotations, asserted on demand, and no work for a reader."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from types import UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    Unpack,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from ..errors import Detail
from ..json_pointer import pointer, tokens
from ..lazy_imports import bring
from ..representation import safe_repr
from .constraints import problems
from .problems import IMPLIED

_ModelT = TypeVar("_ModelT", bound=BaseModel)


class Described:
    """Constraints of a received value, as JSON Schema: `Annotated[str, Described({"maxLength": 32})]`.

    The constraints are part of the model's JSON Schema. Only `misfits` and `strict=True` assert them.
    """

    __slots__ = ("schema",)

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    @safe_repr
    def __repr__(self) -> str:
        return f"Described({self.schema!r})"

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        described = handler(schema)
        if "$ref" in described or not described.keys().isdisjoint(self.schema):
            return {"allOf": [described, self.schema]}
        return {**described, **self.schema}


_T = TypeVar("_T")


class _Tolerant:
    """Marks a type that is not asserted. JSON Schema has the type alone."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        described: dict[str, Any] = handler(schema)
        return {**described, "anyOf": [each for each in described["anyOf"] if each != {}]}


Tolerant = Annotated[_T | Any, _Tolerant]
"""A value that is described as a type, and accepted as anything."""


class _Implied:
    """Core schema of an `Implied`. Values of the type are read without Python."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        json_types = (list, tuple) if get_origin(source) in (list, tuple) else (dict, BaseModel)

        def of_other_type(value: Any) -> Any:
            if isinstance(value, json_types):
                raise PydanticCustomError(IMPLIED, "Input should be of the described type")
            return value

        rest = core_schema.no_info_after_validator_function(of_other_type, core_schema.any_schema())
        return core_schema.union_schema([handler(source), rest], mode="left_to_right")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(cast("Any", schema)["choices"][0])


Implied = Annotated[_T, _Implied]
"""A type that `items` or `properties` imply and `type` does not state: values of other JSON types are received too."""


def misfits(value: object, annotation: Any = Any, place: str = "") -> Iterator[Detail]:
    """Yield the described constraints that a received value, or a value in it, does not satisfy.

    Args:
        value: A model, or a value of a field.
        annotation: The annotation of the value.
        place: JSON Pointer to the value.
    """
    if value is None:
        return
    type_, marks = _unwrapped(annotation)
    for mark in marks:
        if isinstance(mark, Described):
            yield from (Detail(place, problem) for problem in problems(mark.schema, value))
    if isinstance(value, BaseModel):
        yield from _misfits_of_model(value, place)
        return
    if get_origin(type_) in (Union, UnionType):
        yield from _misfits_of_option(value, _options(type_, marks), place)
    elif isinstance(value, list | tuple):
        for index, (item, inner) in enumerate(zip(value, _item_types(type_), strict=False)):
            yield from misfits(item, inner, place + pointer(index))
    elif isinstance(value, dict):
        inner = get_args(type_)[-1] if get_origin(type_) is dict else Any
        for key, item in value.items():
            yield from misfits(item, inner, place + pointer(str(key)))


def _misfits_of_model(model: BaseModel, place: str) -> Iterator[Detail]:
    for base in type(model).__mro__:
        for problem in problems(vars(base).get("__described__", {}), model):
            yield Detail(place, problem)
    for name, field in type(model).__pydantic_fields__.items():
        if name in model.__dict__:
            annotation: Any = Annotated[(field.annotation, *field.metadata, "")]
            inner = place + pointer(field.alias or name)
            yield from misfits(model.__dict__[name], annotation, inner)
    if model.model_extra:
        hints = get_type_hints(type(model), include_extras=True)
        _, annotation = get_args(hints.get("__pydantic_extra__", dict[str, Any]))
        for name, item in model.model_extra.items():
            yield from misfits(item, annotation, place + pointer(name))


def _misfits_of_option(value: object, options: list[Any], place: str) -> Iterator[Detail]:
    """Yield the misfits of the first option of the value's type; none if the value fits an option."""
    readings = [
        list(misfits(value, option, place)) for option in options if _is_of_type(value, option)
    ]
    if all(readings):
        yield from chain.from_iterable(readings[:1])


def _options(union: Any, marks: list[Any]) -> list[Any]:
    """Return the options of a union; of a `Tolerant`, those that are described."""
    return [option for option in get_args(union) if option is not Any or _Tolerant not in marks]


def _unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """Return the type and the metadata of an annotation."""
    type_, marks = _alias_value(annotation), []
    while get_origin(type_) is Annotated:
        inner, *metadata = get_args(type_)
        type_ = _alias_value(inner)
        marks += metadata
    return type_, marks


def _alias_value(annotation: Any) -> Any:
    """Return the type of a recursive alias; any other annotation is unchanged."""
    if not hasattr(annotation, "__value__"):
        return annotation
    expression = annotation.__value__
    if not isinstance(expression, str):
        return expression
    module = sys.modules[annotation.__module__]
    bring(module, expression)
    return eval(f"({expression})", vars(module))  # noqa: S307 - text of the module's own


def _item_types(type_: Any) -> Iterator[Any]:
    """Return the types of the items of a list or tuple, without an end."""
    arguments = get_args(type_)
    if get_origin(type_) is list:
        return repeat(arguments[0])
    *first, rest = arguments or (Any,)
    unpacked = get_args(rest)[0] if get_origin(rest) is Unpack else rest
    if unpacked is not rest or getattr(rest, "__unpacked__", False):
        return chain(first, repeat(get_args(unpacked)[0]))
    return chain(arguments, repeat(Any))


def _is_of_type(value: object, option: Any) -> bool:
    type_, _ = _unwrapped(option)
    origin = get_origin(type_)
    if type_ is Any:
        return True
    if origin in (Union, UnionType):
        return any(_is_of_type(value, inner) for inner in get_args(type_))
    if origin is Literal:
        return value in get_args(type_)
    python_type = origin or type_
    if isinstance(value, bool):
        return python_type is bool
    return isinstance(python_type, type) and isinstance(
        value, (int, float) if python_type is float else python_type
    )


def refuse_misfits(value: _ModelT) -> _ModelT:
    """Return a model. Raises ValidationError if it breaks constraints that its document describes."""
    details = list(misfits(value))
    if not details:
        return value
    raise ValidationError.from_exception_data(
        type(value).__name__,
        [
            InitErrorDetails(
                type=PydanticCustomError("json_schema", "{problem}", {"problem": detail.problem}),
                loc=tokens(detail.where),
                input=None,
            )
            for detail in details
        ],
        hide_input=True,
    )
