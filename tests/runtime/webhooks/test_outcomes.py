"""Three typed outcomes: the event's class, an unknown event, an event that drifted from its model."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from typing import Any

import pytest

from hooksmith_providers import mattr, workos
from hooksmith_providers._runtime.models.base import Model
from hooksmith_providers._runtime.models.lenient_reading import lacking
from hooksmith_providers._runtime.webhooks.catalogue import (
    Catalogue,
    DriftedEvent,
    InHeader,
    UnknownEvent,
)
from hooksmith_providers._runtime.webhooks.errors import EventParseError

USER: dict[str, Any] = {
    "object": "event",
    "id": "event_1",
    "event": "user.created",
    "created_at": "2026-01-15T12:00:00.000Z",
    "data": {
        "object": "user",
        "id": "user_1",
        "email": "ada@example.com",
        "email_verified": True,
        "first_name": None,
        "last_name": None,
        "profile_picture_url": None,
        "last_sign_in_at": None,
        "external_id": None,
        "created_at": "2026-01-15T12:00:00.000Z",
        "updated_at": "2026-01-15T12:00:00.000Z",
    },
}


def changed(**data: Any) -> bytes:
    """The event with other data; a value of `...` leaves it out."""
    merged = {**USER["data"], **data}
    kept = {name: value for name, value in merged.items() if value is not ...}
    return json.dumps({**USER, "data": kept}).encode()


@pytest.mark.parametrize("provider", ["mattr", "scalekit", "socotra", "workos"])
def test_every_example_of_every_event_is_fully_typed(provider: str) -> None:
    testing = importlib.import_module(f"hooksmith_providers.{provider}.testing")
    catalogue = importlib.import_module(f"hooksmith_providers.{provider}.events").CATALOGUE
    types = importlib.import_module(f"hooksmith_providers.{provider}").EventType
    assert sorted(testing.EXAMPLES._stored) == sorted(catalogue.models) == sorted(types)
    for kind, model in catalogue.models.items():
        body = json.dumps(testing.EXAMPLES.payload(kind)).encode()
        event = catalogue.parse(body, strict=True)
        assert type(event) is model
        assert catalogue.type_of(event) == kind
        assert catalogue.id_of(event)


class TestKnown:
    def test_typed(self) -> None:
        event = workos.parse_event(changed())
        assert isinstance(event, workos.UserCreated)
        assert event.data.email == "ada@example.com"

    def test_new_fields_are_kept(self) -> None:
        event = workos.parse_event(changed(shoe_size=41))
        assert isinstance(event, workos.UserCreated)
        assert event.data.model_extra == {"shoe_size": 41}

    @pytest.mark.parametrize("position", ["first", "last"])
    def test_the_type_is_that_of_the_event_and_not_one_within(self, position: str) -> None:
        decoy = {"event": "user.deleted", "note": '"event": "user.deleted"'}
        data = {**USER["data"], "metadata": {}, "decoy": decoy}
        payload = {**USER, "data": data}
        ordered = {"data": data, **payload} if position == "first" else {**payload, "data": data}
        for event_last in (
            ordered,
            {**{k: v for k, v in ordered.items() if k != "event"}, "event": "user.created"},
        ):
            event = workos.parse_event(json.dumps(event_last))
            assert isinstance(event, workos.UserCreated)

    def test_escapes_in_the_type(self) -> None:
        text = (
            changed()
            .replace(b'"user.created"', b'"user\\u002ecreated"')
            .replace(b'"event":', b'"ev\\u0065nt":')
        )
        assert isinstance(workos.parse_event(text), workos.UserCreated)

    @pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
    def test_half_a_surrogate_pair_is_no_reason_to_lose_an_event(self, prefix: bytes) -> None:
        event = workos.parse_event(prefix + changed(email="\ud83d"))
        assert isinstance(event, workos.UserCreated)
        assert event.data.email == "\ud83d"

    def test_a_type_in_depth(self) -> None:
        body = b'{"deliveryId":"d","deliveryTimestamp":"2022-08-30T01:26:38Z","webhookId":"w","event":{"type":"x"}}'
        event = mattr.parse_event(body)
        assert event == UnknownEvent(type="x", payload=json.loads(body), raw=body)


class TestUnknown:
    body = json.dumps({**USER, "event": "user.teleported"}).encode()

    def test_kept_whole(self) -> None:
        event = workos.parse_event(self.body)
        assert event == UnknownEvent(
            type="user.teleported", payload=json.loads(self.body), raw=self.body
        )
        assert "ada@" not in repr(event)

    def test_strict(self) -> None:
        with pytest.raises(EventParseError, match="not known"):
            workos.parse_event(self.body, strict=True)


class TestDrifted:
    def test_missing_field_of_an_object_within(self) -> None:
        """Nothing that came is wrong: the event is of its class, without what did not come."""
        event = workos.parse_event(changed(email=...))
        assert isinstance(event, workos.UserCreated)
        assert event.data.id == "user_1"
        assert not hasattr(event.data, "email")
        assert list(lacking(event)) == ["/data/email"]
        assert "email" not in event.to_dict()["data"]

    def test_null_in_a_field_that_is_not_null(self) -> None:
        event = workos.parse_event(changed(email=None))
        assert isinstance(event, workos.UserCreated)
        assert not hasattr(event.data, "email")

    def test_missing_field_of_the_event(self) -> None:
        body = json.dumps({key: value for key, value in USER.items() if key != "data"}).encode()
        event = workos.parse_event(body)
        assert isinstance(event, DriftedEvent)
        assert [issue.where for issue in event.issues] == ["/data"]
        assert not hasattr(event.event, "data")

    def test_missing_field_beside_a_wrong_one(self) -> None:
        body = changed(email=..., email_verified="perhaps")
        event = workos.parse_event(body)
        assert isinstance(event, DriftedEvent)
        assert event.type == "user.created"
        assert [(issue.where, issue.what) for issue in event.issues] == [
            ("/data/email", "Field required"),
            (
                "/data/email_verified",
                "Input should be a valid boolean, unable to interpret input",
            ),
        ]
        assert isinstance(event.event, workos.UserCreated)
        assert event.event.data.id == "user_1"
        assert event.event.data.created_at.year == 2026
        assert not hasattr(event.event.data, "email")
        assert event.raw == body
        assert event.payload == json.loads(body)
        assert "ada@" not in repr(event)

    def test_wrong_field(self) -> None:
        event = workos.parse_event(changed(email={"address": "x"}, updated_at="yesterday"))
        assert isinstance(event, DriftedEvent)
        assert [issue.where for issue in event.issues] == ["/data/email", "/data/updated_at"]
        assert isinstance(event.event, workos.UserCreated)
        assert event.event.data.email == {"address": "x"}
        assert event.event.data.email_verified is True

    def test_data_of_another_shape(self) -> None:
        event = workos.parse_event(json.dumps({**USER, "data": [1]}))
        assert isinstance(event, DriftedEvent)
        assert isinstance(event.event, workos.UserCreated)
        assert event.event.data == [1]

    def test_strict(self) -> None:
        with pytest.raises(EventParseError, match="breaks the model") as raised:
            workos.parse_event(changed(email=...), strict=True)
        assert raised.value.issues[0].where == "/data/email"


class TestNoEvent:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"nope",
            b'{"a":',
            b"\xff",
            b"[]",
            b"1",
            b"null",
            b'"user.created"',
            b"{}",
            b'{"event": 1}',
            b'{"event": null}',
        ],
    )
    @pytest.mark.parametrize("strict", [False, True])
    def test_refused(self, body: bytes, strict: bool) -> None:
        with pytest.raises(EventParseError):
            workos.parse_event(body, strict=strict)

    def test_place_without_content(self) -> None:
        with pytest.raises(EventParseError, match=r"line 2, column 1") as raised:
            workos.parse_event(b'{"secret-value": 1,\nx')
        assert "secret-value" not in str(raised.value)

    @pytest.mark.parametrize("body", [{"event": "user.created"}, None, 1])
    def test_parsed_bodies(self, body: Any) -> None:
        with pytest.raises(TypeError, match="as it was received"):
            workos.parse_event(body)


class Push(Model):
    ref: str


class TestTypeInAHeader:
    catalogue: Catalogue[Any] = Catalogue(
        name="git", models={"push": Push}, type=InHeader("X-Event"), id=InHeader("X-Delivery")
    )

    def test_typed(self) -> None:
        event = self.catalogue.parse(b'{"ref": "main"}', {"x-event": "push", "x-delivery": "7"})
        assert event == Push(ref="main")
        assert self.catalogue.type_of(event) == "push"
        assert self.catalogue.id_of(event, [("X-DELIVERY", "7")]) == "7"

    def test_unknown_and_missing(self) -> None:
        assert self.catalogue.parse(b"{}", {"x-event": "pull"}).type == "pull"
        with pytest.raises(EventParseError, match="in the header X-Event"):
            self.catalogue.parse(b"{}", {})


class TestExtras:
    def test_names_that_are_arguments_of_ours(self) -> None:
        """A property may have any name, also in an event that is not read in one pass."""
        for name in ("_fields_set", "self", "model_fields", "__dict__"):
            event = workos.parse_event(changed(email=..., **{name: [1]}))
            assert isinstance(event, workos.UserCreated)
            assert (event.data.model_extra or {})[name] == [1]


def test_reading_an_event_builds_its_models_and_no_others() -> None:
    code = """
import json, sys
from hooksmith_providers.workos import parse_event
assert "pydantic" not in [name for name in sys.modules if name == "hooksmith_providers.workos.client"]
parse_event(sys.argv[1])
from hooksmith_providers.workos import events
built = [model.__name__ for model in events.CATALOGUE.models.values() if model.__pydantic_complete__]
print(json.dumps(built))
"""
    found = subprocess.run(
        [sys.executable, "-c", code, changed().decode()], capture_output=True, text=True, check=True
    )
    assert json.loads(found.stdout) == ["UserCreated"]
