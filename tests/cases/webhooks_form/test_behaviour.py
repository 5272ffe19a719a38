"""Deliveries that come as `application/x-www-form-urlencoded`: fields, or JSON in one of them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

FORM = "application/x-www-form-urlencoded"


def headers(topic: str, media_type: str = FORM) -> dict[str, str]:
    return {"Content-Type": media_type, "X-Topic": topic}


def test_fields_are_properties(case: Any) -> None:
    body = (
        b"MessageSid=SM1&From=%2B4512&Body=1%2B1&NumMedia=2&Delivered=true&Tag=a&Tag=b"
        b"&Place=%7B%22city%22%3A%22Lyon%22%7D&Zip=69001"
    )
    event = case.package.parse_event(body, headers("sms", f"{FORM}; charset=UTF-8"))
    assert type(event) is case.package.Sms
    assert (event.from_, event.body, event.num_media, event.delivered) == ("+4512", "1+1", 2, True)
    assert event.tag == ["a", "b"]
    assert event.place.city == "Lyon"
    assert event.model_extra == {"Zip": "69001"}


def test_one_item_is_a_list_and_nothing_is_no_number(case: Any) -> None:
    event = case.package.parse_event(b"MessageSid=&From=1&NumMedia=&Tag=a", headers("sms"))
    assert (event.message_sid, event.tag, event.num_media) == ("", ["a"], None)


def test_text_that_looks_like_json_stays_text(case: Any) -> None:
    event = case.package.parse_event(b"MessageSid=1&From=2&Body=%7B%7D", headers("sms"))
    assert event.body == "{}"


def test_a_field_that_carries_json(case: Any) -> None:
    body = urlencode({"payload": json.dumps({"user": "ada", "actions": ["ok"]})})
    event = case.package.parse_event(body, headers("interaction"))
    assert type(event) is case.package.Interaction
    assert event.actions == ["ok"]


def test_a_field_that_carries_a_batch(case: Any) -> None:
    body = urlencode({"mail_events": json.dumps([{"event": "open", "ts": 1}, {"event": "x"}])})
    events = case.package.parse_events(body, headers("mail"))
    assert [(type(event).__name__, event.event) for event in events] == [
        ("Mail", "open"),
        ("Mail", "x"),
    ]
    with pytest.raises(case.package.EventParseError, match="unwrap_all"):
        case.package.parse_event(body, headers("mail"))


def test_json_is_still_read(case: Any) -> None:
    event = case.package.parse_event('{"user": "ada"}', headers("interaction", "application/json"))
    assert event.user == "ada"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe=%", b"a", b"payload=%7B", b"payload=1"])
def test_any_bytes_give_an_event_or_our_exception(case: Any, body: bytes) -> None:
    event = case.package.parse_event(body, headers("interaction"))
    assert type(event) is case.package.DriftedEvent


@pytest.mark.parametrize("topic", ["sms", "interaction", "mail"])
def test_examples_are_forms(case: Any, topic: str) -> None:
    testing = case.module("testing")
    delivery = testing.example(topic)
    assert delivery.headers["Content-Type"] == FORM
    assert delivery.headers["X-Topic"] == topic
    assert delivery.headers["X-Token"]
    assert not delivery.body.startswith((b"{", b"["))
    (event,) = testing.webhook().unwrap_all(delivery.body, delivery.headers)
    assert type(event) is case.events.CATALOGUE.models[topic]
