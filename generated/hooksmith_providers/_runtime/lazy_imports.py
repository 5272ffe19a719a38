"""Lazy imports of packages (PEP 562), and lazy evaluation of aliases that are text.

Modules of models import each other for type checkers alone. The names of an annotation or alias are imported into its
module when they are needed, so that a model costs its own modules, and modules may depend on each other.
"""

from __future__ import annotations

import builtins
import sys
import threading
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any


def lazy(
    package: str, exports: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` for a package.

    Args:
        package: The dotted name of the package.
        exports: Relative module → the public names that it defines.
    """
    modules = {name: module for module, names in exports.items() for name in names}

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = evaluated(import_module(modules[name], package), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return get, names, sorted(modules)


_EVALUATING = threading.RLock()
"""An alias that leads back to itself counts as evaluated from the start, which other threads must not see."""


def evaluated(module: ModuleType, name: str) -> Any:
    """Return the value of `name` in `module`; an alias that is text (PEP 613) is evaluated to its type."""
    with _EVALUATING:
        value = getattr(module, name)
        annotations = getattr(module, "__annotations__", {})
        if isinstance(value, str) and annotations.get(name) == "TypeAlias":
            bring(module, value)
            value = eval(f"({value})", vars(module))  # noqa: S307 - text of the module's own
            setattr(module, name, value)
        elif isinstance(expression := getattr(value, "__value__", None), str):
            _bring_once(module, name, expression)
        return value


def _bring_once(module: ModuleType, name: str, expression: str) -> None:
    """Import the names of a recursive alias, which stays text."""
    done = vars(module).setdefault("_brought", set())
    if name not in done:
        done.add(name)
        bring(module, expression)


def bring(module: ModuleType, expression: str, source: ModuleType | None = None) -> None:
    """Import the names of `expression` that `module` lacks, from `source` or from the package around the module."""
    package = source or sys.modules.get(module.__package__ or "")
    for name in compile(f"({expression})", module.__name__, "eval").co_names:
        if name in vars(module):
            evaluated(module, name)
        elif package is not None and hasattr(package, name):
            setattr(module, name, getattr(package, name))


class DeferredAnnotations(dict[str, Any]):
    """Annotations of a method: the names in them are imported when the annotations are first read.

    A resource's module imports models and TypedDicts for type checkers alone. `typing.get_type_hints`,
    `inspect.signature` and pydantic iterate over annotations before they evaluate them in the method's module.
    """

    def __init__(self, method: FunctionType) -> None:
        super().__init__(method.__annotations__)
        self._module = method.__globals__

    def __iter__(self) -> Iterator[str]:
        self._bring()
        return super().__iter__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        self._bring()
        return super().keys()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        self._bring()
        return super().values()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        self._bring()
        return super().items()

    def _bring(self) -> None:
        module, package = self._module, self._module["__package__"]
        models = import_module("..models", package)
        for text in super().values():
            for name in compile(text, module["__name__"], "eval").co_names:
                if name in module:
                    continue
                if hasattr(models, name):
                    module[name] = getattr(models, name)
                elif not hasattr(builtins, name):
                    # The module imports a TypedDict with an underscore if a model has its name.
                    params = import_module("..params", package)
                    module[name] = getattr(params, name.removeprefix("_"))


def defer_annotations(methods: Mapping[str, Any]) -> None:
    """Defer the imports of the names in the annotations of a class's methods."""
    for method in methods.values():
        if isinstance(method, FunctionType):
            method.__annotations__ = DeferredAnnotations(method)
