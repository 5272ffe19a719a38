"""Which lines of a text are different, and which unit they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooksmith.edits.change import UnsureError, _different_lines, find_change
from hooksmith.json_pointer import split
from hooksmith.load.outline import blocks
from hooksmith.load.syntax import SyntaxProblem
from hooksmith.load.yaml_reader import parse, parse_outlined
from hooksmith.normalize.units import assembled, units
from support.edits import YAML_EDITS

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


def change(old: str, new: str) -> tuple[str, ...]:
    """The units that are different, where the others and the outline are found as they are."""
    data, outline = parse_outlined(old)
    known = {pointer: json.dumps(value) for pointer, value in units(data)}
    found = find_change(Path("x.yaml"), old.encode(), new.encode(), outline, known)
    data, outline = parse_outlined(new)
    assert list(found.units.items()) == [(it, json.dumps(value)) for it, value in units(data)]
    assert found.outline == outline
    return found.changed


ORDER, BUYER, EVENT = (f"/components/schemas/{name}" for name in ("Order", "Buyer", "Event"))
SELLER = "    Seller:\n      type: object\n      description: |\n        Who sells.\n"
SHIPPED = "          application/json: {schema: {$ref: '#/components/schemas/OrderShipped'}}\n"


@pytest.mark.parametrize(
    ("old", "new", "units"),
    [
        ("description: Its id.", "description: Its number.", [ORDER]),
        ("operationId: getOrder", "operationId: got", ["/paths/~1orders~1{id}"]),
        ("{$ref: '#/components/schemas/OrderLost'}", "{}", ["/webhooks/order.lost"]),
        ("    Event:\n", "        more: {}\n    Event:\n", [BUYER]),
        ("    Event:\n", "    Occurrence:\n", [EVENT, "/components/schemas/Occurrence"]),
        ("    Event:\n", f"{SELLER}    Event:\n", ["/components/schemas/Seller"]),
        ("    Order:\n", f"{SELLER}    Order:\n", ["/components/schemas/Seller"]),
        ("webhooks:\n", "  /more: {get: {}}\nwebhooks:\n", ["/paths/~1more"]),
        ("  /orders/{id}:\n", "  # second\n  /orders/{id}:\n", []),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_the_units_of_a_change(old: str, new: str, units: list[str]) -> None:
    assert change(DOCUMENT, DOCUMENT.replace(old, new, 1)) == tuple(units)


def test_the_last_unit_of_all() -> None:
    seller = ("/components/schemas/Seller",)
    assert change(DOCUMENT, DOCUMENT + SELLER) == seller
    assert change(DOCUMENT + SELLER, DOCUMENT) == seller
    assert change(DOCUMENT + SELLER.rstrip(), DOCUMENT + SELLER.rstrip() + " And how.") == seller


def test_units_far_apart() -> None:
    """What stands between them is recognised."""
    new = DOCUMENT.replace("description: Its id.", "description: X.")
    new = new.replace("operationId: getOrder", "operationId: got")
    assert change(DOCUMENT, new) == ("/paths/~1orders~1{id}", ORDER)
    more = new.replace("    Event:\n", f"{SELLER}    Event:\n")
    more = more.replace(
        "        # who bought\n", "        by: {$ref: '#/components/schemas/Seller'}\n"
    )
    assert set(change(DOCUMENT, more)) == {
        *change(DOCUMENT, new),
        BUYER,
        "/components/schemas/Seller",
    }
    assert set(change(more, DOCUMENT)) == set(change(DOCUMENT, more))


def test_a_unit_that_goes_beside_one_that_changes() -> None:
    start, end = DOCUMENT.index("    NewOrder:\n"), DOCUMENT.index("    Buyer:\n")
    new = DOCUMENT[:start] + DOCUMENT[end:].replace("        # who bought\n", "")
    assert change(DOCUMENT, new) == ("/components/schemas/NewOrder",)
    new = new.replace("format: email", "format: uri")
    assert change(DOCUMENT, new) == ("/components/schemas/NewOrder", BUYER)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("openapi: 3.1.0", "openapi: 3.0.0"),
        ("        # who bought\n", "\t- x\n"),
        ("        # who bought\n", "        age: &age {}\n"),
        ("        # who bought\n", "        age: *age\n"),
        ("    Event:\n", "    Order: {}\n    Event:\n"),
        ("    Event:\n", "     More: {}\n    Event:\n"),
        ("    Event:\n", "   {\n    More: {}}\n    Event:\n"),
        ("    Event:\n", "   !!map\n    More: {}\n    Event:\n"),
        ("    Event:\n", "    <<: {More: {}}\n    Event:\n"),
        ("    Event:\n", "    More: {},\n    Event:\n"),
        ("    Event:\n", "  responses: {}\n    Event:\n"),
        ("  schemas:\n", "  schemas:\n  responses:\n"),
    ],
)
def test_what_is_no_change_of_units(old: str, new: str) -> None:
    with pytest.raises(UnsureError):
        change(DOCUMENT, DOCUMENT.replace(old, new, 1))


def test_flow_style_is_no_block() -> None:
    flow = "paths: {\n    /a: {},\n    /b: {}\n}\n"
    for new in ("    /c: {}\n    /b", "    /c: {},\n    /b", "    /b:\n        get"):
        with pytest.raises(UnsureError):
            change(flow, flow.replace("    /b", new))


def test_a_comment_behind_text() -> None:
    """It is part of a literal text of the unit before."""
    old = DOCUMENT.replace("    Event:\n", f"{SELLER}    Event:\n")
    found = change(old, old.replace("    Event:\n", "        # nobody\n    More: {}\n    Event:\n"))
    assert found == ("/components/schemas/Seller", "/components/schemas/More")


def test_units_that_move() -> None:
    start, end = DOCUMENT.index("    NewOrder:\n"), DOCUMENT.index("    Buyer:\n")
    moved = DOCUMENT[:start] + DOCUMENT[end:] + DOCUMENT[start:end]
    with pytest.raises(UnsureError):
        change(DOCUMENT, moved)


def test_many_units() -> None:
    many = DOCUMENT + "".join(f"    More{index}: {{}}\n" for index in range(9))
    with pytest.raises(UnsureError):
        change(DOCUMENT, many)


@pytest.mark.parametrize("seed", range(60))
def test_edits_at_random(seed: int) -> None:
    """What is told of several lines that change is what the whole text says."""
    random, text = Random(seed), DOCUMENT
    for _ in range(random.randrange(1, 4)):
        text = YAML_EDITS[random.choice([*YAML_EDITS])](text, random)
    try:
        parse_outlined(text)
        change(DOCUMENT, text)
    except (UnsureError, SyntaxProblem):
        return
