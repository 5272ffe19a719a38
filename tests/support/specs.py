"""The files of the curated specs, read without the generator."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .paths import SPECS

_NAMES = (
    "properties",
    "patternProperties",
    "$defs",
    "schemas",
    "responses",
    "parameters",
    "webhooks",
    "headers",
)


class _Yaml12(yaml.CSafeLoader):
    """YAML 1.2 by PyYAML: `no` and dates are texts."""


_Yaml12.yaml_implicit_resolvers = {
    first: [pair for pair in found if pair[0].rpartition(":")[2] not in ("timestamp", "bool")]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"])


@cache
def read(path: Path) -> Any:
    """A file of the specs. A `$id` that is a mere fragment identifies nothing, and is left out."""
    text = path.read_text("utf-8")
    data = json.loads(text) if path.suffix == ".json" else yaml.load(text, _Yaml12)
    if isinstance(data, dict) and str(data.get("$id", "")).startswith("#"):
        del data["$id"]
    return data


def files(provider: str) -> list[Path]:
    """All files of a provider's spec."""
    return sorted(
        path for path in (SPECS / provider).rglob("*") if path.suffix in (".yaml", ".json")
    )


def _retrieve(uri: str) -> Resource[Any]:
    return DRAFT202012.create_resource(read(Path(unquote(urlsplit(uri).path))))


REGISTRY: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]


def validator(path: Path, pointer: str) -> Draft202012Validator:
    """A validator for the schema at a place of a file; jsonschema follows the references itself."""
    schema = {"$ref": f"{path.as_uri()}#{pointer}"}
    return Draft202012Validator(
        schema, registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


@dataclass(frozen=True)
class Example:
    """An example, and the schema that it is an example of."""

    path: Path
    pointer: str
    schema: str
    value: Any


def examples(path: Path) -> Iterator[Example]:
    """Every example of a file: of media types, parameters and schemas."""
    stack = [("", read(path), False)]
    while stack:
        pointer, node, is_map = stack.pop()
        if isinstance(node, list):
            stack.extend((f"{pointer}/{index}", item, False) for index, item in enumerate(node))
        if not isinstance(node, dict):
            continue
        if not is_map:
            yield from _examples_of(path, pointer, node)
        for key, value in node.items():
            if not is_map and (
                key in ("example", "examples", "default", "const", "enum") or key.startswith("x-")
            ):
                continue
            stack.append((f"{pointer}/{_escape(key)}", value, not is_map and key in _NAMES))


def _examples_of(path: Path, pointer: str, node: dict[str, Any]) -> Iterator[Example]:
    schema = f"{pointer}/schema" if "schema" in node else pointer
    if "example" in node:
        yield Example(path, f"{pointer}/example", schema, node["example"])
    found = node.get("examples")
    if isinstance(found, list):
        for index, value in enumerate(found):
            yield Example(path, f"{pointer}/examples/{index}", schema, value)
    elif isinstance(found, dict):
        for name, example in found.items():
            if "$ref" in example:
                assert example["$ref"].startswith("#/")
                example = at(read(path), example["$ref"][1:])
            yield Example(path, f"{pointer}/examples/{_escape(name)}", schema, example["value"])


def at(data: Any, pointer: str) -> Any:
    """Return the value at a JSON Pointer."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        data = data[int(key)] if isinstance(data, list) else data[key]
    return data


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
