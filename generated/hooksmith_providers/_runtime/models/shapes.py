"""Selection of a union's option by the shape of a value: its JSON type, its properties, and their types.

Pydantic validates a value against every option of a union. If options contain the union again, the work multiplies with
each level of the value. A `ByShape` union validates against the selected option alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache, cached_property
from itertools import islice
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

_LEVELS = 5
"""Levels of a value that are compared, if the levels above fit several options equally well."""

_SAMPLE = 3
"""Items of an array, or of an object without declared properties, that are compared."""

_FEW = 8
"""Properties of an object whose selection is remembered."""

_MOST_KNOWN = 1000
"""Remembered selections of a union."""

_JSON_TYPES: Mapping[type[Any], str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_NUMBERS = frozenset({"integer", "number"})
_DATES = frozenset({"integer", "number", "string"})
_SCALARS: Mapping[Any, frozenset[str]] = {
    None: frozenset({"null"}),
    type(None): frozenset({"null"}),
    bool: frozenset({"boolean"}),
    int: frozenset({"integer"}),
    float: _NUMBERS,
    str: frozenset({"string"}),
    bytes: frozenset({"string"}),
    datetime.date: _DATES,
    datetime.datetime: _DATES,
}

Fit = tuple[int, int]
"""Number of misfits, and the negative number of matches: the least is the best fit."""

_NEUTRAL: Fit = (0, 0)
_MISFIT: Fit = (1, 0)


class ByShape:
    """Marks a union: `Annotated[Cat | Dog, ByShape()]`; a value is read as the option that fits best.

    An object fits an option by its required properties, its constants and the JSON types of its properties. Of options
    that fit equally well, the option that declares more of the properties is read; then the first.
    """

    def __init__(self) -> None:
        self._choice: Choice | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        choice = self.choice(source)
        schemas = [handler.generate_schema(option) for option in choice.options]
        choices = {_tag(index): schema for index, schema in enumerate(schemas)}
        every = core_schema.union_schema(list(schemas))
        return core_schema.tagged_union_schema({**choices, "": every}, discriminator=choice.tag)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        union: Any = schema
        return handler(union["choices"][""])

    def choice(self, union: Any) -> Choice:
        """Return the choice between the options of the marked union."""
        options = get_args(union)
        if self._choice is None or self._choice.options != options:
            self._choice = Choice(options)
        return self._choice


class Choice:
    """Choice between the options of a union."""

    def __init__(self, options: tuple[Any, ...]) -> None:
        self.options = options
        self._names: dict[tuple[int, ...], list[str]] = {}
        self._known: dict[tuple[Any, ...], list[int]] = {}
        """Properties and their types, of small objects → the options that fit best."""
        self._tags = {option: _tag(at) for at, option in enumerate(options) if _is_model(option)}

    @cached_property
    def _shapes(self) -> list[Shape]:
        """The shapes of the options; models may be incomplete until the first value is read."""
        return [Shape(option) for option in self.options]

    def tag(self, value: Any) -> str:
        """Return the tag of the option for a value; empty for values that are neither objects nor arrays."""
        if type(value) is not dict and type(value) is not list:
            return self._tags.get(type(value), "")
        best = self._best(value)
        return _tag(best[0]) if best else ""

    def best(self, value: Any) -> list[Any]:
        """Return the options that fit an object or an array best; several if its shape fits them equally.

        Empty if no option takes a value of this JSON type.
        """
        return [self.options[index] for index in self._best(value)]

    def _best(self, value: Any) -> list[int]:
        if type(value) is list or len(value) > _FEW:
            return self._compare(value)[0]
        signature = (*value, *map(type, value.values()))
        best = self._known.get(signature)
        if best is None:
            best, is_typical = self._compare(value)
            if is_typical and len(self._known) < _MOST_KNOWN:
                self._known[signature] = best
        return best

    def _compare(self, value: Any) -> tuple[list[int], bool]:
        """Return the options that fit best; and whether they do for all values of these properties and JSON types."""
        json_type = _JSON_TYPES[type(value)]
        best = [index for index, shape in enumerate(self._shapes) if shape.takes(json_type)]
        is_typical = json_type == "object" and self._constant_names.isdisjoint(value)
        for levels in range(1, _LEVELS + 1):
            if len(best) < 2:
                break
            if levels == 1 or json_type == "array":
                fits = [self._shapes[index].fit(value, levels) for index in best]
            elif part := self._differing(tuple(best), value):
                fits = [self._shapes[index].fit_part(part, levels) for index in best]
                is_typical = False
            else:
                break
            least = min(fits)
            best = [index for index, fit in zip(best, fits, strict=True) if fit == least]
        return best, is_typical

    @cached_property
    def _constant_names(self) -> set[str]:
        """The properties that have constants in an option."""
        return {name for shape in self._shapes for name in shape.names(with_constants=True)}

    def _differing(self, best: tuple[int, ...], value: dict[str, Any]) -> dict[str, Any]:
        """Return the objects and arrays in a value for which some of the best options have different types."""
        names = self._names.get(best)
        if names is None:
            shapes = [self._shapes[index] for index in best]
            names = self._names[best] = _different_names(shapes)
        return {
            name: value[name]
            for name in names
            if name in value and type(value[name]) in (dict, list)
        }


@cache
def choice_of(options: tuple[type[Any], ...]) -> Choice:
    """Return the choice between classes."""
    return Choice(options)


def _tag(index: int) -> str:
    return f"<{index}>"


def _different_names(shapes: list[Shape]) -> list[str]:
    """Return the properties that all shapes declare, with different types."""
    types = {name: [shape.types_of(name) for shape in shapes] for name in shapes[0].names()}
    return [
        name for name, each in types.items() if all(each) and any(one != each[0] for one in each)
    ]


class Shape:
    """JSON types, constants, models and item types that an annotation accepts.

    A value of an annotation without a shape (`Any`) fits, but matches nothing.
    """

    def __init__(self, annotation: Any) -> None:
        self._types: set[str] = set()
        """JSON types of which every value is accepted."""
        self._constants: set[Any] = set()
        self._models: list[type[BaseModel]] = []
        self._items: dict[str, list[Any]] = {"array": [], "object": []}
        """JSON type → annotations of the items of lists, or of the values of mappings."""
        self._is_open = False
        for leaf in _leaves(annotation):
            self._add(leaf)

    def _add(self, leaf: Any) -> None:
        origin = get_origin(leaf) or leaf
        if origin in _SCALARS:
            self._types |= _SCALARS[origin]
        elif origin is Literal:
            self._constants.update(get_args(leaf))
        elif isinstance(leaf, type) and issubclass(leaf, Enum):
            self._constants.update(member.value for member in leaf)
        elif _is_model(leaf):
            self._types.add("object")
            self._models.append(leaf)
        elif origin in (list, tuple, dict):
            json_type = "object" if origin is dict else "array"
            self._types.add(json_type)
            self._items[json_type] += get_args(leaf)[-1:]
        else:
            self._is_open = True

    @property
    def has_constants(self) -> bool:
        """Whether a value itself, not its type alone, decides how well it fits."""
        return bool(self._constants)

    def takes(self, json_type: str) -> bool:
        """Return whether values of a JSON type may fit."""
        return self._is_open or json_type in self._types

    def names(self, *, with_constants: bool = False) -> Iterator[str]:
        """Yield the properties that the models declare; `with_constants`: those with constants alone."""
        for model in self._models:
            for name, field in _ModelShape.of(model).fields.items():
                if field.shape.has_constants or not with_constants:
                    yield name

    def types_of(self, name: str) -> list[Any]:
        """Return the types of a property, but null, in each model that declares it."""
        models = [_ModelShape.of(model).fields for model in self._models]
        return [fields[name].types for fields in models if name in fields]

    def fit(self, value: Any, levels: int) -> Fit:
        """Return how well a value fits; `levels`: the levels of objects and arrays that are compared."""
        json_type = _JSON_TYPES.get(type(value))
        if json_type is None:
            return _NEUTRAL
        if json_type in self._types:
            if json_type in ("object", "array"):
                return self._fit_items(json_type, value, levels) if levels else _NEUTRAL
            return (0, -1) if value in self._constants else _NEUTRAL
        if json_type not in ("object", "array") and value in self._constants:
            return 0, -1
        return _NEUTRAL if self._is_open else _MISFIT

    def _fit_items(self, json_type: str, value: Any, levels: int) -> Fit:
        """Return how well an object or array fits the best model, mapping or list."""
        models = self._models if json_type == "object" else ()
        fits = [_ModelShape.of(model).fit(value, levels - 1) for model in models]
        items = value.values() if json_type == "object" else value
        for shape in self._item_shapes[json_type]:
            samples = [shape.fit(item, levels - 1) for item in islice(items, _SAMPLE)]
            fits.append((sum(misses for misses, _ in samples), sum(hits for _, hits in samples)))
        return min(fits, default=_NEUTRAL)

    def fit_part(self, part: Mapping[str, Any], levels: int) -> Fit:
        """Return how well some properties of an object fit the best model."""
        fits = (_ModelShape.of(model).fit_part(part, levels - 1) for model in self._models)
        return min(fits, default=_NEUTRAL)

    @cached_property
    def _item_shapes(self) -> dict[str, list[Shape]]:
        return {key: [Shape(each) for each in items] for key, items in self._items.items()}


class _FieldShape:
    """Shape of a model's field."""

    def __init__(self, info: FieldInfo) -> None:
        self.types = [leaf for leaf in _leaves(info.annotation) if leaf not in (None, type(None))]
        self.is_required = info.is_required()
        self.shape = Shape(info.annotation)

    def fit(self, value: Any, levels: int) -> Fit:
        """Return how well a property fits. Null fits an optional property."""
        return _NEUTRAL if value is None and not self.is_required else self.shape.fit(value, levels)


class _ModelShape:
    """Shapes of a model's fields, by wire name and by field name."""

    def __init__(self, model: type[BaseModel]) -> None:
        model.model_rebuild()
        self.fields: dict[str, _FieldShape] = {}
        self._required: list[tuple[str, str]] = []
        for name, info in model.model_fields.items():
            field, wire = _FieldShape(info), info.alias or name
            self.fields[name] = self.fields[wire] = field
            if field.is_required:
                self._required.append((wire, name))

    @classmethod
    def of(cls, model: type[BaseModel]) -> _ModelShape:
        """Return the shape of a model."""
        return _model_shape(model)

    def fit(self, value: Mapping[str, Any], levels: int) -> Fit:
        """Return how well an object fits: each declared property that it has is a match."""
        misses, hits = self.fit_part(value, levels)
        lacks = sum(wire not in value and name not in value for wire, name in self._required)
        return misses + lacks, hits

    def fit_part(self, part: Mapping[str, Any], levels: int) -> Fit:
        """Return how well some properties of an object fit."""
        misses = hits = 0
        for name, item in part.items():
            field = self.fields.get(name)
            if field is not None:
                missed, matched = field.fit(item, levels)
                misses += missed
                hits += matched - 1
        return misses, hits


@cache
def _model_shape(model: type[BaseModel]) -> _ModelShape:
    return _ModelShape(model)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _leaves(annotation: Any) -> Iterator[Any]:
    """Yield the options of an annotation, without aliases, metadata and unions."""
    if hasattr(annotation, "__value__"):
        yield from _leaves(annotation.__value__)
    elif get_origin(annotation) is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif _is_union(annotation):
        for option in get_args(annotation):
            yield from _leaves(option)
    else:
        yield annotation


def _is_union(annotation: Any) -> bool:
    return bool(get_args(annotation)) and get_origin(annotation) not in (
        Literal,
        list,
        tuple,
        dict,
    )
