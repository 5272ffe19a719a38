"""Examples of events: the document's own, and those put together from schemas where it has none."""

from __future__ import annotations

import importlib
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hooksmith.ir import Api
from hooksmith.pipeline import describe_document
from hooksmith.plan.examples import example_of
from hooksmith.plan.text_samples import text_matching
from hooksmith.settings import Settings
from hooksmith_providers import scalekit, workos
from hooksmith_providers.workos.testing import EXAMPLES, SECRET, example, webhook

SPECS = Path(__file__).parents[3] / "specs"
PROVIDERS = ["mattr", "scalekit", "socotra", "workos"]


@cache
def api(name: str) -> Api:
    return describe_document(SPECS / name / "openapi.yaml", Settings(package=name)).api


@pytest.mark.parametrize("name", PROVIDERS)
def test_events_without_an_example_get_one_that_fits(name: str) -> None:
    described = api(name)
    definitions = {definition.name: definition for definition in described.definitions}
    catalogue = importlib.import_module(f"hooksmith_providers.{name}.events").CATALOGUE
    for event in described.events.events:
        body = example_of(replace(event, example=None), definitions, described.events.type)
        parsed = catalogue.parse(json.dumps(body))
        assert type(parsed) is catalogue.models[event.type], (event.type, parsed)


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_documents_own_examples_are_used(name: str) -> None:
    testing = importlib.import_module(f"hooksmith_providers.{name}.testing")
    stated = {
        event.type: event.example for event in api(name).events.events if event.example is not None
    }
    assert stated
    for kind, payload in stated.items():
        assert testing.EXAMPLES.payload(kind) == payload


class TestDelivery:
    def test_verifies_as_a_delivery(self) -> None:
        delivery = example(workos.UserCreated)
        event = workos.Webhook(SECRET).unwrap(delivery.body, delivery.headers)
        assert event == delivery.event == webhook().unwrap(delivery.body, delivery.headers)
        assert delivery.headers["Content-Type"] == "application/json"
        assert isinstance(delivery.event, workos.UserCreated)

    def test_by_wire_value(self) -> None:
        changes = {"id": "event_1"}
        by_member = example(workos.EventType.USER_CREATED, changes=changes)
        assert example("user.created", changes=changes).event == by_member.event

    def test_each_has_an_id_of_its_own(self) -> None:
        known = EXAMPLES.payload("user.created")["id"]
        ids = {example(workos.UserCreated).event.id for _ in range(20)}
        assert len(ids) == 20
        assert all(re.fullmatch(r"event_[0-9A-Z]{26}", each) for each in {*ids, known})
        assert example(workos.UserCreated, changes={"id": "event_1"}).event.id == "event_1"
        in_header = {scalekit.testing.example("user.login").headers["webhook-id"] for _ in range(2)}
        assert len(in_header) == 2

    def test_a_receiver_takes_each_for_an_event_of_its_own(self) -> None:
        receiver = workos.WebhookReceiver(webhook())
        seen: list[str] = []
        receiver.on(workos.UserCreated)(lambda event: seen.append(event.id))
        for _ in range(3):
            delivery = example(workos.UserCreated)
            assert receiver.receive(delivery.body, delivery.headers).status == 200
        assert len(set(seen)) == 3

    def test_with_other_values(self) -> None:
        changes = {
            "data.email": "ada@example.com",
            "data.metadata.made_up": "x",
            "context.client_id": "c",
        }
        event = example(workos.UserCreated, changes=changes).event
        assert event.data.email == "ada@example.com"
        assert event.data.metadata["made_up"] == "x"
        assert event.context is not None
        assert event.context.client_id == "c"
        assert EXAMPLES.payload("user.created")["data"]["email"] != "ada@example.com", (
            "examples stay as they are"
        )

    def test_list_items(self) -> None:
        payload = EXAMPLES.payload(
            "connection.activated",
            {"data.domains": [{"domain": "a"}], "data.domains.0.domain": "b"},
        )
        assert payload["data"]["domains"] == [{"domain": "b"}]

    @pytest.mark.parametrize("path", ["id.x", "data.name.x", "data.domains.7", "data.domains.x"])
    def test_places_that_are_not_there(self, path: str) -> None:
        with pytest.raises(KeyError, match=f"{re.escape(path)}: there is no such place"):
            EXAMPLES.payload("connection.activated", {"data.domains": [], path: 1})

    @pytest.mark.parametrize(
        ("event", "path", "hint"),
        [
            ("user.created", "data.emial", "data.email"),
            ("user.created", "date.email", "data.email"),
            ("connection.activated", "data.domains.0.domian", "data.domains.0.domain"),
            (workos.UserCreated, "created", "created_at"),
            (workos.UserCreated, "context.client", "context.client_id"),
        ],
    )
    def test_unknown_keys_are_errors_with_the_nearest_key(
        self, event: Any, path: str, hint: str
    ) -> None:
        with pytest.raises(
            KeyError, match=f"{re.escape(path)}: .*; did you mean '{re.escape(hint)}'"
        ):
            example(event, changes={path: 1})

    def test_a_key_that_resembles_none_is_an_error_without_a_hint(self) -> None:
        with pytest.raises(KeyError) as caught:
            example(workos.UserCreated, changes={"data.qqq": 1})
        assert caught.value.args == ("data.qqq: there is no such place in the event",)

    @pytest.mark.parametrize("event", ["user.teleported", int])
    def test_no_event(self, event: Any) -> None:
        with pytest.raises(KeyError):
            example(event)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^evt_", r"^[0-9]+$", r"^[A-Z]{2}-\d{3,5}$", r"^(a|b)+?c?$", r"[^a-z]", r"^\S+@\S+\.\w{2,}$", r"^.{3}$", r"^$",
        r"^[^\s]+$", r"^https://[\w.-]+/(x|y)\b", r"a{2}|b", r"^(?:x(?P<n>y))z$", r"^\w\W\d\D\s\S$", r"(?i)^HELLO$",
    ],
)  # fmt: skip
def test_texts_that_match(pattern: str) -> None:
    assert re.search(pattern, text_matching(pattern))


@pytest.mark.parametrize("pattern", [r"(", r"^(?=.*\d)x$", r"^(a)\1$", r"a{1000000000}", "(" * 500])
def test_patterns_that_are_too_hard_give_any_text(pattern: str) -> None:
    assert isinstance(text_matching(pattern), str)
