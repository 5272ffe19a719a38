"""Assertions beside formats and enums, which their Python types do not express, are asserted of what is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hooksmith import pipeline
from support.documents import imported, openapi, operation, result_of
from support.wire import Wire

PROPERTIES = {
    "day": {"type": "string", "format": "date", "pattern": "^202[4-9]"},
    "at": {"type": "string", "format": "date-time", "pattern": r"\.[0-9]{3}Z$"},
    "long": {"type": "string", "format": "date-time", "minLength": 25},
    "step": {"type": "integer", "enum": [1, 2, 3], "minimum": 2},
    "size": {"type": "string", "enum": ["s", "xl", "xxl"], "minLength": 2},
    "ratio": {"type": "number", "enum": [0.5, 1.5], "maximum": 1},
}
THING = {"type": "object", "properties": PROPERTIES}
CONTENT = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
DOCUMENT = openapi(
    {
        "/": {
            "post": operation(
                operationId="addThing",
                tags=["things"],
                requestBody={**CONTENT, "required": True},
                responses={"200": {"description": "Done.", **CONTENT}},
            )
        }
    },
    components={"schemas": {"Thing": THING}},
)


@pytest.fixture(scope="module")
def package(case_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = result_of(DOCUMENT, tmp_path_factory.mktemp("lost"))
    with imported(made.files, case_home) as package:
        yield package


def exchanged(package: Any, reply: Any, **arguments: Any) -> tuple[Any, Any]:
    wire = Wire(httpx2.Response(200, json=reply))
    transport = httpx2.Client(transport=httpx2.MockTransport(wire))
    client = package.MadeClient(base_url="https://x.example", http_client=transport)
    return client.things.add_thing(**arguments), json.loads(wire.last.content)


FITS = [
    ({"day": date(2024, 1, 2)}, {"day": "2024-01-02"}),
    ({"day": "2024-01-02"}, {"day": "2024-01-02"}),
    ({"at": "2024-01-02T03:04:05.100Z"}, {"at": "2024-01-02T03:04:05.100Z"}),
    ({"long": "2024-01-02T03:04:05+00:00"}, {"long": "2024-01-02T03:04:05+00:00"}),
    ({"step": 2}, {"step": 2}),
    ({"size": "xl"}, {"size": "xl"}),
    ({"ratio": 0.5}, {"ratio": 0.5}),
]


@pytest.mark.parametrize(("arguments", "body"), FITS)
def test_fits(package: Any, arguments: Any, body: Any) -> None:
    assert exchanged(package, {}, **arguments)[1] == body


MISFITS = [
    {"day": date(2023, 1, 2)},
    {"day": "2023-01-02"},
    {"at": "2024-01-02T03:04:05Z"},
    {"at": datetime(2024, 1, 2, tzinfo=UTC)},
    {"long": datetime(2024, 1, 2, tzinfo=UTC)},
    {"step": 1},
    {"size": "s"},
    {"ratio": 1.5},
]


@pytest.mark.parametrize("arguments", MISFITS)
def test_misfits(package: Any, arguments: Any) -> None:
    with pytest.raises(package.RequestError):
        exchanged(package, {}, **arguments)


def test_received(package: Any) -> None:
    reply = {
        "day": "2023-01-02",
        "at": "2024-01-02T03:04:05Z",
        "step": 1,
        "size": "s",
        "ratio": 1.5,
    }
    thing, _ = exchanged(package, reply, step=2)
    assert thing.to_dict() == reply
    assert {misfit.where for misfit in thing.misfits()} == {"/day", "/ratio"}


def test_the_length_of_a_file_is_reported(tmp_path: Path) -> None:
    schema = {"type": "string", "format": "binary", "maxLength": 9}
    made = result_of(openapi(components={"schemas": {"Upload": schema}}), tmp_path)
    entries = pipeline.ledger(made.path, made.settings).entries
    (entry,) = [each for each in entries if each.status == "degraded"]
    assert (entry.pointer, entry.reason) == ("/components/schemas/Upload", "not checked: maxLength")
