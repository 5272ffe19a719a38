"""A committed package with the IR and the bundled document of its API."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from hooksmith.config import load_config
from hooksmith.ir import Api
from hooksmith.ir import Operation as ApiOperation
from hooksmith.load.library import load
from hooksmith.naming.class_names import assign_class_names
from hooksmith.normalize import Normal, normalize
from hooksmith.openapi.grammar import walk
from hooksmith.openapi.references import resolve_local
from support.made import generate

from .paths import ROOT


@dataclass(frozen=True)
class Generated:
    """`api` is the IR, `normal` the bundled document that it was read from, `names` pointer → class name in it."""

    provider: str
    api: Api
    normal: Normal
    names: dict[str, str]

    @classmethod
    def of(cls, provider: str) -> Generated:
        config = load_config(ROOT / "pyproject.toml")
        spec = config.apis[provider].spec
        api, normal = generate(spec, config.settings(provider)).api, normalize(load(spec))
        return cls(provider, api, normal, assign_class_names(normal.document, {}).names)

    def module(self, name: str = "") -> Any:
        """The package, or a module of it."""
        return importlib.import_module(
            f"hooksmith_providers.{self.provider}" + (f".{name}" if name else "")
        )

    def operations(self) -> Iterator[tuple[str, ApiOperation]]:
        """(name of the resource, operation)"""
        for resource in self.api.resources:
            for operation in resource.operations:
                yield resource.name, operation

    def constant(self, operation: str) -> Any:
        """Return the HTTP details of an operation."""
        for resource, candidate in self.operations():
            if candidate.name == operation:
                return getattr(self.module(f"operations.{resource}"), operation.upper())
        raise KeyError(operation)

    def adapter(self, operation: str, status: str | None) -> TypeAdapter[Any]:
        """Reads and writes a reply, or the body of the request where there is no status."""
        constant = self.constant(operation)
        if status is None:
            return TypeAdapter(constant.body.type)
        return TypeAdapter({**constant.replies, **constant.errors}[status].type)

    def parameter_adapter(self, operation: str, location: str, name: str) -> TypeAdapter[Any]:
        attribute = {"path": "path_parameters"}.get(location, location)
        parameters = getattr(self.constant(operation), attribute)
        return TypeAdapter(next(each.type for each in parameters if each.name == name))

    # --- examples, by where they stand in the normal form

    def node(self, operation: ApiOperation) -> Any:
        return resolve_local(self.normal.document, f"#{operation.pointer}")

    def follow(self, node: Any) -> Any:
        while "$ref" in node:
            node = resolve_local(self.normal.document, node["$ref"])
        return node

    def wire_examples(self) -> Iterator[tuple[str, str | None, Any]]:
        """(operation, status or None for the request, value)"""
        for _, operation in self.operations():
            node = self.node(operation)
            holders = {None: node.get("requestBody", {}), **node.get("responses", {})}
            for status, holder in holders.items():
                for content in self.follow(holder).get("content", {}).values():
                    for value in values(content):
                        yield operation.name, status, value

    def parameter_examples(self) -> Iterator[tuple[str, str, str, Any]]:
        """(operation, location, wire name, value)"""
        for _, operation in self.operations():
            for node in self.node(operation).get("parameters", ()):
                parameter = self.follow(node)
                schema = self.follow(parameter.get("schema", {}))
                for value in [*values(parameter), *schema.get("examples", ())]:
                    yield operation.name, parameter["in"], parameter["name"], value

    def schema_examples(self) -> Iterator[tuple[Any, str | None, Any]]:
        """(class, wire name or None for the whole, value) for each example of a named schema and its properties."""
        for visit in walk("openapi", self.normal.document):
            if visit.kind != "schema":
                continue
            for value in visit.node.get("examples", ()):
                owner, _, last = visit.pointer.rpartition("/properties/")
                if visit.pointer in self.names:
                    yield self.definition(self.names[visit.pointer]), None, value
                elif owner in self.names:
                    model = self.definition(self.names[owner])
                    yield model, last.replace("~1", "/").replace("~0", "~"), value

    def definition(self, name: str) -> Any:
        models = self.module("models")
        return getattr(models if hasattr(models, name) else self.module("events"), name)

    @staticmethod
    def field_name(model: Any, wire: str) -> str:
        """The attribute for a property."""
        generator = model.model_config.get("alias_generator") or str
        for name, info in model.model_fields.items():
            if wire == (info.alias if info.alias is not None else generator(name)):
                return str(name)
        raise KeyError(wire)

    # --- another generator

    def named_examples(self) -> Iterator[tuple[str, Any]]:
        """(name in `named_schemas`, value) of deliveries and bodies."""
        for event in self.api.events.events:
            if event.example is not None:
                yield f"Example{event.model}", event.example
        for name, status, value in self.wire_examples():
            yield wire_name(name, status), value

    def named_schemas(self) -> dict[str, Any]:
        """The components, and the schemas of all deliveries and bodies under names of their own."""
        document = self.normal.document
        found = dict(document.get("components", {}).get("schemas", {}))
        for visit in walk("openapi", document):
            if (
                visit.kind == "schema"
                and visit.pointer in self.names
                and visit.pointer.startswith("/webhooks/")
            ):
                found[f"Example{self.names[visit.pointer]}"] = visit.node
        for event in self.api.events.events:
            if event.model in found:
                found[f"Example{event.model}"] = {
                    "allOf": [{"$ref": f"#/components/schemas/{event.model}"}]
                }
        for _, operation in self.operations():
            node = self.node(operation)
            for status, holder in {
                None: node.get("requestBody", {}),
                **node.get("responses", {}),
            }.items():
                for content in self.follow(holder).get("content", {}).values():
                    if "schema" in content:
                        found[wire_name(operation.name, status)] = {"allOf": [content["schema"]]}
        return found

    def by_datamodel_code_generator(self, folder: Path) -> Any:
        """The module that datamodel-code-generator makes of `named_schemas`."""
        from datamodel_code_generator import generate as run
        from datamodel_code_generator.enums import DataModelType, InputFileType

        document = {
            "openapi": "3.1.0",
            "info": {"title": "x", "version": "1"},
            "paths": {},
            "components": {"schemas": without_formats(self.named_schemas())},
        }
        output = folder / f"independent_{self.provider}.py"
        run(
            json.dumps(document),
            input_file_type=InputFileType.OpenAPI,
            output=output,
            output_model_type=DataModelType.PydanticV2BaseModel,
            formatters=[],
        )
        spec = importlib.util.spec_from_file_location(output.stem, output)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[output.stem] = module
        spec.loader.exec_module(module)
        return module


def values(holder: Any) -> Iterator[Any]:
    """The examples of a media type or a parameter."""
    if "example" in holder:
        yield holder["example"]
    for example in (holder.get("examples") or {}).values():
        yield example["value"]


def without_formats(node: Any) -> Any:
    """`node` without the formats for which pydantic wants further packages."""
    if isinstance(node, list):
        return [without_formats(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: without_formats(value) for key, value in node.items()}
    if schema.get("format") in ("email", "ulid"):
        del schema["format"]
    return schema


def wire_name(operation: str, status: str | None) -> str:
    """A class name for a body or a reply."""
    words = [*operation.split("_"), "request" if status is None else f"reply{status}"]
    return "Example" + "".join(word.capitalize() for word in words)
