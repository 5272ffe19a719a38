"""What is sent: checked, and of its own shape where a schema goes both ways and the two differ."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import httpx2
import pytest

from support.wire import Wire, reply

ORDER = {"id": "o1", "card": {"kind": "prepaid", "last4": "????"}, "from": "Ada"}


def orders(case: Any, *replies: httpx2.Response) -> tuple[Wire, Any]:
    wire = Wire(*replies)
    return wire, wire.client(case, base_url="https://x.example").orders


def test_moments_and_days(case: Any) -> None:
    wire, calls = orders(case, reply(ORDER, 201))
    card = case.models.CardInput(kind="debit", last4="1234")
    calls.create_order(
        card=card, from_="Ada", placed_at=datetime(2026, 1, 1, tzinfo=UTC), due=date(2026, 2, 1)
    )
    sent = json.loads(wire.last.content)
    assert sent["placed_at"] == "2026-01-01T00:00:00Z"
    assert sent["due"] == "2026-02-01"
    batch = case.models.BatchInput if hasattr(case.models, "BatchInput") else case.models.Batch
    whole = batch(orders=[], started=datetime(2026, 1, 1, tzinfo=UTC))
    assert whole.to_dict() == {"orders": [], "started": "2026-01-01T00:00:00Z"}


def test_what_is_received_is_taken_as_it_comes(case: Any) -> None:
    _, calls = orders(case, reply(ORDER, 201))
    card = case.models.CardInput(kind="debit", last4="1234")
    order = calls.create_order(card=card, from_="Ada")
    assert type(order) is case.models.Order
    assert (order.card.kind, order.card.last4, order.from_) == ("prepaid", "????", "Ada")
    assert order.to_dict() == ORDER


@pytest.mark.parametrize(
    ("card", "where"),
    [({"kind": "prepaid", "last4": "1234"}, "kind"), ({"kind": "debit", "last4": "zz"}, "last4")],
)
def test_what_is_sent_is_checked(case: Any, card: dict[str, str], where: str) -> None:
    wire, calls = orders(case)
    with pytest.raises(case.package.RequestError, match=f"body/card/{where}"):
        calls.create_order(card=card, from_="Ada")
    assert not wire.requests


def test_each_shape_has_its_fields(case: Any) -> None:
    received, sent = case.models.Order.model_fields, case.models.OrderInput.model_fields
    assert "id" in received
    assert "pin" not in received
    assert "pin" in sent
    assert "id" not in sent
    assert case.models.Order.model_fields["address"].annotation == case.models.Address | None
    assert not hasattr(case.models, "AddressInput"), "what has one shape stays one class"


def test_lists_are_bounded(case: Any) -> None:
    wire, calls = orders(case)
    order = {"card": {"kind": "debit", "last4": "1234"}, "from": "Ada"}
    for wrong in ([order] * 2, [order, {**order, "from": "B"}, {**order, "from": "C"}]):
        with pytest.raises(case.package.RequestError, match="body/orders"):
            calls.create_orders(orders=wrong)
    calls.create_orders(orders=[order, {**order, "from": "B"}])
    assert len(wire.requests) == 1


def test_what_is_left_out_is_not_written(case: Any) -> None:
    card = case.models.CardInput(kind="debit", last4="1234")
    order = case.models.OrderInput(card=card, from_="Ada", due=case.package.OMIT)
    whole = json.loads(order.model_dump_json(by_alias=True))
    assert whole == {"card": {"kind": "debit", "last4": "1234"}, "from": "Ada"}
    assert json.loads(order.to_json()) == whole


PARCEL = {"id": "123e4567-e89b-42d3-a456-426614174000", "from": {}}
ODD = {
    "id": "p1",
    "weight": 2**40,
    "from": {"street": None, "door": 3, "host": "somewhere"},
    "to": None,
    "via": [{"host": "::"}],
    "more": True,
}


def test_one_class_goes_both_ways_and_takes_what_comes(case: Any) -> None:
    """No class of its own is needed to assert a format, null or a forbidden property of what is sent."""
    assert not hasattr(case.models, "ParcelInput")
    wire = Wire(reply(ODD, 201))
    parcel = wire.client(case, base_url="https://x.example").parcels.create_parcel(**arguments({}))
    assert type(parcel) is case.models.Parcel
    assert parcel.to_dict() == ODD
    assert case.models.Parcel.model_validate(ODD).to_dict() == ODD


def arguments(changes: dict[str, Any]) -> dict[str, Any]:
    body = {**PARCEL, **changes}
    return {name + "_" * (name in ("from", "id", "any")): value for name, value in body.items()}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": "p1"}, "body/id: Input should be of the format uuid"),
        ({"weight": 2**31}, "body/weight: Input should be of the format int32"),
        ({"from": {"host": "::"}}, "body/from/host: Input should be of the format ipv4"),
        ({"from": {"door": 3}}, "body/from/door: Extra inputs are not permitted"),
        ({"from": {"street": None}}, "body/from: Property should not be null: street"),
        ({"to": {"street": None}}, "body/to: Property should not be null: street"),
        ({"via": [{}, {"street": None}]}, "body/via/1: Property should not be null: street"),
        ({"via": [{"door": 3}]}, "body/via/0/door: Extra inputs are not permitted"),
        ({"to": None}, "body: Property should not be null: to"),
    ],
)
def test_one_class_is_checked_when_it_is_sent(
    case: Any, changes: dict[str, Any], told: str
) -> None:
    wire = Wire()
    calls = wire.client(case, base_url="https://x.example").parcels
    with pytest.raises(case.package.RequestError) as caught:
        calls.create_parcel(**arguments(changes))
    assert str(caught.value).endswith(told)
    place = case.models.Place
    body = case.models.Parcel(**{**PARCEL, **changes})  # made as freely as it is received
    assert isinstance(body.from_, place)
    assert not wire.requests


@pytest.mark.parametrize(
    "due", ["2026-01-01T10:00:00.123456789Z", "2026-01-01t10:00Z", "2026-01-01 10:00:00+01:00"]
)
def test_moments_are_sent_as_they_are_given(case: Any, due: str) -> None:
    wire = Wire()
    calls = wire.client(case, base_url="https://x.example").orders
    calls.create_orders(orders=[], started=due)
    assert json.loads(wire.last.content) == {"orders": [], "started": due}
    received = case.models.Order.model_validate({**ORDER, "placed_at": due}).placed_at
    calls.create_orders(orders=[], started=received)
    assert datetime.fromisoformat(json.loads(wire.last.content)["started"]) == received


@pytest.mark.parametrize(
    "due", ["1767225600", "-1", "2026-01-01", "2026-01-01T10:00", "now", "2026-13-01T00:00:00Z"]
)
def test_no_number_is_sent_as_a_moment(case: Any, due: str) -> None:
    """One that is received may be a number, in a text or not."""
    with pytest.raises(case.package.RequestError, match="body/started"):
        Wire().client(case, base_url="https://x.example").orders.create_orders(
            orders=[], started=due
        )
    order = case.models.Order.model_validate_json(json.dumps({**ORDER, "placed_at": "1767225600"}))
    assert order.placed_at == datetime(2026, 1, 1, tzinfo=UTC)
    stated = case.models.Order.model_json_schema()["properties"]["placed_at"]
    assert {"type": "string", "format": "date-time"} in stated["anyOf"]


def test_null_is_sent_where_the_document_has_it(case: Any) -> None:
    wire = Wire(reply(PARCEL, 201))
    given = {"note": None, "any": None, "name": None, "weight": 2**31 - 1}
    wire.client(case, base_url="https://x.example").parcels.create_parcel(**arguments(given))
    assert json.loads(wire.last.content) == {**PARCEL, **given}
