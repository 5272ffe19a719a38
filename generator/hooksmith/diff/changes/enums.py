"""Changes of enums: their values, the names of their members, and whether they are open."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Enum
from .change import Change, Context, pair_direction


def enum_changes(context: Context, old: Enum, new: Enum) -> Iterator[Change]:
    """Yield the changes of an enum that both documents have."""
    before = {member.value: member for member in old.members}
    after = {member.value: member for member in new.members}
    direction = pair_direction(old, new)

    def place(side_place: str, name: str) -> str:
        return f"{side_place}.{name}"

    homes = context.old.place(old.name), context.new.place(new.name)
    for value, member in before.items():
        if value not in after:
            yield Change(
                rule="enum-value-removed",
                old_place=place(homes[0], member.name),
                new_place="",
                name=new.name,
                old=repr(value),
                pointer=member.pointer,
                is_gone=True,
                direction=direction,
            )
        elif member.name != after[value].name:
            yield Change(
                rule="enum-member-renamed",
                old_place=place(homes[0], member.name),
                new_place=place(homes[1], after[value].name),
                name=new.name,
                old=f"{old.name}.{member.name}",
                new=f"{new.name}.{after[value].name}",
                pointer=after[value].pointer,
                direction=direction,
            )
    for value, member in after.items():
        if value not in before:
            yield Change(
                rule="enum-value-added",
                old_place="",
                new_place=place(homes[1], member.name),
                name=new.name,
                new=repr(value),
                pointer=member.pointer,
                direction=direction,
                category="" if new.received else "compatible",
            )
    if old.open != new.open:
        yield Change(
            rule="enum-openness",
            old_place=homes[0],
            new_place=homes[1],
            name=new.name,
            old=_openness(old.open),
            new=_openness(new.open),
            pointer=new.pointer,
            direction=direction,
            category="delivery" if new.open is False and new.received else "",
        )


def _openness(is_open: bool | None) -> str:
    return {True: "open", False: "closed", None: "open if received, closed if sent"}[is_open]
