"""Assertions of JSON Schema that no Python type expresses, as JSON text that the runtime checks on sending.

The text has no references, so that a package needs nothing else. Recursive schemas and patterns that Python's `re`
does not read cannot be copied: `unchecked` lists their keywords.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ..normalize.all_of import ALSO
from ..openapi.grammar import Node
from ..openapi.references import resolve_local

_ANY_TYPE = ("not", "if", "then", "else", ALSO)
_KEYWORDS = {
    "array": ("contains", "minContains", "maxContains", *_ANY_TYPE),
    "object": ("propertyNames", "dependentRequired", "dependentSchemas", *_ANY_TYPE),
    "string": _ANY_TYPE,
    "number": _ANY_TYPE,
    "union": _ANY_TYPE,
}
"""Family of types → the keywords that its Python types do not express."""
_POSSIBLE = frozenset(
    {
        *(key for keys in _KEYWORDS.values() for key in keys),
        *("anyOf", "minProperties", "maxProperties", "patternProperties", "prefixItems"),
    }
)
"""All keywords that an assertion can begin with."""
_NEVER = ("unevaluatedItems",)
"""Keywords that are never checked."""
_LIMIT = 400
"""Number of schemas that an assertion may consist of, targets of references included."""

_SCHEMA = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "items",
    "additionalProperties",
)
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems", ALSO)
_MAP = ("properties", "patternProperties", "dependentSchemas")
_PLAIN = frozenset(
    """type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern
    minItems maxItems uniqueItems minContains maxContains minProperties maxProperties required
    dependentRequired""".split()
)
_COPIED = frozenset({*_SCHEMA, *_LIST, *_MAP, *_PLAIN})

_GROUPS: tuple[tuple[str, ...], ...] = (
    ("if", "then", "else"),
    ("contains", "minContains", "maxContains"),
)
"""Keywords that have a meaning only together."""
_MERGEABLE = frozenset({"oneOf", "anyOf", "not", "propertyNames"})
"""Keywords that can move from `$also` to the schema around it, where that has no such keyword."""


class _NotCopyable(Exception):
    """A schema that cannot be written without references, or that Python cannot check."""


def assertions(document: Node, node: Node, family: str, additional: tuple[str, ...] = ()) -> str:
    """Return what a schema asserts of a value beyond its type, as JSON text; empty: nothing.

    Args:
        document: The normal form.
        node: The schema.
        family: Family of its type: "array", "object", "string", "number", "union" or "".
        additional: Keywords that the type of this schema does not express either.
    """
    if _POSSIBLE.isdisjoint(node):
        return ""
    groups = _groups(node, (*_KEYWORDS.get(family, ()), *additional))
    copied = {key: value for group in groups for key, value in _copy(document, group).items()}
    return json.dumps(_without_also(copied), ensure_ascii=True) if copied else ""


def unchecked(document: Node, node: Node, family: str) -> list[str]:
    """Return the keywords of a schema that neither its type nor the runtime checks, sorted."""
    possible = {key for keys in _KEYWORDS.values() for key in keys} - {ALSO}
    checked = {
        key
        for group in _groups(node, _KEYWORDS.get(family, ()))
        for key in (group if _copy(document, group) else ())
    }
    return sorted((node.keys() & {*possible, *_NEVER}) - checked)


def _groups(node: Node, keys: tuple[str, ...]) -> list[Node]:
    """Return the keywords of a schema that are in `keys`, in groups that have a meaning together."""
    groups: list[Node] = []
    for group in _GROUPS:
        if group[0] in node and group[0] in keys:
            groups.append({key: node[key] for key in group if key in node})
    alone = [key for key in keys if not any(key in group for group in _GROUPS) and key in node]
    if "prefixItems" in alone and "items" in node:
        groups.append({key: node[key] for key in ("prefixItems", "items")})
        alone.remove("prefixItems")
    return [*groups, *({key: node[key]} for key in alone)]


def _copy(document: Node, group: Node) -> Node:
    """Return a copy of a group of keywords without references; {} if there can be none."""
    try:
        return _AssertionCopier(document).object(group, ())
    except _NotCopyable:
        return {}


def _without_also(schema: Node) -> Node:
    """Return a schema with the parts of `$also` as keywords of its own, or else under `allOf`."""
    merged = {key: value for key, value in schema.items() if key != ALSO}
    separate = []
    for part in schema.get(ALSO, ()):
        if part.keys() <= _MERGEABLE and not part.keys() & merged.keys():
            merged.update(part)
        else:
            separate.append(part)
    return {**merged, "allOf": separate} if separate else merged


class _AssertionCopier:
    """Copies schemas without references, annotations and formats."""

    def __init__(self, document: Node) -> None:
        self._document = document
        self._remaining = _LIMIT

    def schema(self, node: Any, targets: tuple[str, ...]) -> Any:
        """Return a copy of a schema. `targets`: the references around it."""
        return node if isinstance(node, bool) else self.object(node, targets)

    def object(self, node: Any, targets: tuple[str, ...]) -> Node:
        """Return a copy of a schema that is an object."""
        self._remaining -= 1
        if not isinstance(node, dict) or not self._remaining:
            raise _NotCopyable
        copy: Node = {
            key: self._keyword(key, value, targets) for key, value in node.items() if key in _COPIED
        }
        if node.get("required") and isinstance(node.get("properties"), dict):
            copy["required"] = self._sent_required(node)
        if "properties" in copy and "additionalProperties" not in copy:
            asserting = {
                name: schema for name, schema in copy["properties"].items() if schema != {}
            }
            copy["properties"] = asserting
            if not asserting:
                del copy["properties"]
        if "$ref" in node:
            copy = _both(self._target(node["$ref"], targets), copy)
        for pattern in (copy.get("pattern"), *(copy.get("patternProperties") or ())):
            if pattern is not None:
                _check_pattern(pattern)
        return copy

    def _keyword(self, key: str, value: Any, targets: tuple[str, ...]) -> Any:
        if key in _SCHEMA:
            return self.schema(value, targets)
        if key in _LIST and isinstance(value, list):
            return [self.schema(item, targets) for item in value]
        if key in _MAP and isinstance(value, dict):
            return {name: self.schema(item, targets) for name, item in value.items()}
        if key in _PLAIN:
            return value
        raise _NotCopyable

    def _target(self, reference: str, targets: tuple[str, ...]) -> Any:
        if reference in targets:
            raise _NotCopyable
        return self.schema(resolve_local(self._document, reference), (*targets, reference))

    def _sent_required(self, node: Node) -> list[str]:
        """Return the required properties without those that are `readOnly`, which requests leave out."""
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


def _both(target: Any, siblings: Node) -> Node:
    """Return a schema that asserts the target of a reference, and the keywords beside the reference."""
    if target is True:
        return siblings
    if target is False:
        return {"not": {}}
    return {"allOf": [target, siblings]} if siblings else dict(target)


def _check_pattern(pattern: Any) -> None:
    """Raise _NotCopyable if Python cannot read a regular expression: a part left out could turn the meaning around."""
    try:
        re.compile(pattern)
    except (re.error, TypeError, OverflowError, RecursionError):
        raise _NotCopyable from None
