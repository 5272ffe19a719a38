"""Property and parameter names → Python names, unique within their model or call."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from .casing import SHADOWING, snake, spoken

RESERVED_FIELDS = frozenset(
    """Any bool bytes construct copy date datetime dict dict_ float from_orm int json list model_
    object_ parse_file parse_obj parse_raw schema schema_json mro register self str tuple type_
    update_forward_refs validate to_dict to_json from_json""".split()
)
"""Attributes of pydantic's and our models, and the names that annotations are spelled with."""


_INHERITED = frozenset(
    """as_integer_ratio bit_count bit_length capitalize casefold center conjugate count denominator
    encode endswith expandtabs find format format_map from_bytes imag index is_integer isalnum
    isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace
    istitle isupper join ljust lower lstrip maketrans mro name numerator partition real
    removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split
    splitlines startswith strip swapcase title to_bytes translate upper value zfill""".split()
)
"""Attributes of str, int and Enum, which a member must not hide."""


def field_name(wire: str) -> str:
    """The attribute for a property: `nextCursor` → `next_cursor`, `copy` → `copy_`."""
    name = snake(wire)
    if name in RESERVED_FIELDS or name.startswith("model_"):
        return name + "_"
    return name


def unique(
    wires: Sequence[str], spell: Callable[[str], str], taken: Iterable[str] = ()
) -> list[str]:
    """One Python name for each wire name.

    A name that two of them would like goes to neither: each takes the next that its own text gives, so that no name
    ever passes from one to another when a third comes or goes. First their signs are spoken (`a.b` → `a_dot_b`), then
    they are written as they are (`Asc`), then with an underscore behind (`ASC_`), then with a digest.
    """
    burnt = set(taken)
    plain = [spell(wire) for wire in wires]
    if len(set(plain)) == len(plain) and burnt.isdisjoint(plain):
        return plain  # as nearly always
    ways = {wire: _spellings(wire, spell) for wire in wires}
    while True:
        names = {wire: next(name for name in ways[wire] if name not in burnt) for wire in ways}
        clashes = {name for name, count in Counter(names.values()).items() if count > 1}
        if not clashes:
            return _numbered([names[wire] for wire in wires], len(names) == len(wires))
        burnt |= clashes


def _spellings(wire: str, spell: Callable[[str], str]) -> list[str]:
    """The names for a wire name, the best first; the last is no other's."""
    written = _as_written(wire)
    digest = sha256(wire.encode("utf-8", "surrogatepass")).hexdigest()
    return [
        spell(wire),
        spell(_aloud(wire)),
        written,
        f"{written}_",
        f"{written}_{digest[:8]}",
        f"{written}_{digest}",
    ]


def _aloud(wire: str) -> str:
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
    return (
        name + "_" if name in _INHERITED or name in RESERVED_FIELDS or name in SHADOWING else name
    )


def _numbered(names: list[str], different: bool) -> list[str]:
    """Names of what the document gives one and the same name are counted; there is nothing else to tell them by."""
    if different:
        return names
    result: list[str] = []
    for name in names:
        number, spelled = 1, name
        while spelled in result:
            number += 1
            spelled = f"{name}_{number}"
        result.append(spelled)
    return result
