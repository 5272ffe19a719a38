"""Several media types for one body or one reply: the caller chooses what is sent, the Content-Type what is read."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any, get_overloads
from urllib.parse import parse_qs

import httpx2
import pytest

from support.wire import Wire


def send(case: Any, call: str, **arguments: Any) -> Any:
    wire = Wire(httpx2.Response(200, headers={"content-type": "application/xml"}, content=b"<n/>"))
    getattr(wire.client(case).notes, call)(**arguments)
    return wire.last


def kind(request: Any) -> str:
    return str(request.headers.get("content-type", "")).partition(";")[0]


def test_one_type_in_several_media_types(case: Any) -> None:
    assert get_overloads(case.resource("notes").add_note) == []
    request = send(case, "add_note", title="t")
    assert (kind(request), request.content) == ("application/json", b'{"title":"t"}')
    request = send(case, "add_note", title="t", stars=2, content_type="text/json")
    assert (kind(request), request.content) == ("text/json", b'{"title":"t","stars":2}')
    form = "application/x-www-form-urlencoded"
    request = send(case, "add_note", title="x&y", stars=2, content_type=form)
    assert kind(request) == form
    assert parse_qs(request.content.decode()) == {"title": ["x&y"], "stars": ["2"]}
    for wrong in ({"title": ""}, {"title": "t", "content_type": "text/plain"}):
        with pytest.raises(case.package.RequestError):
            send(case, "add_note", **wrong)


def test_each_way_to_call_has_a_signature(case: Any) -> None:
    for prefix in ("", "Async"):
        method = case.resource("notes", prefix).import_notes
        ways = [list(inspect.signature(way).parameters)[1:-1] for way in get_overloads(method)]
        assert ways == [
            ["url", "trace", "body_body", "tags", "content_type"],
            ["file", "content_type", "trace", "tags"],
            ["body", "content_type", "trace"],
            ["body", "content_type", "trace"],
            ["body", "content_type", "trace"],
        ]


def test_other_types_in_other_media_types(case: Any) -> None:
    request = send(case, "import_notes", url="u", body_body="b", tags=["a"], trace="1")
    assert (kind(request), request.url.query) == ("application/json", b"trace=1")
    assert request.content == b'{"url":"u","body":"b","tags":["a"]}'
    request = send(
        case, "import_notes", file=b"\x00", tags="a,b", content_type="multipart/form-data"
    )
    assert kind(request) == "multipart/form-data"
    assert b'name="tags"\r\n\r\na,b\r\n' in request.content
    request = send(case, "import_notes", body="a;b", content_type="text/csv")
    assert (kind(request), request.content) == ("text/csv", b"a;b")
    for xml in ("<a/>", b"<a/>"):
        request = send(case, "import_notes", body=xml, content_type="application/xml")
        assert (kind(request), request.content) == ("application/xml", b"<a/>")
    request = send(case, "import_notes", body=b"png", content_type="image/png")
    assert (kind(request), request.content) == ("image/png", b"png")


def test_what_does_not_fit_the_media_type_is_not_sent(case: Any) -> None:
    for wrong in (
        {"file": b"", "content_type": "application/json"},
        {"url": "u", "content_type": "multipart/form-data"},
        {"url": "u", "content_type": "text/csv"},
        {"body": b"", "content_type": "audio/wav"},
        {"content_type": "application/json"},
    ):
        with pytest.raises(case.package.RequestError):
            send(case, "import_notes", **wrong)


def test_an_optional_body_and_an_argument_called_content_type(case: Any) -> None:
    assert send(case, "change_note").content == b""
    request = send(case, "change_note", content_type="c")
    assert (kind(request), request.content) == (
        "application/merge-patch+json",
        b'{"content_type":"c"}',
    )
    chosen = "application/json-patch+json"
    request = send(case, "change_note", body=[{"op": "remove"}], body_content_type=chosen)
    assert (kind(request), request.content) == (chosen, b'[{"op":"remove"}]')


def test_a_range(case: Any) -> None:
    assert kind(send(case, "put_picture", body=b"")) == "application/octet-stream"
    assert kind(send(case, "put_picture", body=b"", content_type="image/webp")) == "image/webp"


def test_what_nobody_here_writes_or_reads_goes_as_it_is(case: Any) -> None:
    content = {"content-type": "application/xml"}
    wire = Wire(httpx2.Response(200, headers=content, content=b"<n/>"))
    assert wire.client(case).notes.put_xml(body="<m/>") == b"<n/>"
    assert wire.last.content == b"<m/>"


def ask(case: Any, call: str, media_type: str, content: bytes, status: int = 200) -> Any:
    wire = Wire(httpx2.Response(status, headers={"content-type": media_type}, content=content))
    found = getattr(wire.client(case).notes, call)()
    assert found == asyncio.run(getattr(wire.async_client(case).notes, call)())
    return found


def test_a_reply_is_read_by_its_content_type(case: Any) -> None:
    note, notes = case.models.Note, case.models.GetReportReplyVndNotesJson
    assert type(ask(case, "get_report", "application/json", b'{"title":"t"}')) is note
    assert type(ask(case, "get_report", "application/x+json", b'{"title":"t"}')) is note
    assert type(ask(case, "get_report", "application/vnd.notes+json", b'{"notes":[]}')) is notes
    assert ask(case, "get_report", "text/csv; charset=latin-1", b"\xe9") == "é"
    assert ask(case, "get_report", "application/pdf", b"\xe9") == b"\xe9"


def test_what_is_asked_for(case: Any) -> None:
    wire = Wire(httpx2.Response(200, json={"title": "t"}))
    wire.client(case).notes.get_report()
    assert wire.last.headers["accept"] == (
        "application/json, text/csv;q=0.5, application/vnd.notes+json;q=0.5, application/pdf;q=0.5"
    )


def test_what_is_for_streams_alone(case: Any) -> None:
    for media_type in ("application/xml", "text/event-stream"):
        with pytest.raises(case.package.ReplyContentTypeError, match="stream"):
            ask(case, "get_report", media_type, b"data: 1\n\n")
    with pytest.raises(case.package.ReplyContentTypeError, match="text/html instead of"):
        ask(case, "get_report", "text/html", b"<p>")
    headers = {"content-type": "text/event-stream"}
    wire = Wire(httpx2.Response(200, headers=headers, content=b"data: 1\n\n"))
    operation = case.module("operations.notes").GET_REPORT
    with wire.client(case).stream(operation) as reply:
        assert [event.data for event in reply.events()] == ["1"]


def test_errors_are_read_by_their_content_type(case: Any) -> None:
    for media_type, content, expected in (
        ("application/json", b'{"message":"m"}', "GetReportBadRequest"),
        ("application/problem+json", b'{"title":"t"}', "GetReportBadRequestProblemJson"),
        ("text/html", b"<p>", "str"),
    ):
        with pytest.raises(case.package.BadRequestError) as caught:
            ask(case, "get_report", media_type, content, 400)
        assert type(caught.value.body).__name__ == expected


def test_plain_text_with_a_type(case: Any) -> None:
    state = case.models.GetStateReply.OPEN
    assert ask(case, "get_state", "application/json", b'"open"') is state
    assert ask(case, "get_state", "text/plain", b"open") is state
    assert ask(case, "get_state", "text/plain", b'"open"') is state
    assert ask(case, "get_state", "text/plain", b"new") == "new"
    for media_type in ("text/plain", "application/json", "text/json"):
        assert ask(case, "get_same", media_type, b'{"title":"t"}').title == "t"
