"""What the generation of one document depends on, besides the document."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Formatter = Literal["black", "ruff", "none"]


def check_identifier(name: str) -> str:
    """`name`, if Python can import it. Raises ValueError."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is not a Python identifier")
    return name


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the generation of one document depends on, besides the document.

    `names`: JSON pointer → Python name, overriding ours. `runtime`: where `_runtime` lies, in the package (`inner`)
    or beside it, for a suite of packages (`shared`). `roots`: further folders that `$ref`s may reach.
    """

    package: str
    formatter: Formatter = "black"
    names: Mapping[str, str] = field(default_factory=dict)
    runtime: Literal["inner", "shared"] = "inner"
    roots: tuple[Path, ...] = ()
    overlays: tuple[Path, ...] = ()
    """OpenAPI Overlays, applied to the document in order before anything else reads it."""
    strict: bool = False
    """Whether all that is wrong with the document, but can be lived with, is an error."""
    signature: str | Mapping[str, Any] | None = None
    """As `x-hooksmith-signature` and `x-hooksmith-events` of the document, which they overrule."""
    events: Mapping[str, Any] | None = None
    operation_names: Literal["short", "document"] | None = None
    """Whether methods leave out the words that their resource says; None: as the document says, else short."""
    source: str = ""
    """What the generated files call the document; empty: its file's name."""

    suite: str = ""
    """The name of the package that the generated one is a subpackage of; empty: none."""

    @property
    def import_name(self) -> str:
        """The dotted name that the generated package is imported by."""
        return f"{self.suite}.{self.package}" if self.suite else self.package

    @property
    def runtime_package(self) -> str:
        """The package of the runtime, relative to a module at the top of the generated one."""
        return ".._runtime" if self.runtime == "shared" else "._runtime"

    @property
    def extensions(self) -> dict[str, Any]:
        """What stands in the document's place."""
        stated = {
            "signature": self.signature,
            "events": self.events,
            "operation-names": self.operation_names,
        }
        return {f"x-hooksmith-{name}": it for name, it in stated.items() if it is not None}
