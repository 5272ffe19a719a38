"""The arguments of `generate` and `check` → the packages they mean, and how each comes about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from typer import BadParameter

from .config import Config, Formatter, Settings, check_identifier, find_config, load_config
from .errors import ConfigError, Diagnostic, Place
from .suggest import did_you_mean


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A package: the folder it goes into, and how its files come about. `partial`: other parts of it stay."""

    folder: Path
    make: Callable[[], tuple[Mapping[str, str], Sequence[Diagnostic]]]
    partial: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The arguments that `generate` and `check` share."""

    specs: list[Path]
    only: list[str]
    out: Path | None
    package: str | None
    formatter: Formatter | None
    config: Path | None
    roots: list[Path]

    def targets(self) -> list[Target]:
        if not self.specs:
            return [self._suite()]
        if self.only or self.config:
            raise BadParameter("--only and --config go without SPEC")
        if self.package and len(self.specs) > 1:
            raise BadParameter("--package names one package, but there are several documents")
        return [self._single(spec) for spec in self.specs]

    def _single(self, spec: Path) -> Target:
        settings = Settings(
            package=_package_name(self.package or _name_after(spec)),
            formatter=self.formatter or "black",
            roots=tuple(self.roots),
        )
        folder = (self.out or Path()) / settings.package
        return Target(folder=folder, make=lambda: _make_single(spec, settings))

    def _suite(self) -> Target:
        if self.out or self.package or self.roots:
            raise BadParameter(
                "--out, --package and --root go with SPEC; otherwise the configuration has them"
            )
        path = self.config or _from_here(find_config(Path()))
        config = load_config(path)
        if self.formatter:
            config = config.model_copy(update={"formatter": self.formatter})
        for name in self.only:
            if name not in config.apis:
                hint = did_you_mean(name, config.apis) or f"there are: {', '.join(config.apis)}"
                raise ConfigError.at(Place(file=str(path)), f"there is no API {name!r}", hint=hint)
        only = tuple(self.only)
        return Target(
            folder=config.folder,
            make=lambda: _make_suite(config, only),
            partial=bool(only),
        )


def _make_single(spec: Path, settings: Settings) -> tuple[Mapping[str, str], Sequence[Diagnostic]]:
    from .pipeline import generate

    result = generate(spec, settings)
    return result.files, result.diagnostics


def _make_suite(
    config: Config, only: tuple[str, ...]
) -> tuple[Mapping[str, str], Sequence[Diagnostic]]:
    from .pipeline import generate_suite

    result = generate_suite(config, only)
    return result.files, result.diagnostics


def _name_after(spec: Path) -> str:
    """A package name from a document's: `acme.yaml` and `acme/openapi.yaml` give `acme`."""
    stem = spec.name.partition(".")[0]
    if stem.lower() in ("openapi", "swagger", "api", "spec", "schema"):
        stem = spec.resolve().parent.name
    return re.sub(r"\W+", "_", stem).strip("_").lower()


def _package_name(name: str) -> str:
    try:
        return check_identifier(name)
    except ValueError as error:
        raise BadParameter(f"{error}: choose a name with --package") from error


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
