"""Cases: folders with a document, its generated package, and the imported package."""

from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hooksmith.config import Settings
from hooksmith.ir import Api
from hooksmith.output.runtime_copy import runtime_files, templates
from support.made import Made, generate

from .paths import CASES

PARENT = "case_packages"
"""The package that all generated cases are subpackages of; it holds the one copy of the runtime."""

_SPECS = ("spec.yaml", "spec.json")


@dataclass(frozen=True)
class Case:
    """A folder of tests/cases. `home`: folder on sys.path for its package."""

    folder: Path
    home: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def spec(self) -> Path:
        return next(path for name in _SPECS if (path := self.folder / name).is_file())

    @cached_property
    def result(self) -> Made:
        """What the generator makes of it, in memory."""
        return generate(
            self.spec, Settings(package=self.name, runtime="shared", operation_names="document")
        )

    @property
    def api(self) -> Api:
        return self.result.api

    @property
    def files(self) -> dict[str, str]:
        return self.result.files

    @property
    def modules(self) -> list[str]:
        """The dotted names of all generated modules, below the package."""
        names = [
            path.removesuffix(".py").replace("/", ".")
            for path in self.files
            if path.endswith(".py")
        ]
        return sorted(name.removesuffix(".__init__") for name in names if name != "__init__")

    def write(self) -> None:
        """Write the package into `home`."""
        write_files(self.home / PARENT / self.name, self.files)

    @cached_property
    def package(self) -> Any:
        """The imported package."""
        self.write()
        importlib.invalidate_caches()
        return importlib.import_module(f"{PARENT}.{self.name}")

    def module(self, name: str) -> Any:
        """A module of the package: `resources.pets`."""
        return importlib.import_module(f"{self.package.__name__}.{name}")

    def resource(self, name: str, prefix: str = "") -> Any:
        """Return the class of a resource; `prefix`: `Async` for the asynchronous class."""
        resource = next(resource for resource in self.api.resources if resource.name == name)
        return getattr(self.module(f"resources.{name}"), prefix + resource.class_name)

    @property
    def models(self) -> Any:
        return self.module("models")

    @property
    def events(self) -> Any:
        return self.module("events")

    @property
    def event_type(self) -> Any:
        return self.module("event_types").EventType

    def meaningful(self) -> dict[str, str]:
        """Return the files with more than a docstring."""
        return {path: text for path, text in self.files.items() if _says_something(path, text)}


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Write texts; a file with the same text is not touched."""
    for path, text in files.items():
        target = folder / path
        if not target.is_file() or target.read_bytes() != text.encode():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())


def write_parent(home: Path) -> None:
    """Write the package around the cases, with their shared runtime."""
    assert templates().is_dir()
    write_files(home / PARENT, {"__init__.py": "", "py.typed": "", **runtime_files()})


def case_folders() -> list[Path]:
    return sorted(
        path for path in CASES.iterdir() if any((path / name).is_file() for name in _SPECS)
    )


def _says_something(path: str, text: str) -> bool:
    if not path.endswith(".py"):
        return bool(text)
    return any(not isinstance(node, ast.Expr) for node in ast.parse(text).body)
