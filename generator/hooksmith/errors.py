"""Errors of the tool, and their places.

HooksmithError            every error of the tool; carries diagnostics; exit code 2
├── ConfigError           pyproject.toml or hooksmith.toml cannot be used
├── LoadError             a file is missing, or is not YAML or JSON
├── UnresolvedReferenceError  the target of a $ref does not exist
├── DocumentError         a document is not OpenAPI or JSON Schema, or contradicts itself
├── ExtensionError        an x-hooksmith-* extension breaks its schema
└── OutputError           the output folder cannot be written, or holds foreign files
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Position in the input: a file, a line and column in it (from 1), and a JSON pointer."""

    file: str
    pointer: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        position = "".join(
            f":{number}" for number in (self.line, self.column) if number is not None
        )
        return f"{self.file}{position}" + (f" #{self.pointer}" if self.pointer else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnostic:
    """An error or warning with its place and a hint for the user."""

    message: str
    place: Place | None = None
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}" if self.place else self.message
        return f"{head}\n  hint: {self.hint}" if self.hint else head


class HooksmithError(Exception):
    """Base of all errors of the tool; `diagnostics` holds at least one."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(str(diagnostic) for diagnostic in diagnostics))
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type[Self], tuple[Diagnostic, ...]]:
        """Rebuild an error from its diagnostics: pickle would call the class with the message."""
        return type(self), self.diagnostics

    @classmethod
    def at(cls, place: Place | None, message: str, *, hint: str = "") -> Self:
        """Return an error of this class with a single diagnostic."""
        return cls(Diagnostic(message=message, place=place, hint=hint))


class ConfigError(HooksmithError):
    """pyproject.toml or hooksmith.toml cannot be used."""


class LoadError(HooksmithError):
    """A file is missing, cannot be read, or is not YAML or JSON."""


class UnresolvedReferenceError(HooksmithError):
    """The target of a $ref does not exist; the message names both."""


class DocumentError(HooksmithError):
    """A document is not OpenAPI or JSON Schema, or contradicts itself."""


class ExtensionError(HooksmithError):
    """An x-hooksmith-* extension breaks its schema."""


class OutputError(HooksmithError):
    """The output folder cannot be written, or holds foreign files."""
