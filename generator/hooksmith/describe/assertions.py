"""Assertions of JSON Schema that no Python type expresses, as JSON text that the runtime checks on sending.

The text has no references, so that a package needs nothing else. Recursive schemas and patterns that Python's `re`
does not read cannot be copied: `unchecked` lists their keywords.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ..normalize.combination import EXTRA_ASSERTIONS
from ..openapi.grammar import Node
from ..openapi.references import resolve_local

_ANY_TYPE = ("not", "if", "then", "else", "anyOf", "oneOf", EXTRA_ASSERTIONS)
_OF_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_OF_STRINGS = ("minLength", "maxLength", "pattern")
_OF_ARRAYS = ("contains", "minContains", "maxContains", "unevaluatedItems")
_OF_OBJECTS = ("propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedProperties")
_OF_UNTYPED = (
    *(*_OF_NUMBERS, *_OF_STRINGS, *_OF_ARRAYS, *_OF_OBJECTS),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required"),
)
_KEYWORDS = {
    "array": (*_OF_ARRAYS, *_ANY_TYPE),
    "object": (*_OF_OBJECTS, *_ANY_TYPE),
    "string": _ANY_TYPE,
    "number": _ANY_TYPE,
    "boolean": _ANY_TYPE,
    "union": ("not", "if", "then", "else", EXTRA_ASSERTIONS, *_OF_UNTYPED),
    "any": (*_ANY_TYPE, *_OF_UNTYPED),
}
"""Family of types → the keywords that its Python types do not express."""
_POSSIBLE = frozenset(
    {
        *(key for keys in _KEYWORDS.values() for key in keys),
        *("type", "patternProperties", "prefixItems", "enum", "const"),
    }
)
"""All keywords that an assertion can begin with."""
_MAX_REFERENCES = 30
"""References in one another that an assertion follows."""
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
    "unevaluatedProperties",
    "unevaluatedItems",
)
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems", EXTRA_ASSERTIONS)
_MAP = ("properties", "patternProperties", "dependentSchemas")
_PLAIN = frozenset(
    """type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern
    minItems maxItems uniqueItems minContains maxContains minProperties maxProperties required
    dependentRequired""".split()
)
_COPIED = frozenset({*_SCHEMA, *_LIST, *_MAP, *_PLAIN})

_IN_PLACE = (
    *("allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", EXTRA_ASSERTIONS),
    "$dynamicRef",
)
"""Keywords whose schemas apply to the same value; they evaluate properties and items of it."""
_GROUPS: tuple[tuple[str, ...], ...] = (
    ("if", "then", "else"),
    ("contains", "minContains", "maxContains"),
    ("patternProperties", "properties", "additionalProperties"),
    ("unevaluatedItems", "prefixItems", "items", "contains", *_IN_PLACE),
    ("prefixItems", "items"),
    (
        *("unevaluatedProperties", "properties", "patternProperties", "additionalProperties"),
        *_IN_PLACE,
    ),
)
"""Keywords that have a meaning only together; the first one has none if it is missing."""
_LEADERS = frozenset(group[0] for group in _GROUPS)
_MERGEABLE = frozenset({"oneOf", "anyOf", "not", "propertyNames"})
"""Keywords that can move from `$also` to the schema around it, where that has no such keyword."""


class _NotCopyable(Exception):
    """A schema that cannot be written without references, or that Python cannot check."""


def assertions(document: Node, node: Node, family: str, additional: tuple[str, ...] = ()) -> str:
    """Return the assertions of a schema on a value that its type does not express, as JSON text; empty: none.

    Args:
        document: The normal form.
        node: The schema.
        family: Family of its type, as `constraints.family` returns it.
        additional: Keywords that the type of this schema does not express either.
    """
    if _POSSIBLE.isdisjoint(node):
        return ""
    groups = _groups(node, (*_KEYWORDS.get(family, ()), *additional))
    copied = {key: value for group in groups for key, value in _copy(document, group).items()}
    return json.dumps(_without_also(copied), ensure_ascii=True) if copied else ""


def unchecked(document: Node, node: Node, family: str) -> list[str]:
    """Return the keywords of a schema that neither its type nor the runtime checks, sorted."""
    keys = (*_KEYWORDS.get(family, ()), *_sometimes(node, family))
    failed = {
        key
        for group in _groups(node, keys)
        if not _copy(document, group)
        for key in group
        if key in keys
    }
    possible = {key for every in _KEYWORDS.values() for key in every if key not in _TYPED}
    unreached = {key for key in node.keys() & possible if key not in keys}
    return sorted((failed | unreached | (node.keys() & _NEVER)) - {EXTRA_ASSERTIONS})


def _sometimes(node: Node, family: str) -> tuple[str, ...]:
    """Return keywords that the type of a schema may not express, depending on other keywords."""
    if family == "object":
        return ("patternProperties",)
    is_list = (node.get("minItems") or 0) < len(node.get("prefixItems") or ())
    return ("prefixItems",) if family == "array" and is_list else ()


_TYPED = frozenset(
    {
        *(*_OF_NUMBERS, *_OF_STRINGS, "anyOf", "oneOf", "required"),
        *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
    }
)
"""Keywords that the types of other families express, or that assert nothing of them."""
_NEVER = frozenset({"$dynamicRef", "$recursiveRef"})
"""Keywords that are never checked."""


def _groups(node: Node, keys: tuple[str, ...]) -> list[Node]:
    """Return the keywords of a schema that are in `keys`, in groups that have a meaning together."""
    groups: list[Node] = []
    for group in _GROUPS:
        leader = group[0]
        if leader in node and leader in keys and node[leader] not in _NOTHING.get(leader, ()):
            groups.append({key: node[key] for key in group if key in node})
    grouped = {key for group in groups for key in group} | _LEADERS
    alone = [key for key in keys if key not in grouped and key in node]
    return [*groups, *({key: node[key]} for key in alone)]


_NOTHING: dict[str, tuple[Any, ...]] = {
    "unevaluatedProperties": (True, {}),
    "unevaluatedItems": (True, {}),
}
"""Keyword → values that assert nothing."""


def _copy(document: Node, group: Node) -> Node:
    """Return a copy of a group of keywords without references; {} if there can be none."""
    try:
        return _AssertionCopier(document, "unevaluatedProperties" in group).object(group, ())
    except (_NotCopyable, RecursionError):  # merged `allOf`s may nest deeply
        return {}


def _without_also(schema: Node) -> Node:
    """Return a schema with the parts of `$also` as keywords of its own, or else under `allOf`."""
    merged = {key: value for key, value in schema.items() if key != EXTRA_ASSERTIONS}
    separate = []
    for part in schema.get(EXTRA_ASSERTIONS, ()):
        if part.keys() <= _MERGEABLE and not part.keys() & merged.keys():
            merged.update(part)
        else:
            separate.append(part)
    return {**merged, "allOf": separate} if separate else merged


class _AssertionCopier:
    """Copies schemas without references, annotations and formats.

    `keeps_names`: whether names of properties matter that may have any value.
    """

    def __init__(self, document: Node, keeps_names: bool) -> None:
        self._document = document
        self._keeps_names = keeps_names
        self._remaining = _LIMIT

    def schema(self, node: Any, targets: tuple[str, ...]) -> Any:
        """Return a copy of a schema. `targets`: the references around it."""
        return node if isinstance(node, bool) else self.object(node, targets)

    def object(self, node: Any, targets: tuple[str, ...]) -> Node:
        """Return a copy of a schema that is an object."""
        self._remaining -= 1
        if not isinstance(node, dict) or not self._remaining or not _NEVER.isdisjoint(node):
            raise _NotCopyable
        copy: Node = {
            key: self._keyword(key, value, targets) for key, value in node.items() if key in _COPIED
        }
        if node.get("required") and isinstance(node.get("properties"), dict):
            copy["required"] = self._sent_required(node)
        if "properties" in copy and not self._keeps_names and "additionalProperties" not in copy:
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
        if reference in targets or len(targets) >= _MAX_REFERENCES:
            raise _NotCopyable
        return self.schema(resolve_local(self._document, reference), (*targets, reference))

    def _sent_required(self, node: Node) -> list[str]:
        """Return the required properties that requests send: `readOnly` properties are left out."""
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
