"""Groups of entries with one rule and owner, or about many copies of one enum."""

from __future__ import annotations

from ...frozen import value
from ..report import Entry
from ..rules import Category


@value()
class Group:
    """Entries of one rule. `owners`: the classes or methods they are about, in order."""

    entries: tuple[Entry, ...]
    owners: tuple[str, ...]

    @property
    def first(self) -> Entry:
        """The entry that stands for all."""
        return self.entries[0]

    @property
    def uses(self) -> tuple[str, ...]:
        """The uses that break, each once."""
        return tuple(dict.fromkeys(b.use for entry in self.entries for b in entry.breaks))


def grouped(entries: list[Entry]) -> list[Group]:
    """Group entries by rule and owner, and then owners that gain or lose the same values."""
    by_owner: dict[tuple[Category, str, str], list[Entry]] = {}
    for entry in entries:
        key = (entry.category, entry.change.rule, owner(entry))
        by_owner.setdefault(key, []).append(entry)
    by_values: dict[tuple[object, ...], list[tuple[str, list[Entry]]]] = {}
    for (category, rule, name), members in by_owner.items():
        values = frozenset((entry.change.old, entry.change.new) for entry in members)
        is_enum = rule.startswith("enum-value")
        copies = (category, rule, values) if is_enum else (category, rule, name)
        by_values.setdefault(copies, []).append((name, members))
    return [
        Group(
            tuple(entry for _, members in copies for entry in members),
            tuple(name for name, _ in copies),
        )
        for copies in by_values.values()
    ]


def owner(entry: Entry) -> str:
    """Return the class, enum or method that an entry is about."""
    place = entry.change.place
    head, bracket, _ = place.partition("(")
    if bracket:
        return head
    return head.rpartition(".")[0] if head.count(".") > 1 else head
