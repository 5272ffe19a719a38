"""Objects of Swagger 2.0 → objects of OpenAPI 3.1, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..openapi.grammar import Node

_FLOWS = {
    "accessCode": "authorizationCode",
    "application": "clientCredentials",
    "implicit": "implicit",
    "password": "password",
}


def relocate(places: Mapping[str, str], pointer: str) -> str | None:
    """Return the new pointer of a value below one of the moved `places`; None if it was not moved."""
    head, below = pointer, ""
    while head:
        if head in places:
            return places[head] + below
        head, _, step = head.rpartition("/")
        below = f"/{step}{below}"
    return None


def security_scheme(facts: Node) -> Node:
    """Return the Security Scheme Object of 3.1 for a Security Definition of 2.0."""
    annotations = {
        key: value for key, value in facts.items() if key == "description" or key.startswith("x-")
    }
    match facts.get("type"):
        case "basic":
            return {"type": "http", "scheme": "basic", **annotations}
        case "oauth2":
            flow: Node = {
                key: facts[key] for key in ("authorizationUrl", "tokenUrl") if key in facts
            }
            flow["scopes"] = mapping(facts.get("scopes"))
            name = _FLOWS.get(str(facts.get("flow")), "implicit")
            return {"type": "oauth2", "flows": {name: flow}, **annotations}
    return facts


def field_schema(field: Node) -> Node:
    """Return the schema of a form field, with the description of the field."""
    schema: Node = dict(mapping(field.get("schema")))
    if "description" in field:
        schema.setdefault("description", field["description"])
    return schema


def file_as_binary(schema: Any) -> Any:
    """Return the schema of a file in 3.1 for `type: file`; any other schema unchanged."""
    if isinstance(schema, dict) and schema.get("type") == "file":
        return {**schema, "type": "string", "format": "binary"}
    return schema


def drop_nested_formats(schema: Node) -> None:
    """Delete `collectionFormat` from the item schemas of an array."""
    items = schema.get("items")
    while isinstance(items, dict):
        items.pop("collectionFormat", None)
        items = items.get("items")


def objects(value: Any) -> Iterable[tuple[str, Node]]:
    """Return the objects in a map, without extensions. Values of other types are repaired in `repair/`."""
    return [
        (key, item)
        for key, item in mapping(value).items()
        if isinstance(item, dict) and not key.startswith("x-")
    ]


def mapping(value: Any) -> Node:
    """Return an object; {} for any other value."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> list[str]:
    """Return the texts in an array; [] for any other value."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def stripped_text(value: Any) -> str:
    """Return a text without white space around it; empty for any other value."""
    return value.strip() if isinstance(value, str) else ""
