"""Edits of a document's text, as people make them and worse: each a function of a random source."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Edit = Callable[[str, Random], str]
"""A text, and what an edit made of it."""

_KEYED = re.compile(r"^(\s*(?:- )?)(['\"]?[\w$./-]+['\"]?):( .*)?$")


def edited_line(text: str, random: Random) -> str:
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


def edited_object(text: str, random: Random) -> str:
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
        holder["properties"][f"edited_{random.randrange(99)}"] = random.choice(kinds)
    else:
        holder["description"] = "Edited."
    return _written(data, text)


def _written(data: Any, text: str) -> str:
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


# --- what comes and goes -----------------------------------------------------------------------------------------


def _with_inline(data: dict[str, Any], random: Random) -> None:
    _add_property(data, random, random.choice(_INLINE))


def _with_reference(data: dict[str, Any], random: Random) -> None:
    _add_property(data, random, {"$ref": random.choice(_components(data))})


def _add_property(data: dict[str, Any], random: Random, schema: Any) -> None:
    holders = [it["properties"] for it in _objects(data) if _is_object(it)]
    if holders:
        holder = random.choice(holders)
        holder[f"edited_{random.randrange(99)}"] = schema


def _is_object(node: dict[str, Any]) -> bool:
    return node.get("type") == "object" and isinstance(node.get("properties"), dict)


_INLINE: tuple[Any, ...] = (
    {"type": "string", "enum": ["one", "two"]},
    {"type": "object", "properties": {"inner": {"type": "boolean"}}},
    {"type": "array", "items": {"type": "object", "properties": {"of": {"enum": ["a", "b"]}}}},
    {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"one": {"type": "integer"}}}]},
)


def _without_property(data: dict[str, Any], random: Random) -> None:
    """A property goes: with definitions inside, or a reference, if there are such."""
    found = [
        (it["properties"], name)
        for it in _objects(data)
        if _is_object(it)
        for name, schema in it["properties"].items()
        if name not in (it.get("required") or ())
        and isinstance(schema, dict)
        and ("$ref" in json.dumps(schema) or "enum" in schema or "properties" in schema)
    ]
    if found:
        holder, name = random.choice(found)
        del holder[name]


def _with_schema(data: dict[str, Any], random: Random) -> None:
    schemas = _schemas(data)
    items = [*schemas.items()]
    items.insert(
        random.randrange(len(items) + 1), (f"Edited{random.randrange(999)}", _new(data, random))
    )
    schemas.clear()
    schemas.update(items)


def _new(data: dict[str, Any], random: Random) -> Any:
    properties = {
        "more": random.choice(_INLINE),
        "other": {"$ref": random.choice(_components(data))},
    }
    return {"type": "object", "properties": properties}


def _with_schema_in_use(data: dict[str, Any], random: Random) -> None:
    name = f"Edited{random.randrange(999)}"
    _add_property(data, random, {"$ref": f"#/components/schemas/{name}"})
    _schemas(data)[name] = _new(data, random)


def _without_schema(data: dict[str, Any], random: Random) -> None:
    """A schema goes that nothing refers to, if there is one."""
    said = json.dumps(data)
    free = [it for it in _schemas(data) if f'/{it}"' not in said and f'"{it}"' not in said[1:]]
    free = free or [it for it in _schemas(data) if f'/{it}"' not in said]
    if free:
        del _schemas(data)[random.choice(free)]


def _with_operation(data: dict[str, Any], random: Random) -> None:
    """A path like another one, or another method of one."""
    paths = data.get("paths") or {}
    found = [
        (path, method)
        for path, item in paths.items()
        if isinstance(item, dict)
        for method in ("get", "post", "put", "delete", "patch")
        if isinstance(item.get(method), dict)
    ]
    if not found:
        return
    path, method = random.choice(found)
    operation = json.loads(json.dumps(paths[path][method]))
    number = random.randrange(999)
    if "operationId" in operation:
        operation["operationId"] += f"Edited{number}"
    if random.random() < 0.5:
        paths[f"{path}/edited{number}"] = {method: operation}
    else:
        paths[path].setdefault("head", operation)


def _without_operation(data: dict[str, Any], random: Random) -> None:
    paths = data.get("paths") or {}
    if len(paths) > 1:
        del paths[random.choice([*paths])]


def _schemas(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data.setdefault("components", {}).setdefault("schemas", {})
    return found


_CHANGES: dict[str, Callable[[dict[str, Any], Random], None]] = {
    "inline definition comes": _with_inline,
    "reference comes": _with_reference,
    "definition or reference goes": _without_property,
    "schema comes": _with_schema,
    "schema comes with its user": _with_schema_in_use,
    "schema goes": _without_schema,
    "operation comes": _with_operation,
    "operation goes": _without_operation,
}


def _in_json(change: Callable[[dict[str, Any], Random], None]) -> Edit:
    def edit(text: str, random: Random) -> str:
        data = json.loads(text)
        change(data, random)
        return _written(data, text)

    return edit


JSON_EDITS: dict[str, Edit] = {
    "value": edited_object,
    **{name: _in_json(change) for name, change in _CHANGES.items()},
}


# --- the same in lines of YAML -----------------------------------------------------------------------------------

_PROPERTIES_LINE = re.compile(r"^( +)properties:$")
_ENTRY = re.compile(r"^( +)(['\"]?[\w$/{}.-]+['\"]?):( .*)?$")


def _insert_property(lines: list[str], random: Random, schema: Any) -> None:
    """In flow style, for JSON is YAML."""
    places = [at for at, line in enumerate(lines[:-1]) if _PROPERTIES_LINE.match(line)]
    if places:
        at = random.choice(places)
        indent = " " * (len(lines[at + 1]) - len(lines[at + 1].lstrip()))
        lines.insert(at + 1, f"{indent}edited_{random.randrange(99)}: {json.dumps(schema)}")


def _schema_lines(lines: list[str]) -> list[int]:
    """Where the keys of component schemas are, so far as they are written in block style."""
    start = next(
        (at for at, line in enumerate(lines) if line.startswith("components:")), len(lines)
    )
    return _children(lines, start, "  schemas:")


def _children(lines: list[str], start: int, header: str) -> list[int]:
    """The lines of the keys right below a header."""
    found: list[int] = []
    depth = len(header) - len(header.lstrip())
    inside = False
    for at in range(start, len(lines)):
        line = lines[at]
        if line == header:
            inside = True
        elif inside and line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        elif inside and (entry := _ENTRY.match(line)) and len(entry[1]) == depth + 2:
            found.append(at)
    return found


def _block_end(lines: list[str], at: int) -> int:
    """Behind the last line of the key at a line, and of what is below it."""
    depth = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while (
        end < len(lines)
        and lines[end].strip()
        and len(lines[end]) - len(lines[end].lstrip()) > depth
    ):
        end += 1
    return end


def _name_at(lines: list[str], at: int) -> str:
    return lines[at].partition(":")[0].strip().strip("'\"")


def _reference_to(lines: list[str], random: Random) -> dict[str, str]:
    names = [_name_at(lines, at) for at in _schema_lines(lines)]
    return {"$ref": f"#/components/schemas/{random.choice(names or ['None'])}"}


def _line_inline(lines: list[str], random: Random) -> None:
    _insert_property(lines, random, random.choice(_INLINE))


def _line_reference(lines: list[str], random: Random) -> None:
    _insert_property(lines, random, _reference_to(lines, random))


def _line_less(lines: list[str], random: Random) -> None:
    """A property, or whatever else a mapping in block style has, goes."""
    found = [
        at
        for at, line in enumerate(lines)
        if _PROPERTIES_LINE.match(lines[at - 1]) and _ENTRY.match(line)
    ]
    if found:
        at = random.choice(found)
        del lines[at : _block_end(lines, at)]


def _line_schema(lines: list[str], random: Random, name: str = "") -> None:
    places = _schema_lines(lines)
    if places:
        properties = {"more": random.choice(_INLINE), "other": _reference_to(lines, random)}
        schema = json.dumps({"type": "object", "properties": properties})
        named = name or f"Edited{random.randrange(999)}"
        lines.insert(random.choice(places), f"    {named}: {schema}")


def _line_schema_in_use(lines: list[str], random: Random) -> None:
    name = f"Edited{random.randrange(999)}"
    _insert_property(lines, random, {"$ref": f"#/components/schemas/{name}"})
    _line_schema(lines, random, name)


def _line_schema_gone(lines: list[str], random: Random) -> None:
    text = "\n".join(lines)
    free = [at for at in _schema_lines(lines) if f"/{_name_at(lines, at)}'" not in text]
    free = [at for at in free if not re.search(f'/{_name_at(lines, at)}["}} \n]', text)]
    if free:
        at = random.choice(free)
        del lines[at : _block_end(lines, at)]


def _line_path(lines: list[str], random: Random) -> None:
    """A path item of a new path, the copy of another one."""
    places = _children(lines, 0, "paths:")
    if places:
        at = random.choice(places)
        block = lines[at : _block_end(lines, at)]
        number = random.randrange(999)
        block[0] = (
            block[0].replace(":", f"/edited{number}:", 1) if "'" not in block[0] else block[0]
        )
        copied = [re.sub(r"(operationId: \S+)", rf"\1Edited{number}", line) for line in block]
        lines[at:at] = copied


def _line_path_gone(lines: list[str], random: Random) -> None:
    places = _children(lines, 0, "paths:")
    if len(places) > 1:
        at = random.choice(places)
        del lines[at : _block_end(lines, at)]


_LINE_CHANGES: dict[str, Callable[[list[str], Random], None]] = {
    "inline definition comes": _line_inline,
    "reference comes": _line_reference,
    "definition or reference goes": _line_less,
    "schema comes": _line_schema,
    "schema comes with its user": _line_schema_in_use,
    "schema goes": _line_schema_gone,
    "operation comes": _line_path,
    "operation goes": _line_path_gone,
}


def _in_lines(change: Callable[[list[str], Random], None]) -> Edit:
    def edit(text: str, random: Random) -> str:
        lines = text.split("\n")
        change(lines, random)
        return "\n".join(lines)

    return edit


YAML_EDITS: dict[str, Edit] = {
    "value": edited_line,
    **{name: _in_lines(change) for name, change in _LINE_CHANGES.items()},
}
