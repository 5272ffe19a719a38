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

from ..describe.directions import names_in, references, types_in
from ..ir import Api, Model, Named, Type
from ..normalize.casing import snake
from ..normalize.reserved import KEYWORDS

LARGE = 150
"""Definitions beyond which `models.py` becomes a folder: importing so many takes about 50 ms."""

CROWDED = 100
"""Definitions beyond which a module is taken apart."""

FEW = 10
"""Definitions that share a word, but are too few for a module of their own."""

SHARED, UNREACHED = "shared", "schemas"


def model_modules(api: Api, owners: Mapping[str, str]) -> dict[str, str]:
    """The module of each definition, in the order of the document; empty where all stand in `models.py`."""
    names = [definition.name for definition in api.definitions]
    if len(names) <= LARGE:
        return {}
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[owners.get(name, UNREACHED)].append(name)
    places = {
        name: _importable(module, owners)
        for group, found in groups.items()
        for module, members in _split(group, found)
        for name in members
    }
    merged = _without_cycles(
        places, {it.name: it.bases for it in api.definitions if isinstance(it, Model)}
    )
    return {name: merged[name] for name in names}


def owners(api: Api) -> dict[str, str]:
    """Definition → the resource or group of events that alone leads to it, or SHARED. Each is visited twice at most."""
    by_name = {definition.name: definition for definition in api.definitions}
    found: dict[str, str] = {}
    stack = [(name, owner) for owner, kind in _roots(api) for name in names_in(kind)]
    while stack:
        name, owner = stack.pop()
        known = found.get(name)
        if known not in (owner, SHARED):
            found[name] = owner = owner if known is None else SHARED
            stack.extend((reference, owner) for reference in references(by_name[name]))
    return found


def _roots(api: Api) -> Iterator[tuple[str, Type]]:
    for resource in api.resources:
        for operation in resource.operations:
            yield from ((resource.name, kind) for kind in types_in(operation))
    resources = {resource.name.removesuffix("s"): resource.name for resource in api.resources}
    for event in api.events.events:
        group = snake(event.group) if event.group else "events"
        owner = resources.get(group.removesuffix("s"), group)
        yield from ((owner, Named(name)) for name in event.models)


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
