"""A generated package with the IR of its document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hooksmith import pipeline
from hooksmith.ir import Api
from hooksmith.settings import Settings


@dataclass(frozen=True)
class Made:
    """A document with its settings and its generated package."""

    path: Path
    settings: Settings
    result: pipeline.Result

    @property
    def files(self) -> dict[str, str]:
        return self.result.files

    @property
    def diagnostics(self) -> tuple[pipeline.Diagnostic, ...]:
        return self.result.diagnostics

    @cached_property
    def api(self) -> Api:
        return pipeline.describe_document(self.path, self.settings).api


def generate(path: Path, settings: Settings) -> Made:
    """Generate a package by `pipeline.generate`."""
    return Made(path, settings, pipeline.generate(path, settings))
