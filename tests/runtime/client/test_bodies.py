"""Bodies: checked strictly, sent as given, in every media type; seen by a server."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hooksmith_runtime_under_test.client.bodies import encode
from hooksmith_runtime_under_test.client.operation import Body, Encoding, Operation, Reply
from hooksmith_runtime_under_test.errors import RequestError
from hooksmith_runtime_under_test.omit import OMIT
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Kind(StrEnum):
    A = "a"
    B = "b"


class Inner(BaseModel):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)
    count: int = Field(ge=1)
    note_: str | None = Field(default="unset", alias="note")


class Thing(BaseModel):
    model_config = ConfigDict(extra="allow")
    kind: Kind
    inner: Inner | None = None
    at: datetime | None = None
    tags: list[str] = []


JSON = Body(Thing, required=True)


def sent(body: Body, value: object) -> Any:
    content = encode(body, value)
    assert content is not None
    assert isinstance(content.source, bytes)
    return json.loads(content.source)


def test_json_is_sent_as_given_without_defaults() -> None:
    value = {"kind": Kind.A, "inner": {"count": 1, "note": OMIT, "deep": [{"x": OMIT, "y": None}]}}
    assert sent(JSON, value) == {"kind": "a", "inner": {"count": 1, "deep": [{"y": None}]}}


def test_null_is_kept_and_omit_is_not() -> None:
    value = {"kind": "a", "inner": None, "at": OMIT, "extra": [OMIT, 1]}
    assert sent(JSON, value) == {"kind": "a", "inner": None, "extra": [1]}


def test_models_are_sent_by_alias_as_far_as_they_were_set() -> None:
    thing = Thing(kind=Kind.A, inner=Inner(count=2, note_=None), at=datetime(2024, 1, 2))
    assert sent(JSON, thing) == {
        "kind": "a",
        "inner": {"count": 2, "note": None},
        "at": "2024-01-02T00:00:00",
    }
    assert sent(Body(list[Thing]), [thing, {"kind": "b"}])[1] == {"kind": "b"}


def test_secrets_go_out_whole() -> None:
    assert sent(Body(Any), {"secret": SecretStr("s")}) == {"secret": "s"}


def test_bytes_are_base64_in_json() -> None:
    assert sent(Body(Any), {"x": b"\xff"}) == {"x": "/w=="}


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"kind": "s3cret"}, "body/kind"),
        ({}, "body/kind"),
        ({"kind": OMIT}, "body/kind"),
        ({"kind": "a", "inner": {"count": "7"}}, "body/inner/count"),
        ({"kind": "a", "inner": {"count": 0}}, "body/inner/count"),
        ({"kind": "a", "inner": {"count": True}}, "body/inner/count"),
        ({"kind": "a", "at": "s3cret"}, "body/at"),
        ({"kind": "a", "tags": ["a", 1]}, "body/tags/1"),
        ({"kind": "a", "x": float("nan")}, "body/x"),
        ({"kind": "a", "x": object()}, "body/x"),
        ({"kind": "a", "x": "\ud800"}, "body"),
        ("s3cret", "body"),
    ],
)
def test_what_breaks_a_constraint_is_not_sent(value: object, where: str) -> None:
    with pytest.raises(RequestError) as caught:
        encode(JSON, value)
    assert caught.value.details[0].where == where
    assert "s3cret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_presence() -> None:
    assert encode(None, OMIT) is None
    assert encode(Body(Any), OMIT) is None
    assert encode(Body(Any), {"a": OMIT}) is None
    assert sent(Body(Any), {}) == {}
    assert sent(Body(Any, required=True), {"a": OMIT}) == {}
    with pytest.raises(RequestError, match="body: is required"):
        encode(JSON, OMIT)
    with pytest.raises(RequestError, match="body: is not described"):
        encode(None, {})


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(TEXT, children, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_any_json_value_arrives_equal(value: object) -> None:
    assert sent(Body(Any), value) == value


def form(value: object, **encoding: Encoding) -> list[tuple[str, str]]:
    content = encode(Body(Any, "application/x-www-form-urlencoded", encoding=encoding), value)
    assert content is not None
    assert isinstance(content.source, bytes)
    return parse_qsl(content.source.decode("ascii"), keep_blank_values=True)


def test_forms() -> None:
    value = {"a": "x&y=z é", "b": [1, True], "c": None, "d": OMIT, "e": {"k": [1]}, "f": ""}
    assert form(value) == [
        ("a", "x&y=z é"),
        ("b", "1"),
        ("b", "true"),
        ("e", '{"k":[1]}'),
        ("f", ""),
    ]
    assert form({"e": {"k": 1}}, e=Encoding(style="deepObject")) == [("e[k]", "1")]
    assert form({"e": ["k", {"a": [None, 1]}]}, e=Encoding(style="deepObject")) == [
        ("e[0]", "k"),
        ("e[1][a][1]", "1"),
    ]
    with pytest.raises(RequestError, match="brackets"):
        form({"e": {"a]": 1}}, e=Encoding(style="deepObject"))
    assert form({"b": ["x", "y"]}, b=Encoding(style="form", explode=False)) == [("b", "x,y")]
    with pytest.raises(RequestError):
        form("text")


@given(st.dictionaries(TEXT.filter(bool), TEXT, max_size=4))
def test_forms_arrive_as_they_are(value: dict[str, str]) -> None:
    if value:
        assert form(value) == list(value.items())


def operation(body: Body) -> Operation[Any]:
    return Operation(id="o", method="POST", path="/echo/x", body=body, replies={"200": Reply(Any)})


class Upload(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    name: str
    content: bytes
    meta: dict[str, int] | None = None


def test_multipart(drive: Callable[..., Any]) -> None:
    body = Body(Upload, "multipart/form-data", required=True)
    value = {
        "name": "né",
        "content": ('a"\r\nb.txt', io.BytesIO(b"\x00\xff"), "text/x-special"),
        "meta": {"n": 1},
        "extra": [b"one", b"two"],
        "gone": OMIT,
        "null": None,
    }
    parts = drive().call(operation(body), body=value)["parts"]
    assert parts[0] == ["name", "né", None, None]
    assert parts[1][1] == "\x00\xff"
    assert parts[1][3] == "text/x-special"
    assert "\r" not in parts[1][2]
    assert parts[2][:2] == ["meta", '{"n":1}']
    assert [part[1] for part in parts[3:]] == ["one", "two"]


def test_multipart_from_a_model(drive: Callable[..., Any]) -> None:
    body = Body(Upload, "multipart/form-data")
    parts = drive().call(operation(body), body=Upload(name="n", content=b"\x80"))["parts"]
    assert [part[:2] for part in parts] == [["name", "n"], ["content", "\x80"]]


@pytest.mark.parametrize(
    "value",
    [
        {"name": 1, "content": b""},
        {"name": "n"},
        {"name": "n", "content": ("f", b"", "text/plain\r\nx: y")},
        {"name": "n", "content": io.StringIO("text")},
        "text",
    ],
)
def test_multipart_that_is_not_sent(value: object) -> None:
    with pytest.raises(RequestError):
        encode(Body(Upload, "multipart/form-data", required=True), value)


def received(drive: Callable[..., Any], body: Body, value: object) -> tuple[bytes, dict[str, str]]:
    seen = drive().call(operation(body), body=value)
    return base64.b64decode(seen["body"]), dict(seen["headers"])


def test_text(drive: Callable[..., Any]) -> None:
    content, headers = received(drive, Body(str, "text/plain"), "héllo")
    assert content == "héllo".encode()
    assert headers["content-type"] == "text/plain; charset=utf-8"


def test_binary(drive: Callable[..., Any]) -> None:
    content, headers = received(drive, Body(bytes, "image/*"), bytearray(b"\x00\x01"))
    assert content == b"\x00\x01"
    assert headers["content-type"] == "application/octet-stream"


def test_files_are_sent_from_their_start_with_their_length(drive: Callable[..., Any]) -> None:
    file = io.BytesIO(b"x" * 100_000)
    file.read(10)
    content, headers = received(drive, Body(bytes, "application/pdf"), file)
    assert len(content) == 100_000
    assert headers["content-length"] == "100000"
    assert headers["content-type"] == "application/pdf"


def test_iterables_are_streamed(drive: Callable[..., Any]) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one"
        yield b"two"

    content, headers = received(drive, Body(bytes, "application/octet-stream"), pieces())
    assert content == b"onetwo"
    assert headers["transfer-encoding"] == "chunked"


def test_async_iterables_need_the_async_client(drive: Callable[..., Any], kind: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"

    body = Body(bytes, "application/octet-stream")
    if kind == "sync":
        with pytest.raises(RequestError, match="async client"):
            received(drive, body, pieces())
    else:
        assert received(drive, body, pieces())[0] == b"one"


@pytest.mark.parametrize("value", [1, {"a": 1}, None])
def test_raw_bodies_that_are_not_sent(value: object) -> None:
    with pytest.raises(RequestError):
        encode(Body(bytes, "application/pdf", required=True), value)


SEVERAL = Body(
    Upload,
    "multipart/form-data",
    required=True,
    others=(Body(Thing), Body(str, "text/plain"), Body(Any, "image/*")),
)


def test_several_media_types(drive: Callable[..., Any]) -> None:
    upload = {"name": "n", "content": b"\x80"}
    given: list[tuple[str | None, object, str, bytes | None]] = [
        (None, upload, "multipart/form-data", None),
        ("multipart/form-data", upload, "multipart/form-data", None),
        ("application/json", {"kind": "a"}, "application/json", b'{"kind":"a"}'),
        ("Application/JSON; v=2", {"kind": "a"}, "Application/JSON; v=2", b'{"kind":"a"}'),
        ("text/plain", "é", "text/plain; charset=utf-8", "é".encode()),
        ("image/png", b"\x00", "image/png", b"\x00"),
    ]
    for content_type, value, sent_as, expected in given:
        seen = drive().call(operation(SEVERAL), body=value, content_type=content_type)
        assert dict(seen["headers"])["content-type"].partition("; boundary")[0] == sent_as
        if expected is not None:
            assert base64.b64decode(seen["body"]) == expected


@pytest.mark.parametrize(
    ("content_type", "value"),
    [
        ("audio/wav", b""),
        ("image/png\r\nx-evil: 1", b""),
        ("image/é", b""),
        ("", b""),
        ("application/json", {"kind": "c"}),
        ("text/plain", {"kind": "a"}),
        ("application/json", OMIT),
    ],
)
def test_what_fits_none_of_several_media_types(content_type: str, value: object) -> None:
    with pytest.raises(RequestError):
        encode(SEVERAL, value, content_type)
