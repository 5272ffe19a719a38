"""Keys of dictionaries that a document does not declare.

A dictionary in an argument has the keys of its TypedDict: another key is a misspelling, or the name of a field instead
of a property. A model carries further properties, since its class says what it is.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from inspect import get_annotations
from typing import Any

from pydantic import BaseModel

from ..errors import Detail
from ..json_pointer import pointer
from ..omit import OMIT
from .deferred import DeferredModel
from .properties import property_value, wire_names

_SCALARS = frozenset({str, int, float, bool, type(None)})


def undeclared(source: object, sent: object, where: str) -> Iterator[Detail]:
    """Yield the undeclared keys of the dictionaries in an argument.

    Args:
        source: The argument.
        sent: The argument after validation: models in place of dictionaries.
        where: The place of the argument.
    """
    if isinstance(source, Mapping):
        yield from _of_mapping(source, sent, where)
    elif isinstance(source, (list, tuple)) and isinstance(sent, Sequence):
        items = [item for item in source if item is not OMIT]
        for index, (item, validated) in enumerate(zip(items, sent, strict=False)):
            yield from undeclared(item, validated, where + pointer(index))


def _of_mapping(source: Mapping[Any, Any], sent: object, where: str) -> Iterator[Detail]:
    if isinstance(sent, DeferredModel) and sent.model_extra and not _takes_further(type(sent)):
        for key in source:
            if key in sent.model_extra:
                yield Detail(where, _problem(str(key), type(sent)))
    for key, item in source.items():
        if type(item) in _SCALARS or item is OMIT:
            continue
        inner = where + pointer(str(key))
        if isinstance(sent, BaseModel):
            yield from undeclared(item, property_value(sent, str(key)), inner)
        elif isinstance(sent, Mapping):
            yield from undeclared(item, sent.get(key), inner)


def _takes_further(model: type[DeferredModel]) -> bool:
    """Return whether a document mentions properties beside those that it lists, or lists none."""
    bases = model.__mro__[: model.__mro__.index(DeferredModel)]
    return not model.__pydantic_fields__ or any(
        "__pydantic_extra__" in get_annotations(base) or "__assertions__" in vars(base)
        for base in bases
    )


def _problem(key: str, model: type[DeferredModel]) -> str:
    names = wire_names(model)
    similar = [names[key]] if key in names else difflib.get_close_matches(key, names.values(), n=1)
    hint = f"; is {similar[0]!r} meant?" if similar else ""
    return f"{key!r} is no property of {model.__name__}{hint}"
