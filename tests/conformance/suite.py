"""The JSON Schema Test Suite against generated models: what a schema admits, a model has to admit."""

from __future__ import annotations

import contextlib
import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

import jsonschema
import referencing.exceptions
from pydantic import TypeAdapter, ValidationError

from hooksmith import pipeline
from hooksmith.errors import HooksmithError
from hooksmith.ir import Api
from hooksmith.settings import Settings
from support.cases import PARENT, write_files

Verdict = Literal["agree", "false accept, reported", "false accept, silent", "false refuse"]

DIALECTS = {
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
    "draft7": "http://json-schema.org/draft-07/schema#",
}
_VALIDATORS = {
    "draft2020-12": jsonschema.Draft202012Validator,
    "draft7": jsonschema.Draft7Validator,
}
_FAMILIES = {
    "object": """properties required patternProperties additionalProperties minProperties maxProperties
        propertyNames dependentRequired dependentSchemas dependencies unevaluatedProperties""".split(),
    "array": """items prefixItems additionalItems minItems maxItems uniqueItems contains minContains
        maxContains unevaluatedItems""".split(),
    "string": "minLength maxLength pattern".split(),
    "number": "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split(),
}
_IN_ONE = """additionalProperties additionalItems propertyNames contains not if then else items
    unevaluatedItems unevaluatedProperties""".split()
_IN_LIST = "allOf anyOf oneOf prefixItems items".split()
_IN_MAP = "properties patternProperties dependentSchemas dependencies $defs definitions".split()
_numbers = count()


@dataclass(frozen=True)
class Outcome:
    """A test of the suite with its verdict. `name`: file, schema and test, as in the file of known differences."""

    name: str
    verdict: Verdict


def outcomes(folder: Path, draft: str, home: Path) -> Iterator[Outcome]:
    """Yield the outcome of every required test of a draft.

    Args:
        folder: A checkout of the JSON Schema Test Suite.
        draft: "draft2020-12" or "draft7".
        home: A folder on `sys.path` for generated packages, with the runtime.
    """
    for path in sorted((folder / "tests" / draft).glob("*.json")):
        for group in json.loads(path.read_text("utf-8")):
            name = f"{path.stem}: {group['description']}"
            yield from _group(name, group, draft, home)


def _group(name: str, group: Any, draft: str, home: Path) -> Iterator[Outcome]:
    schema, expected = _expected(group, draft)
    with _model(schema, draft, home) as (adapter, is_reported):
        for test, valid in zip(group["tests"], expected, strict=True):
            accepted = adapter is not None and _accepts(adapter, test["data"])
            verdict: Verdict = "agree"
            if adapter is None:
                verdict = "false accept, reported"  # an error says what is wrong with the schema
            elif valid and not accepted:
                verdict = "false refuse"
            elif accepted and not valid:
                verdict = "false accept, reported" if is_reported else "false accept, silent"
            yield Outcome(f"{name}: {test['description']}", verdict)


def _expected(group: Any, draft: str) -> tuple[Any, list[bool]]:
    """The schema with types, and the validity of each test by the jsonschema package.

    If that package cannot resolve the references of the schema, it stays as it is.
    """
    typed = with_types(group["schema"])
    if typed != group["schema"]:
        with contextlib.suppress(referencing.exceptions.Unresolvable):
            validator = _VALIDATORS[draft](typed)
            return typed, [validator.is_valid(test["data"]) for test in group["tests"]]
    return group["schema"], [test["valid"] for test in group["tests"]]


def _accepts(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError:
        return False
    return True


@contextlib.contextmanager
def _model(schema: Any, draft: str, home: Path) -> Iterator[tuple[TypeAdapter[Any] | None, bool]]:
    """The type of a schema, and whether the report has anything degraded; (None, True) after an error."""
    name = f"suite_{next(_numbers)}"
    folder = home / PARENT / name
    source = home / f"{name}.json"
    document = schema if isinstance(schema, dict) else {"allOf": [schema]}
    source.write_text(json.dumps({"$schema": DIALECTS[draft], **document}), "utf-8")
    settings = Settings(package=name, runtime="shared", formatter="none")
    try:
        api, is_reported = _described(source, settings)
        result = pipeline.generate(source, settings)
    except HooksmithError:
        yield None, True
        return
    write_files(folder, result.files)
    importlib.invalidate_caches()
    try:
        models = importlib.import_module(f"{PARENT}.{name}.models")
        root = next(each for each in api.definitions if each.pointer.endswith(f"/{name}"))
        yield TypeAdapter(getattr(models, root.name)), is_reported or bool(result.diagnostics)
    finally:
        shutil.rmtree(folder)
        for module in [each for each in sys.modules if each.startswith(f"{PARENT}.{name}")]:
            del sys.modules[module]


def _described(source: Path, settings: Settings) -> tuple[Api, bool]:
    api = pipeline.describe_document(source, settings).api
    report = pipeline.ledger(source, settings)
    return api, any(entry.status == "degraded" for entry in report.entries)


def with_types(schema: Any) -> Any:
    """Return a schema with `type` wherever the keywords of one type imply it."""
    if not isinstance(schema, dict):
        return schema
    copy = {key: _inside(key, value) for key, value in schema.items()}
    implied = [name for name, keys in _FAMILIES.items() if not copy.keys().isdisjoint(keys)]
    if len(implied) == 1 and not copy.keys() & {"type", "enum", "const", "$ref", "$dynamicRef"}:
        copy["type"] = implied[0]
    return copy


def _inside(key: str, value: Any) -> Any:
    if key in _IN_MAP and isinstance(value, dict):
        return {name: with_types(item) for name, item in value.items()}
    if key in _IN_LIST and isinstance(value, list):
        return [with_types(item) for item in value]
    return with_types(value) if key in _IN_ONE else value
