"""Bodies of every media type, as a server would see them."""

from __future__ import annotations

import inspect
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest

from hooksmith.pipeline import ledger
from hooksmith.settings import Settings
from support.wire import Wire

NOTHING = "/paths/~1nothing/get/requestBody"


def send(case: Any, call: str, **arguments: Any) -> Any:
    wire = Wire()
    getattr(wire.client(case).bodies, call)(**arguments)
    return wire.last


def kind(request: Any) -> str:
    return str(request.headers.get("content-type", "")).partition(";")[0]


def arguments(case: Any, call: str) -> list[str]:
    method = getattr(case.resource("bodies"), call)
    return [
        name for name in inspect.signature(method).parameters if name not in ("self", "options")
    ]


def test_an_object_is_told_by_its_properties(case: Any) -> None:
    assert arguments(case, "json_model") == ["title", "password", "tags"]
    request = send(case, "json_model", title="t", tags=["a"])
    assert (kind(request), request.content) == ("application/json", b'{"title":"t","tags":["a"]}')
    for wrong in ({"title": ""}, {"title": "t", "tags": ["a", "b", "c"]}, {"title": None}):
        with pytest.raises(case.package.RequestError):
            send(case, "json_model", **wrong)


def test_a_body_that_nobody_calls_required_but_has_required_properties(case: Any) -> None:
    assert "title" in arguments(case, "optional_model")
    assert send(case, "optional_model", title="t").content == b'{"title":"t"}'
    with pytest.raises(TypeError, match="title"):
        send(case, "optional_model")


def test_an_optional_body_of_optional_properties(case: Any) -> None:
    assert arguments(case, "optional_properties") == ["reason"]
    empty = send(case, "optional_properties")
    assert (empty.content, kind(empty)) == (b"", "")
    assert send(case, "optional_properties", reason="r").content == b'{"reason":"r"}'


def test_merge_patch(case: Any) -> None:
    request = send(case, "merge_patch", title=None)
    assert (kind(request), request.content) == ("application/merge-patch+json", b'{"title":null}')


def test_a_list(case: Any) -> None:
    request = send(case, "json_list", body=[case.models.Note(title="a"), {"title": "b"}])
    assert request.content == b'[{"title":"a"},{"title":"b"}]'
    with pytest.raises(case.package.RequestError):
        send(case, "json_list", body=[])


def test_a_form(case: Any) -> None:
    request = send(case, "form", grant_type="x&y", scope=["a", "b"])
    assert kind(request) == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {"grant_type": ["x&y"], "scope": ["a", "b"]}


def test_multipart(case: Any) -> None:
    request = send(case, "multipart", file=b"\x00\xff", caption="c", more=[b"1", b"2"])
    assert kind(request) == "multipart/form-data"
    assert b"\x00\xff" in request.content
    assert request.content.count(b'name="more"') == 2
    assert b'name="caption"\r\n\r\nc\r\n' in request.content
    named = send(case, "multipart", file=("cat.png", b"png", "image/png"))
    assert b'filename="cat.png"' in named.content
    assert b"image/png" in named.content


def test_bytes_and_text(case: Any) -> None:
    request = send(case, "binary", body=b"\x00\x01")
    assert (kind(request), request.content) == ("application/octet-stream", b"\x00\x01")
    request = send(case, "opaque", body=b"png")
    assert (kind(request), request.content) == ("image/png", b"png")
    request = send(case, "text", body="grüße")
    assert (kind(request), request.content) == ("text/plain", "grüße".encode())


def test_json_is_spoken_where_several_are_offered(case: Any) -> None:
    request = send(case, "several", title="t")
    assert (kind(request), request.content) == ("application/json", b'{"title":"t"}')


def test_a_union_and_a_shared_body(case: Any) -> None:
    assert send(case, "union", body={"url": "u"}).content == b'{"url":"u"}'
    assert send(case, "union", body=case.models.Note(title="t")).content == b'{"title":"t"}'
    assert send(case, "shared", why="w").content == b'{"why":"w"}'
    with pytest.raises(case.package.RequestError):
        send(case, "shared", why="longer")


def test_a_secret_is_not_shown(case: Any) -> None:
    assert "hunter2" not in repr(case.models.Note(title="t", password="hunter2"))


def test_properties_of_a_form_are_written_as_stated(case: Any) -> None:
    request = send(
        case, "encoded_form", metadata={"a": "b&c"}, expand=["x", "y"], items=[{"price": "p"}],
        ids=[1, 2], names=["n", "o"], extra=["e"],
    )  # fmt: skip
    assert parse_qsl(request.content.decode()) == [
        ("metadata[a]", "b&c"),
        ("expand[0]", "x"),
        ("expand[1]", "y"),
        ("items[0][price]", "p"),
        ("ids", "1,2"),
        ("names", "n|o"),
        ("extra", '["e"]'),
    ]


def test_a_form_without_fields_is_not_asked_for(case: Any) -> None:
    """It says no more than no body. Empty braces are something else on the wire; so are fields that nobody named."""
    assert arguments(case, "nothing_to_send") == []
    request = send(case, "nothing_to_send")
    assert (kind(request), request.content) == ("", b"")
    assert arguments(case, "braces_to_send") == ["body"]
    assert send(case, "braces_to_send", body={}).content == b"{}"
    assert arguments(case, "anything_to_send") == ["body"]
    entries = ledger(case.spec, Settings(package="bodies")).entries
    (entry,) = (it for it in entries if (it.kind, it.pointer) == ("body", NOTHING))
    assert (entry.status, entry.reason) == (
        "degraded",
        "not offered: it may be left out, and is a form without fields",
    )
