"""The import block of a generated module, gathered while its annotations are spelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Imports:
    """What a module needs. `runtime`: the runtime's package relative to this module, such as `.._runtime`.

    `home` says which module, relative to this one, defines a definition; None: this one does. `through` is a package
    that definitions are attributes of, as where it stands and its name; then nothing else has to be imported for them.
    """

    runtime: str
    home: Callable[[str], str | None] = lambda name: None
    through: tuple[str, str] | None = None
    _names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _definitions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, module: str, name: str) -> None:
        """`from module import name`."""
        self._names[module].add(name)

    def add_runtime(self, module: str, name: str) -> None:
        """A name of the runtime."""
        self._names[f"{self.runtime}.{module}"].add(name)

    def add_definition(self, name: str) -> str:
        """A generated class, enum or alias; what it is called in this module."""
        if self.through is not None:
            self.add(*self.through)
            return f"{self.through[1]}.{name}"
        module = self.home(name)
        if module is not None:
            self._definitions[module].add(name)
        return name

    def add_base(self, name: str) -> None:
        """A generated class that one of this module extends, so that it is needed when the module is imported."""
        module = self.home(name)
        if module is not None:
            self.add(module, name)

    def block(self, *, definitions_for_types_only: bool = False) -> str:
        """The import statements, in isort's order; definitions under TYPE_CHECKING where only annotations name them."""
        names = {module: set(found) for module, found in self._names.items()}
        if not definitions_for_types_only:
            for module, found in self._definitions.items():
                names.setdefault(module, set()).update(found)
            return _grouped(names)
        rest = {
            module: found - names.get(module, set()) for module, found in self._definitions.items()
        }
        if not any(rest.values()):
            return _grouped(names)
        names.setdefault("typing", set()).add("TYPE_CHECKING")
        inner = "\n".join(
            "    " + line
            for line in _lines({module: found for module, found in rest.items() if found})
        )
        return f"{_grouped(names)}\n\nif TYPE_CHECKING:\n{inner}"


_STANDARD = ("collections", "datetime", "enum", "functools", "time", "typing", "__future__")


def _grouped(names: dict[str, set[str]]) -> str:
    groups: tuple[dict[str, set[str]], ...] = ({}, {}, {})
    for module, found in names.items():
        groups[_group(module)][module] = found
    return "\n\n".join("\n".join(_lines(group)) for group in groups if group)


def _group(module: str) -> int:
    if module.startswith("."):
        return 2
    return 0 if module.split(".")[0] in _STANDARD else 1


def _lines(names: dict[str, set[str]]) -> list[str]:
    return [
        f"from {module} import {', '.join(sorted(names[module], key=_isort))}"
        for module in sorted(names, key=_module_key)
    ]


def _module_key(module: str) -> tuple[int, str]:
    """Farther relative imports first, as isort has it."""
    dots = len(module) - len(module.lstrip("."))
    return (-dots, module)


def _isort(name: str) -> tuple[int, str]:
    """CONSTANTS, Classes, functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)
