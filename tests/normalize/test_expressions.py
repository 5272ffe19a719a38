"""Misspelled addresses of callbacks: told when the package is made, not when nothing arrives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.documents import openapi, result_of

ANSWER: dict[str, Any] = {"200": {"description": "Taken."}}


def diagnostics(folder: Path, address: str, schema: dict[str, Any]) -> list[tuple[str, str]]:
    item = {"post": {"responses": ANSWER}}
    call = {
        "operationId": "order",
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": ANSWER,
        "callbacks": {"paid": {address: item}},
    }
    document = openapi(paths={"/orders": {"post": call}}, components={"schemas": {"Order": schema}})
    return [(one.message, one.hint) for one in result_of(document, folder).diagnostics]


ORDER = {"type": "object", "properties": {"callbackUrl": {"type": "string"}, "id": {}}}


@pytest.mark.parametrize(
    ("address", "message", "hint"),
    [
        (
            "{$request.body#/callbackURL}/paid",
            "$request.body#/callbackURL: the body has no property 'callbackURL'",
            "did you mean 'callbackUrl'?",
        ),
        (
            "{request.body.callbackUrl}",
            "{request.body.callbackUrl} is no runtime expression",
            "did you mean '{$request.body#/callbackUrl}'?",
        ),
        (
            "{request.body#/callbackUrl}",
            "{request.body#/callbackUrl} is no runtime expression",
            "did you mean '{$request.body#/callbackUrl}'?",
        ),
        (
            "$request.body#callbackUrl",
            "{$request.body#callbackUrl} is no runtime expression",
            "did you mean '{$request.body#/callbackUrl}'?",
        ),
    ],
)
def test_what_is_misspelled(tmp_path: Path, address: str, message: str, hint: str) -> None:
    assert diagnostics(tmp_path, address, ORDER) == [(message, hint)]


@pytest.mark.parametrize(
    "address",
    [
        "{$request.body#/callbackUrl}/orders/{$request.body#/id}?at={$response.body#/at}",
        "{$request.body#/answer/url}",  # not close to anything: the document may leave it out
        "{$request.query.url}/{orderId}",
        "$request.header.X-Notify-Url",
        "{$request.body}",
        "{$url}/paid",
        "https://example.com/paid",
    ],
)
def test_what_is_not(tmp_path: Path, address: str) -> None:
    assert diagnostics(tmp_path, address, ORDER) == []


def test_a_body_that_may_have_other_properties(tmp_path: Path) -> None:
    schema = {"oneOf": [ORDER, {"type": "object"}]}
    assert diagnostics(tmp_path, "{$request.body#/callbackURL}", schema) == []
