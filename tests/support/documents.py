"""Documents made in tests, and their packages."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from hooksmith.config import Settings
from hooksmith.load.library import load
from hooksmith.normalize import Normal, normalize
from support.made import Made, generate

from .cases import PARENT, write_files

_NUMBERS = count()


def written(document: Any, folder: Path) -> Path:
    """A file with the document as JSON."""
    path = folder / "document.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def normal_of(document: Any, folder: Path) -> Normal:
    return normalize(load(written(document, folder)))


def result_of(document: Any, folder: Path, **settings: Any) -> Made:
    return generate(
        written(document, folder),
        Settings(
            package="made",
            runtime="shared",
            operation_names="document",
            formatter="none",
            **settings,
        ),
    )


def openapi(paths: Any = None, **more: Any) -> dict[str, Any]:
    """A document of OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Made", "version": "1"},
        "paths": paths or {},
        **more,
    }


def operation(**more: Any) -> dict[str, Any]:
    return {"responses": {"204": {"description": "Done."}}, **more}


def schemas(**found: Any) -> dict[str, Any]:
    """A document of schemas alone."""
    return openapi(components={"schemas": found})


@contextmanager
def imported(files: dict[str, str], home: Path) -> Iterator[ModuleType]:
    """The package of these files, imported for a while; `home` holds the runtime that packages share."""
    name = f"made_{next(_NUMBERS)}"
    folder = home / PARENT / name
    write_files(folder, files)
    importlib.invalidate_caches()
    try:
        yield importlib.import_module(f"{PARENT}.{name}")
    finally:
        shutil.rmtree(folder)
        for module in [module for module in sys.modules if module.startswith(f"{PARENT}.{name}")]:
            del sys.modules[module]


def import_everything(package: ModuleType, files: dict[str, str]) -> None:
    """Every module, and every model built, so that all annotations are read."""
    names = sorted(
        path.removesuffix(".py").replace("/", ".") for path in files if path.endswith(".py")
    )
    for name in names:
        stem = "" if name == "__init__" else "." + name.removesuffix(".__init__")
        module = importlib.import_module(package.__name__ + stem)
        for value in list(vars(module).values()):
            if (
                isinstance(value, type)
                and issubclass(value, BaseModel)
                and value.__module__ == module.__name__
            ):
                value.model_rebuild()
    for name in getattr(package, "__all__", ()):
        assert hasattr(package, name)
