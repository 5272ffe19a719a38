"""The schema of samples: types, properties, and the properties that all samples have."""

from __future__ import annotations

import re
from typing import Any

from .findings import json_type

_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")

Schema = dict[str, Any]


class Inference:
    """Infers schemas. `has_type_lists`: whether `type` may be a list, as from OpenAPI 3.1 on."""

    def __init__(self, *, has_type_lists: bool) -> None:
        self._has_type_lists = has_type_lists

    def schema(self, samples: list[Any]) -> Schema:
        """Return a schema that describes all samples and asserts no more than they show."""
        types = dict.fromkeys(json_type(sample) for sample in samples)
        if "number" in types:
            types.pop("integer", None)
        by_type = {
            name: [each for each in samples if json_type(each) in _names(name)] for name in types
        }
        schemas = [self._of_type(name, members) for name, members in by_type.items()]
        if len(schemas) == 1:
            return schemas[0]
        if self._has_type_lists and all(schema.keys() == {"type"} for schema in schemas):
            return {"type": list(types)}
        if not self._has_type_lists and "null" in types and len(schemas) == 2:
            rest = next(schema for schema in schemas if schema.get("type") != "null")
            return {**rest, "nullable": True}
        return {"anyOf": schemas}

    def _of_type(self, name: str, samples: list[Any]) -> Schema:
        match name:
            case "object":
                return self._object(samples)
            case "array":
                items = [item for sample in samples for item in sample]
                return {"type": "array", "items": self.schema(items) if items else {}}
            case "string" if all(map(_DATE_TIME.fullmatch, samples)):
                return {"type": "string", "format": "date-time"}
            case "null" if not self._has_type_lists:
                return {"nullable": True}
        return {"type": name}

    def _object(self, samples: list[dict[str, Any]]) -> Schema:
        names = dict.fromkeys(name for sample in samples for name in sample)
        required = [name for name in names if all(name in sample for sample in samples)]
        properties = {
            name: self.schema([sample[name] for sample in samples if name in sample])
            for name in names
        }
        schema: Schema = {"type": "object", "properties": properties}
        return {**schema, "required": required} if required else schema


def _names(name: str) -> tuple[str, ...]:
    """The JSON types of samples that a type describes."""
    return ("number", "integer") if name == "number" else (name,)
