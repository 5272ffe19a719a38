"""Names of resources and methods, assigned once for the whole document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..frozen import value
from ..json_pointer import escape
from ..openapi.grammar import Node
from ..openapi.operations import operation_name, operations
from .casing import argument
from .overrides import Overrides
from .resource_names import (
    NO_TAG,
    inner_attributes,
    nested_resources,
    parents,
    resource_attribute,
    resource_classes,
    resource_tags,
)
from .short_names import short_names
from .unique_names import unique


class ResourceName(NamedTuple):
    """Names of a resource. `tags`: the tags of its operations; of untagged operations, the beginnings of the paths."""

    name: str
    """Attributes that lead from the client to the resource: `emails`, `chat.completions`."""
    module: str
    class_name: str
    tags: frozenset[str]


class MethodName(NamedTuple):
    """Name of an operation's method. `resource`: the `name` of its resource.

    `tag`: its first tag, or the beginning of its path that names its resource.
    """

    resource: str
    name: str
    tag: str


@value()
class OperationNames:
    """Names of all resources by `name`, and of all methods by the JSON Pointer of the operation."""

    resources: Mapping[str, ResourceName]
    methods: Mapping[str, MethodName]

    def in_resource(self, resource: str) -> set[str]:
        """Return the names of all methods of a resource."""
        return {method.name for method in self.methods.values() if method.resource == resource}


class NamedOperation(NamedTuple):
    """An operation before its resource is known. `tag`: its first tag; `name`: its method."""

    pointer: str
    path: str
    id: str
    tag: str
    name: str


def assign_operation_names(
    document: Node, overrides: Overrides, class_names: Iterable[str]
) -> OperationNames:
    """Assign the names of all resources and methods of a document in normal form.

    A name that the user chooses does not change the names of other operations.

    Args:
        document: The document.
        overrides: The names that the user chooses.
        class_names: The names of all definitions, which no class of a resource has.
    """
    is_short = document.get("x-hooksmith-operation-names", "short") == "short"
    groups = _Groups(document, overrides)
    methods: dict[str, MethodName] = {}
    for group in groups.groups.values():
        names = _names_in_resource(group.operations)
        if is_short:
            names = short_names(names, group.attributes)
        nested = groups.nested_in(group.name)
        for operation, name in zip(group.operations, names, strict=True):
            name = f"{name}_" if name in nested else name
            chosen = overrides.operations.get(operation.pointer, name)
            methods[operation.pointer] = MethodName(group.name, chosen, operation.tag)
    return OperationNames(groups.resource_names(class_names), methods)


class _Group:
    """Operations of a resource. `attributes`: the words that its methods leave out."""

    def __init__(self, name: str, attributes: Sequence[str]) -> None:
        self.name = name
        self.attributes = attributes
        self.operations: list[NamedOperation] = []
        self.tags: set[str] = set()
        self.document_tags: set[str] = set()


class _Groups:
    """Groups the operations of a document by resource, in document order."""

    def __init__(self, document: Node, overrides: Overrides) -> None:
        self._overrides = overrides
        self.groups: dict[str, _Group] = {}
        paths = [path for path in document.get("paths", {}) if not path.startswith("x-")]
        tags = resource_tags(paths)
        is_nested = document.get("x-hooksmith-resources") == "nested"
        nested = nested_resources(paths) if is_nested else {}
        is_short = document.get("x-hooksmith-operation-names", "short") == "short"
        for operation in _with_names_by_tag(list(named_operations(document)), is_short):
            tag = operation.tag or tags[operation.path]
            self._add(operation, tag, inner_attributes(tag, nested.get(operation.path, ())))

    def _add(self, operation: NamedOperation, tag: str, inner: Sequence[str]) -> None:
        attribute = resource_attribute(tag)
        name = ".".join([self._overrides.resources.get(attribute, attribute), *inner])
        group = self.groups.setdefault(name, _Group(name, [attribute, *inner]))
        group.operations.append(operation._replace(tag=tag))
        group.tags.add(tag)
        group.document_tags.update([tag] if operation.tag else ())

    def nested_in(self, name: str) -> set[str]:
        """Return the attributes of a resource that lead to nested resources."""
        inner = (
            each.removeprefix(f"{name}.") for each in self.groups if each.startswith(f"{name}.")
        )
        return {each.partition(".")[0] for each in inner}

    def resource_names(self, class_names: Iterable[str]) -> dict[str, ResourceName]:
        """Return the names of all resources, with those that have nested resources alone."""
        names = list(dict.fromkeys(each for name in self.groups for each in (*parents(name), name)))
        classes = resource_classes([self._text(name) for name in names], {*class_names})
        modules = unique(names, lambda name: name.replace(".", "_"))
        return {
            name: ResourceName(name, module, class_name, frozenset(self._tags(name)))
            for name, module, class_name in zip(names, modules, classes, strict=True)
        }

    def _tags(self, name: str) -> Iterable[str]:
        return self.groups[name].tags if name in self.groups else ()

    def _text(self, name: str) -> str:
        """Return the text that the class of a resource is named after."""
        group = self.groups.get(name)
        if group is None or "." in name or name in self._overrides.resources.values():
            return name.replace(".", " ")
        return min(group.document_tags or group.tags)


def named_operations(document: Node) -> Iterator[NamedOperation]:
    """Yield the operations of a document, with method names that are not yet unique."""
    for path, item in document.get("paths", {}).items():
        if path.startswith("x-") or not isinstance(item, dict):
            continue
        for step, node in operations(item):
            name = operation_name(node, step, path)
            pointer = f"/paths/{escape(path)}/{step}"
            yield NamedOperation(pointer, path, name, first_tag(node), argument(name))


def first_tag(operation: Node) -> str:
    """Return the first tag of an operation; empty if it has none."""
    tags = operation.get("tags")
    return str(tags[0]) if isinstance(tags, list) and tags else ""


def _with_names_by_tag(
    operations: Sequence[NamedOperation], is_short: bool
) -> list[NamedOperation]:
    """Return the operations with method names that are unique within each tag.

    `is_short`: whether a name leaves out the operation's path and method.

    Operations without a tag count as one tag, although their paths select their resources: a new path that moves an
    operation to another resource then does not rename it.
    """
    by_tag: dict[str, list[NamedOperation]] = {}
    for operation in operations:
        by_tag.setdefault(resource_attribute(operation.tag or NO_TAG), []).append(operation)
    named = {
        operation.pointer: operation
        for group in by_tag.values()
        for operation in _distinct_names(_without_addresses(group) if is_short else group)
    }
    return [named[operation.pointer] for operation in operations]


def _without_addresses(operations: Sequence[NamedOperation]) -> Sequence[NamedOperation]:
    """Return operations whose method names leave out path and method, unless several would share the rest.

    FastAPI writes `create_app_api_v1_app__post` for the function `create_app` of `POST /api/v1/app/`.
    """
    names = [argument(_without_address(operation)) for operation in operations]
    count = Counter(names)
    return [
        operation._replace(name=name) if count[name] == 1 else operation
        for operation, name in zip(operations, names, strict=True)
    ]


def _without_address(operation: NamedOperation) -> str:
    method = operation.pointer.rpartition("/")[2]
    address = re.sub(r"\W", "_", operation.path) + f"_{method}"
    name = operation.id.removesuffix(address)
    return name if name.strip("_") else operation.id


def _distinct_names(operations: Sequence[NamedOperation]) -> Sequence[NamedOperation]:
    """Return operations with unique method names; if names collide, all are made of `id`: `a.b` → `a_dot_b`."""
    if len({operation.name for operation in operations}) == len(operations):
        return operations
    names = unique([operation.id for operation in operations], argument)
    return [
        operation._replace(name=name) for operation, name in zip(operations, names, strict=True)
    ]


def _names_in_resource(operations: Sequence[NamedOperation]) -> list[str]:
    """Return unique method names for the operations of a resource; only colliding names change.

    Names can collide if the resource has operations of several tags, or with and without a tag.
    """
    count = Counter(operation.name for operation in operations)
    colliding = [operation for operation in operations if count[operation.name] > 1]
    taken = [name for name, times in count.items() if times == 1]
    names = unique([operation.id for operation in colliding], argument, taken)
    renamed = {operation.pointer: name for operation, name in zip(colliding, names, strict=True)}
    return [renamed.get(operation.pointer, operation.name) for operation in operations]
