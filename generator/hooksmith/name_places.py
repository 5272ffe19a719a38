"""All names that a configuration can change, with their places (`hooksmith inspect --names`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .ir import Api, Operation
from .json_pointer import escape, join, split
from .naming.argument_names import credential_arguments
from .naming.names import Names
from .naming.overrides import CLIENT, value_at
from .normalize import Normal
from .openapi.grammar import Node
from .openapi.references import follow


class NamedPlace(NamedTuple):
    """A name. `place`: key in `names` of the configuration; `kind`: type of the named part."""

    place: str
    kind: str
    name: str


def name_places(normal: Normal, names: Names, api: Api) -> Iterator[NamedPlace]:
    """Yield the names of the client, credentials, resources, methods, arguments and definitions."""
    if api.resources:
        yield NamedPlace(CLIENT, "client", api.client.name)
        for scheme in api.security_schemes:
            for argument in credential_arguments(scheme).values():
                yield NamedPlace(scheme.pointer, "credential", argument)
    for resource in api.resources:
        if "." not in resource.name:
            for tag in sorted(names.operations.resources[resource.name].tags):
                yield NamedPlace(f"/tags/{escape(tag)}", "resource", resource.name)
        for operation in resource.operations:
            if operation.name == names.operations.methods[operation.pointer].name:
                yield NamedPlace(operation.pointer, "method", f"{resource.name}.{operation.name}")
                yield from _arguments(normal.document, operation)
    for definition in api.definitions:
        if definition.pointer in names.classes.names:
            yield NamedPlace(definition.pointer, "class", definition.name)


def _arguments(document: Node, operation: Operation) -> Iterator[NamedPlace]:
    """Yield the arguments of an operation's parameters, by the list that the parameter stands in."""
    arguments = {
        (parameter.location, parameter.field.wire): parameter.field.name
        for parameter in operation.parameters
    }
    item = join("", *split(operation.pointer)[:2])
    for holder in (operation.pointer, item):
        parameters = (value_at(document, holder) or {}).get("parameters") or ()
        for parameter in parameters:
            node = follow(document, parameter)
            name = arguments.pop((node.get("in"), node.get("name")), None)
            if name is not None:
                place = join(holder, "parameters", node["name"])
                yield NamedPlace(place, "argument", name)
