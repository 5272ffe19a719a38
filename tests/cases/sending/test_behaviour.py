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
