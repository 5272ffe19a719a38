"""The module of each definition in `models/`, for packages with too many definitions for one file.

1. A definition that one resource alone reaches stands in the module of the resource. The events of a group count as a
   resource: `user.created` belongs to `users`. A definition that several reach is in `shared`; all others in `schemas`.
2. A crowded module is split by the first words of its names: `shared_user`.

References and names alone decide the module, not counts or order, so an unrelated schema moves no definition.
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
"""Definitions beyond which a module is split."""

FEW = 10
"""Definitions that a word needs for a module of its own."""

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
            yield from ((name, resource.module) for name in sent_names(operation))
            yield from ((name, resource.module) for name in received_names(operation))
    resources = {
        resource.module.removesuffix("s"): resource.module
        for resource in api.resources
        if resource.operations
    }
    for event in api.events.events:
        group = snake(event.group) if event.group else "events"
        owner = resources.get(group.removesuffix("s"), group)
        yield from ((name, owner) for name in event.models)


def _split(group: str, names: list[str], depth: int = 0) -> Iterator[tuple[str, list[str]]]:
    """Yield modules with their definitions. `depth` words of the names are in the module's name already."""
    if len(names) <= CROWDED:
        yield group, names
        return
    rest: list[str] = []
    for word, members in _by_word(names, depth).items():
        if word and len(members) >= FEW:
            yield from _split(_joined(group, word), members, depth + 1)
        else:
            rest += members
    yield group, rest


def _by_word(names: Iterable[str], depth: int) -> dict[str, list[str]]:
    by_word: dict[str, list[str]] = defaultdict(list)
    for name in names:
        words = snake(name).split("_")
        by_word[words[depth] if depth < len(words) else ""].append(name)
    return by_word


def _joined(group: str, word: str) -> str:
    """Join `shared` and `user` to `shared_user`; a word that repeats the group's (`events`, `event`) is dropped."""
    last = group.rpartition("_")[2]
    return group if last.removesuffix("s") == word.removesuffix("s") else f"{group}_{word}"


def _importable(module: str, taken: Mapping[str, str]) -> str:
    """Return a module name that is neither a keyword nor a definition: both are attributes of the package."""
    return f"{module}_" if module in KEYWORDS or module in taken else module


def _without_cycles(places: dict[str, str], bases: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Merge modules whose classes extend each other in a cycle, since they cannot import each other."""
    while cycle := _cycle(places, bases):
        merged = min(cycle, key=lambda module: (len(module), module))
        places = {name: merged if module in cycle else module for name, module in places.items()}
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
