"""Names that Python takes for one identifier (NFKC, PEP 3131) are one name to the generator."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable

import pytest

from hooksmith.naming.casing import argument, pascal, snake, upper
from hooksmith.naming.unique_names import unique

SPELLINGS = [pascal, snake, upper, argument]
UNSTABLE = [
    char
    for char in map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)])
    if not unicodedata.is_normalized("NFKC", char + char.lower() + char.upper() + char.title())
]
"""Characters that normalisation or a change of case turns into others."""


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_character_gives_a_name_in_the_form_that_python_compares(
    spelling: Callable[[str], str],
) -> None:
    for char in UNSTABLE:
        name = spelling(f"a{char}b")
        assert name.isidentifier(), hex(ord(char))
        assert unicodedata.is_normalized("NFKC", name), hex(ord(char))


@pytest.mark.parametrize(
    "wires",
    [
        ["ſend", "send", "find", "ﬁnd"],
        ["Ａ", "A", "a", "ª"],
        ["½", "1/2", "1⁄2"],
        ["ſ", "s", "S"],
        ["Ⅷ", "VIII", "viii"],
    ],
)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_names_are_different_to_python(wires: list[str], spelling: Callable[[str], str]) -> None:
    names = unique(wires, spelling)
    assert len({unicodedata.normalize("NFKC", name) for name in names}) == len(wires)
    assert all(name.isidentifier() for name in names)
