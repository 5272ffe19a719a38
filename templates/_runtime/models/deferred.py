"""Models whose annotations name what other modules define: brought in when a model is first built, see `lazy`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from inspect import get_annotations
from typing import Any, cast

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from ..lazy_imports import bring

GENERATED = __name__.partition("_runtime")[0]
"""What the names of generated modules begin with; heirs of generated classes may be defined elsewhere."""


_LIMIT = sys.getrecursionlimit()
_FRAMES = 20
"""What pydantic takes of the stack to build a model within another; 16 with pydantic 2.14."""
_DEEPEST = 400


class _Nesting(threading.local):
    """How many models within one another this thread is building."""

    depth = 0


_nesting = _Nesting()

_COMPLETED = "completed"
"""In a core schema's metadata: the class that completed it."""


def _make_room(depth: int) -> None:
    """Models that need one another are built within one another, and a large API has hundreds of them."""
    if depth % 16 == 0 and depth <= _DEEPEST:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _LIMIT + _FRAMES * (depth + 16)))


def _bring_names(model: type[BaseModel]) -> None:
    """Pydantic looks up the names of inherited fields where the heir is defined, and typing where the base is."""
    home = sys.modules.get(model.__module__)
    if home is None or model.__pydantic_fields_complete__:
        return
    for base in model.__mro__:
        if not base.__module__.startswith(GENERATED) or not (texts := _texts(base)):
            continue
        module, expression = sys.modules[base.__module__], ", ".join(texts)
        bring(module, expression)
        if module is not home:
            bring(home, expression, module)


def _texts(model: type[Any]) -> list[str]:
    return [text for text in get_annotations(model).values() if isinstance(text, str)]


class DeferredModel(BaseModel):
    """Looks up the names in its annotations before pydantic does.

    Pydantic builds a model when it is first used (`defer_build`), alone or as a part of another: both ways lead here.
    """

    def __init_subclass__(cls, **arguments: Any) -> None:
        """A user's heir finds its base complete, so that names of the user's own cannot stand for the base's."""
        super().__init_subclass__(**arguments)
        if not cls.__module__.startswith(GENERATED):
            for base in cls.__bases__:
                if issubclass(base, BaseModel) and not base.__pydantic_fields_complete__:
                    base.model_rebuild()

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """As pydantic's, but the local variables of whoever uses the model first are none of its business."""
        _bring_names(cls)
        return super().model_rebuild(
            force=force,
            raise_errors=raise_errors,
            _parent_namespace_depth=0,
            _types_namespace=_types_namespace,
        )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        _bring_names(cls)
        _nesting.depth += 1
        try:
            _make_room(_nesting.depth)
            return cls._complete_once(handler(source))
        finally:
            _nesting.depth -= 1

    @classmethod
    def _complete_once(cls, schema: CoreSchema) -> CoreSchema:
        """The core schema, completed, under the name by which models refer to it: all must mean what is completed."""
        stated = cast("dict[str, Any]", schema)
        if stated.get("metadata", {}).get(_COMPLETED) is cls:
            return schema
        found = cast("dict[str, Any]", cls._completed(schema))
        if found is not stated:
            found["metadata"] = {**(found.get("metadata") or {}), _COMPLETED: cls}
            if "ref" in stated:
                found["ref"] = stated.pop("ref")
        return cast("CoreSchema", found)

    @classmethod
    def _completed(cls, schema: CoreSchema) -> CoreSchema:
        """The core schema with what else is asked of the model."""
        return schema


class DeferredModels(Mapping[str, type[Any] | tuple[type[Any], ...]]):
    """Models by a key, such as an event's type, each imported when it is first asked for.

    `module` has them as attributes; `names` is key → name, or several.
    """

    def __init__(self, module: str, names: Mapping[str, str | tuple[str, ...]]) -> None:
        self._module = module
        self._names = names

    def __getitem__(self, key: str) -> type[Any] | tuple[type[Any], ...]:
        names, module = self._names[key], sys.modules[self._module]
        if isinstance(names, tuple):
            return tuple(getattr(module, name) for name in names)
        model: type[Any] = getattr(module, names)
        return model

    def names(self, key: str) -> tuple[str, ...]:
        """The names of the models of a key, without importing them."""
        found = self._names[key]
        return found if isinstance(found, tuple) else (found,)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
