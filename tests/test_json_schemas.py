"""Every model of the cases and of the providers has a JSON Schema, without a warning: FastAPI uses it."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from support.cases import Case, case_folders
from support.paths import PROVIDERS

each_case = pytest.mark.parametrize(
    "case", case_folders(), ids=lambda folder: folder.name, indirect=True
)


def models_of(package: Any) -> Iterator[type[BaseModel]]:
    for name in package.__all__:
        value = getattr(package, name)
        if isinstance(value, type) and issubclass(value, BaseModel):
            yield value


def check_json_schemas(package: Any) -> None:
    models = [(model, "validation") for model in models_of(package)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, schema = models_json_schema(models)  # type: ignore[arg-type]
    jsonschema.Draft202012Validator.check_schema(schema)


@each_case
def test_cases(case: Case) -> None:
    check_json_schemas(case.package)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_providers(provider: str) -> None:
    package = importlib.import_module(f"hooksmith_providers.{provider}")
    assert any(models_of(package))
    check_json_schemas(package)
