"""The smallest changes by which a document describes the received values, as an OpenAPI Overlay."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from ..ir import Position
from ..json_pointer import split
from ..load.document import Document
from ..normalize.sources import Sources
from .findings import Rule
from .inference import Inference
from .report import DriftReport, Row

Action = dict[str, Any]
_KEPT = ("description", "title", "deprecated")


def suggest(
    report: DriftReport, sources: Sources, position: Position | None
) -> tuple[dict[str, Any] | None, list[Row]]:
    """Return an overlay for the rows of a report, or None if none is needed, and the rows that it cannot reach.

    An overlay reaches the document itself, and none of the files that it refers to. `position`: of the event type.
    """
    writer = _Writer(sources, position)
    actions: list[Action] = []
    unreached: list[Row] = []
    for row in report.rows:
        row_actions = list(writer.actions(row))
        actions += row_actions
        if not row_actions:
            unreached.append(row)
    if not actions:
        return None, unreached
    title = f"What {report.deliveries} deliveries have beside {sources.root.path.name}"
    return {
        "overlay": "1.0.0",
        "info": {"title": title, "version": "1"},
        "actions": actions,
    }, unreached


class _Writer:
    def __init__(self, sources: Sources, position: Position | None) -> None:
        self._sources = sources
        self._document: Document = sources.root
        # Actions see the document as earlier ones have left it.
        self._data: Any = copy.deepcopy(sources.root.data)
        self._position = position
        self._inference = Inference(has_type_lists=not self._is_30)

    @property
    def _is_30(self) -> bool:
        return str(self._data.get("openapi", "")).startswith("3.0")

    def actions(self, row: Row) -> Iterator[Action]:
        if row.rule == "event-unknown":
            yield self._webhook(row)
            return
        document, pointer = self._sources.source(row.spot.pointer)
        if document is not self._document:
            return
        keys = _steps(self._data, split(pointer))
        node = _at(self._data, keys) if keys is not None else None
        if keys is None or not isinstance(node, dict):
            return
        makers: dict[Rule, Any] = {
            "property-undeclared": self._property,
            "property-missing": self._optional,
            "null-undeclared": self._null,
            "type-different": self._type,
            "value-unlisted": self._value,
            "option-unknown": self._option,
        }
        for action in makers[row.rule](row, keys, node):
            yield {**action, "description": f"{row.count}×: {row.message}"}

    def _webhook(self, row: Row) -> Action:
        schema = self._inference.schema(row.samples)
        name = str(row.spot.owner)
        if self._position is not None and self._position.pointer:
            _set_constant(schema, split(self._position.pointer), name)
        item = {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": schema}}},
                "responses": {"200": {"description": "Received."}},
            }
        }
        key = next((each for each in ("webhooks", "x-webhooks") if each in self._data), None)
        key = key or ("x-webhooks" if self._is_30 else "webhooks")
        return {
            "target": "$",
            "update": {key: {name: item}},
            "description": f"{row.count}×: {row.message}",
        }

    def _property(self, row: Row, keys: list[str | int], node: Any) -> Iterator[Action]:
        schema = self._inference.schema(row.samples)
        yield {"target": json_path(keys), "update": {"properties": {row.detail: schema}}}

    def _optional(self, row: Row, keys: list[str | int], node: Any) -> Iterator[Action]:
        """`required` stands in the schema, or in a part of its `allOf`."""
        for place in _required_places(node, keys, row.detail):
            yield {"target": f"{json_path(place)}[?@ == {_quoted(row.detail)}]", "remove": True}

    def _null(self, row: Row, keys: list[str | int], node: Any) -> Iterator[Action]:
        if self._is_30 and "$ref" not in node:
            yield self._update(keys, node, {"nullable": True})
            if "enum" in node:
                yield {"target": json_path([*keys, "enum"]), "update": None}
        else:
            yield from self._alternative(keys, node, {"type": "null"})

    def _type(self, row: Row, keys: list[str | int], node: Any) -> Iterator[Action]:
        schema = self._inference.schema(row.samples)
        if row.detail == "number" and node.get("type") == "integer":
            yield self._update(keys, node, {"type": "number"})
        elif row.detail == "string" and node.get("type") == "string" and "format" in node:
            yield {"target": json_path([*keys, "format"]), "remove": True}
            del node["format"]
        else:
            yield from self._alternative(keys, node, schema)

    def _value(self, row: Row, keys: list[str | int], node: Any) -> Iterator[Action]:
        if "enum" in node:
            node["enum"] = [*node["enum"], row.samples[0]]
            yield {"target": json_path([*keys, "enum"]), "update": row.samples[0]}
        elif "const" in node:
            yield self._update(keys, node, {"enum": [node["const"], row.samples[0]]})
            yield {"target": json_path([*keys, "const"]), "remove": True}
            del node["const"]

    def _option(self, row: Row, keys: list[str | int], node: Any) -> Iterator[Action]:
        schema = self._inference.schema(row.samples)
        keyword = next((each for each in ("oneOf", "anyOf") if each in node), None)
        if keyword is None:
            return
        tag = (node.get("discriminator") or {}).get("propertyName")
        if tag is not None and isinstance(row.samples[0], dict):
            _set_constant(schema, [tag], row.samples[0].get(tag))
        yield {"target": json_path([*keys, keyword]), "update": schema}

    def _alternative(
        self, keys: list[str | int], node: dict[str, Any], schema: dict[str, Any]
    ) -> Iterator[Action]:
        """Actions that let a schema describe a further one."""
        plain = schema.keys() == {"type"} and isinstance(schema["type"], str)
        if plain and not self._is_30 and isinstance(node.get("type"), str) and "enum" not in node:
            yield self._update(keys, node, {"type": [node["type"], schema["type"]]})
        elif plain and isinstance(node.get("type"), list) and "enum" not in node:
            node["type"] = [*node["type"], schema["type"]]
            yield {"target": json_path([*keys, "type"]), "update": schema["type"]}
        elif "anyOf" in node and not node.keys() - {"anyOf", *_KEPT}:
            node["anyOf"] = [*node["anyOf"], schema]
            yield {"target": json_path([*keys, "anyOf"]), "update": schema}
        else:
            before = {key: each for key, each in node.items() if key not in _KEPT}
            for key in before:
                yield {"target": json_path([*keys, key]), "remove": True}
                del node[key]
            yield self._update(keys, node, {"anyOf": [before, schema]})

    def _update(self, keys: list[str | int], node: dict[str, Any], update: Any) -> Action:
        node.update(copy.deepcopy(update))
        return {"target": json_path(keys), "update": update}


def _set_constant(schema: dict[str, Any], path: list[str], constant: Any) -> None:
    """Give a property of an inferred schema one value, as far as the schema has it."""
    node = schema
    for key in path:
        node = node.get("properties", {}).get(key, {})
    if node:
        node.clear()
        node["enum"] = [constant]


def _required_places(
    node: dict[str, Any], keys: list[str | int], name: str
) -> Iterator[list[str | int]]:
    if name in node.get("required", ()):
        yield [*keys, "required"]
    for index, part in enumerate(node.get("allOf", ())):
        if isinstance(part, dict):
            yield from _required_places(part, [*keys, "allOf", index], name)


def _steps(data: Any, tokens: list[str]) -> list[str | int] | None:
    """Return the keys and indices of a pointer; None if it leads nowhere."""
    steps: list[str | int] = []
    for token in tokens:
        if isinstance(data, list) and token.isdecimal() and int(token) < len(data):
            steps.append(int(token))
            data = data[int(token)]
        elif isinstance(data, dict) and token in data:
            steps.append(token)
            data = data[token]
        else:
            return None
    return steps


def _at(data: Any, steps: list[str | int]) -> Any:
    for step in steps:
        data = data[step]
    return data


def json_path(steps: list[str | int]) -> str:
    """Return a JSONPath (RFC 9535) that selects one value."""
    return "$" + "".join(
        f"[{step}]" if isinstance(step, int) else f"[{_quoted(step)}]" for step in steps
    )


def _quoted(text: str) -> str:
    """A string literal of RFC 9535."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in escaped)
    return f"'{text}'"
