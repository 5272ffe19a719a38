"""The property whose value selects the option of a union."""

from __future__ import annotations

from typing import Any

from ..naming.named_schemas import is_model
from ..naming.union_options import telling_tag
from ..normalize.discriminators import FALLBACK, TAGS
from ..openapi.grammar import Node
from .lookup import Lookup

_DEEPEST = 20


def discriminator(lookup: Lookup, node: Node, options: list[Any]) -> str | None:
    """Return the discriminator's property if all options have values of it.

    Without a discriminator, return the property that has a different constant in every option, or None.
    """
    name = (node.get("discriminator") or {}).get("propertyName")
    if isinstance(name, str):
        values = [option for option in options if not _is_null(lookup.resolve(option))]
        if FALLBACK in node:
            values.pop()
        known = node.get(TAGS, {})
        is_tagged = all(
            option.get("$ref") in known or _is_tagged(lookup, option, name) for option in values
        )
        return name if is_tagged else None
    objects = [lookup.resolve(option) for option in options if not _is_null(option)]
    if not all(isinstance(option, dict) and is_model(option) for option in objects):
        return None
    return telling_tag([{"properties": lookup.properties(option)} for option in objects])


def _is_tagged(lookup: Lookup, option: Any, name: str, depth: int = 0) -> bool:
    """Whether an option, or every option of it, limits the values of a property."""
    option = lookup.resolve(option)
    if not isinstance(option, dict) or depth > _DEEPEST:
        return False
    inner = [*(option.get("oneOf") or ()), *(option.get("anyOf") or ())]
    if inner:
        return all(_is_tagged(lookup, each, name, depth + 1) for each in inner)
    return _has_values(lookup.resolve(lookup.properties(option).get(name)))


def _is_null(option: Any) -> bool:
    return isinstance(option, dict) and option.get("type") == "null"


def _has_values(schema: Any) -> bool:
    """Whether a schema limits a property to constants."""
    if not isinstance(schema, dict):
        return False
    options = schema.get("anyOf") or schema.get("oneOf") or ()
    return (
        "const" in schema
        or bool(schema.get("enum"))
        or (bool(options) and all(_has_values(option) for option in options))
    )
