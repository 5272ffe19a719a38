"""Unions whose options are selected by the value of one property, the tag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Unpack, get_args, get_origin, get_type_hints

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from .properties import field_name, literal_values, property_value

_UNKNOWN = "\x00unknown"


class Tagged:
    """Marks a union: `Annotated[Cat | Dog | Unknown, Tagged("type")]`.

    The option whose property holds the received value is the one that is read, so that an error speaks of that option
    alone. The option without a value of its own (`Unknown`) takes every other value.

    Args:
        name: Wire name of the property.
        tags: Values of each option in turn, if the options have no constants of their own; [] for an option that has.
    """

    def __init__(self, name: str, *tags: Sequence[str]) -> None:
        self.name = name
        self.tags = tags

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        choices: dict[Any, CoreSchema] = {}
        for option, tags in self._options(source):
            schema = handler.generate_schema(option)
            for tag in tags or [_UNKNOWN]:
                choices[tag] = schema
        return core_schema.tagged_union_schema(choices, discriminator=self._reader(set(choices)))

    def named(self, union: Any, value: Any) -> list[Any]:
        """Return the options of a value's tag; without a known tag, the option that has no tag (`Unknown`)."""
        choices = [
            (tag, option) for option, tags in self._options(union) for tag in tags or [_UNKNOWN]
        ]
        tag = self._reader({tag for tag, _ in choices})(value)
        return [option for option_tag, option in choices if option_tag == tag]

    def _options(self, union: Any) -> Iterator[tuple[Any, Sequence[Any]]]:
        """Yield the options of a union with their tags."""
        for option, tags in zip_longest(get_args(union), self.tags, fillvalue=()):
            yield option, tags or self._tags(option)

    def _tags(self, option: Any) -> list[Any]:
        """Return the tags of an option: a model's, or those of every option of a nested union."""
        if not (isinstance(option, type) and issubclass(option, BaseModel)):
            return [tag for inner in get_args(option) for tag in self._tags(inner)]
        name = field_name(option, self.name)
        return [] if name is None else list(literal_values(get_type_hints(option).get(name)))

    def _reader(self, known: set[Any]) -> Callable[[Any], Any]:
        def read(value: Any) -> Any:
            tag = _tag(value, self.name)
            return tag if isinstance(tag, str | int) and tag in known else _UNKNOWN

        return read


class Variadic:
    """Marks `tuple[A, B, *tuple[C, ...]]`, which pydantic does not support: any number of `C` at the end."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        *first, rest = get_args(source)
        unpacked = get_args(rest)[0] if get_origin(rest) is Unpack else rest
        items = [*first, get_args(unpacked)[0]]
        return core_schema.tuple_schema(
            [handler.generate_schema(item) for item in items], variadic_item_index=len(first)
        )


def _tag(value: Any, wire: str) -> Any:
    """Return the value of the tag's property in plain data, a model, or an object with attributes."""
    if isinstance(value, dict):
        tag = value.get(wire)
    elif isinstance(value, BaseModel):
        tag = property_value(value, wire)
    else:
        tag = getattr(value, wire, None)
    return getattr(tag, "value", tag)
