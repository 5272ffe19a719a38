"""Arguments of `generate` and `check` → the packages to generate."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..batch import Job, generate_side_by_side, make_suite
from ..caching.run_results import Output
from ..errors import ConfigError, Place
from ..extensions.schema import check_statement
from ..frozen import value
from ..settings import Formatter, Patterns, Settings, check_identifier
from ..suggest import did_you_mean
from .usage_error import UsageError

if TYPE_CHECKING:
    from ..config import Config


@value(kw_only=True)
class Target:
    """A package to generate: of one document (`job`), or of a configuration (`suite`, given a number of processes).

    `folder`: the package's folder. `partial`: whether files of other APIs in it stay.
    """

    folder: Path
    job: Job | None = None
    suite: Callable[[int], Output] | None = None
    partial: bool = False


@value(kw_only=True)
class Choice:
    """Arguments that `generate` and `check` share."""

    specs: list[Path]
    only: list[str]
    out: Path | None
    package: str | None
    formatter: Formatter | None
    config: Path | None
    roots: Sequence[Path] = ()
    overlays: Sequence[Path] = ()
    strict: bool = False
    signature: str | None = None
    events: str | None = None
    only_tags: Sequence[str] = ()

    def targets(self) -> list[Target]:
        if not self.specs:
            return [self._suite()]
        if self.only or self.config:
            raise UsageError("--only and --config go without SPEC")
        if self.package and len(self.specs) > 1:
            raise UsageError("--package names one package, but there are several documents")
        targets = [self._single(spec) for spec in self.specs]
        for folder, count in Counter(target.folder for target in targets).items():
            if count > 1:
                raise UsageError(
                    f"{count} documents would go into {folder}: name them apart, or use --out"
                )
        return targets

    def jobs(self) -> list[Job]:
        """Return each document with its settings; without SPEC, those of the configuration."""
        if self.specs:
            return [target.job for target in self.targets() if target.job]
        config = self._config()
        return [
            (config.apis[name].spec, config.settings(name))
            for name in sorted(self.only or config.apis)
        ]

    def _single(self, spec: Path) -> Target:
        settings = Settings(
            package=_checked_name(self.package or _default_name(spec)),
            formatter=self.formatter or "black",
            roots=tuple(self.roots),
            overlays=tuple(self.overlays),
            strict=self.strict,
            include=Patterns(tags=tuple(_tags(self.only_tags))),
            **extension_settings(self.signature, self.events),
        )
        folder = (self.out or Path()) / settings.package
        return Target(folder=folder, job=(spec, settings))

    def _suite(self) -> Target:
        of_document = (self.roots, self.overlays, self.signature, self.events, self.only_tags)
        if any((self.out, self.package, *of_document)):
            raise UsageError(
                "--out, --package, --root, --overlay, --signature, --events and --only-tags go with SPEC; "
                "otherwise the configuration has them"
            )
        config = self._config()
        only = tuple(self.only)
        return Target(
            folder=config.folder,
            suite=lambda workers: make_suite(config, only, workers=workers),
            partial=bool(only),
        )

    def _config(self) -> Config:
        from ..config import find_config, load_config

        path = self.config or _relative_to_cwd(find_config(Path()))
        config = load_config(path)
        if self.formatter:
            config = config.model_copy(update={"formatter": self.formatter})
        if self.strict:
            config = config.model_copy(update={"strict": True})
        for name in self.only:
            if name not in config.apis:
                hint = did_you_mean(name, config.apis) or f"there are: {', '.join(config.apis)}"
                raise ConfigError.at(Place(file=str(path)), f"there is no API {name!r}", hint=hint)
        return config


def _tags(texts: Sequence[str]) -> Iterator[str]:
    """Yield the tags of `--only-tags A,B --only-tags C`."""
    for text in texts:
        yield from (tag.strip() for tag in text.split(",") if tag.strip())


def extension_settings(signature: str | None, events: str | None) -> dict[str, Any]:
    """Return the settings of `--signature NAME|JSON` and `--events JSON`. Raises UsageError."""
    settings: dict[str, Any] = {}
    for name, text in (("signature", signature), ("events", events)):
        if text is None:
            continue
        is_data = name == "events" or text.lstrip().startswith("{")
        try:
            value = json.loads(text) if is_data else text
            settings[name] = check_statement(f"x-hooksmith-{name}", value)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"--{name}: {error}") from error
    return settings


def generate_targets(
    targets: Sequence[Target], workers: int
) -> Iterator[tuple[Target, Output | Exception]]:
    """Generate each target, in order. `workers`: processes at a time. An error is part of the result."""
    jobs = [target.job for target in targets if target.job]
    outcomes = generate_side_by_side(jobs, workers)
    for target in targets:
        if target.job:
            outcome = next(outcomes)
            yield target, outcome.output or outcome.error or RuntimeError("no outcome")
        elif target.suite:
            yield target, _output_or_error(partial(target.suite, workers))


def _output_or_error(suite: Callable[[], Output]) -> Output | Exception:
    try:
        return suite()
    except Exception as error:
        return error


_GENERIC = ("openapi", "swagger", "api", "spec", "schema")


def _default_name(spec: Path) -> str:
    """Return the package name for a document: `acme` for `acme.yaml`, `acme.openapi.yaml` and `acme/openapi.yaml`."""
    first = spec.name.partition(".")[0]
    stem = first if first.lower() not in _GENERIC else spec.stem
    if stem.lower() in _GENERIC:
        stem = spec.resolve().parent.name
    return re.sub(r"\W+", "_", stem).strip("_").lower() or "api"


def _checked_name(name: str) -> str:
    try:
        return check_identifier(name)
    except ValueError as error:
        raise UsageError(str(error), "choose a name with --package") from error


def _relative_to_cwd(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
