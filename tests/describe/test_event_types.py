"""Event types in lists inside bodies, and deliveries without an event type; received over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest

from hooksmith.errors import ExtensionError
from hooksmith.ir import Envelope, Position
from hooksmith.settings import Settings
from support.applications import served_by_uvicorn
from support.documents import imported, openapi, result_of
from support.made import Made, generate

DOCUMENT = Path(__file__).parents[1] / "documents" / "event_lists.yaml"
PREFIX = "/notificationItems/0/NotificationRequestItem"


def made(**settings: Any) -> Made:
    options = Settings(package="made", runtime="shared", formatter="none", **settings)
    return generate(DOCUMENT, options)


@pytest.fixture(scope="module")
def package(case_home: Path) -> Iterator[ModuleType]:
    with imported(made(events={"id": f"{PREFIX}/pspReference"}).files, case_home) as module:
        yield module


def body(*items: Any, **more: Any) -> bytes:
    wrapped = [{"NotificationRequestItem": item} for item in items]
    return json.dumps({"live": "false", "notificationItems": wrapped, **more}).encode()


CAPTURE = {"eventCode": "CAPTURE", "pspReference": "C1"}
REFUND = {"eventCode": "REFUND", "pspReference": "R1"}


def test_the_type_is_in_a_list() -> None:
    events = made().api.events
    assert events.envelope == Envelope(items="/notificationItems", event="/NotificationRequestItem")
    assert events.type == Position(pointer="/eventCode")
    assert {event.type: event.model for event in events.events} == {
        "AUTHORISATION": "AuthorisationItem", "CAPTURE": "Item", "REFUND": "Item",
    }  # fmt: skip


def test_the_position_in_a_list_may_be_stated() -> None:
    assert made(events={"type": f"{PREFIX}/eventCode"}).api.events == made().api.events


def test_a_position_outside_of_the_events_is_an_error() -> None:
    with pytest.raises(
        ExtensionError, match=f"id: /live is outside the events, which are at {PREFIX}"
    ):
        made(events={"id": "/live"})


class TestReceiver:
    """A batch over HTTP: each item is an event."""

    def test_each_item_is_an_event(self, package: ModuleType) -> None:
        receiver = package.WebhookReceiver(package.Webhook("s"))
        seen: list[Any] = []
        receiver.on(package.AuthorisationItem)(seen.append)
        receiver.on("CAPTURE", "REFUND")(seen.append)
        authorisation = {"eventCode": "AUTHORISATION", "pspReference": "A1", "success": "true"}
        batch = body(authorisation, CAPTURE, REFUND)
        with served_by_uvicorn(receiver) as url:
            replies = [
                httpx2.post(url, content=batch, headers={"Authorization": "s"}) for _ in range(2)
            ]
            forged = httpx2.post(url, content=batch, headers={"Authorization": "t"})
        assert [type(event).__name__ for event in seen] == ["AuthorisationItem", "Item", "Item"]
        assert [event.psp_reference for event in seen] == ["A1", "C1", "R1"]
        for reply in replies:
            assert (reply.status_code, reply.text) == (200, "[accepted]")
            assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        assert forged.status_code == 400
        assert (receiver.counts.handled, receiver.counts.duplicates) == (3, 3)

    def test_a_failed_item_is_repeated_alone(self, package: ModuleType) -> None:
        receiver = package.WebhookReceiver(package.Webhook("s"))
        seen: list[str] = []

        @receiver.on("CAPTURE", "REFUND")
        def handle(event: Any) -> None:
            seen.append(event.psp_reference)
            if seen == ["C1", "R1"]:
                raise RuntimeError("no")

        with served_by_uvicorn(receiver) as url:
            replies = [
                httpx2.post(url, content=body(CAPTURE, REFUND), headers={"Authorization": "s"})
                for _ in range(2)
            ]
        assert [reply.status_code for reply in replies] == [500, 200]
        assert seen == ["C1", "R1", "R1"]

    @pytest.mark.parametrize("event", ["AUTHORISATION", "CAPTURE"])
    def test_examples_are_whole_bodies(self, package: ModuleType, event: str) -> None:
        testing = import_module(f"{package.__name__}.testing")
        delivery = testing.example(event, changes={"pspReference": "X"})
        (item,) = json.loads(delivery.body)["notificationItems"]
        assert item["NotificationRequestItem"]["pspReference"] == "X"
        assert item["NotificationRequestItem"]["eventCode"] == event
        assert json.loads(delivery.body)["live"]
        assert testing.webhook().unwrap(delivery.body, delivery.headers) == delivery.event
        ids = {testing.example(event).event.psp_reference for _ in range(5)}
        assert len(ids) == 5

    @pytest.mark.parametrize(
        "raw", [b'{"live": "false"}', b'{"notificationItems": null}', body({"pspReference": "1"})]
    )
    def test_what_has_no_type_is_unknown(self, package: ModuleType, raw: bytes) -> None:
        (event,) = package.parse_events(raw)
        assert isinstance(event, package.UnknownEvent)
        assert event.type == ""

    def test_items_that_are_no_objects(self, package: ModuleType) -> None:
        with pytest.raises(package.EventParseError, match=f"at {PREFIX} is no object"):
            package.parse_events(body(3))
        with pytest.raises(package.EventParseError, match="a batch of 2"):
            package.parse_event(body(CAPTURE, REFUND))
        assert package.parse_events(body()) == []


# --- deliveries without an event type


def untyped(**more: Any) -> dict[str, Any]:
    def webhook(name: str) -> Any:
        schema = {"type": "object", "required": [name], "properties": {name: {"type": "integer"}}}
        content = {"application/json": {"schema": schema}}
        return {"post": {"requestBody": {"content": content}, "responses": {}}}

    return openapi(webhooks={"paid": webhook("amount"), "shipped": webhook("parcels")}, **more)


def test_without_a_type_a_receiver_has_handlers_by_hand(tmp_path: Path, case_home: Path) -> None:
    result = result_of(untyped(), tmp_path, signature="github")
    (warning,) = result.diagnostics
    assert "nothing in a delivery has its event type" in warning.message
    assert "x-hooksmith-events: {type: /PROPERTY}" in warning.hint
    assert warning.place is not None
    assert warning.place.pointer == "/webhooks"
    with imported(result.files, case_home) as package:
        webhook = package.Webhook("s")
        receiver = package.WebhookReceiver(webhook, store=None)
        seen: list[Any] = []
        receiver.on_any(seen.append)
        raw = b'{"amount": 3}'
        with served_by_uvicorn(receiver) as url:
            reply = httpx2.post(url, content=raw, headers=webhook.sign(raw))
            forged = httpx2.post(url, content=raw + b" ", headers=webhook.sign(raw))
        assert (reply.status_code, forged.status_code) == (200, 400)
        (event,) = seen
        assert isinstance(event, package.UnknownEvent)
        assert event.payload == {"amount": 3}
        assert package.parse_event(event.raw, type="paid").amount == 3
        with pytest.raises(TypeError, match=r"do not state their event type: .*on_any.*events = "):
            receiver.on(package.Paid)(seen.append)
        with pytest.raises(TypeError, match="on_any"):
            receiver.on("paid")


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"signature": "github"}, {}),
        ({"events": {"type": "/type"}}, {"/a": {"get": {"responses": {}}}}),
    ],
    ids=["signature", "events"],
)
def test_a_setting_without_effect_is_an_error(settings: Any, paths: Any, tmp_path: Path) -> None:
    with pytest.raises(ExtensionError, match="has no effect: the document has no webhooks"):
        result_of(openapi(paths), tmp_path, **settings)


def test_a_document_of_operations_may_name_the_scheme_of_its_provider(tmp_path: Path) -> None:
    document = openapi({"/a": {"get": {"responses": {}}}})
    assert result_of(document, tmp_path, signature="github").files
