"""Property and parameter names → Python names, unique within their model or call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from ..normalize.casing import SHADOWING, snake, spoken

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
    """One Python name for each wire name. Clashing ones are told apart by what the first spelling left out.

    First their signs are spoken (`StartTime<` → `start_time_less_than`), then their capitals kept (`Asc`), and only
    names that differ in nothing else get their position.
    """
    names = [spell(wire) for wire in wires]
    used = set(taken)
    for respell in (lambda wire: spell(_aloud(wire)), _as_written):
        clashes = {name for name, count in Counter(names).items() if count > 1} | (
            used & set(names)
        )
        if not clashes:
            return names
        names = [
            respell(wire) if name in clashes and spell(wire) != wire else name
            for wire, name in zip(wires, names, strict=True)
        ]
    return _numbered(names, used)


def _aloud(wire: str) -> str:
    return "".join(char if char.isalnum() or char in "_ " else f" {spoken(char)} " for char in wire)


def _as_written(wire: str) -> str:
    kept = "".join(char if ("a" + char).isidentifier() else "_" for char in wire).strip("_")
    name = kept if kept.isidentifier() else f"n_{kept}"
    return (
        name + "_" if name in _INHERITED or name in RESERVED_FIELDS or name in SHADOWING else name
    )


def _numbered(names: list[str], used: set[str]) -> list[str]:
    result: list[str] = []
    for name in names:
        number, spelled = 1, name
        while spelled in used:
            number += 1
            spelled = f"{name}_{number}"
        used.add(spelled)
        result.append(spelled)
    return result
