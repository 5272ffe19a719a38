"""Names that a configuration chooses, by the places of the named parts.

A place is a JSON Pointer into the normal form: of a schema, an operation, a parameter or a security scheme;
`/info/title` for the client's class, and `/tags/NAME` for the resource of a tag. In a list of parameters or tags, a
name may stand for the position. A chosen name changes no other name, but for names that begin with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..frozen import value
from ..json_pointer import join, split
from ..openapi.grammar import Node, kind_at
from ..openapi.references import follow
from .resource_names import resource_attribute

CLIENT = "/info/title"
_TAGS = "/tags/"


@value(kw_only=True)
class Overrides:
    """Chosen names by JSON Pointer; those of resources by the attribute that the resource would have."""

    classes: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    client: str = ""


def sort_overrides(document: Node, names: Mapping[str, str]) -> Overrides:
    """Return the names that a configuration chooses, by the type of the named part.

    Args:
        document: The document in normal form.
        names: Place → chosen name.
    """
    groups: dict[str, dict[str, str]] = {}
    for place, name in names.items():
        pointer = _by_position(document, place)
        groups.setdefault(_type_at(pointer), {})[pointer] = name
    return Overrides(
        classes=groups.get("class", {}),
        operations=groups.get("operation", {}),
        parameters=groups.get("parameter", {}),
        credentials=groups.get("credential", {}),
        resources={
            resource_attribute(split(pointer)[1]): name
            for pointer, name in groups.get("resource", {}).items()
        },
        client=groups.get("client", {}).get(CLIENT, ""),
    )


def _type_at(pointer: str) -> str:
    """Return the type of the part at a place: class, operation, parameter, credential, resource or client."""
    if pointer == CLIENT:
        return "client"
    if pointer.startswith(_TAGS):
        return "resource"
    types = {"operation": "operation", "parameter": "parameter", "securityScheme": "credential"}
    return types.get(kind_at(pointer) or "", "class")


def _by_position(document: Node, place: str) -> str:
    """Return a place with the position of a parameter for its name, and with the name of a tag for its position."""
    holder, _, last = place.rpartition("/")
    token = split(f"/{last}")[0]
    members = value_at(document, holder)
    if not isinstance(members, list):
        return place
    if holder == "/tags" and token.isdecimal() and int(token) < len(members):
        return join("/tags", members[int(token)].get("name", ""))
    if holder.endswith("/parameters") and not token.isdecimal():
        names = [follow(document, member).get("name") for member in members]
        return join(holder, names.index(token)) if token in names else place
    return place


def value_at(document: Node, pointer: str) -> Any:
    """Return the value at a pointer of the normal form, or None."""
    node: Any = document
    for key in split(pointer):
        if isinstance(node, list) and key.isdecimal():
            node = node[int(key)] if int(key) < len(node) else None
        else:
            node = node.get(key) if isinstance(node, dict) else None
    return node
