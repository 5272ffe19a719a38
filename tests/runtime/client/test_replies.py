"""Replies: typed by status, read by media type; misfits say where and show nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hooksmith_runtime_under_test.client.errors import (
    APIConnectionError,
    APIStatusError,
    ConflictError,
    NotFoundError,
    ReplyContentTypeError,
    ReplyValidationError,
    ServerError,
)
from hooksmith_runtime_under_test.client.operation import Operation, Reply
from hooksmith_runtime_under_test.client.options import RequestOptions
from hooksmith_runtime_under_test.client.replies import describe, fits
from pydantic import BaseModel


class Numbers(BaseModel):
    values: list[int]


class Thing(BaseModel):
    id: int
    inner: Numbers | None = None


class Problem(BaseModel):
    code: str
    message: str


def get(name: str, reply: Reply) -> Operation[Any]:
    return Operation(id=name, method="GET", path=f"/reply/{name}", replies={"200": reply})


def refuse(**errors: Reply) -> Operation[Any]:
    table = {name.lstrip("_"): reply for name, reply in errors.items()}
    return Operation(
        id="refuse", method="GET", path="/status/404", replies={"200": Reply(Any)}, errors=table
    )


def test_descriptions_by_status_class_and_default() -> None:
    exact, wide, other = Reply(int), Reply(str), Reply(bytes)
    table = {"404": exact, "4XX": wide, "default": other}
    assert describe(table, 404) is exact
    assert describe(table, 409) is wide
    assert describe({"4xx": wide}, 409) is wide
    assert describe(table, 500) is other
    assert describe({"404": exact}, 500) is None


@pytest.mark.parametrize(
    ("described", "actual", "expected"),
    [
        ("application/json", "application/json; charset=utf-8", True),
        ("application/json", "application/problem+json", True),
        ("application/vnd.x+json; v=1", "application/json", True),
        ("application/json", "text/html", False),
        ("text/plain", "application/json", False),
        ("image/*", "image/png", True),
        ("image/*", "text/plain", False),
        ("*/*", "text/html", True),
        ("application/octet-stream", "image/png", True),
        ("Text/CSV", "text/csv", True),
    ],
)
def test_media_types(described: str, actual: str, expected: bool) -> None:
    assert fits(described, actual) is expected


@pytest.mark.parametrize(
    ("name", "reply", "expected"),
    [
        ("problem", Reply(Thing), Thing(id=7)),
        ("untyped", Reply(Thing), Thing(id=7)),
        ("problem", Reply(Any), {"id": 7}),
        ("text", Reply(str, "text/plain"), "héllo"),
        ("latin", Reply(str, "text/plain"), "héllo"),
        ("html", Reply(Any, "text/html"), "<html>s3cret-value</html>"),
        ("binary", Reply(bytes, "application/pdf"), bytes(range(256))),
        ("nothing", Reply(None), None),
        ("html", Reply(None), None),
        ("accepted", Reply(Thing), Thing(id=7)),
    ],
)
def test_replies_by_media_type(
    drive: Callable[..., Any], name: str, reply: Reply, expected: object
) -> None:
    assert drive().call(get(name, reply)) == expected


def test_a_misfit_says_where_and_shows_nothing(drive: Callable[..., Any]) -> None:
    with pytest.raises(ReplyValidationError) as caught:
        drive().call(get("misfit", Reply(Thing)))
    error = caught.value
    assert [detail.where for detail in error.details] == ["/inner/values/1"]
    assert "GET /reply/misfit" in str(error)
    assert "valid integer" in str(error)
    assert "s3cret" not in str(error) + repr(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert error.status == 200


@pytest.mark.parametrize("annotation", [Thing, Any])
def test_broken_json(drive: Callable[..., Any], annotation: Any) -> None:
    with pytest.raises(ReplyValidationError, match="Invalid JSON") as caught:
        drive().call(get("broken", Reply(annotation)))
    assert "s3cret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_an_empty_reply_where_one_is_described(drive: Callable[..., Any]) -> None:
    with pytest.raises(ReplyValidationError):
        drive().call(get("empty", Reply(Thing)))


@pytest.mark.parametrize("annotation", [Thing | None, Any, None])
def test_an_empty_reply_where_it_may_be_absent(drive: Callable[..., Any], annotation: Any) -> None:
    assert drive().call(get("empty", Reply(annotation))) is None


def test_a_status_without_content(drive: Callable[..., Any]) -> None:
    """204 has no content (RFC 9110), whatever the document describes."""
    operation: Operation[Any] = Operation(
        id="o", method="GET", path="/reply/nothing", replies={"204": Reply(Thing)}
    )
    assert drive().call(operation) is None
    assert drive().call(get("nothing", Reply(Thing))) is None


def test_a_reply_to_head_has_no_content(drive: Callable[..., Any]) -> None:
    operation: Operation[Any] = Operation(
        id="o", method="HEAD", path="/status/200", replies={"200": Reply(Thing)}
    )
    assert drive().call(operation) is None


@pytest.mark.parametrize("name", ["marked", "mislabeled"])
def test_json_with_a_byte_order_mark_or_as_plain_text(drive: Callable[..., Any], name: str) -> None:
    assert drive().call(get(name, Reply(Thing))).id == 7


def test_the_wrong_content_type(drive: Callable[..., Any]) -> None:
    with pytest.raises(
        ReplyContentTypeError, match="text/html instead of application/json"
    ) as caught:
        drive().call(get("html", Reply(Thing)))
    assert "s3cret" not in str(caught.value)


def test_the_wrong_content_type_of_several(drive: Callable[..., Any]) -> None:
    reply = Reply(Thing, others=(Reply(str, media_type="text/csv"),))
    with pytest.raises(
        ReplyContentTypeError, match="text/html instead of application/json or text/csv"
    ):
        drive().call(get("html", reply))


@pytest.mark.parametrize(
    ("name", "replies", "expected"),
    [
        ("accepted", {"200": Reply(None), "201": Reply(Thing)}, 7),
        ("accepted", {"201": Reply(None), "203": Reply(Thing)}, None),
        ("created", {"200": Reply(Thing), "204": Reply(None)}, 7),
        ("created", {"203": Reply(Thing)}, 7),
        ("accepted", {"200": Reply(Thing), "201": Reply(list[int])}, 7),
        ("accepted", {"200": Reply(list[int]), "201": Reply(str, media_type="text/csv")}, None),
    ],
)
def test_a_status_that_is_not_described_is_read_as_the_nearest(
    drive: Callable[..., Any], name: str, replies: dict[str, Reply], expected: int | None
) -> None:
    operation: Operation[Any] = Operation(
        id="o", method="GET", path=f"/reply/{name}", replies=replies
    )
    value = drive().call(operation)
    assert (value and value.id) == expected


def test_broken_compression_is_an_error_of_ours(drive: Callable[..., Any]) -> None:
    with pytest.raises(APIConnectionError, match="DecodingError") as caught:
        drive().call(get("bad-gzip", Reply(Any)))
    assert caught.value.__cause__ is not None


def test_a_refusal_has_the_error_model(drive: Callable[..., Any]) -> None:
    with pytest.raises(NotFoundError) as caught:
        drive().call(refuse(_404=Reply(Problem)))
    error = caught.value
    assert error.body == Problem(code="some_code", message="the explanation")
    assert (error.status, error.request_id, error.retryable) == (404, "req_1", False)
    assert error.headers["x-request-id"] == "req_1"
    assert str(error) == "404 from GET /status/404: the explanation (request id req_1)"


def test_a_refusal_that_fits_no_model_keeps_its_json(drive: Callable[..., Any]) -> None:
    with pytest.raises(NotFoundError) as caught:
        drive().call(refuse(_404=Reply(Thing)))
    assert caught.value.body == {"code": "some_code", "message": "the explanation"}


@pytest.mark.parametrize(
    ("status", "error"),
    [(409, ConflictError), (418, APIStatusError), (503, ServerError), (304, APIStatusError)],
)
def test_refusals_by_status(
    drive: Callable[..., Any], status: int, error: type[APIStatusError]
) -> None:
    operation: Operation[Any] = Operation(
        id="o", method="GET", path=f"/status/{status}", replies={"200": Reply(Any)}
    )
    with pytest.raises(error) as caught:
        drive().call(operation, options=RequestOptions(max_retries=0))
    assert caught.value.status == status
    assert caught.value.retryable is (status == 503)


def test_a_described_status_is_a_reply_whatever_its_number(drive: Callable[..., Any]) -> None:
    operation: Operation[Any] = Operation(
        id="o", method="GET", path="/status/404", replies={"404": Reply(Problem)}
    )
    assert drive().call(operation).code == "some_code"


def test_the_raw_reply(drive: Callable[..., Any]) -> None:
    operation: Operation[Any] = Operation(
        id="o", method="GET", path="/echo/x", replies={"200": Reply(Any)}
    )
    seen: list[Any] = []
    raw = drive().call_raw(operation, options=RequestOptions(on_reply=seen.append))
    assert (raw.status, raw.request_id, raw.headers["content-type"]) == (
        200,
        "req_echo",
        "application/json",
    )
    assert raw.parse()["rest"] == "x"
    assert b'"rest"' in raw.content
    assert seen == [raw]
    assert "rest" not in repr(raw)
    assert "200" in repr(raw)


SEVERAL = Reply(
    Thing,
    others=(
        Reply(list[Thing], "application/problem+json"),
        Reply(str, "text/plain"),
        Reply(bytes, "application/*"),
        Reply(None, "text/html"),
    ),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accepted", Thing(id=7)),
        ("untyped", Thing(id=7)),
        ("text", "héllo"),
        ("binary", bytes(range(256))),
    ],
)
def test_several_media_types(drive: Callable[..., Any], name: str, expected: object) -> None:
    assert drive().call(get(name, SEVERAL)) == expected


def test_the_exact_media_type_comes_first(drive: Callable[..., Any]) -> None:
    with pytest.raises(ReplyValidationError):
        drive().call(get("problem", SEVERAL))
    with pytest.raises(ReplyContentTypeError, match="text/html is read by `stream` alone"):
        drive().call(get("html", SEVERAL))
