"""Bytes on the wire, seen by a real server: uploads, empty bodies, nested queries, keys and credentials."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hooksmith_runtime_under_test.client.operation import (
    ApiInfo,
    ApiKey,
    Body,
    Encoding,
    Operation,
    Parameter,
    Reply,
)
from hooksmith_runtime_under_test.client.options import RequestOptions
from hooksmith_runtime_under_test.errors import RequestError
from hooksmith_runtime_under_test.omit import OMIT

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100_000


def echo(**facts: Any) -> Operation[Any]:
    return Operation(
        id="o", method="POST", path="/echo/x", **{"replies": {"200": Reply(Any)}, **facts}
    )


def upload(**facts: Any) -> Operation[Any]:
    return echo(body=Body(Any, "multipart/form-data", required=True, **facts))


def parts(reply: Any) -> list[list[Any]]:
    """Name, content, file name and media type of each part."""
    return [list(part) for part in reply["parts"]]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    return path


# --- files -------------------------------------------------------------------------------------------------------


def test_a_path_is_opened_and_sent(drive: Callable[..., Any], picture: Path) -> None:
    (part,) = parts(drive().call(upload(), body={"file": picture}))
    assert part == ["file", PNG.decode("latin-1"), "cat.png", "image/png"]


def test_an_open_file_keeps_its_name(drive: Callable[..., Any], picture: Path) -> None:
    with picture.open("rb") as file:
        (part,) = parts(drive().call(upload(), body={"file": file}))
    assert part == ["file", PNG.decode("latin-1"), "cat.png", "image/png"]


def test_files_in_a_list(drive: Callable[..., Any], picture: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_bytes(b"note")
    with picture.open("rb") as file:
        found = parts(
            drive().call(
                upload(), body={"files": [note, file, ("a.bin", b"1"), b"2", (note.name, note)]}
            )
        )
    assert [(part[2], part[3]) for part in found] == [
        ("note.txt", "text/plain"),
        ("cat.png", "image/png"),
        ("a.bin", "application/octet-stream"),
        ("upload", "application/octet-stream"),
        ("note.txt", "text/plain"),
    ]


@pytest.mark.parametrize(
    ("allowed", "media_type"),
    [
        ("image/png, image/jpeg", "image/png"),
        ("image/jpeg, image/gif", "image/jpeg"),
        ("image/*", "image/png"),
        ("application/pdf", "application/pdf"),
        ("*/*", "image/png"),
    ],
)
def test_the_media_type_is_one_that_the_document_allows(
    drive: Callable[..., Any], picture: Path, allowed: str, media_type: str
) -> None:
    operation = upload(encoding={"file": Encoding(media_type=allowed)})
    (part,) = parts(drive().call(operation, body={"file": picture}))
    assert part[2:] == ["cat.png", media_type]


def test_a_file_without_a_name(drive: Callable[..., Any]) -> None:
    (part,) = parts(drive().call(upload(), body={"file": io.BytesIO(b"x")}))
    assert part[1:] == ["x", "upload", "application/octet-stream"]


def test_a_path_is_the_whole_body(drive: Callable[..., Any], picture: Path) -> None:
    operation = echo(body=Body(Any, "application/octet-stream", required=True))
    reply = drive().call(operation, body=picture)
    assert base64.b64decode(reply["body"]) == PNG
    assert ["content-length", str(len(PNG))] in reply["headers"]


def test_a_path_is_sent_again(drive: Callable[..., Any], server: Any, picture: Path) -> None:
    server.state.reset()
    operation: Operation[Any] = Operation(
        id="o",
        method="PUT",
        path="/flaky/path/503/1",
        body=Body(Any, "multipart/form-data", required=True),
        replies={"200": Reply(Any)},
    )
    assert drive(max_retries=1).call(operation, body={"file": picture})["count"] == 2


def test_a_path_that_leads_nowhere(drive: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"there is no file gone\.png"):
        drive().call(upload(), body={"file": tmp_path / "gone.png"})


# --- bodies and queries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [{}, {"note": OMIT}])
def test_a_required_multipart_body_without_parts(drive: Callable[..., Any], body: Any) -> None:
    reply = drive().call(upload(), body=body)
    headers = dict(reply["headers"])
    assert headers["content-type"].startswith("multipart/form-data; boundary=")
    boundary = headers["content-type"].partition("boundary=")[2]
    assert base64.b64decode(reply["body"]) == f"--{boundary}--\r\n".encode()
    assert reply["parts"] == []


def test_objects_in_a_list_of_a_deep_object(drive: Callable[..., Any]) -> None:
    operation = echo(query=(Parameter("who", style="deepObject"),))
    value = [{"name": "Ann", "tags": ["a", "b"]}, {"name": "Bo", "at": [{"x": 1}]}]
    assert drive().call(operation, query={"who": value})["query"] == (
        "who%5B0%5D%5Bname%5D=Ann&who%5B0%5D%5Btags%5D=a&who%5B0%5D%5Btags%5D=b"
        "&who%5B1%5D%5Bname%5D=Bo&who%5B1%5D%5Bat%5D%5B0%5D%5Bx%5D=1"
    )


# --- keys and credentials ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_argument", [True, False])
def test_an_idempotency_key_makes_a_post_repeatable(
    drive: Callable[..., Any], server: Any, by_argument: bool
) -> None:
    server.state.reset()
    operation: Operation[Any] = Operation(
        id="o",
        method="POST",
        path="/flaky/key/503/1",
        header=(Parameter("idempotency-key"),),
        replies={"200": Reply(Any)},
    )
    given: dict[str, Any] = (
        {"header": {"idempotency-key": "k1"}}
        if by_argument
        else {"options": RequestOptions(idempotency_key="k1")}
    )
    api = ApiInfo(name="test", idempotency_header="Idempotency-Key")
    assert drive(api, max_retries=1).call(operation, **given)["count"] == 2
    assert server.state.keys == ["k1", "k1"]


@pytest.mark.parametrize("location", ["query", "header", "cookie"])
def test_a_credential_is_sent_once(drive: Callable[..., Any], location: Any) -> None:
    api = ApiInfo(name="test", schemes={"k": ApiKey("key", location)}, security=(("k",),))
    client = drive(api, credentials={"k": "from-the-client"})
    declared = echo(**{location: (Parameter("key"),)})

    def keys(reply: Any) -> list[str]:
        if location == "query":
            return [pair.partition("=")[2] for pair in reply["query"].split("&")]
        if location == "header":
            return [value for name, value in reply["headers"] if name == "key"]
        cookies = [value for name, value in reply["headers"] if name == "cookie"]
        return [pair.partition("=")[2] for pair in cookies[0].split("; ")]

    assert keys(client.call(declared)) == ["from-the-client"]
    assert keys(client.call(declared, **{location: {"key": "from-the-call"}})) == ["from-the-call"]


def test_options_win_over_a_credential(drive: Callable[..., Any]) -> None:
    api = ApiInfo(name="test", schemes={"k": ApiKey("key", "query")}, security=(("k",),))
    client = drive(api, credentials={"k": "from-the-client"})
    options = RequestOptions(query={"key": "from-the-call"})
    assert client.call(echo(), options=options)["query"] == "key=from-the-call"
