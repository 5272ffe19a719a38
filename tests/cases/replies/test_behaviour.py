"""Replies of every status and media type."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from support.wire import Wire, reply


def ask(case: Any, call: str, response: httpx2.Response) -> Any:
    return getattr(Wire(response).client(case).replies, call)(which="w")


def test_several_successes(case: Any) -> None:
    assert ask(case, "several", reply({"title": "t"})).title == "t"
    assert ask(case, "several", reply({"receipt": "r"}, 202)).receipt == "r"
    assert ask(case, "several", httpx2.Response(204)) is None


def test_errors_are_typed(case: Any) -> None:
    with pytest.raises(case.package.NotFoundError) as caught:
        ask(case, "several", reply({"code": "gone"}, 404))
    assert type(caught.value.body) is case.models.Problem
    assert caught.value.body.code == "gone"
    with pytest.raises(case.package.ConflictError) as conflict:
        ask(case, "several", reply({"code": "busy"}, 409))
    assert conflict.value.body.code == "busy"
    headers = {"content-type": "application/problem+json"}
    problem = httpx2.Response(503, headers=headers, content=b'{"code":"down"}')
    with pytest.raises(case.package.ServerError) as server:
        ask(case, "several", problem)
    assert server.value.body.code == "down"


def test_default_and_ranges(case: Any) -> None:
    assert ask(case, "only_default", reply({"title": "d"})).title == "d"
    assert ask(case, "range_", reply({"title": "r"}, 201)).title == "r"


def test_nothing(case: Any) -> None:
    assert ask(case, "nothing", httpx2.Response(204)) is None
    assert ask(case, "no_responses", httpx2.Response(200)) is None


def test_other_than_models(case: Any) -> None:
    binary = httpx2.Response(
        200, headers={"content-type": "application/octet-stream"}, content=b"\x00\xff"
    )
    assert ask(case, "binary", binary) == b"\x00\xff"
    text = httpx2.Response(
        200, headers={"content-type": "text/plain; charset=utf-8"}, content="ü".encode()
    )
    assert ask(case, "plain_text", text) == "ü"
    assert [note.title for note in ask(case, "list_of_models", reply([{"title": "a"}]))] == ["a"]
    assert ask(case, "untyped", reply({"a": [1]})) == {"a": [1]}


def test_a_reply_that_breaks_its_model(case: Any) -> None:
    with pytest.raises(case.package.ReplyValidationError):
        ask(case, "only_default", reply({"headline": "t"}))


def test_its_twin(case: Any) -> None:
    client = Wire(reply({"title": "t"})).async_client(case)
    assert asyncio.run(client.replies.several(which="w")).title == "t"
    failing = Wire(reply({"code": "gone"}, 404)).async_client(case)
    with pytest.raises(case.package.NotFoundError):
        asyncio.run(failing.replies.several(which="w"))
