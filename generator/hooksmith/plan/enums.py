"""Enumerations of the IR → views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..ir import EnumMember
from .docstrings import sentence
from .imports import Imports
from .literals import literal
from .views.definitions import EnumGroupView, EnumMemberView, EnumView


def enum_view(
    name: str,
    doc: str,
    members: Iterable[EnumMember],
    imports: Imports,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> EnumView:
    """Plan an enumeration of strings or integers.

    Args:
        name: The class name.
        doc: The docstring of the class.
        members: The members, all strings or all integers.
        imports: Receives the base class.
        titles: Member → the title of its group.
    """
    groups: dict[str, list[EnumMemberView]] = {}
    base = "StrEnum"
    for member in members:
        if isinstance(member.value, int):
            base = "IntEnum"
        view = EnumMemberView(
            name=member.name, value=literal(member.value), doc=sentence(member.description)
        )
        groups.setdefault(titles.get(member.name, ""), []).append(view)
    return EnumView(
        name=name,
        base=imports.add("enum", base),
        doc=sentence(doc),
        groups=tuple(
            EnumGroupView(title=title, members=tuple(views)) for title, views in groups.items()
        ),
    )
