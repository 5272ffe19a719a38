"""Deferred models: the names in their annotations are imported when a model is first built."""

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
    """Number of models, one inside the next, that this thread is building."""

    depth = 0


_nesting = _Nesting()

_COMPLETED = "completed"
"""In a core schema's metadata: the class that completed it."""


def _make_room(depth: int) -> None:
    """Raise the recursion limit: models that refer to each other are built inside each other, hundreds deep."""
    if depth % 16 == 0 and depth <= _DEEPEST:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _LIMIT + _FRAMES * (depth + 16)))


def _bring_names(model: type[BaseModel]) -> None:
    """Import the names of a model's annotations into the modules where pydantic and typing look them up.

    Pydantic resolves inherited fields in the subclass's module, typing in the base's.
    """
    own_module = sys.modules.get(model.__module__)
    if own_module is None or model.__pydantic_fields_complete__:
        return
    for base in model.__mro__:
        if not base.__module__.startswith(GENERATED) or not (texts := _texts(base)):
            continue
        module, expression = sys.modules[base.__module__], ", ".join(texts)
        bring(module, expression)
        if module is not own_module:
            bring(own_module, expression, module)


def _texts(model: type[Any]) -> list[str]:
    return [text for text in get_annotations(model).values() if isinstance(text, str)]


class DeferredModel(BaseModel):
    """Base that imports the names in its annotations before pydantic resolves them.

    Pydantic builds a model when it is first used (`defer_build`), alone or as part of another model; both paths call
    this class.
    """

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Build the generated base of a user's subclass, so that the user's names cannot replace the base's."""
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
        """Build the model, as pydantic's method, without the local variables of the caller."""
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
        """Return the completed core schema under the reference of the original, so that all references reach it."""
        original = cast("dict[str, Any]", schema)
        if original.get("metadata", {}).get(_COMPLETED) is cls:
            return schema
        completed = cast("dict[str, Any]", cls._completed(schema))
        if completed is not original:
            completed["metadata"] = {**(completed.get("metadata") or {}), _COMPLETED: cls}
            if "ref" in original:
                completed["ref"] = original.pop("ref")
        return cast("CoreSchema", completed)

    @classmethod
    def _completed(cls, schema: CoreSchema) -> CoreSchema:
        """Return the core schema with the class's further assertions."""
        return schema


class DeferredModels(Mapping[str, type[Any] | tuple[type[Any], ...]]):
    """Models by key, such as an event type; each is imported when it is first looked up.

    `module` has the models as attributes; `names`: key → attribute, or several.
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
        """Return the names of a key's models without an import."""
        names = self._names[key]
        return names if isinstance(names, tuple) else (names,)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
