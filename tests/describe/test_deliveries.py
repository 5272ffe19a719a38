"""Callbacks, and webhooks whose type does not stand in the body: each has a typed payload, and can be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hooksmith.config import Settings
from hooksmith.ir import Event, Named, Position
from hooksmith.pipeline import ledger
from support.documents import import_everything, imported, openapi, result_of
from support.made import Made, generate

CALLBACKS = Path(__file__).parents[1] / "normalize" / "documents" / "callbacks.yaml"


@pytest.fixture(scope="module")
def callbacks() -> Made:
    return generate(
        CALLBACKS,
        Settings(package="made", runtime="shared", operation_names="document", formatter="none"),
    )


def webhook(
    schema: Any = None, media_type: str = "application/json", **more: Any
) -> dict[str, Any]:
    body = {} if schema is None else {"requestBody": {"content": {media_type: {"schema": schema}}}}
    return {"post": {**body, **more, "responses": {"200": {"description": ""}}}}


def obj(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def catalogue(result: Made) -> dict[str, Event]:
    return {event.type: event for event in result.api.events.events}


def test_callbacks_belong_to_the_operation_that_registers_them(callbacks: Made) -> None:
    (resource,) = callbacks.api.resources
    found = {one.name: one for one in resource.operations[0].callbacks}
    assert list(found) == ["onData", "shared", "form"]
    assert found["onData"].expression == "{$request.body#/callbackUrl}"
    assert found["onData"].type == Named("SubscribeOnData")
    assert found["form"].media_type == "application/x-www-form-urlencoded"
    assert found["shared"].method == "PUT"
    assert all(
        one.pointer.startswith("/paths/~1subscriptions/post/callbacks/") for one in found.values()
    )


def test_callbacks_are_read(callbacks: Made, case_home: Path) -> None:
    with imported(callbacks.files, case_home) as package:
        import_everything(package, callbacks.files)
        data = package.SUBSCRIBE_ON_DATA.parse(
            b'{"id": "x", "at": "2026-01-01T00:00:00Z", "new": 1}'
        )
        assert type(data).__name__ == "SubscribeOnData"
        assert data.at.year == 2026
        assert data.to_dict()["new"] == 1
        sms = package.SUBSCRIBE_FORM.parse("From=%2B4512&Count=3")
        assert (sms.from_, sms.count) == ("+4512", 3)
        assert package.SUBSCRIBE_SHARED.parse('{"kind": "b"}').kind == "b"
        assert package.SUBSCRIBE_SHARED.operation == "subscribe"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"id": 3}'])
def test_callbacks_say_what_is_wrong(callbacks: Made, body: bytes, case_home: Path) -> None:
    with imported(callbacks.files, case_home) as package:
        with pytest.raises(package.EventParseError) as caught:
            package.SUBSCRIBE_ON_DATA.parse(body)
        assert caught.value.issues
        assert "onData" in str(caught.value)


def test_nothing_in_the_body_says_the_type(tmp_path: Path, case_home: Path) -> None:
    document = openapi(webhooks={
        "ping": webhook(),
        "order.paid": webhook(obj(amount={"type": "integer"})),
        "refunded": webhook({"type": "object", "additionalProperties": True}),
    })  # fmt: skip
    result = result_of(document, tmp_path)
    assert list(catalogue(result)) == ["ping", "order.paid", "refunded"]
    assert result.api.events.type is None
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
        assert package.parse_event('{"amount": 3}', type=package.EventType.ORDER_PAID).amount == 3
        assert type(package.parse_event("{}", type="ping")).__name__ == "Ping"
        assert package.parse_event('{"a": 1}', type="refunded").to_dict() == {"a": 1}
        assert isinstance(package.parse_event("{}", type="new"), package.UnknownEvent)
        assert isinstance(package.parse_event("{}", type="order.paid"), package.DriftedEvent)
        with pytest.raises(TypeError):
            package.parse_event("{}")


def test_one_body_for_several_types(tmp_path: Path, case_home: Path) -> None:
    kinds = {"type": "string", "enum": ["a.made", "a.gone"]}
    result = result_of(
        openapi(webhooks={"notify": webhook(obj(type=kinds, n={"type": "integer"}))}), tmp_path
    )
    assert {kind: event.model for kind, event in catalogue(result).items()} == {
        "a.made": "Notify",
        "a.gone": "Notify",
    }
    with imported(result.files, case_home) as package:
        assert package.parse_event('{"type": "a.gone", "n": 1}').n == 1
        assert package.parse_event('{"type": "a.gone", "n": 1}', type="a.made").n == 1


def test_several_values_of_another_property_are_no_types(tmp_path: Path) -> None:
    sizes = {"type": "string", "enum": ["small", "large"]}
    result = result_of(openapi(webhooks={"notify": webhook(obj(size=sizes))}), tmp_path)
    assert list(catalogue(result)) == ["notify"]


def test_a_body_without_a_type_does_not_hide_those_of_the_others(tmp_path: Path) -> None:
    document = openapi(
        webhooks={
            "ping": webhook(),
            "a": webhook(obj(type={"const": "a.made"})),
            "b": webhook(obj(type={"const": "b.made"})),
        }
    )
    result = result_of(document, tmp_path)
    assert result.api.events.type == Position(pointer="/type")
    assert list(catalogue(result)) == ["ping", "a.made", "b.made"]


def test_methods_of_one_webhook(tmp_path: Path, case_home: Path) -> None:
    """Those with bodies are options of one event; one without says nothing of its own beside them."""
    pet, toy = obj(name={"type": "string"}), obj(price={"type": "integer"})
    item = {"delete": webhook()["post"], **webhook(pet), "put": webhook(toy)["post"]}
    result = result_of(openapi(webhooks={"newPet": item}), tmp_path)
    (event,) = result.api.events.events
    assert event.type == "newPet"
    with imported(result.files, case_home) as package:
        assert package.parse_event('{"name": "Rex"}', type="newPet").name == "Rex"
        assert package.parse_event('{"price": 3}', type="newPet").price == 3
    (path,) = tmp_path.glob("*.json")
    entries = ledger(path, Settings(package="made")).entries
    told = {it.pointer: it for it in entries if it.kind == "webhook"}
    assert {pointer.rpartition("/")[2]: it.status for pointer, it in told.items()} == {
        "delete": "degraded", "post": "emitted", "put": "emitted",
    }  # fmt: skip


def test_the_type_stands_in_a_header(tmp_path: Path, case_home: Path) -> None:
    """As GitHub has it: one value of the header for several bodies, of which all but the first go by their keys."""

    def header(value: str) -> Any:
        return [
            {
                "name": "X-GitHub-Event",
                "in": "header",
                "schema": {"type": "string"},
                "example": value,
            }
        ]

    document = openapi(webhooks={
        "issues-opened": webhook(obj(action={"const": "opened"}), parameters=header("issues")),
        "issues-closed": webhook(obj(action={"const": "closed"}), parameters=header("issues")),
        "push": webhook(obj(ref={"type": "string"}), parameters=header("push")),
    })  # fmt: skip
    document["x-hooksmith-events"] = {"type": {"header": "X-GitHub-Event"}}
    result = result_of(document, tmp_path)
    assert {kind: event.model for kind, event in catalogue(result).items()} == {
        "issues": "IssuesOpened", "issues-closed": "IssuesClosed", "push": "Push",
    }  # fmt: skip
    with imported(result.files, case_home) as package:
        assert package.parse_event('{"ref": "main"}', {"x-github-event": "push"}).ref == "main"
        assert package.parse_event('{"action": "closed"}', type="issues-closed").action == "closed"


@pytest.mark.parametrize("told", [{"const": "{}"}, {"enum": ["{}"]}], ids=["const", "enum"])
def test_a_constant_of_a_header_parameter_is_the_type(
    told: Any, tmp_path: Path, case_home: Path
) -> None:
    """Standard OpenAPI: a parameter of one value."""

    def header(value: str) -> Any:
        schema = json.loads(json.dumps(told).replace("{}", value))
        return [{"name": "X-Topic", "in": "header", "required": True, "schema": schema}]

    document = openapi(webhooks={
        "a": webhook(obj(n={"type": "integer"}), parameters=header("orders/create")),
        "b": {"parameters": header("orders/delete"), **webhook(obj(n={"type": "integer"}))},
    })  # fmt: skip
    result = result_of(document, tmp_path)
    assert result.api.events.type == Position(header="X-Topic")
    assert list(catalogue(result)) == ["orders/create", "orders/delete"]
    with imported(result.files, case_home) as package:
        assert type(package.parse_event('{"n": 1}', {"x-topic": "orders/delete"})) is package.B
        assert package.parse_event("{}", {"x-topic": "new"}).type == "new"


def test_a_property_is_preferred_to_a_header(tmp_path: Path) -> None:
    parameter = {"name": "X-Topic", "in": "header", "schema": {"const": "x"}}
    body = obj(type={"const": "a.made"})
    result = result_of(openapi(webhooks={"a": webhook(body, parameters=[parameter])}), tmp_path)
    assert result.api.events.type == Position(pointer="/type")


def test_several_parts_make_up_a_type(tmp_path: Path) -> None:
    document = openapi(webhooks={"a-made": webhook(obj(action={"const": "made"}))})
    document["x-hooksmith-events"] = {"type": [{"header": "X-Event"}, "/action"]}
    events = result_of(document, tmp_path).api.events
    assert events.type == Position(parts=(Position(header="X-Event"), Position(pointer="/action")))
    assert events.events[0].headers == {"X-Event": "a"}


def test_settings_speak_for_the_document(tmp_path: Path) -> None:
    document = openapi(webhooks={"a": webhook(obj(kind={"type": "string"}))})
    result = result_of(document, tmp_path, signature="github", events={"type": "/kind"})
    assert result.api.events.type == Position(pointer="/kind")
    assert result.api.events.id == Position(header="X-GitHub-Delivery")
    assert result.api.signature is not None
    assert result.api.signature["header"] == "X-Hub-Signature-256"


def test_events_say_where_they_stand(tmp_path: Path) -> None:
    result = result_of(openapi(webhooks={"a/b": webhook(obj(type={"const": "x"}))}), tmp_path)
    assert [event.pointer for event in result.api.events.events] == ["/webhooks/a~1b/post"]


def test_what_is_delivered_may_be_replied_and_called_back_too(
    tmp_path: Path, case_home: Path
) -> None:
    content: Any = {"content": {"application/json": {"schema": ref("Order")}}}
    got = {"responses": {"200": {"description": "It.", **content}}, "tags": ["orders"]}
    call = {"tags": ["orders"], "responses": {"204": {"description": ""}}}
    called = {"post": {"requestBody": content, "responses": {"204": {"description": ""}}}}
    document = openapi(
        {
            "/orders": {
                "get": {**got, "operationId": "get_order"},
                "put": {
                    **call,
                    "operationId": "watch",
                    "callbacks": {"made": {"{$request.query.url}": called}},
                },
            }
        },
        webhooks={"order": webhook(ref("Order"))},
        components={"schemas": {"Order": obj(type={"const": "order"})}},
    )
    result = result_of(document, tmp_path)
    with imported(result.files, case_home) as package:
        import_everything(package, result.files)
        assert type(package.WATCH_MADE.parse('{"type": "order"}')) is package.Order
        assert type(package.parse_event('{"type": "order"}')) is package.Order


def test_bodies_that_are_made_to_cost_much_have_a_verdict(tmp_path: Path, case_home: Path) -> None:
    """Deeper than Python can follow, in unions of unions, with more wrong than can be told."""
    text, integer = {"type": "string"}, {"type": "integer"}
    chain = {**obj(a=text, b=text), "properties": {"a": text, "b": text, "in": ref("Chain")}}
    left = {**obj(x=text, z=text), "properties": {"x": text, "in": ref("Tree")}}
    right = {**obj(y=text, z=text), "properties": {"y": text, "in": ref("Tree")}}
    body: Any = obj(type={"const": "a"}, n=integer)
    body["properties"] |= {
        "chain": ref("Chain"),
        "tree": ref("Tree"),
        "many": {"type": "array", "items": integer},
    }
    found = {"Chain": chain, "Tree": {"anyOf": [ref("Left"), ref("Right")]}}
    document = openapi(
        webhooks={"a": webhook(body)},
        components={"schemas": {**found, "Left": left, "Right": right}},
    )
    result = result_of(document, tmp_path)
    with imported(result.files, case_home) as package:

        def read(**more: str) -> Any:
            stated = "".join(f', "{name}": {value}' for name, value in more.items())
            return package.parse_event('\ufeff{"type": "a", "n": 1' + stated + "}")

        deep = read(chain='{"a": "x", "in": ' * 300 + '{"a": "x"}' + "}" * 300)
        assert [issue.where for issue in deep.issues] == ["/chain"]
        assert deep.event.chain is None
        tree = read(tree='{"in": ' * 9 + "{}" + "}" * 9)
        assert isinstance(tree, package.DriftedEvent)
        assert tree.issues[-1].where == "/tree" + "/in" * 9 + "/x"
        assert len(read(many=json.dumps(["x"] * 999)).issues) == 999
        many = read(many=json.dumps(["x"] * 2000)).issues
        assert len(many) == 1001
        assert many[-1].what == "More than 1000 departures: the rest is left as received"


# --- event types that no constant names


def plain_type(key: str, example: Any = None, **properties: Any) -> dict[str, Any]:
    """A webhook whose body has its type as a plain string, as Clerk's."""
    item = webhook(obj(type={"type": "string"}, **properties))
    content = item["post"]["requestBody"]["content"]["application/json"]
    return item if example is None else {**item, "post": {**item["post"], "requestBody": {
        "content": {"application/json": {**content, "example": {"type": example}}}}}}  # fmt: skip


@pytest.mark.parametrize(
    ("webhooks", "types"),
    [
        ({"a.made": "a.made", "b.made": "b.made"}, ["a.made", "b.made"]),
        ({"a.made": "a.made", "b.made": None}, ["a.made", "b.made"]),
        ({"a.made": None, "b.made": None}, ["a.made", "b.made"]),
        ({"/A_MADE": "A_MADE", "/B_MADE": "B_MADE"}, ["A_MADE", "B_MADE"]),
        ({"/A_MADE": "A_MADE", "/B_MADE": "A_MADE", "/C_MADE": "C_MADE"}, ["A_MADE", "B_MADE", "C_MADE"]),
        ({"a-made": "a.made", "b-made": None}, ["a.made", "b.made"]),
    ],
    ids=["examples", "some examples", "the name", "paths", "a wrong example", "other signs"],
)  # fmt: skip
def test_a_property_fits_the_keys_of_the_webhooks(
    webhooks: dict[str, str | None], types: list[str], tmp_path: Path, case_home: Path
) -> None:
    items = {
        key: plain_type(key, example, n={"type": "integer"}) for key, example in webhooks.items()
    }
    result = result_of(openapi(webhooks=items), tmp_path)
    assert result.diagnostics == ()
    assert result.api.events.type == Position(pointer="/type")
    assert list(catalogue(result)) == types
    with imported(result.files, case_home) as package:
        for event_type, event in catalogue(result).items():
            read = package.parse_event(json.dumps({"type": event_type, "n": 1}))
            assert type(read).__name__ == event.model


def test_an_enum_of_all_types_gives_each_webhook_its_own(tmp_path: Path) -> None:
    """As Adyen's transfer webhooks have it: one schema for all bodies."""
    types = {"type": "string", "enum": ["x.made", "x.gone", "x.other"]}
    document = openapi(
        webhooks={"x.made": webhook(ref("Body")), "x.gone": webhook(ref("Body"))},
        components={"schemas": {"Body": obj(type=types)}},
    )
    assert list(catalogue(result_of(document, tmp_path))) == ["x.made", "x.gone"]


def test_a_nested_property_fits_the_keys(tmp_path: Path) -> None:
    def item(key: str) -> Any:
        kind = {"type": "string", "example": key}
        return webhook(obj(meta=obj(kind=kind, id={"type": "string"})))

    events = result_of(
        openapi(webhooks={"a.b": item("a.b"), "c.d": item("c.d")}), tmp_path
    ).api.events
    assert events.type == Position(pointer="/meta/kind")
    assert [event.type for event in events.events] == ["a.b", "c.d"]
