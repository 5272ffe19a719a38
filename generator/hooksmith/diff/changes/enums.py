"""Changes of enums: their values, the names of their members, and whether they are open."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...ir import Enum
from .change import Change, Context, pair_direction


def enum_changes(context: Context, old: Enum, new: Enum) -> Iterator[Change]:
    """Yield the changes of an enum that both documents have."""
    places = context.old.place(old.name), context.new.place(new.name)
    yield from _member_changes(old, new, places)
    if old.open != new.open:
        yield Change(
            rule="enum-openness",
            old_place=places[0],
            new_place=places[1],
            name=new.name,
            old=_openness(old.open),
            new=_openness(new.open),
            pointer=new.pointer,
            direction=pair_direction(old, new),
            category="delivery" if new.open is False and new.received else "",
        )


def _member_changes(old: Enum, new: Enum, places: tuple[str, str]) -> Iterator[Change]:
    """Yield removed, renamed and added members. `places`: those of the enum in both documents."""
    before = {member.value: member for member in old.members}
    after = {member.value: member for member in new.members}
    common = partial(Change, name=new.name, direction=pair_direction(old, new))
    for value, member in before.items():
        place = f"{places[0]}.{member.name}"
        if value not in after:
            yield common(
                rule="enum-value-removed", old_place=place, new_place="", old=repr(value),
                pointer=member.pointer, is_gone=True,
            )  # fmt: skip
        elif member.name != after[value].name:
            yield common(
                rule="enum-member-renamed", old_place=place, new_place=f"{places[1]}.{after[value].name}",
                old=f"{old.name}.{member.name}", new=f"{new.name}.{after[value].name}", pointer=after[value].pointer,
            )  # fmt: skip
    for value in [each for each in after if each not in before]:
        member = after[value]
        yield common(
            rule="enum-value-added", old_place="", new_place=f"{places[1]}.{member.name}", new=repr(value),
            pointer=member.pointer, category="" if new.received else "compatible",
        )  # fmt: skip


def _openness(is_open: bool | None) -> str:
    return {True: "open", False: "closed", None: "open if received, closed if sent"}[is_open]
