"""Edits of a document's text, as people make them and worse: each a function of a random source."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Edit = Callable[[str, Random], str]

_KEYED = re.compile(r"^(\s*(?:- )?)(['\"]?[\w$./-]+['\"]?):( .*)?$")


def edited_yaml(text: str, random: Random) -> str:
    """YAML with one line of it changed, gone, or copied under another key."""
    lines = text.split("\n")
    start = next((at for at, line in enumerate(lines) if line.startswith("components:")), 0)
    index = random.randrange(start if random.random() < 0.8 else 0, len(lines))
    found = _KEYED.match(lines[index])
    choice = random.random()
    if choice < 0.2 or not found:
        lines[index : index + 1] = [] if choice < 0.1 else [f"{lines[index]} edited"]
    elif choice < 0.35:
        lines.insert(index, f"{found[1].replace('-', ' ')}x-edited: {random.randrange(9)}")
    elif choice < 0.5:
        indent = found[1].replace("-", " ")
        lines.insert(index, f"{indent}{random.choice(_KEYS)}: {random.choice(_VALUES)}")
    elif choice < 0.6:
        lines[index] = f"{found[1]}{found[2]}2:{found[3] or ''}"
    else:
        lines[index] = f"{found[1]}{found[2]}: {random.choice(_VALUES)}"
    return "\n".join(lines)


_KEYS = (
    "description", "title", "deprecated", "readOnly", "writeOnly", "nullable", "default", "format",
    "minLength", "maximum", "type", "const", "enum", "required", "additionalProperties",
)  # fmt: skip
_VALUES = (
    "Another text.", "true", "false", "7", "string", "integer", "object", "uuid", "date-time",
    "[one, two]", "{type: string}", "{}", "[]", "'2'", "array", "password",
)  # fmt: skip


def edited_json(text: str, random: Random) -> str:
    """JSON with one schema, or something in an operation, changed."""
    data = json.loads(text)
    places = list(_objects(data))
    holder = random.choice(places)
    choice = random.random()
    keys = list(holder)
    if choice < 0.3 and keys:
        key = random.choice(keys)
        if isinstance(holder[key], str):
            holder[key] += " edited" if " " in holder[key] else "2"
        else:
            del holder[key]
    elif choice < 0.5:
        holder[random.choice(_KEYS)] = random.choice(_JSON_VALUES)
    elif isinstance(holder.get("properties"), dict):
        kinds = (*_PROPERTIES, {"$ref": random.choice(_components(data))})
        holder["properties"][f"edited_{random.randrange(9)}"] = random.choice(kinds)
    else:
        holder["description"] = "Edited."
    return json.dumps(data, indent=1 if "\n" in text else None, ensure_ascii=False)


_JSON_VALUES: tuple[Any, ...] = (
    "Another text.", True, False, 7, "string", "object", "uuid", ["one", "two"], {"type": "string"}, {}, [],
)  # fmt: skip
_PROPERTIES: tuple[Any, ...] = (
    {"type": "string"},
    {"type": "integer", "minimum": 3, "description": "A number."},
    {"type": "string", "enum": ["one", "two"]},
    {"type": "object", "properties": {"inner": {"type": "boolean"}}},
    {"type": "string", "format": "date-time", "readOnly": True},
)


def _components(data: dict[str, Any]) -> list[str]:
    components = data.get("components") or {}
    return [f"#/components/schemas/{name}" for name in components.get("schemas") or ("None",)]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _objects(member)
    elif isinstance(value, list):
        for member in value:
            yield from _objects(member)
