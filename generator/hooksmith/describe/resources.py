"""Resources: the operations of a document grouped by tag, or by the beginning of their paths."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Operation, Resource
from ..naming.method_names import with_names_by_tag, with_names_in_resource, with_short_names
from ..naming.resource_names import resource_attribute, resource_classes, resource_tags
from ..normalize import Normal
from ..openapi.grammar import Node
from ..openapi.operations import operations
from .operations import OperationReader
from .prose import text
from .schemas import Schemas
from .streams import stream_operations


def describe_resources(normal: Normal, schemas: Schemas) -> tuple[Resource, ...]:
    """Return the operations of `paths`, grouped by their first tag, in document order.

    Tags that differ in case or separators (`Account`, `account`) are one resource. `naming/resource_names.py` chooses
    the resource of operations without a tag.
    """
    paths = normal.document.get("paths", {})
    is_short = normal.document.get("x-hooksmith-operation-names", "short") == "short"
    path_tags = resource_tags([path for path in paths if _is_path(path)])
    pairs = list(_operations(normal, schemas))
    named = with_names_by_tag([operation for _, operation in pairs])
    groups: dict[str, list[Operation]] = {}
    tags: dict[str, set[str]] = {}
    document_tags: dict[str, set[str]] = {}
    for (path, _), operation in zip(pairs, named, strict=True):
        tag = operation.tag or path_tags[path]
        name = resource_attribute(tag)
        groups.setdefault(name, []).append(operation)
        tags.setdefault(name, set()).add(tag)
        document_tags.setdefault(name, set()).update([tag] if operation.tag else ())
    classes = resource_classes(
        [min(document_tags[name] or tags[name]) for name in groups], schemas.class_names
    )
    descriptions = _descriptions(normal.document)
    return tuple(
        Resource(
            name=name,
            class_name=class_name,
            description=next(
                (descriptions[tag] for tag in sorted(tags[name]) if tag in descriptions), ""
            ),
            operations=_named(group, name, is_short=is_short),
        )
        for (name, group), class_name in zip(groups.items(), classes, strict=True)
    )


def _named(group: list[Operation], resource: str, *, is_short: bool) -> tuple[Operation, ...]:
    """Return the operations of a resource with unique method names, which are short unless the settings forbid it."""
    named = with_names_in_resource(group)
    return with_short_names(named, resource) if is_short else named


def _is_path(key: str) -> bool:
    return not key.startswith("x-")


def _operations(normal: Normal, schemas: Schemas) -> Iterator[tuple[str, Operation]]:
    """Yield (path as the document has it, operation)."""
    for path, item in normal.document.get("paths", {}).items():
        if _is_path(path) and isinstance(item, dict):
            for step, node in operations(item):
                operation = OperationReader(normal, schemas, path, item, step, node).read()
                yield from ((path, each) for each in stream_operations(operation))


def _descriptions(document: Node) -> dict[str, str]:
    """Return the descriptions of tags that have one."""
    descriptions = {
        str(tag.get("name")): text(tag.get("description")) for tag in document.get("tags") or ()
    }
    return {name: description for name, description in descriptions.items() if description}
