"""Wire names → Python names, unique within their model, enum or operation."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256

from .casing import snake, spoken
from .reserved import ENUM_ATTRIBUTES, FIELD_NAMES, SHADOWING


def field_name(wire: str) -> str:
    """Return the field for a property: `nextCursor` → `next_cursor`, `copy` → `copy_`."""
    name = snake(wire)
    if name in FIELD_NAMES or name.startswith("model_"):
        return name + "_"
    return name


def field_names(inherited: list[str], wires: list[str], shadowable: AbstractSet[str]) -> list[str]:
    """Return the field names of a model's own properties; a property of a base class keeps the name it has there.

    No new name is one of `shadowable`.
    """
    names = dict(zip(inherited, unique(inherited, field_name), strict=True))
    new = [wire for wire in wires if wire not in names]
    taken = list(names.values())
    fields = unique(new, field_name, taken)
    if shadowing := shadowable & {*fields}:
        fields = unique(new, field_name, [*taken, *shadowing])
    names |= dict(zip(new, fields, strict=True))
    return [names[wire] for wire in wires]


def unique(
    wires: Sequence[str], spell: Callable[[str], str], taken: Iterable[str] = ()
) -> list[str]:
    """Return a Python name for each wire name.

    If two wire names claim a name, neither gets it: each takes its next candidate. So no name passes from one wire name
    to another when a third is added or removed. Candidates are: the name, the name with signs spoken (`a.b` →
    `a_dot_b`), the text as written (`Asc`), the same with an underscore (`Asc_`), and with a digest.

    Args:
        wires: Names in JSON or HTTP.
        spell: Returns the first candidate for a wire name.
        taken: Names that are not available.
    """
    unavailable = set(taken)
    first = [spell(wire) for wire in wires]
    if len(set(first)) == len(first) and unavailable.isdisjoint(first):
        return first  # nearly always
    candidates = {wire: _candidates(wire, spell) for wire in wires}
    while True:
        names = {
            wire: next(name for name in candidates[wire] if name not in unavailable)
            for wire in candidates
        }
        collisions = {name for name, count in Counter(names.values()).items() if count > 1}
        if not collisions:
            return _numbered([names[wire] for wire in wires], len(names) == len(wires))
        unavailable |= collisions


def _candidates(wire: str, spell: Callable[[str], str]) -> list[str]:
    """Return the names for a wire name, the best first; the last is unique to it."""
    written = _as_written(wire)
    digest = sha256(wire.encode("utf-8", "surrogatepass")).hexdigest()
    return [
        spell(wire),
        spell(_with_signs_spoken(wire)),
        written,
        f"{written}_",
        f"{written}_{digest[:8]}",
        f"{written}_{digest}",
    ]


def _with_signs_spoken(wire: str) -> str:
    core = wire.strip("_")
    signs = "".join(char if char.isalnum() or char == "_" else f" {spoken(char)} " for char in core)
    before, after = wire[: len(wire) - len(wire.lstrip("_"))], wire[len(wire.rstrip("_")) :]
    if not core:
        return spoken(wire)
    return " ".join([*("underscore" for _ in before), signs, *("underscore" for _ in after)])


def _as_written(wire: str) -> str:
    """Return the wire name with `_` for every character that no identifier has, in the form that Python compares."""
    text = unicodedata.normalize("NFKC", wire)
    plain = "".join(char if ("a" + char).isidentifier() else "_" for char in text).strip("_")
    name = plain if plain.isidentifier() else f"n_{plain}"
    return name + "_" if name in ENUM_ATTRIBUTES | FIELD_NAMES | SHADOWING else name


def _numbered(names: list[str], are_wires_unique: bool) -> list[str]:
    """Number the names of equal wire names: nothing else distinguishes them."""
    if are_wires_unique:
        return names
    result: list[str] = []
    for name in names:
        number, numbered = 1, name
        while numbered in result:
            number += 1
            numbered = f"{name}_{number}"
        result.append(numbered)
    return result
