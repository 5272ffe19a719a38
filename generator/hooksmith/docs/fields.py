"""Fields of definitions and operations → the rows of a table; those of large definitions on several pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from markupsafe import Markup

from ..ir import Array, Field, Map, Model, Named, Provenance, Type, Union
from .addresses import field_anchor
from .index import ApiIndex
from .prose import prose
from .types import constraint_words, shortened

_DEEPEST = 4
_MOST_NESTED = 150
"""Rows of nested fields on an event's page; further ones are a link away."""
PAGE_BUDGET = 90_000
"""Bytes of rows on a page: with the rest of it at most 150 KB."""
PROSE_BUDGET = 30_000
"""The part of it that the item's own description may take."""
_ROW_OVERHEAD = 420


class ProvenanceView(NamedTuple):
    """How far a fact is established."""

    status: str
    sources: tuple[str, ...]
    note: str


class FieldRow(NamedTuple):
    """A row: a property, how it is to be read, and how deep it lies in the event."""

    anchor: str
    path: str
    name: str
    depth: int
    type: Markup
    presence: str
    is_nullable: bool
    constraints: str
    default: str
    doc: Markup
    description: str
    """The same, as the document has it."""
    is_deprecated: bool
    direction: str
    provenance: ProvenanceView | None
    location: str = ""
    argument: str = ""
    """The Python name, where it differs from the property's."""

    @property
    def size(self) -> int:
        """Estimate the row's bytes of HTML."""
        return _ROW_OVERHEAD + 2 * len(self.path) + len(self.type) + len(self.doc)


def provenance_view(provenance: Provenance | None) -> ProvenanceView | None:
    """Return a provenance with its status in words."""
    if provenance is None:
        return None
    words = {"reference": "newer reference", "unestablished": "not established"}
    status = words.get(provenance.status, provenance.status)
    return ProvenanceView(status, provenance.source, provenance.note)


def field_row(
    index: ApiIndex, field: Field, *, path: str = "", depth: int = 0, location: str = ""
) -> FieldRow:
    """Return the row of a field; `path` leads to it from the top of an event or reply."""
    direction = "read only" if field.read_only else "write only" if field.write_only else ""
    return FieldRow(
        anchor=field_anchor(path or field.wire),
        path=path or field.wire,
        name=field.wire,
        depth=depth,
        type=index.types.write(field.type),
        presence="required" if field.required else "optional",
        is_nullable=index.types.is_nullable(field.type),
        constraints=constraint_words(field.type),
        default=shortened(json.dumps(field.default, ensure_ascii=False))
        if field.has_default
        else "",
        doc=prose(field.description),
        description=field.description,
        is_deprecated=field.deprecated,
        direction=direction,
        provenance=provenance_view(field.provenance),
        location=location,
        argument=field.name if field.name != field.wire else "",
    )


def nested_rows(index: ApiIndex, name: str) -> list[FieldRow]:
    """Return the rows of a model's fields and of the fields of models in them."""
    budget = _MOST_NESTED
    result: list[FieldRow] = []
    for field in index.fields(name):
        row = field_row(index, field)
        nested = list(islice(_below(index, field.type, row, (name,)), budget))
        budget -= len(nested)
        result += [row, *nested]
    return result


def _below(
    index: ApiIndex, type_: Type, above: FieldRow, ancestors: tuple[str, ...]
) -> Iterator[FieldRow]:
    name = model_in(index, type_)
    if name is None or name in ancestors or above.depth + 1 >= _DEEPEST:
        return
    step = "[]." if isinstance(type_, Array) else ".*." if isinstance(type_, Map) else "."
    for field in index.fields(name):
        row = field_row(index, field, path=above.path + step + field.wire, depth=above.depth + 1)
        yield row
        yield from _below(index, field.type, row, (*ancestors, name))


def model_in(index: ApiIndex, type_: Type) -> str | None:
    """Return the model that a type is, or is a list or map of, or null beside it; None if there is no single one."""
    match type_:
        case Named(name):
            return name if isinstance(index.definitions[name], Model) else None
        case Array(items=inner) | Map(values=inner):
            return model_in(index, inner)
        case Union(options=options):
            models = [model_in(index, option) for option in options]
            named = [name for name in models if name is not None]
            return named[0] if len(named) == 1 and len(options) == 2 else None
    return None


_Sized = TypeVar("_Sized")


def split_by_size(
    rows: Sequence[_Sized], sizes: Iterable[int], budget: int = PAGE_BUDGET
) -> list[list[_Sized]]:
    """Return rows in parts of at most `budget` bytes, in order; always one part at least."""
    parts: list[list[_Sized]] = [[]]
    size = 0
    for row, row_size in zip(rows, sizes, strict=True):
        if parts[-1] and size + row_size > budget:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += row_size
    return parts
