"""Which lines of a text are different, and which unit they belong to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooksmith.edits.change import UnsureError, _different_lines, find_change
from hooksmith.normalize.units import assembled, units
from hooksmith.outline import blocks
from hooksmith.pointer import split
from hooksmith.yaml12 import parse, parse_outlined

from .conftest import DOCUMENT

LINES = st.lists(st.sampled_from(["a", "b", "", " a", "ab"]), max_size=8)


@pytest.mark.hypothesis
@given(LINES, LINES, st.booleans())
def test_what_is_not_different_is_the_same(old: list[str], new: list[str], ends: bool) -> None:
    one, other = ("\n".join(lines) + "\n" * ends for lines in (old, new))
    gone, come = _different_lines(one.encode(), other.encode())
    before, after = one.split("\n"), other.split("\n")
    assert before[: gone[0]] == after[: come[0]]
    assert before[gone[1] :] == after[come[1] :]


def test_units_make_up_the_document() -> None:
    data = parse(DOCUMENT)
    found = dict(units(data))
    assert "/components/schemas/Order" in found
    assert "/paths/~1orders~1{id}" in found
    assert "/webhooks/order.lost" in found
    assert "/info" in found
    assert assembled(found.items()) == data
    assert list(assembled(found.items())) == list(data)


def test_units_stand_in_lines() -> None:
    _, outline = parse_outlined(DOCUMENT)
    lines = DOCUMENT.split("\n")
    found = blocks(outline, len(lines))
    for pointer, value in units(parse(DOCUMENT)):
        first, last, _ = found[tuple(split(pointer))]
        text = "\n".join(line[pointer.count("/") * 2 - 2 :] for line in lines[first:last])
        assert list(parse(text).values()) == [value], pointer


def change(old: str, new: str) -> str:
    """The unit that is different."""
    data, outline = parse_outlined(old)
    known = {pointer: json.dumps(value) for pointer, value in units(data)}
    found = find_change(Path("x.yaml"), old.encode(), new.encode(), outline, known)
    assert found.after == dict(units(parse(new))).get(found.unit, found.after)
    return found.unit


@pytest.mark.parametrize(
    ("old", "new", "unit"),
    [
        ("description: Its id.", "description: Its number.", "/components/schemas/Order"),
        ("operationId: getOrder", "operationId: got", "/paths/~1orders~1{id}"),
        ("{$ref: '#/components/schemas/OrderLost'}", "{}", "/webhooks/order.lost"),
        ("    Event:\n", "        more: {}\n    Event:\n", "/components/schemas/Buyer"),
    ],
)
def test_the_unit_of_a_change(old: str, new: str, unit: str) -> None:
    assert change(DOCUMENT, DOCUMENT.replace(old, new, 1)) == unit


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    Event:\n", "    Occurrence:\n"),
        ("    Event:\n", "    More: {}\n    Event:\n"),
        ("openapi: 3.1.0", "openapi: 3.0.0"),
        ("        # who bought\n", "\t- x\n"),
        ("        # who bought\n", "        age: &age {}\n"),
        ("        # who bought\n", "        age: *age\n"),
    ],
)
def test_what_is_no_change_of_a_unit(old: str, new: str) -> None:
    with pytest.raises(UnsureError):
        change(DOCUMENT, DOCUMENT.replace(old, new, 1))


def test_two_units(tmp_path: Path) -> None:
    new = DOCUMENT.replace("description: Its id.", "description: X.").replace(
        "maxLength: 20", "maxLength: 2"
    )
    with pytest.raises(UnsureError):
        change(DOCUMENT, new)
