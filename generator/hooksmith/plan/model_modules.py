"""In which module of `models/` a definition stands, where there are too many for one file.

1. What one resource alone leads to stands with it, and so does what the events of one group lead to (`user.created`
   counts as the resource `users`); what several lead to is `shared`, and what none does `schemas`.
2. A module that is crowded even so is taken apart by the words that the names in it begin with: `shared_user`.

So the place of a definition follows from who refers to it and from names, never from a count or an order: a schema that
others have nothing to do with moves none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from ..ir import Api, Model
from ..ir.queries import received_names, references, sent_names
from ..naming.casing import snake
from ..naming.reserved import KEYWORDS

LARGE = 150
"""Definitions beyond which `models.py` becomes a folder: importing so many takes about 50 ms."""

CROWDED = 100
"""Definitions beyond which a module is taken apart."""

FEW = 10
"""Definitions that share a word, but are too few for a module of their own."""

SHARED, UNREACHED = "shared", "schemas"


def model_modules(api: Api) -> dict[str, str]:
    """Return the module of each definition, in the order of the document; empty if all stand in `models.py`."""
    if len(api.definitions) <= LARGE:
        return {}
    owners = _owners(api)
    groups: dict[str, list[str]] = defaultdict(list)
    for definition in api.definitions:
        groups[owners.get(definition.name, UNREACHED)].append(definition.name)
    modules = {
        name: _importable(module, owners)
        for group, names in groups.items()
        for module, members in _split(group, names)
        for name in members
    }
    bases = {
        definition.name: definition.bases
        for definition in api.definitions
        if isinstance(definition, Model) and definition.bases
    }
    merged = _without_cycles(modules, bases)
    return {definition.name: merged[definition.name] for definition in api.definitions}


def _owners(api: Api) -> dict[str, str]:
    """Return definition → the only resource or group of events that leads to it, or SHARED.

    Each definition is visited twice at most.
    """
    uses = {definition.name: tuple(references(definition)) for definition in api.definitions}
    owners: dict[str, str] = {}
    stack = list(_roots(api))
    while stack:
        name, owner = stack.pop()
        known = owners.get(name)
        if known not in (owner, SHARED):
            owners[name] = owner = owner if known is None else SHARED
            stack.extend((used, owner) for used in uses[name])
    return owners


def _roots(api: Api) -> Iterator[tuple[str, str]]:
    """Yield the definitions that operations and events mention, each with its owner."""
    for resource in api.resources:
        for operation in resource.operations:
            yield from ((name, resource.name) for name in sent_names(operation))
            yield from ((name, resource.name) for name in received_names(operation))
    resources = {
        resource.name.removesuffix("s"): resource.name
        for resource in api.resources
        if resource.operations
    }
    for event in api.events.events:
        group = snake(event.group) if event.group else "events"
        owner = resources.get(group.removesuffix("s"), group)
        yield from ((name, owner) for name in event.models)


def _split(group: str, names: list[str], depth: int = 0) -> Iterator[tuple[str, list[str]]]:
    """Modules and what stands in them; `depth`: how many words of the names have been looked at."""
    if len(names) <= CROWDED:
        yield group, names
        return
    rest: list[str] = []
    for word, found in _by_word(names, depth).items():
        if word and len(found) >= FEW:
            yield from _split(_joined(group, word), found, depth + 1)
        else:
            rest += found
    yield group, rest


def _by_word(names: Iterable[str], depth: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        words = snake(name).split("_")
        found[words[depth] if depth < len(words) else ""].append(name)
    return found


def _joined(group: str, word: str) -> str:
    """`shared`, `user` → `shared_user`; a resource's own word (`events`, `event`) is not said again."""
    last = group.rpartition("_")[2]
    return group if last.removesuffix("s") == word.removesuffix("s") else f"{group}_{word}"


def _importable(module: str, taken: Mapping[str, str]) -> str:
    """A name that can be imported, and is no definition's: both are attributes of the package."""
    return f"{module}_" if module in KEYWORDS or module in taken else module


def _without_cycles(places: dict[str, str], bases: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Modules whose classes extend each other's both ways could not import one another: they become one."""
    while cycle := _cycle(places, bases):
        one = min(cycle, key=lambda module: (len(module), module))
        places = {name: one if module in cycle else module for name, module in places.items()}
    return places


def _cycle(places: Mapping[str, str], bases: Mapping[str, tuple[str, ...]]) -> list[str]:
    needed: dict[str, set[str]] = defaultdict(set)
    for name, extended in bases.items():
        needed[places[name]] |= {places[base] for base in extended} - {places[name]}
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
