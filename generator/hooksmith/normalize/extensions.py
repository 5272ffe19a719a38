"""Schemas that extend an object with a discriminator, which neither the object nor a `$ref` names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ..errors import UnresolvedReferenceError
from ..json_pointer import join
from ..load.library import Library, Located
from ..load.references import is_reference
from ..openapi.references import resolve_local


def extending_schemas(library: Library, base: Located) -> Iterator[Located]:
    """Yield the schemas beside an object with a discriminator that extend it by `allOf`, in document order.

    A file with the object has its subclasses in the same map (OpenAPI 3.1.1, 4.8.25). Their subclasses count too.
    """
    value, (map_pointer, _, _) = base.value, base.pointer.rpartition("/")
    is_base = isinstance(value, dict) and isinstance(value.get("discriminator"), dict)
    if not is_base or not value.keys().isdisjoint(("oneOf", "anyOf")) or not map_pointer:
        return
    schemas = resolve_local(base.document.data, f"#{map_pointer}")
    if not isinstance(schemas, dict):
        return
    children: dict[str, list[Located]] = {}
    for name, schema in schemas.items():
        child = Located(base.document, join(map_pointer, name), schema)
        for parent in _extended(library, child):
            children.setdefault(parent, []).append(child)
    pending, seen = [base.pointer], {base.pointer}
    while pending:
        for child in children.get(pending.pop(0), ()):
            if child.pointer not in seen:
                seen.add(child.pointer)
                pending.append(child.pointer)
                yield child


def _extended(library: Library, schema: Located) -> Iterator[str]:
    """Yield the pointers of the schemas of the same file that a schema extends."""
    parts = schema.value.get("allOf") if isinstance(schema.value, dict) else None
    for part in parts if isinstance(parts, list) else ():
        if is_reference(part):
            with contextlib.suppress(UnresolvedReferenceError):  # reported if the schema is used
                target = library.resolve(schema.document, part["$ref"], schema.pointer)
                if target.document is schema.document:
                    yield target.pointer
