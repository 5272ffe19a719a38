"""Which changes of the documents the breaks of the surface are due to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

from ..ir import Model
from .annotations import names, parse
from .changes import Change
from .comparison import Break
from .rules import RULES
from .sides import Side
from .surface import EVENTS, MODELS, AliasSurface

_MODULES = (MODELS, EVENTS)


def attribute(
    breaks: Iterable[Break], changes: list[Change], old: Side, new: Side
) -> tuple[list[Change], dict[int, list[Break]]]:
    """Return all changes, and the breaks due to each by its index.

    A break that no change explains gets a change of its own, by the rule `surface-changed`.
    """
    index = _Index(changes, old, new)
    complete = list(changes)
    causes: dict[int, list[Break]] = defaultdict(list)
    for broken in breaks:
        positions = index.causes(broken)
        if not positions:
            positions = [len(complete)]
            complete.append(_unexplained(broken))
        for position in positions:
            causes[position].append(broken)
    return complete, causes


def _unexplained(broken: Break) -> Change:
    return Change(
        rule="surface-changed",
        old_place=broken.place,
        new_place="",
        name=broken.place,
        old=broken.old,
        new=broken.new,
        is_gone=True,
    )


class _Index:
    """Changes that can break a use, by their places and by the definitions they are about."""

    def __init__(self, changes: list[Change], old: Side, new: Side) -> None:
        self._changes = changes
        self._sides = (old, new)
        self._by_place: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for position, change in enumerate(changes):
            if RULES[change.rule].has_types:
                for place in {change.old_place, change.new_place} - {""}:
                    self._add(place, position)

    def _add(self, place: str, position: int) -> None:
        for prefix in _prefixes(place):
            self._by_place[prefix].append(position)
        module, _, rest = place.partition(".")
        name, _, member = rest.partition(".")
        if module in _MODULES and not (member and self._is_model(name)):
            self._by_name[name].append(position)

    def _is_model(self, name: str) -> bool:
        return any(isinstance(side.definitions.get(name), Model) for side in self._sides)

    def causes(self, broken: Break) -> list[int]:
        """Return the positions of the nearest changes that explain a break."""
        place = _synchronous(broken.place)
        for positions in (
            self._at(_members(place, broken.culprits)),
            self._inherited(place, broken.culprits),
            self._at([place]),
            self._named(broken.names),
            self._imported(broken),
            self._of_parts(place),
        ):
            if positions:
                return positions
        return []

    def _at(self, places: Iterable[str]) -> list[int]:
        return _unique(self._by_place.get(place, ()) for place in places)

    def _inherited(self, place: str, culprits: frozenset[str]) -> list[int]:
        """Changes of fields that a class inherits."""
        module, _, rest = place.partition(".")
        name, _, field = rest.partition(".")
        if module not in _MODULES:
            return []
        fields = culprits or ({field} if field else set())
        ancestors = chain.from_iterable(side.surface.ancestors(name) for side in self._sides)
        places = [
            side.place(ancestor, each)
            for ancestor in dict.fromkeys(ancestors)
            for side in self._sides
            for each in sorted(fields)
        ]
        return self._at(places)

    def _named(self, mentioned: frozenset[str]) -> list[int]:
        """Changes of the definitions that the annotations mention, directly or by aliases."""
        seen: set[str] = set()
        stack = sorted(mentioned)
        while stack:
            name = stack.pop()
            if name in seen:
                continue
            seen.add(name)
            for side in self._sides:
                definition = side.surface.definitions.get(name)
                if isinstance(definition, AliasSurface):
                    stack += names(parse(definition.annotation))
        return _unique(self._by_name.get(name, ()) for name in sorted(seen))

    def _imported(self, broken: Break) -> list[int]:
        """Changes behind a name that is gone: `resources.orders.Orders` with the methods of `client.orders`."""
        module, _, name = broken.place.rpartition(".")
        if broken.use != "import":
            return []
        if module.startswith("resources."):
            return self._at([f"client.{module.removeprefix('resources.')}"])
        if module == "params":
            return self._of_dictionary(name)
        if module == "callback_receiver" or name.startswith("Callback"):
            return self._of_rules("callback-")
        old, new = self._sides
        if name in old.surface.exports.get("callbacks", ()):
            return self._at([f"callbacks.{name}"])
        is_client = name in old.surface.client_classes
        if is_client and new.surface.client_classes:
            return self._of_rules("client-renamed")
        return []

    def _of_dictionary(self, name: str) -> list[int]:
        """Changes of the methods whose arguments accept a TypedDict; if none has it, changes of all methods."""
        places = [
            f"client.{resource.name}.{method.name}"
            for side in self._sides
            for resource in side.view.resources
            for method in resource.methods
            if any(name in names(parse(argument.annotation)) for argument in method.arguments)
        ]
        methods = (each for place, each in self._by_place.items() if place.startswith("client."))
        return self._at(places) or _unique(methods)

    def _of_parts(self, place: str) -> list[int]:
        """Changes that give the package a part, or take it away: its first or last event or method."""
        old, new = self._sides
        positions: list[int] = []
        if place.startswith(("events.", "event_types.", "webhook.", "testing.")) or bool(
            old.view.events
        ) != bool(new.view.events):
            positions += self._of_rules("event", "signature")
        if bool(old.view.client) != bool(new.view.client):
            positions += self._of_rules("call-")
        if bool(old.view.callbacks) != bool(new.view.callbacks):
            positions += self._of_rules("callback-")
        if not positions and place.startswith("client."):
            positions = self._of_rules("call-")
        if not positions:
            positions = self._of_rules("event", "signature")
        return positions

    def _of_rules(self, *prefixes: str) -> list[int]:
        return [
            position
            for position, change in enumerate(self._changes)
            if change.rule.startswith(prefixes) and RULES[change.rule].has_types
        ]


def _synchronous(place: str) -> str:
    """Return the place of the synchronous client for one of the asynchronous client."""
    if not place.startswith("async_client."):
        return place
    rest = place.removeprefix("async_client.")
    return f"client.{rest.removeprefix('Async') if '.' not in rest else rest}"


def _prefixes(place: str) -> Iterator[str]:
    """`client.orders.create(status)` → itself, `client.orders.create`, `client.orders`."""
    yield place
    head, bracket, _ = place.partition("(")
    if bracket:
        yield head
    while head.count(".") > 1:
        head = head.rpartition(".")[0]
        yield head


def _members(place: str, culprits: frozenset[str]) -> list[str]:
    texts = sorted(culprits)
    return [f"{place}.{name}" for name in texts] + [f"{place}({name})" for name in texts]


def _unique(groups: Iterable[Iterable[int]]) -> list[int]:
    return sorted({position for group in groups for position in group})
