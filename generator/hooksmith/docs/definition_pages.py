"""Definitions → views of their pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from ..ir import Alias, AnyDefinition, Enum, EnumMember, Model
from .addresses import part_path
from .fields import (
    PAGE_BUDGET,
    PROSE_BUDGET,
    FieldRow,
    ProvenanceView,
    field_row,
    provenance_view,
    split_by_size,
)
from .index import ApiIndex, Link
from .parts import Part, part_of
from .prose import prose

_MOST_LINKS = 200


class MemberRow(NamedTuple):
    value: str
    name: str
    doc: Markup
    description: str

    @property
    def size(self) -> int:
        """Estimate the row's bytes of HTML."""
        return 120 + len(self.value) + len(self.name) + len(self.doc)


class DefinitionPage(NamedTuple):
    path: str
    name: str
    category: str
    """`model`, `enum` or `alias`."""
    doc: Markup
    description: str
    is_deprecated: bool
    usage: str
    bases: tuple[Link, ...]
    rows: tuple[FieldRow, ...]
    members: tuple[MemberRow, ...]
    is_open: bool
    type: Markup
    extra: Markup
    users: tuple[Link, ...]
    more_users: int
    part: Part
    provenance: ProvenanceView | None


def definition_pages(index: ApiIndex, definition: AnyDefinition) -> Iterator[DefinitionPage]:
    """Return the page of a definition; one with very many fields or members has several."""
    stem = index.definition_stem(definition.name)
    users = index.users(definition.name)
    page = DefinitionPage(
        path="",
        name=definition.name,
        category=type(definition).__name__.lower(),
        doc=prose(definition.description),
        description=definition.description,
        is_deprecated=definition.deprecated,
        usage=_usage(definition),
        bases=(),
        rows=(),
        members=(),
        is_open=False,
        type=Markup(""),
        extra=Markup(""),
        users=tuple(users[:_MOST_LINKS]),
        more_users=max(0, len(users) - _MOST_LINKS),
        part=Part(1, 1),
        provenance=provenance_view(definition.provenance),
    )
    budget = PAGE_BUDGET - PROSE_BUDGET
    match definition:
        case Alias(type=type_):
            yield page._replace(path=part_path(stem, 1), type=index.types.write(type_))
        case Enum():
            members = [_member_row(member) for member in definition.members]
            page = page._replace(is_open=definition.open is not False)
            parts = split_by_size(members, (member.size for member in members), budget)
            for number, part in enumerate(parts, 1):
                yield page._replace(
                    path=part_path(stem, number),
                    members=tuple(part),
                    part=part_of(stem, number, len(parts)),
                )
        case Model():
            yield from _model_pages(index, definition, page, stem)


def _member_row(member: EnumMember) -> MemberRow:
    return MemberRow(
        value=json.dumps(member.value, ensure_ascii=False),
        name=member.name,
        doc=prose(member.description),
        description=member.description,
    )


def _model_pages(
    index: ApiIndex, model: Model, page: DefinitionPage, stem: str
) -> Iterator[DefinitionPage]:
    rows = [field_row(index, field) for field in index.fields(model.name)]
    parts = split_by_size(rows, (row.size for row in rows), PAGE_BUDGET - PROSE_BUDGET)
    page = page._replace(
        bases=tuple(Link(name, index.definition_href(name)) for name in model.bases),
        extra=Markup("") if model.extra is None else index.types.write(model.extra),
    )
    for number, part in enumerate(parts, 1):
        yield page._replace(
            path=part_path(stem, number),
            rows=tuple(part),
            part=part_of(stem, number, len(parts)),
        )


def _usage(definition: AnyDefinition) -> str:
    match definition.sent, definition.received:
        case True, True:
            return "Sent and received."
        case True, False:
            return "Sent."
        case False, True:
            return "Received."
    return ""
