"""What no Python type says: asserted of what is sent, and of nothing that is received."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from support.wire import Wire, reply

LABEL = {"text": "t"}


def put(case: Any, **arguments: Any) -> Any:
    wire = Wire(reply({"id": "o"}))
    wire.client(case).orders.put_order(**arguments)
    return json.loads(wire.last.content)


FITS: list[tuple[str, Any]] = [
    ("not_red", "blue"),
    ("tags", ["a", "x-b"]),
    ("steps", 0.3),
    ("names", {"a": 1, "b": 2}),
    ("labels", {"x-a": "t", "n-b": 1, "c": [None]}),
    ("labels_alone", {"x-a": LABEL}),
    ("pair", ["a", 1]),
    ("range_", []),
    ("range_", [1]),
    ("range_", [1, 2]),
    ("row", ["a", True]),
    ("row", ["a", True, 1, 2, 3]),
    ("both", "ab"),
    ("both", 5),
    ("extras", {"name": "n", "more": LABEL}),
    ("rules", {"kind": "card", "card": "1", "name": "n"}),
    ("rules", {"iban": "i", "name": "abc"}),
    ("reach", {"email": "e"}),
]
MISFITS: list[tuple[str, Any]] = [
    ("not_red", "red"),
    ("tags", ["a"]),
    ("tags", ["x-a", "x-b", "x-c"]),
    ("steps", 0.25),
    ("names", {"A": 1}),
    ("names", {"a": 1, "b": 2, "c": 3}),
    ("labels", {"x-a": 1}),
    ("labels", {"n-b": "t"}),
    ("labels_alone", {"a": LABEL}),
    ("labels_alone", {"x-a": {}}),
    ("pair", ["a"]),
    ("pair", ["a", 1, 2]),
    ("pair", [1, "a"]),
    ("range_", [1, 2, 3]),
    ("range_", ["a"]),
    ("row", ["a"]),
    ("row", ["a", True, "b"]),
    ("both", "a"),
    ("both", 4),
    ("extras", {"name": "n", "more": {}}),
    ("extras", {"name": "n", "more": "text"}),
    ("rules", {}),
    ("rules", {"kind": "card", "name": "n"}),
    ("rules", {"card": "1"}),
    ("rules", {"weak": True}),
    ("rules", {"iban": "i", "name": "ab"}),
    ("rules", {"kind": "card", "card": "1", "name": "n", "iban": "i"}),
    ("reach", {}),
    ("reach", {"email": "e", "phone": "p"}),
]
CLASSES = {"extras": "ExtrasInput", "rules": "RulesInput", "reach": "ReachInput"}


@pytest.mark.parametrize(("name", "value"), FITS)
def test_what_fits_is_sent(case: Any, name: str, value: Any) -> None:
    assert put(case, **{name: value}) == {name.rstrip("_"): value}
    if name in CLASSES:
        model = getattr(case.models, CLASSES[name])(**value)
        assert put(case, **{name: model}) == {name.rstrip("_"): value}


@pytest.mark.parametrize(("name", "value"), MISFITS)
def test_what_does_not_fit_is_not_sent(case: Any, name: str, value: Any) -> None:
    with pytest.raises(case.package.RequestError, match=f"body/{name.rstrip('_')}"):
        put(case, **{name: value})
    if name in CLASSES:
        with pytest.raises(ValidationError):
            getattr(case.models, CLASSES[name])(**value)


@pytest.mark.parametrize(("name", "value"), [*FITS, *MISFITS])
def test_what_is_received_is_taken_as_it_comes(case: Any, name: str, value: Any) -> None:
    if name in ("labels_alone", "pair", "row", "range_") and (name, value) in MISFITS:
        return  # other types than the document's, which reading tells
    order = {"id": "o", name.rstrip("_"): value}
    assert case.models.Order.from_json(json.dumps(order)).to_dict() == order


def test_types_that_are_read(case: Any) -> None:
    order = case.models.Order.from_json(
        json.dumps(
            {
                "id": "o",
                "pair": ["a", 1],
                "row": ["a", True, 1],
                "labels_alone": {"x-a": LABEL},
                "extras": {"name": "n", "more": LABEL, "odd": 1},
            }
        )
    )
    assert order.pair == ("a", 1)
    assert order.row == ("a", True, 1)
    assert type(order.labels_alone["x-a"]) is case.models.Label
    assert type(order.extras.model_extra["more"]) is case.models.Label
    assert order.extras.model_extra["odd"] == 1


def test_a_message_says_what_is_asserted(case: Any) -> None:
    with pytest.raises(case.package.RequestError) as caught:
        put(case, rules={"card": "s3cret"})
    assert 'body/rules: Input should satisfy dependentRequired: {"card":["name"]}' in str(
        caught.value
    )
    assert "s3cret" not in str(caught.value)


def test_what_two_parts_of_an_all_of_assert_holds_both(case: Any) -> None:
    strict = TypeAdapter(case.models.Strict)
    strict.validate_python({"a": 1})
    for wrong in ({"b": 1}, {"c": 1}):
        with pytest.raises(ValidationError):
            strict.validate_python(wrong)


def test_the_one_value_that_there_is_need_not_be_given(case: Any) -> None:
    card = case.models.Card(number="1")
    assert card.type == "card"
    expected = {"type": "card", "number": "1"}
    assert card.to_dict() == card.model_dump() == json.loads(card.to_json()) == expected
    assert case.models.Payment(method={"type": "card", "number": "1"}).to_dict() == {
        "kind": "payment",
        "method": expected,
    }
    wire = Wire()
    wire.client(case).orders.pay(method=card)
    assert json.loads(wire.last.content) == {"kind": "payment", "method": expected}
    wire.client(case).orders.pay_with(body=case.models.Transfer(iban="i"))
    assert json.loads(wire.last.content) == {"type": "transfer", "iban": "i"}


def test_json_is_sent_as_it_is_so_it_must_have_it(case: Any) -> None:
    client = Wire().client(case)
    with pytest.raises(case.package.RequestError, match="body/method"):
        client.orders.pay(method={"number": "1"})
    with pytest.raises(ValidationError, match="type"):
        case.models.Card.from_json('{"number": "1"}')
    with pytest.raises(ValidationError):
        case.models.Card(number="1", type="cash")
    assert case.models.Card.model_fields["type"].default == "card"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("int32", [-(2**31), 2**31 - 1], [-(2**31) - 1, 2**31]),
        ("int64", [-(2**63), 2**63 - 1], [2**63]),
        ("uint8", [0, 199], [-1, 200]),
        (
            "uuid",
            ["C56A4180-65AA-42EC-A945-5FD21DEC0538", f"{0:08}-0000-0000-0000-{0:012}"],
            ["u_1"],
        ),
        ("email", ["a@b", "ü@exämple.org", '"a b"@c'], ["", "a", "@", "a@"]),
        ("uri", ["https://x", "urn:a", "mailto:a@b"], ["", "x", "//x", "/path", "1x:y"]),
        ("ipv4", ["127.0.0.1"], ["127.0.0", "256.0.0.1", "::1"]),
        ("ipv6", ["::1", "2001:db8::8a2e:370:7334"], ["127.0.0.1", "g::"]),
        ("date", ["2026-02-28"], ["2026-02-30", "28.2.2026"]),
        ("moment", ["2026-02-28T00:00:00Z"], ["now"]),
        ("time", ["10:30", "10:30:00Z"], ["noon"]),
        ("hostname", ["a_b.example"], ["", "a b"]),
    ],
)
def test_formats(case: Any, name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        wire = Wire()
        wire.client(case).formats.formats(**{name: value})
        assert json.loads(wire.last.content) == {name: value}
    for value in bad:
        with pytest.raises(case.package.RequestError):
            Wire().client(case).formats.formats(**{name: value})


def test_formats_of_parameters(case: Any) -> None:
    put(case, page=1, id_="c56a4180-65aa-42ec-a945-5fd21dec0538")
    for wrong in ({"page": 0}, {"page": 2**31}, {"id_": "1"}):
        with pytest.raises(case.package.RequestError):
            put(case, **wrong)
