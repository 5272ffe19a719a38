"""Every example of a document, through the generated models: what jsonschema accepts must come back equal.

The judge is jsonschema over the bundled document in its 3.1 form, before schemas are merged or named.
"""

from __future__ import annotations

import copy
import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import referencing
import referencing.jsonschema
from pydantic import TypeAdapter
from pydantic_core import SchemaError, SchemaValidator, core_schema

from hooksmith.describe.schemas import Schemas
from hooksmith.load.library import load
from hooksmith.normalize.bundle import bundle
from hooksmith.normalize.diagnostics import Findings
from hooksmith.normalize.dialects import upgrade
from hooksmith.normalize.repair import tolerate
from hooksmith.openapi.grammar import walk
from hooksmith.plan.annotations import AnnotationWriter
from hooksmith.plan.imports import Imports

from .real_documents import RealDocument


@dataclass
class Account:
    """What became of the examples: outcome → number; `findings` says which failed, and how."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def note(self, outcome: str, pointer: str, detail: object = "") -> None:
        self.outcomes[outcome] += 1
        if outcome not in ("round trip", "invalid by jsonschema"):
            self.findings.append(f"{outcome}: {pointer}: {str(detail)[:300]}")


def round_trips(real: RealDocument) -> Account:
    """Send each example of a document through its package, which can be imported."""
    result = Account()
    adapters, judge = _Adapters(real), _Judge(real.path)
    for pointer, example in judge.examples():
        _try(result, adapters, judge, pointer, example)
    return result


def _try(result: Account, adapters: _Adapters, judge: _Judge, pointer: str, example: Any) -> None:
    if not judge.accepts(pointer, example):
        result.note("invalid by jsonschema", pointer)
        return
    try:
        adapter = adapters.at(pointer.replace("/x-webhooks/", "/webhooks/", 1))
    except Exception as error:
        result.note("no type", pointer, repr(error))
        return
    try:
        value = adapter.validate_python(example)
    except ValueError as error:
        result.note("refused", pointer, error)
        return
    dumped = adapter.dump_python(value, mode="json", by_alias=True, exclude_unset=True)
    if same(dumped, example):
        result.note("round trip", pointer)
    else:
        result.note("changed", pointer, difference(dumped, example))


def _pattern(
    validator: Any, pattern: str, value: Any, schema: Any
) -> Iterator[jsonschema.ValidationError]:
    """`pattern`, by an engine that no text can hang, otherwise by Python's; what neither takes is left out."""
    if not isinstance(value, str):
        return
    try:
        _matcher(pattern).validate_python(value)
    except SchemaError:
        return
    except ValueError:
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


@cache
def _matcher(pattern: str) -> SchemaValidator:
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError:
        return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="python-re"))


VALIDATOR = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date", ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("uuid", ValueError)
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or bool(UUID(value))


@FORMATS.checks("date-time", ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


class _Judge:
    """jsonschema, and the examples of a document."""

    def __init__(self, path: Path) -> None:
        bundled = bundle(load(path))
        tolerate(bundled, Findings(bundled))
        upgrade(bundled.document)
        self.document = bundled.document
        resource = referencing.Resource(
            copy.deepcopy(self.document), referencing.jsonschema.DRAFT202012
        )
        self._registry = referencing.Registry().with_resource("urn:document", resource)

    def examples(self) -> Iterator[tuple[str, Any]]:
        """Pointer of a schema, and an example of it: of media types, parameters and components."""
        for visit in walk("openapi", self.document):
            if visit.kind in ("mediaType", "parameter", "header") and isinstance(
                visit.node.get("schema"), dict
            ):
                for example in _stated(visit.node):
                    yield f"{visit.pointer}/schema", example
            if (
                visit.kind == "schema"
                and visit.pointer.count("/") == 3
                and visit.pointer.startswith("/components/schemas")
            ):
                for example in visit.node.get("examples") or ():
                    yield visit.pointer, example

    def accepts(self, pointer: str, example: Any) -> bool:
        schema = {"$ref": f"urn:document#{pointer}"}
        try:
            return bool(
                VALIDATOR(schema, registry=self._registry, format_checker=FORMATS).is_valid(example)
            )
        except Exception:  # a schema that jsonschema cannot read judges nothing
            return False


def _stated(node: dict[str, Any]) -> Iterator[Any]:
    if "example" in node:
        yield node["example"]
    examples = node.get("examples")
    for example in examples.values() if isinstance(examples, dict) else ():
        if isinstance(example, dict) and "value" in example:
            yield example["value"]


class _Adapters:
    """The generated type of each schema of a document."""

    def __init__(self, real: RealDocument) -> None:
        self._schemas = Schemas(real.normal, real.names.classes)
        self._schemas.add_components()
        found = ("models", "events") if "webhooks" in real.normal.document else ("models",)
        self._modules = [importlib.import_module(f"{real.package}.{name}") for name in found]
        self._runtime = f"{real.package}._runtime"
        self._definitions: dict[str, Any] = {}

    def at(self, pointer: str) -> TypeAdapter[Any]:
        kind = self._schemas.type_at({"$ref": f"#{pointer}"}, pointer)
        self._schemas.finish()
        imports = Imports(runtime=self._runtime)
        spelled = AnnotationWriter(self._schemas.definitions, imports, strict=False).annotation(
            kind
        )
        return TypeAdapter(eval(spelled, self._namespace()))

    def _namespace(self) -> dict[str, Any]:
        names: dict[str, Any] = {}
        exec("from typing import *\nfrom datetime import date\nfrom pydantic import Field", names)
        models = importlib.import_module(f"{self._runtime}.models")
        for module in pkgutil.iter_modules(models.__path__, f"{models.__name__}."):
            names |= vars(importlib.import_module(module.name))
        for module in self._modules:
            names |= {
                name: getattr(module, name) for name in dir(module) if not name.startswith("__")
            }
        return names


# --- equality of meaning -------------------------------------------------------------------------------------------


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values mean the same: 1 and 1.0 do, and two spellings of a moment."""
    return difference(left, right) == ""


def difference(left: Any, right: Any, where: str = "") -> str:
    """Where two JSON values first differ in meaning; empty: nowhere."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*right, *(key for key in left if key not in right)]:
            if key not in left or key not in right:
                return f"{where}/{key} is only in one of them"
            if found := difference(left[key], right[key], f"{where}/{key}"):
                return found
        return ""
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return next(
            (
                found
                for i, (a, b) in enumerate(zip(left, right, strict=True))
                if (found := difference(a, b, f"{where}/{i}"))
            ),
            "",
        )
    if left == right and isinstance(left, bool) == isinstance(right, bool):
        return ""
    if (
        isinstance(left, str)
        and isinstance(right, str)
        and _moment(left) == _moment(right) is not None
    ):
        return ""
    return f"{where}: {left!r} is not {right!r}"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
