"""The read-only page of an inbox, and the masking of secrets."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from hooksmith_providers._runtime.webhooks.inbox.masking import (
    MASK,
    is_secret,
    masked_body,
    masked_headers,
)
from hooksmith_providers._runtime.webhooks.inbox.states import (
    NewDelivery,
    NewEvent,
    Outcome,
    State,
)

from .inboxes import SOURCE, delivery


@pytest.fixture
def page(make_inbox: Any) -> Any:
    """A client of the page, mounted at /inbox, and the inbox."""
    inbox = make_inbox()
    client = TestClient(Starlette(routes=[Mount("/inbox", inbox.page)]))
    return client, inbox


def test_events_are_listed_by_state_and_page(page: Any) -> None:
    client, inbox = page
    inbox.add([delivery(f"e{number:03d}", key="k") for number in range(60)])
    (claim,) = inbox.claim(SOURCE, 1)
    inbox.finish(claim, Outcome(state=State.DEAD, error="ValueError: <script>alert(1)</script>"))
    reply = client.get("/inbox/")
    assert reply.status_code == 200
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    ids = re.findall(r"<td>(e\d+)</td>", reply.text)
    assert ids == [f"e{number:03d}" for number in range(59, 9, -1)]
    (older,) = re.findall(r'href="(/inbox/\?after=[^"]+)"', reply.text)
    assert re.findall(r"<td>(e\d+)</td>", client.get(older).text) == [
        f"e{number:03d}" for number in range(9, -1, -1)
    ]
    dead = client.get("/inbox/?state=dead").text
    assert re.findall(r"<td>(e\d+)</td>", dead) == ["e000"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in dead
    assert "<script>" not in dead
    assert re.findall(
        r"<td>(e\d+)</td>", client.get("/inbox/?id=e005&key=k&type=user.created").text
    ) == ["e005"]
    assert client.get("/inbox/?state=lost").status_code == 400


def test_an_event_is_shown_with_its_secrets_masked(page: Any) -> None:
    client, inbox = page
    body = {
        "id": "e1",
        "data": {"email": "a@b.c", "clientSecret": "s3cret", "tokens": ["t0ken"], "html": "<b>"},
    }
    (id_,) = inbox.add(
        [
            NewDelivery(
                source=SOURCE,
                headers=(("x-signature", "abcdef"), ("x-kept", "shown")),
                body=json.dumps(body).encode(),
                events=(NewEvent(position=0, type="user.created", event_id="e1"),),
            )
        ]
    ).ids
    text = client.get(f"/inbox/{id_}").text
    assert "a@b.c" in text
    assert "&lt;b&gt;" in text
    assert "x-kept: shown" in text
    for secret in ("s3cret", "t0ken", "abcdef"):
        assert secret not in text
    assert client.get("/inbox/999").status_code == 404
    assert client.get("/inbox/x").status_code == 404


def test_the_page_changes_nothing(page: Any) -> None:
    client, inbox = page
    (id_,) = inbox.add([delivery("a")]).ids
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.request(method, f"/inbox/{id_}").status_code == 405
    head = client.head(f"/inbox/{id_}")
    assert (head.status_code, head.text) == (200, "")
    assert inbox.get(id_).row.state is State.PENDING


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "client_secret",
        "clientSecret",
        "api-key",
        "apiKey",
        "Workos-Signature",
        "access_token",
        "otp",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["email", "id", "opinion", "shipping", "secretary", "tokenizer", "description"]
)
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret(name)


def test_bodies_and_headers_are_masked() -> None:
    assert masked_headers([("cookie", "x"), ("accept", "y")]) == [("cookie", MASK), ("accept", "y")]
    assert json.loads(
        masked_body(b'[{"token": "x", "a": {"pin": 1, "b": null}, "secret": null}]')
    ) == [{"token": MASK, "a": {"pin": MASK, "b": None}, "secret": None}]
    assert masked_body(b"\xff\x00") == "(2 bytes, not JSON)"
    deep = b"[" * 100_000 + b"]" * 100_000
    assert masked_body(deep) == "(200000 bytes, nested too deeply)"


@pytest.mark.parametrize("digits", [19, 5000])
def test_numbers_that_are_no_row_ids(page: Any, digits: int) -> None:
    client, inbox = page
    inbox.add([delivery("a")])
    number = "9" * digits
    assert client.get(f"/inbox/{number}").status_code == 404
    assert client.get("/inbox/", params={"after": number}).status_code == 400


def test_a_body_that_is_nested_deeply_is_shown_by_its_size(page: Any) -> None:
    client, inbox = page
    body = b"[" * 450 + b"]" * 450
    event = NewEvent(position=0, type="t", event_id="a")
    (id_,) = inbox.add([NewDelivery(source=SOURCE, headers=(), body=body, events=(event,))]).ids
    assert client.get(f"/inbox/{id_}").status_code == 200
