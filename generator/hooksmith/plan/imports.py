"""The import block of a generated module, collected while the module is planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..ir import AnyDefinition, Resource


@dataclass(slots=True)
class Imports:
    """Collects the imports of one module.

    Every method returns the name that the module must use: an imported name that is also a name of the document in
    this module gets an alias.

    Attributes:
        runtime: The runtime's package, relative to the module, such as `.._runtime`.
        module_of: Definition → the module that defines it, relative to this module; None: this module.
        through: A package whose attributes are the definitions, as (parent, name). No definition is imported then.
        taken: The names of the document in this module: definitions, methods, constants.
    """

    runtime: str
    module_of: Callable[[str], str | None] = lambda name: None
    through: tuple[str, str] | None = None
    taken: Container[str] = frozenset()
    _modules: set[str] = field(default_factory=set)
    _names: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    _definitions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, module: str, name: str) -> str:
        """Import `name` from `module`; return its name in this module."""
        local = self.local(name)
        self._names[module][name] = local
        return local

    def add_module(self, module: str) -> None:
        """Import an installed package by its own name."""
        self._modules.add(module)

    def add_runtime(self, module: str, name: str) -> str:
        """Import a name from a module of the runtime; return its name in this module."""
        return self.add(f"{self.runtime}.{module}", name)

    def add_definition(self, name: str) -> str:
        """Import a generated class, enum or alias; return the expression for it in this module."""
        if self.through is not None:
            return f"{self.add(*self.through)}.{name}"
        module = self.module_of(name)
        if module is not None:
            self._definitions[module].add(name)
        return name

    def add_base(self, name: str) -> None:
        """Import a generated class that a class of this module extends: the import is needed at run time."""
        module = self.module_of(name)
        if module is not None:
            self._names[module][name] = name

    def add_for_types(self, module: str, name: str) -> str:
        """Import a name that only annotations use; return its name in this module."""
        local = self.local(name)
        self._definitions[module].add(_clause((name, local)))
        return local

    def local(self, name: str) -> str:
        """Return the name under which this module imports `name`."""
        local = name
        while local in self.taken:
            local = f"_{local}"
        return local

    def block(self, *, definitions_for_types_only: bool = False) -> str:
        """Return the import statements in isort's order.

        Args:
            definitions_for_types_only: Whether only annotations use the definitions, so that TYPE_CHECKING guards them.
        """
        statements = {
            module: set(map(_clause, names.items())) for module, names in self._names.items()
        }
        if not definitions_for_types_only:
            for module, names in self._definitions.items():
                statements.setdefault(module, set()).update(names)
            return _grouped(statements, self._modules)
        guarded = {
            module: names - statements.get(module, set())
            for module, names in self._definitions.items()
        }
        if not any(guarded.values()):
            return _grouped(statements, self._modules)
        statements.setdefault("typing", set()).add("TYPE_CHECKING")
        lines = _lines({module: names for module, names in guarded.items() if names})
        inner = "\n".join(f"    {line}" for line in lines)
        return f"{_grouped(statements, self._modules)}\n\nif TYPE_CHECKING:\n{inner}"


def _clause(entry: tuple[str, str]) -> str:
    name, local = entry
    return name if name == local else f"{name} as {local}"


_STANDARD = (
    "builtins",
    "collections",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "time",
    "typing",
    "__future__",
)


def _grouped(names: dict[str, set[str]], modules: set[str]) -> str:
    """Return the statements in isort's groups; `modules` are installed packages."""
    groups: tuple[dict[str, set[str]], ...] = ({}, {}, {})
    for module, imported in names.items():
        groups[_group(module)][module] = imported
    blocks = [_lines(group) for group in groups]
    blocks[1] = [*(f"import {module}" for module in sorted(modules)), *blocks[1]]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _group(module: str) -> int:
    """Return 0 for the standard library, 1 for installed packages, 2 for modules of the package."""
    if module.startswith("."):
        return 2
    return 0 if module.split(".")[0] in _STANDARD else 1


def _lines(names: dict[str, set[str]]) -> list[str]:
    return [
        f"from {module} import {', '.join(sorted(names[module], key=_name_key))}"
        for module in sorted(names, key=_module_key)
    ]


def _module_key(module: str) -> tuple[int, str]:
    """Return a sort key: outer packages before inner packages."""
    dots = len(module) - len(module.lstrip("."))
    return (-dots, module)


def _name_key(name: str) -> tuple[int, str]:
    """Return a sort key: CONSTANTS, Classes, functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)


def class_modules(resources: Iterable[Resource], package: str = "") -> dict[str, str]:
    """Return the classes of resources → their modules. `package`: the package of the modules, relative."""
    return {
        name: f"{package}.{resource.module}"
        for resource in resources
        for name in (resource.class_name, f"Async{resource.class_name}")
    }


def resource_imports(
    resource: Resource,
    nested: Sequence[Resource],
    definitions: Mapping[str, AnyDefinition],
    runtime: str,
) -> Imports:
    """Return the imports of a resource's module; names of its attributes and classes are taken."""
    modules = class_modules(nested)
    taken = {operation.name for operation in resource.operations}
    taken |= {each.name.rpartition(".")[2] for each in nested} | modules.keys()
    taken |= {resource.class_name, f"Async{resource.class_name}"}
    imports = Imports(
        runtime, lambda name: modules.get(name, "..models"), taken=definitions.keys() | taken
    )
    if resource.operations:
        imports.add("..operations", f"{resource.module} as _operations")
    for name in modules:
        imports.add_definition(name)
    return imports
