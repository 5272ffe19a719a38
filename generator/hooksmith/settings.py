"""Settings of the generation of one document."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Formatter = Literal["black", "ruff", "none"]


def check_identifier(name: str) -> str:
    """Return `name` if it is a Python identifier. Raises ValueError."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is not a Python identifier")
    return name


@dataclass(frozen=True, kw_only=True, slots=True)
class Patterns:
    """Patterns of operations and webhooks, with `*` and `?`: each compared with the whole of a text, by case.

    `tags`: of operations and webhooks; of an operation without tags, the beginning of its path that names its resource.
    `paths`: as the document writes them. `operations`: `operationId`s. `webhooks`: their keys.
    """

    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tags or self.paths or self.operations or self.webhooks)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Settings that, with the document, determine the generated files.

    `names`: place → Python name, in place of the generated name (`naming/overrides.py`). `runtime`: place of
    `_runtime`, in the package (`inner`) or beside it, for a suite of packages (`shared`). `roots`: further folders that
    `$ref`s may reach.
    """

    package: str
    formatter: Formatter = "black"
    names: Mapping[str, str] = field(default_factory=dict)
    runtime: Literal["inner", "shared"] = "inner"
    roots: tuple[Path, ...] = ()
    overlays: tuple[Path, ...] = ()
    """OpenAPI Overlays, applied to the document in order before any other step."""
    strict: bool = False
    """Whether warnings about the document are errors."""
    signature: str | Mapping[str, Any] | None = None
    """`x-hooksmith-signature` and `x-hooksmith-events`, in place of those of the document."""
    events: Mapping[str, Any] | None = None
    pagination: Literal["on", "off"] | None = None
    """Whether pages are recognised that the document does not declare; None: as the document says, else on."""
    operation_names: Literal["short", "document"] | None = None
    """Whether methods leave out the words that their resource says; None: as the document says, else short."""
    resources: Literal["tags", "nested"] | None = None
    """Whether resources nest as the paths below a tag do; None: as the document says, else `tags`."""
    environment: str | None = None
    """Beginning of the names of environment variables; None: as the document says, else the package's name."""
    include: Patterns = Patterns()
    """What to generate; empty: everything. Names are those of the whole document."""
    exclude: Patterns = Patterns()
    """What to leave out."""
    source: str = ""
    """Name of the document in generated files; empty: the name of its file."""

    suite: str = ""
    """Package that the generated package is a subpackage of; empty: none."""

    @property
    def import_name(self) -> str:
        """Dotted import name of the generated package."""
        return f"{self.suite}.{self.package}" if self.suite else self.package

    @property
    def runtime_package(self) -> str:
        """Package of the runtime, relative to a module at the top of the generated package."""
        return ".._runtime" if self.runtime == "shared" else "._runtime"

    @property
    def extensions(self) -> dict[str, Any]:
        """Extensions in place of those of the document."""
        declared = {
            "signature": self.signature,
            "events": self.events,
            "operation-names": self.operation_names,
            "pagination-detection": self.pagination,
            "resources": self.resources,
            "environment": self.environment,
        }
        return {
            f"x-hooksmith-{name}": extension
            for name, extension in declared.items()
            if extension is not None
        }
