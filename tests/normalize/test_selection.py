"""A part of a document: what is selected, what it reaches, and that its names are those of the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hooksmith.errors import ConfigError
from hooksmith.ir import Api
from hooksmith.pipeline import describe_document, ledger
from hooksmith.settings import Patterns, Settings
from support.documents import written


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def operation(name: str, *tags: str, reply: Any, body: Any = None) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": list(tags),
        "responses": {"200": {"description": "ok", **content(reply)}},
        **({"requestBody": {"required": True, **content(body)}} if body else {}),
    }


def thing(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


STATUS = {"type": "string", "enum": ["open", "closed"]}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/orders": {
            "parameters": [{"name": "shop", "in": "query", "schema": ref("ShopId")}],
            "get": operation("list_orders", "orders", reply=ref("Order")),
            "post": operation("orders_create", "orders", reply={}, body=ref("NewOrder")),
        },
        "/users": {
            "get": operation("list", "users", "admin", reply=ref("User")),
            # Both claim the class `UsersStatusReply`; the method `status` belongs to neither.
            "put": operation("users_status", "users", reply=thing(status=STATUS)),
            "post": operation(
                "users", "people", reply=thing(StatusReply=thing(a=STATUS)), body=ref("User")
            ),
        },
        "/payments": {"get": operation("pay", reply=ref("Payment"))},
        "/payments/{id}": {"delete": operation("unpay", reply={"type": "boolean"})},
    },
    "webhooks": {
        "order.paid": {"post": operation("paid", "orders", reply={}, body=ref("OrderPaid"))},
        "user.gone": {"post": operation("gone", "users", reply={}, body=ref("UserGone"))},
    },
    "components": {
        "schemas": {
            "ShopId": {"type": "string", "enum": ["a", "b"]},
            "Order": thing(status=STATUS, payment=ref("Payment")),
            "NewOrder": thing(name={"type": "string", "maxLength": 10}),
            "User": thing(name={"type": "string", "maxLength": 10}, status=STATUS),
            "Payment": {"anyOf": [ref("Card"), ref("Cash")]},
            "Card": thing(number={"type": "string"}),
            "Cash": thing(amount={"type": "integer"}),
            "OrderPaid": thing(type={"const": "order.paid"}, order=ref("Order")),
            "UserGone": thing(type={"const": "user.gone"}),
            "Unused": thing(a={"type": "string"}),
            "Broken": {"type": "object", "properties": {"a": {"type": 5}}},
        }
    },
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(DOCUMENT, tmp_path)


def described(path: Path, **patterns: Patterns) -> Api:
    return describe_document(path, Settings(package="shop", **patterns)).api


def methods(api: Api) -> list[str]:
    return [f"{each.name}.{op.name}" for each in api.resources for op in each.operations]


def names(api: Api) -> set[str]:
    return {definition.name for definition in api.definitions}


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (Patterns(tags=("orders",)), Patterns(), ["orders.list", "orders.create"]),
        (Patterns(tags=("adm*",)), Patterns(), ["users.list"]),
        (Patterns(tags=("payments",)), Patterns(), ["payments.pay", "payments.unpay"]),
        (Patterns(paths=("/payments/*", "/orders")), Patterns(operations=("list_*",)),
            ["orders.create", "payments.unpay"]),
        (Patterns(operations=("pay",)), Patterns(), ["payments.pay"]),
        (Patterns(), Patterns(tags=("orders", "users"), webhooks=("*",)),
            ["people.users", "payments.pay", "payments.unpay"]),
    ],
)  # fmt: skip
def test_methods(path: Path, include: Patterns, exclude: Patterns, expected: list[str]) -> None:
    assert methods(described(path, include=include, exclude=exclude)) == expected


def test_models_are_those_that_are_reached(path: Path) -> None:
    api = described(path, include=Patterns(tags=("orders",)))
    expected = {
        "ShopId",
        "Order",
        "OrderStatus",
        "NewOrder",
        "Payment",
        "Card",
        "Cash",
        "OrderPaid",
    }
    assert names(api) == expected
    assert [event.type for event in api.events.events] == ["order.paid"]


def test_webhooks_by_key(path: Path) -> None:
    api = described(path, include=Patterns(webhooks=("user.*",)))
    assert [event.type for event in api.events.events] == ["user.gone"]
    assert (api.resources, names(api)) == ((), {"UserGone"})


@pytest.mark.parametrize("tag", ["orders", "users", "people", "payments", "admin"])
def test_names_are_those_of_the_whole(path: Path, tag: str) -> None:
    whole, part = described(path), described(path, include=Patterns(tags=(tag,)))
    assert set(methods(part)) <= set(methods(whole))
    assert names(part) <= names(whole)
    by_name = {definition.name: definition for definition in whole.definitions}
    for definition in part.definitions:
        assert definition == by_name[definition.name]


def test_a_class_that_the_rest_sends_keeps_its_input_class(path: Path) -> None:
    assert {"User", "UserInput"} <= names(described(path, include=Patterns(tags=("admin",))))


@pytest.mark.parametrize(
    ("patterns", "message", "hint"),
    [
        ({"include": Patterns(tags=("order",))}, "include: no tag matches 'order'", "did you mean 'orders'?"),
        ({"exclude": Patterns(paths=("/x*",))}, "exclude: no path matches '/x*'", "paths of the document: /orders"),
        ({"include": Patterns(operations=("paay",))}, "include: no operation matches 'paay'", "did you mean 'pay'?"),
        ({"include": Patterns(webhooks=("*.nope",))}, "include: no webhook matches '*.nope'", "order.paid, user.gone"),
    ],
)  # fmt: skip
def test_a_pattern_that_matches_nothing(
    path: Path, patterns: dict[str, Patterns], message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        described(path, **patterns)
    (diagnostic,) = caught.value.diagnostics
    assert message in diagnostic.message
    assert hint in diagnostic.hint


def test_the_report_says_what_was_left_out(path: Path) -> None:
    report = ledger(path, Settings(package="shop", include=Patterns(tags=("payments",))))
    reasons = {
        entry.pointer: entry.reason for entry in report.entries if entry.status == "excluded"
    }
    assert reasons["/paths/~1orders/get"] == "left out: no pattern of `include` matches it"
    assert reasons["/paths/~1orders/parameters/0"] == reasons["/paths/~1orders/get"]
    assert reasons["/webhooks/user.gone/post"] == reasons["/paths/~1orders/get"]
    assert reasons["/components/schemas/User"] == "left out: nothing that is selected reaches it"
    assert "/components/schemas/Card" not in reasons
    assert report.as_json()["summary"]["operation"] == {"emitted": 2, "degraded": 0, "excluded": 5}


def test_faults_of_what_is_left_out_are_not_reported(path: Path) -> None:
    assert describe_document(path, Settings(package="shop")).diagnostics
    settings = Settings(package="shop", include=Patterns(tags=("orders",)))
    assert describe_document(path, settings).diagnostics == ()


def test_a_reference_into_what_is_left_out(tmp_path: Path) -> None:
    shared = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/a": {"get": {**operation("a", "a", reply={}), "parameters": [shared]}},
            "/b": {
                "get": {
                    **operation("b", "b", reply={}),
                    "parameters": [{"$ref": "#/paths/~1a/get/parameters/0"}],
                }
            },
        },
    }
    api = described(written(document, tmp_path), include=Patterns(tags=("b",)))
    ((found,),) = (resource.operations for resource in api.resources)
    assert [parameter.field.wire for parameter in found.parameters] == ["page"]
