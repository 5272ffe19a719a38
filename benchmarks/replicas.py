"""Large documents made of renamed copies of a smaller document."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

LETTERS = "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu".split()


def replicated(document: dict[str, Any], times: int) -> dict[str, Any]:
    """Return a document with `times` copies of a document, whose components, paths and tags are renamed."""
    whole = copy.deepcopy(document)
    for letter in LETTERS[: times - 1]:
        renamed = _renamed(document, letter)
        whole["paths"] |= renamed["paths"]
        for kind, entries in renamed.get("components", {}).items():
            if kind != "securitySchemes":
                whole["components"][kind] |= entries
    return whole


def _renamed(document: dict[str, Any], letter: str) -> dict[str, Any]:
    copied: dict[str, Any] = _walk(document, lambda key, value: _rename(key, value, letter))
    copied["paths"] = {f"/{letter.lower()}{path}": item for path, item in copied["paths"].items()}
    copied["components"] = {
        kind: {f"{name}{letter}": entry for name, entry in entries.items()}
        for kind, entries in copied.get("components", {}).items()
    }
    return copied


def _walk(value: Any, rename: Callable[[str, Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: rename(key, _walk(item, rename)) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, rename) for item in value]
    return value


def _rename(key: str, value: Any, letter: str) -> Any:
    if key == "$ref" and isinstance(value, str) and value.startswith("#/components/"):
        kind, _, rest = value.removeprefix("#/components/").partition("/")
        name, slash, deeper = rest.partition("/")
        return f"#/components/{kind}/{name}{letter}{slash}{deeper}"
    if key == "operationId" and isinstance(value, str):
        return value + letter
    if key == "tags" and isinstance(value, list) and all(isinstance(tag, str) for tag in value):
        return [f"{tag} {letter}" for tag in value]
    if key == "mapping" and isinstance(value, dict):
        return {kind: _rename("$ref", target, letter) for kind, target in value.items()}
    return value
