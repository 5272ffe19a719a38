"""`format: decimal`: taken as `Decimal`, with its digits on the wire; a number is received as `Decimal`."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from pydantic import ValidationError

from support.documents import imported, openapi, operation, result_of
from support.wire import Wire

NUMBER = {"type": "number", "format": "decimal"}
TEXT = {"type": "string", "format": "decimal"}
DIGITS = "123456789012345678.100000000000000000001"
PART = {"type": "object", "required": ["n"], "properties": {"n": NUMBER, "s": TEXT}}
THING = {
    "type": "object",
    "properties": {
        "n": {**NUMBER, "minimum": 0.5, "multipleOf": 0.01},
        "s": TEXT,
        "free": NUMBER,
        "items": {"type": "array", "items": NUMBER},
        "maybe": {"type": ["number", "null"], "format": "decimal"},
        "texts": {"type": "object", "additionalProperties": TEXT},
        "part": {"$ref": "#/components/schemas/Part"},
        "either": {"anyOf": [NUMBER, {"type": "boolean"}]},
    },
}
MEDIA_TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
SCHEMA = {"schema": {"$ref": "#/components/schemas/Thing"}}
DOCUMENT = openapi(
    {
        "/{at}": {
            "put": operation(
                operationId="setThing",
                tags=["things"],
                parameters=[
                    {"name": "at", "in": "path", "required": True, "schema": NUMBER},
                    {"name": "rate", "in": "query", "schema": NUMBER},
                    {"name": "text", "in": "query", "schema": TEXT},
                    {"name": "X-Price", "in": "header", "schema": NUMBER},
                ],
                requestBody={"content": dict.fromkeys(MEDIA_TYPES, SCHEMA), "required": True},
                responses={"200": {"description": "Done.", "content": {MEDIA_TYPES[0]: SCHEMA}}},
            )
        }
    },
    components={"schemas": {"Thing": THING, "Part": PART}},
)


@pytest.fixture(scope="module")
def package(case_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = result_of(DOCUMENT, tmp_path_factory.mktemp("decimals"))
    with imported(made.files, case_home) as package:
        yield package


def request(package: Any, *, reply: str = "{}", **arguments: Any) -> tuple[Any, httpx2.Request]:
    headers = {"content-type": "application/json"}
    wire = Wire(httpx2.Response(200, content=reply.encode(), headers=headers))
    transport = httpx2.Client(transport=httpx2.MockTransport(wire))
    client = package.MadeClient(base_url="https://x.example", http_client=transport)
    return client.things.set_thing(**{"at": 1, **arguments}), wire.last


def sent(package: Any, **arguments: Any) -> str:
    return request(package, **arguments)[1].content.decode()


BODIES: list[tuple[dict[str, Any], str]] = [
    ({"n": Decimal("1.10")}, '{"n":1.10}'),
    ({"n": 1.25}, '{"n":1.25}'),
    ({"n": 3}, '{"n":3}'),
    ({"free": Decimal(DIGITS)}, f'{{"free":{DIGITS}}}'),
    ({"free": Decimal("-1E+30")}, '{"free":-1E+30}'),
    ({"free": Decimal("1E-30")}, '{"free":1E-30}'),
    ({"items": [Decimal("0.1"), 2]}, '{"items":[0.1,2]}'),
    ({"maybe": None}, '{"maybe":null}'),
    ({"maybe": Decimal(0)}, '{"maybe":0}'),
    ({"either": Decimal("0.10")}, '{"either":0.10}'),
    ({"s": Decimal("1.10")}, '{"s":"1.10"}'),
    ({"s": Decimal("1E+3")}, '{"s":"1000"}'),
    ({"s": "1.10"}, '{"s":"1.10"}'),
    ({"texts": {"a/b": Decimal(DIGITS)}}, f'{{"texts":{{"a/b":"{DIGITS}"}}}}'),
    (
        {"part": {"n": Decimal(DIGITS), "s": Decimal("2.0")}},
        f'{{"part":{{"n":{DIGITS},"s":"2.0"}}}}',
    ),
]


@pytest.mark.parametrize(("arguments", "body"), BODIES)
def test_arguments(package: Any, arguments: dict[str, Any], body: str) -> None:
    assert sent(package, **arguments) == body


@pytest.mark.parametrize(("arguments", "body"), BODIES)
def test_models(package: Any, arguments: dict[str, Any], body: str) -> None:
    models = import_module(f"{package.__name__}.models")
    thing = models.ThingInput(**arguments)
    assert thing.to_json() == body
    assert sent(package, part=models.Part(n=Decimal(DIGITS))) == f'{{"part":{{"n":{DIGITS}}}}}'


@pytest.mark.parametrize(
    "misfit",
    [
        *({"n": value} for value in (Decimal("0.1"), Decimal("1.111"), "1.5", True)),
        *({"free": value} for value in (Decimal("NaN"), Decimal("Infinity"), "1", False)),
        *({"s": value} for value in (1.5, "one", "", Decimal("NaN"))),
        {"either": "1"},
        {"rate": "1"},
        {"text": "one"},
    ],
)
def test_misfits_are_not_sent(package: Any, misfit: dict[str, Any]) -> None:
    with pytest.raises(package.RequestError):
        sent(package, **misfit)


def test_parameters_and_forms(package: Any) -> None:
    number = Decimal(DIGITS)
    _, put = request(package, at=number, rate=number, text=Decimal("1E+3"), x_price=Decimal("1.10"))
    assert put.url.path == f"/{DIGITS}"
    assert dict(put.url.params) == {"rate": DIGITS, "text": "1000"}
    assert put.headers["x-price"] == "1.10"
    arguments = {"free": number, "s": Decimal("1.10"), "items": [number]}
    form = sent(package, **arguments, content_type=MEDIA_TYPES[1])
    assert parse_qs(form) == {"free": [DIGITS], "s": ["1.10"], "items": [DIGITS]}
    parts = sent(package, **arguments, content_type=MEDIA_TYPES[2])
    assert parts.count(f"\r\n\r\n{DIGITS}\r\n") == 2
    assert "\r\n\r\n1.10\r\n" in parts


def test_a_text_that_looks_like_digits_stays_a_text(package: Any) -> None:
    assert sent(package, s="12") == '{"s":"12"}'


def test_received(package: Any) -> None:
    reply = '{"n":0.1,"s":"1.10","items":[1,2.5],"maybe":null,"either":12345678901234567890}'
    thing, _ = request(package, reply=reply)
    assert (thing.n, thing.s, thing.items) == (
        Decimal("0.1"),
        "1.10",
        [Decimal(1), Decimal("2.5")],
    )
    assert type(thing.n) is type(thing.items[0]) is Decimal
    assert thing.either == Decimal(12345678901234567890)
    assert thing.maybe is None
    assert thing.to_json() == reply
    assert thing.to_dict() == json.loads(reply)
    assert [misfit.where for misfit in thing.misfits()] == ["/n"]


def test_json_schemas(package: Any) -> None:
    models = import_module(f"{package.__name__}.models")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for model in (models.Thing, models.ThingInput):
            part = model.model_json_schema()["$defs"]["Part"]
            assert NUMBER.items() <= part["properties"]["n"].items()


def test_by_the_letter(tmp_path: Path, case_home: Path) -> None:
    document = {
        "title": "Price",
        **PART,
        "properties": {**PART["properties"], "d": {**NUMBER, "default": 1.5}},
    }  # type: ignore[dict-item]
    with imported(result_of(document, tmp_path).files, case_home) as package:
        model = import_module(f"{package.__name__}.models").Price
        price = model.model_validate({"n": Decimal(DIGITS)})
        assert (price.n, price.d) == (Decimal(DIGITS), Decimal("1.5"))
        assert price.to_json() == f'{{"n":{DIGITS}}}'
        for misfit in ("1.5", True, None):
            with pytest.raises(ValidationError):
                model.model_validate({"n": misfit})
