"""Changes of examples: values at dotted paths, which the event's model must have, and new ids."""

from __future__ import annotations

import difflib
import inspect
import secrets
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, get_args, get_origin

from ..models.base import Model
from ..models.properties import field_name

_ALPHABETS = (
    "0123456789",
    "0123456789abcdef",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
)
_NEW_CHARACTERS = 10
_FEWEST_CHARACTERS = 8
"""Fewer random characters would repeat."""


def change(data: dict[str, Any], path: str, value: Any, models: Iterable[Any] = (Any,)) -> None:
    """Set a value at a dotted path (`data.email`, `data.domains.0`); absent objects that the model has are created.

    Args:
        data: The event as plain data.
        path: The names of properties and the indices of items, joined by full stops.
        value: The new value.
        models: The classes that the event may have; every path is accepted of `Any`.

    Raises:
        KeyError: Neither the models nor the data have the path, or it leads through a scalar or out of an array.
    """
    *parents, last = path.split(".")
    parent: Any = data
    options = tuple(models)
    for position, name in enumerate(parents):
        options = _inner_options(options, parent, path, position)
        if isinstance(parent, dict) and parent.get(name) is None:
            parent[name] = {}
        parent = _item(parent, name, path)
    _inner_options(options, parent, path, len(parents))
    _item(parent, last, path, is_last=True)
    if isinstance(parent, dict):
        parent[last] = value
    else:
        parent[int(last)] = value


def _item(parent: Any, name: str, path: str, *, is_last: bool = False) -> Any:
    if isinstance(parent, dict):
        return None if is_last else parent[name]
    if isinstance(parent, list) and name.isdecimal() and int(name) < len(parent):
        return parent[int(name)]
    raise KeyError(f"{path}: there is no such place in the example")


def _inner_options(
    options: tuple[Any, ...], parent: Any, path: str, position: int
) -> tuple[Any, ...]:
    """Return the types at a part of a path; raises KeyError with a hint if the types of its parent lack it."""
    tokens = path.split(".")
    name = tokens[position]
    known: list[str] = []
    inner: list[Any] = []
    for option in (each for outer in options for each in _flat(outer)):
        names = _names(option)
        known += names or ()
        if names is None or name in names:
            inner.append(_inner(option, name))
    if inner:
        return tuple(inner)
    if isinstance(parent, dict) and name in parent:
        return (Any,)
    close = difflib.get_close_matches(
        name, [*known, *(parent if isinstance(parent, dict) else ())], n=1
    )
    hint = (
        f"; did you mean {'.'.join([*tokens[:position], close[0], *tokens[position + 1 :]])!r}?"
        if close
        else ""
    )
    raise KeyError(f"{path}: there is no such place in the event{hint}")


def _flat(annotation: Any) -> Iterator[Any]:
    """Yield the classes and collections that an annotation admits."""
    if hasattr(annotation, "__value__"):
        yield from _flat(annotation.__value__)
    elif get_origin(annotation) is Annotated:
        yield from _flat(get_args(annotation)[0])
    elif get_args(annotation) and get_origin(annotation) not in (list, dict):
        for option in get_args(annotation):
            yield from _flat(option)
    else:
        yield annotation


def _names(option: Any) -> list[str] | None:
    """Return the wire names of an object's properties; None if every name or index is possible."""
    if _is_model(option):
        option.model_rebuild()
        fields = option.model_fields
        return (
            [info.alias or name for name, info in fields.items()]
            if fields and not _is_open(option)
            else None
        )
    is_collection = option is Any or get_origin(option) in (list, dict) or option in (list, dict)
    return None if is_collection else []


def _inner(option: Any, name: str) -> Any:
    if _is_model(option):
        field = field_name(option, name)
        return Any if field is None else option.model_fields[field].annotation
    arguments = get_args(option)
    return arguments[-1] if arguments else Any


def _is_model(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, Model)


def _is_open(model: type[Model]) -> bool:
    """Return whether the document describes further properties of a model."""
    declared = (
        str(inspect.get_annotations(base).get("__pydantic_extra__", ""))
        for base in model.__mro__
        if base is not Model and issubclass(base, Model)
    )
    return any(text and "ReceivedOnly" not in text for text in declared)


def new_id(known_id: str) -> str:
    """Return an id in the form of a known one, such as a ULID or UUID.

    Its last ten letters and digits are replaced by others of the same alphabet; a prefix with an underscore stays.
    An id of fewer than eight letters and digits becomes longer.
    """
    start = known_id.rfind("_") + 1
    positions = [
        index
        for index, char in enumerate(known_id)
        if index >= start and char.isascii() and char.isalnum()
    ][-_NEW_CHARACTERS:]
    used = {known_id[index] for index in positions}
    alphabet = next(
        (letters for letters in _ALPHABETS if used <= set(letters)), "".join(sorted(used))
    )
    chars = list(known_id)
    for index in positions:
        chars[index] = secrets.choice(alphabet)
    missing = _FEWEST_CHARACTERS - len(positions) if positions else 0
    return "".join(chars) + "".join(secrets.choice(alphabet) for _ in range(missing))
