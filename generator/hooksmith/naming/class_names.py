"""Class names of schemas, assigned once for the whole document.

A component keeps its name. An inline schema is named after its owner and its place there: `WebhookEndpoint` and
`status` give `WebhookEndpointStatus`; an option of a union adds a word of `union_options`. Equal schemas with one claim
share a name. A collision is resolved by more of the JSON Pointer, never by a counter. So a name depends on the pointer
of the schema and on the schemas that claim the same name; adding, removing or reordering others renames nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Any

from ..json_pointer import escape
from ..openapi.grammar import Node
from .casing import pascal
from .name_candidates import candidate_names
from .named_schemas import Candidate, inline_candidates, is_enum, is_model, operation_candidates
from .reserved import CLASS_NAMES


class DefinitionType(Enum):
    """Type of the definition for a named schema."""

    CLASS = "class"
    ENUM = "enum"
    ALIAS = "alias"


@dataclass(slots=True)
class ClassNames:
    """Names and definition types of the schemas that become a class, enum or alias, by JSON Pointer."""

    names: dict[str, str] = field(default_factory=dict)
    types: dict[str, DefinitionType] = field(default_factory=dict)

    def is_alias(self, pointer: str) -> bool:
        """Return whether the named schema at `pointer` becomes an alias."""
        return self.types[pointer] is DefinitionType.ALIAS


def assign_class_names(document: Node, overrides: Mapping[str, str]) -> ClassNames:
    """Assign a name to every schema of a document in normal form that becomes a class, enum or alias.

    Args:
        document: The document. `overrides.check_overrides` verifies what it makes of the overrides.
        overrides: JSON Pointer → name chosen by the user.
    """
    return _Assignment(document, overrides).run()


def definition_type(schema: Any) -> DefinitionType:
    """Return the type of the definition for a named schema."""
    if isinstance(schema, dict) and "$ref" not in schema:
        if is_model(schema):
            return DefinitionType.CLASS
        if is_enum(schema):
            return DefinitionType.ENUM
    return DefinitionType.ALIAS


class _Assignment:
    def __init__(self, document: Node, overrides: Mapping[str, str]) -> None:
        self._document = document
        self._overrides = overrides
        self._result = ClassNames()
        self._taken: set[str] = set()
        delivers = document.get("webhooks") or document.get("x-webhooks")
        self._reserved = CLASS_NAMES | ({"Event"} if delivers else set())

    def run(self) -> ClassNames:
        """Assign names tier by tier, outermost schemas first: a collision renames the deeper schema."""
        tier = list(self._components())
        self._assign(tier)
        tier = [*self._below(tier), *operation_candidates(self._document)]
        while tier:
            self._assign(tier)
            tier = list(self._below(tier))
        return self._result

    def _components(self) -> Iterator[Candidate]:
        for key, schema in self._document.get("components", {}).get("schemas", {}).items():
            yield Candidate(f"/components/schemas/{escape(key)}", pascal(key), schema)

    def _below(self, tier: list[Candidate]) -> Iterator[Candidate]:
        for owner in tier:
            name = self._result.names[owner.pointer]
            yield from inline_candidates(owner.schema, owner.pointer, name)

    def _assign(self, tier: list[Candidate]) -> None:
        """Assign the names of one tier; the order of its candidates does not matter."""
        unnamed = []
        for candidate in tier:
            if candidate.pointer in self._overrides:
                self._take(candidate, self._overrides[candidate.pointer])
            else:
                unnamed.append(candidate)
        names = {candidate.pointer: candidate_names(candidate) for candidate in unnamed}
        while unnamed:
            claims = [(candidate, names[candidate.pointer].pop(0)) for candidate in unnamed]
            contested = self._assign_uncontested(claims)
            unnamed = [each for each in contested if names[each.pointer]]
            for candidate in contested:
                if not names[candidate.pointer]:
                    self._take(candidate, self._name_with_digest(candidate))

    def _name_with_digest(self, candidate: Candidate) -> str:
        """Return a name with a digest of the pointer, for pointers that differ only in signs."""
        name = f"{candidate.name}_{sha256(candidate.pointer.encode()).hexdigest()[:8]}"
        return name if name not in self._taken else f"{name}_"

    def _assign_uncontested(self, claims: Iterable[tuple[Candidate, str]]) -> list[Candidate]:
        """Assign every name claimed by one candidate, or by identical schemas. Return the candidates still unnamed."""
        by_name: dict[str, list[Candidate]] = defaultdict(list)
        for candidate, name in claims:
            by_name[name].append(candidate)
        unnamed = []
        for name, claimants in by_name.items():
            if name in self._taken or name in self._reserved:
                unnamed += claimants
                continue
            if _are_equal(claimants):
                winners, losers = claimants, []
            else:
                winners = [each for each in claimants if _is_component_key(each, name)]
                losers = [each for each in claimants if not _is_component_key(each, name)]
            for winner in winners:
                self._take(winner, name)
            unnamed += losers
        return unnamed

    def _take(self, candidate: Candidate, name: str) -> None:
        self._result.names[candidate.pointer] = name
        self._result.types[candidate.pointer] = definition_type(candidate.schema)
        self._taken.add(name)


def _are_equal(candidates: list[Candidate]) -> bool:
    return all(candidate.schema == candidates[0].schema for candidate in candidates[1:])


def _is_component_key(candidate: Candidate, name: str) -> bool:
    """Return whether a candidate is the component with exactly this key, of several whose keys give one name."""
    return candidate.pointer == f"/components/schemas/{name}"
