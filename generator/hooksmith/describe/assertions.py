"""Assertions of JSON Schema that no Python type says: kept in its own words, to be checked when something is sent.

The words are brought into a form without references, so that a package needs nothing but the text. What cannot be
(recursion, an expression that Python does not read) is left unchecked, and `unchecked` says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..normalize.all_of import ALSO
from ..openapi.grammar import Node
from ..openapi.references import resolve_local

_ANYWHERE = ("not", "if", "then", "else", ALSO)
_FURTHER = {
    "array": ("contains", "minContains", "maxContains", *_ANYWHERE),
    "object": ("propertyNames", "dependentRequired", "dependentSchemas", *_ANYWHERE),
    "string": _ANYWHERE,
    "number": _ANYWHERE,
    "union": _ANYWHERE,
}
_WORDS = frozenset(
    {
        *(key for keys in _FURTHER.values() for key in keys),
        *("anyOf", "minProperties", "maxProperties", "patternProperties", "prefixItems"),
    }
)
"""What an assertion beyond the type can be about at all."""
_NEVER = ("unevaluatedItems",)
_MOST = 400
"""Schemas that an assertion may be made of, what it refers to included."""

_ONE = ("not", "if", "then", "else", "contains", "propertyNames", "items", "additionalProperties")
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems", ALSO)
_MAP = ("properties", "patternProperties", "dependentSchemas")
_PLAIN = frozenset(
    """type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern
    minItems maxItems uniqueItems minContains maxContains minProperties maxProperties required
    dependentRequired""".split()
)


class _Unspeakable(Exception):
    """A schema that cannot be said without references, or not in Python."""


def assertions(document: Node, node: Node, family: str, also: tuple[str, ...] = ()) -> str:
    """What a schema asserts of a value of this family beyond its type, as JSON text; empty: nothing.

    `also`: further keywords that the type does not say in this place.
    """
    if _WORDS.isdisjoint(node):
        return ""
    stated = _stated(node, (*_FURTHER.get(family, ()), *also))
    kept = {key: value for group in stated for key, value in _speakable(document, group).items()}
    return json.dumps(_without_also(kept), ensure_ascii=True) if kept else ""


def unchecked(document: Node, node: Node, family: str) -> list[str]:
    """The keywords of a schema that are not checked, sorted."""
    every = {key for keys in _FURTHER.values() for key in keys} - {ALSO}
    said = {
        key
        for group in _stated(node, _FURTHER.get(family, ()))
        for key in (group if _speakable(document, group) else ())
    }
    return sorted((node.keys() & {*every, *_NEVER}) - said)


def _stated(node: Node, keys: tuple[str, ...]) -> list[Node]:
    """The keywords that a schema has, those together that have no meaning apart."""
    found: list[Node] = []
    for group in _TOGETHER:
        if group[0] in node and group[0] in keys:
            found.append({key: node[key] for key in group if key in node})
    alone = [key for key in keys if not any(key in group for group in _TOGETHER) and key in node]
    if "prefixItems" in alone and "items" in node:
        found.append({key: node[key] for key in ("prefixItems", "items")})
        alone.remove("prefixItems")
    return [*found, *({key: node[key]} for key in alone)]


_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("if", "then", "else"),
    ("contains", "minContains", "maxContains"),
)


def _speakable(document: Node, group: Node) -> Node:
    try:
        found: Node = _Speaker(document).schema(group, ())
    except _Unspeakable:
        return {}
    return found


def _without_also(schema: Node) -> Node:
    kept = {key: value for key, value in schema.items() if key != ALSO}
    apart = []
    for one in schema.get(ALSO, ()):
        if one.keys() <= _MERGEABLE and not one.keys() & kept.keys():
            kept.update(one)
        else:
            apart.append(one)
    return {**kept, "allOf": apart} if apart else kept


_MERGEABLE = frozenset({"oneOf", "anyOf", "not", "propertyNames"})


class _Speaker:
    """Copies schemas without references, annotations and formats."""

    def __init__(self, document: Node) -> None:
        self._document = document
        self._left = _MOST

    def schema(self, node: Any, above: tuple[str, ...]) -> Any:
        if isinstance(node, bool):
            return node
        self._left -= 1
        if not isinstance(node, dict) or not self._left:
            raise _Unspeakable
        found = {
            key: self._keyword(key, value, above) for key, value in node.items() if key in _SAID
        }
        if node.get("required") and isinstance(node.get("properties"), dict):
            found["required"] = self._sent(node)
        if "properties" in found and "additionalProperties" not in found:
            found["properties"] = {name: it for name, it in found["properties"].items() if it != {}}
            if not found["properties"]:
                del found["properties"]
        if "$ref" in node:
            target = self._target(node["$ref"], above)
            found = {"allOf": [target, found]} if found else target
        self._check(found)
        return found

    def _keyword(self, key: str, value: Any, above: tuple[str, ...]) -> Any:
        if key in _ONE:
            return self.schema(value, above)
        if key in _LIST and isinstance(value, list):
            return [self.schema(item, above) for item in value]
        if key in _MAP and isinstance(value, dict):
            return {name: self.schema(item, above) for name, item in value.items()}
        if key in _PLAIN:
            return value
        raise _Unspeakable

    def _target(self, reference: str, above: tuple[str, ...]) -> Any:
        if reference in above:
            raise _Unspeakable
        return self.schema(resolve_local(self._document, reference), (*above, reference))

    def _sent(self, node: Node) -> list[str]:
        """What is required of what we send: `readOnly` properties are not in it."""
        properties = node["properties"]
        return [name for name in node["required"] if not self._is_read_only(properties.get(name))]

    def _is_read_only(self, node: Any) -> bool:
        for _ in range(20):
            if not isinstance(node, dict) or node.get("readOnly") is True:
                return isinstance(node, dict)
            if "$ref" not in node:
                return False
            node = resolve_local(self._document, node["$ref"])
        return False

    def _check(self, schema: Mapping[str, Any]) -> None:
        """Expressions that Python does not read assert nothing, which may turn what is around them."""
        for pattern in (schema.get("pattern"), *(schema.get("patternProperties") or ())):
            if pattern is not None:
                _compile(pattern)


_SAID = frozenset({*_ONE, *_LIST, *_MAP, *_PLAIN})


def _compile(pattern: Any) -> None:
    try:
        re.compile(pattern)
    except (re.error, TypeError, OverflowError, RecursionError):
        raise _Unspeakable from None
