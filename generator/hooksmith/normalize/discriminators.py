"""What a discriminator implies is written down: each option of the union states the values it is chosen by."""

from __future__ import annotations

from typing import Any

from ..json_pointer import split
from ..openapi.grammar import Node, walk
from ..openapi.references import resolve_local


def imply_tags(document: Node) -> None:
    """Give every option of a discriminated union its tag as `const` or `enum`, where it does not say so itself."""
    wanted: dict[int, tuple[Node, str, list[str]]] = {}
    for visit in walk("openapi", document):
        if visit.kind == "schema" and isinstance(visit.node.get("discriminator"), dict):
            for option, name, value in _chosen(document, visit.node):
                _, _, values = wanted.setdefault(id(option), (option, name, []))
                if value not in values:
                    values.append(value)
    for option, name, values in wanted.values():
        _state(document, option, name, values)


def _chosen(document: Node, union: Node) -> list[tuple[Node, str, str]]:
    """Option, property and value, for each choice that the discriminator of `union` offers."""
    discriminator = union["discriminator"]
    name = discriminator.get("propertyName")
    options = [*(union.get("oneOf") or ()), *(union.get("anyOf") or ())]
    references = [
        option["$ref"] for option in options if isinstance(option, dict) and "$ref" in option
    ]
    values: dict[str, list[str]] = {}
    for value, target in (discriminator.get("mapping") or {}).items():
        values.setdefault(_as_reference(target), []).append(value)
    found = []
    for reference in references:
        option = resolve_local(document, reference)
        if isinstance(option, dict) and isinstance(name, str):
            for value in values.get(reference, [split(reference)[-1]]):
                found.append((option, name, value))
    return found


def _as_reference(target: str) -> str:
    return target if target.startswith("#") else f"#/components/schemas/{target}"


def _state(document: Node, option: Node, name: str, values: list[str]) -> None:
    if _says(document, option, name, values):
        return
    own = option.setdefault("properties", {})
    previous = own.get(name)
    base: dict[str, Any] = previous if isinstance(previous, dict) and "$ref" not in previous else {}
    kept = {key: value for key, value in base.items() if key in ("description", "title")}
    own[name] = {
        **kept,
        **(
            {"const": values[0]}
            if len(values) == 1
            else {"anyOf": [{"const": value} for value in values]}
        ),
    }


def _says(
    document: Node, schema: Any, name: str, values: list[str], seen: set[int] | None = None
) -> bool:
    """Whether the schema, or one it builds on or offers, states values of its own that `values` would contradict.

    An option may be a union itself (`oneOf: [Error, StreamEvent]`): its options say what they are chosen by.
    """
    seen = set() if seen is None else seen
    if not isinstance(schema, dict) or id(schema) in seen:
        return False
    seen.add(id(schema))
    if "$ref" in schema:
        return _says(document, resolve_local(document, schema["$ref"]), name, values, seen)
    stated = (schema.get("properties") or {}).get(name)
    if isinstance(stated, dict) and "$ref" in stated:
        stated = resolve_local(document, stated["$ref"])
    if isinstance(stated, dict) and (
        "const" in stated or not set(values) <= set(stated.get("enum") or values)
    ):
        return True
    parts = [part for key in ("allOf", "oneOf", "anyOf") for part in schema.get(key) or ()]
    return any(_says(document, part, name, values, seen) for part in parts)
