"""A document's API and views, for what describes a package without generating it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from hooksmith.errors import HooksmithError
from hooksmith.ir import Array, Constraints, Kind, LiteralOf, Map, Scalar, Tuple, Union
from hooksmith.openapi.formats import STRING_FORMATS
from hooksmith.pipeline import generate, survey
from hooksmith.plan.examples import FORMAT_SAMPLES, sample_value
from hooksmith.render import render
from hooksmith.settings import Settings
from support.paths import PROVIDERS, SPECS


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_views_render_to_the_files_of_the_package(provider: str) -> None:
    path = SPECS / provider / "openapi.yaml"
    settings = Settings(package=provider, formatter="none", runtime="shared")
    planned = survey(path, settings)
    assert render(planned.view) == generate(path, settings).files
    assert planned.api.title
    assert planned.diagnostics == ()


def test_a_missing_document_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HooksmithError):
        survey(tmp_path / "none.yaml", Settings(package="made"))


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (Scalar(Kind.BOOLEAN), True),
        (Scalar(Kind.INTEGER, Constraints(minimum=3)), 3),
        (Scalar(Kind.DATE_TIME), "2026-01-15T12:00:00Z"),
        (Array(Scalar(Kind.STRING), Constraints(min_items=2)), ["example", "example"]),
        (Tuple((LiteralOf(("a",)),), None), ["a"]),
        (Map(Scalar(Kind.STRING)), {}),
        (Union((Scalar(Kind.STRING), Scalar(Kind.NULL))), None),
    ],
)
def test_sample_values(type_: object, value: object) -> None:
    assert sample_value(type_, {}) == value  # type: ignore[arg-type]


def test_there_is_a_sample_of_every_format_that_is_checked() -> None:
    formats = import_module("hooksmith_providers._runtime.models.formats")
    assert FORMAT_SAMPLES.keys() == STRING_FORMATS
    for name, sample in FORMAT_SAMPLES.items():
        assert formats.FORMATS[name](sample), name
        assert sample_value(Scalar(Kind.STRING, Constraints(format=name)), {}) == sample
