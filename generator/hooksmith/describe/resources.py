"""Resources: the operations of a document in the groups that `naming/method_names.py` assigns."""

from __future__ import annotations

from ..ir import Operation, Resource
from ..json_pointer import escape
from ..naming.method_names import ResourceName
from ..naming.names import Names
from ..naming.resource_names import parents
from ..normalize import Normal
from ..openapi.grammar import Node
from ..openapi.operations import operations
from .operations import OperationReader
from .prose import text
from .schemas import Schemas
from .streams import stream_operations


def describe_resources(normal: Normal, schemas: Schemas, names: Names) -> tuple[Resource, ...]:
    """Return the resources of the operations of `paths`, in document order.

    A resource that only leads to nested resources has no operations.
    """
    groups: dict[str, list[Operation]] = {}
    for path, item in normal.document.get("paths", {}).items():
        if path.startswith("x-") or not isinstance(item, dict):
            continue
        for step, node in operations(item):
            method = names.operations.methods[f"/paths/{escape(path)}/{step}"]
            operation = OperationReader(normal, schemas, names, path, item, step, node).read()
            groups.setdefault(method.resource, []).append(operation)
    descriptions = _descriptions(normal.document)
    return tuple(
        _resource(
            names.operations.resources[name],
            groups.get(name, []),
            names.operations.in_resource(name),
            descriptions,
        )
        for name in dict.fromkeys(each for name in groups for each in (*parents(name), name))
    )


def _resource(
    name: ResourceName, group: list[Operation], taken: set[str], descriptions: dict[str, str]
) -> Resource:
    """Return a resource. `taken`: the names of its methods in the whole document."""
    tags = sorted(tag for tag in name.tags if tag in descriptions)
    return Resource(
        name=name.name,
        module=name.module,
        class_name=name.class_name,
        description=descriptions[tags[0]] if tags else "",
        operations=tuple(
            each for operation in group for each in stream_operations(operation, taken)
        ),
    )


def _descriptions(document: Node) -> dict[str, str]:
    """Return the descriptions of tags that have one."""
    descriptions = {
        str(tag.get("name")): text(tag.get("description")) for tag in document.get("tags") or ()
    }
    return {name: description for name, description in descriptions.items() if description}
