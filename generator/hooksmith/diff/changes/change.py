"""A change, and the context that all subjects share."""

from __future__ import annotations

from typing import Literal

from ...frozen import value
from ...ir import AnyDefinition, Type
from ..sides import Side
from .types import renamed

Direction = Literal["received", "sent", "both", ""]


@value(kw_only=True)
class Change:
    """A difference between the documents. `rule`: see `rules.RULES`.

    `old_place` and `new_place`: in the packages, such as `models.Order.status`; empty in the package that lacks it.
    `name`, `owner`, `old` and `new` fill the rule's message. `pointer`: in the bundled new document, or in the old one
    if the new document lacks it (`is_gone`). `category`: instead of the rule's.
    """

    rule: str
    old_place: str
    new_place: str
    name: str = ""
    owner: str = ""
    old: str = ""
    new: str = ""
    pointer: str = ""
    is_gone: bool = False
    direction: Direction = ""
    category: str = ""
    via: tuple[str, ...] = ()
    """Events that the change concerns, for changes of deliveries."""

    @property
    def place(self) -> str:
        """The place in the old package, or else in the new one."""
        return self.old_place or self.new_place


class Context:
    """Both documents, and the definitions of the old one by their names in the new one."""

    def __init__(self, old: Side, new: Side, renames: dict[str, str]) -> None:
        self.old = old
        self.new = new
        self.renames = renames
        """Old name of a definition → its new name; those with the same name are absent."""

    def new_name(self, name: str) -> str:
        """The name of an old definition in the new document."""
        return self.renames.get(name, name)

    def translated(self, type_: Type) -> Type:
        """An old type with the new names of its definitions."""
        return renamed(type_, self.renames) if self.renames else type_

    def pairs(self) -> list[tuple[AnyDefinition, AnyDefinition]]:
        """Definitions that both documents have."""
        new = self.new.definitions
        return [
            (definition, new[self.new_name(name)])
            for name, definition in self.old.definitions.items()
            if self.new_name(name) in new
        ]


def direction_of(definition: AnyDefinition) -> Direction:
    """The direction of a definition; `both` if no operation or event reaches it."""
    if definition.sent == definition.received:
        return "both"
    return "sent" if definition.sent else "received"


def pair_direction(old: AnyDefinition, new: AnyDefinition) -> Direction:
    """The direction of a definition in both documents; `both` if it changes."""
    before, after = direction_of(old), direction_of(new)
    return before if before == after else "both"
