"""Payloads of the events of an OpenAPI 3.1 document, in every form that its schemas allow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

SAMPLES = {
    "string": "text",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "null": None,
    "date-time": "2026-01-02T03:04:05Z",
    "date": "2026-01-02",
}


class Payloads:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def events(self) -> Iterator[tuple[str, Any]]:
        """(event type, body); the type is what the body says, or the webhook's name."""
        for name, item in self._document["webhooks"].items():
            for content in item["post"]["requestBody"]["content"].values():
                for body in self.variants(content["schema"]):
                    if isinstance(body, dict):
                        yield body.get("type", name), body

    def variants(self, schema: dict[str, Any]) -> list[Any]:
        """Values of the schema: the usual one first, then others that differ from it in one part."""
        schema = self._resolved(schema)
        if "const" in schema:
            return [schema["const"]]
        if "enum" in schema:
            return list(schema["enum"])
        if "oneOf" in schema:
            return [value for option in schema["oneOf"] for value in self.variants(option)]
        if "allOf" in schema:
            return self.variants(self._merged(schema["allOf"]))
        types = schema.get("type", "object" if "properties" in schema else "string")
        found: list[Any] = []
        for name in types if isinstance(types, list) else [types]:
            found += self._of_type(name, schema)
        return found

    def _of_type(self, name: str, schema: dict[str, Any]) -> list[Any]:
        if name == "array":
            return [[value] for value in self.variants(schema["items"])]
        if name == "object":
            if "properties" in schema:
                return self._objects(schema)
            extra = schema.get("additionalProperties")
            values = self.variants(extra) if isinstance(extra, dict) else ["text"]
            return [{"key": value} for value in values]
        return [SAMPLES[schema.get("format", name) if name == "string" else name]]

    def _objects(self, schema: dict[str, Any]) -> list[Any]:
        parts = {name: self.variants(item) for name, item in schema["properties"].items()}
        usual = {name: values[0] for name, values in parts.items()}
        optional = [name for name in parts if name not in schema.get("required", ())]
        others = [{**usual, name: it} for name, values in parts.items() for it in values[1:]]
        less = [{name: it for name, it in usual.items() if name != gone} for gone in optional]
        least = {name: it for name, it in usual.items() if name not in optional}
        return [usual, *others, *less, least]

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            node: Any = self._document
            for key in schema["$ref"][2:].split("/"):
                node = node[key]
            schema = node
        return schema

    def _merged(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        merged: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        for part in map(self._resolved, parts):
            merged["properties"] |= part.get("properties", {})
            merged["required"] += part.get("required", [])
        return merged
