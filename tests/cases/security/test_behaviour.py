"""Credentials of every scheme, where the document says they go."""

from __future__ import annotations

import base64
import inspect
from typing import Any

import pytest

from support.wire import Wire, reply

SECRETS: dict[str, Any] = {
    "token": "tok", "username": "ada", "password": "pw", "header_key": "hk", "query_key": "qk", "cookie_key": "ck",
    "client_id": "ci", "client_secret": "cs",
}  # fmt: skip


def ask(case: Any, call: str, **credentials: Any) -> Any:
    wire = Wire(
        reply({"access_token": "at", "token_type": "bearer"})
        if call == "oauth"
        else reply(None, 200)
    )
    if call == "oauth":
        wire._replies.append(reply(None))
    getattr(wire.client(case, **credentials).calls, call)()
    return wire


BASIC = "Basic " + base64.b64encode(b"ada:pw").decode()


@pytest.mark.parametrize(
    ("call", "header", "value"),
    [
        ("default_security", "authorization", "Bearer tok"),
        ("public", "authorization", None),
        ("basic", "authorization", BASIC),
        ("in_header", "x-api-key", "hk"),
        ("in_cookie", "cookie", "sid=ck"),
    ],
)
def test_one_scheme(case: Any, call: str, header: str, value: str | None) -> None:
    assert ask(case, call, **SECRETS).last.headers.get(header) == value


def test_in_the_query(case: Any) -> None:
    assert str(ask(case, "in_query", **SECRETS).last.url) == "https://api.example.com/query?key=qk"


def test_alternatives(case: Any) -> None:
    """The first that the caller has credentials for."""
    assert ask(case, "either", header_key="hk").last.headers["x-api-key"] == "hk"
    assert ask(case, "either", username="ada", password="pw").last.headers["authorization"] == BASIC
    assert "x-api-key" not in ask(case, "optional").last.headers
    assert ask(case, "optional", header_key="hk").last.headers["x-api-key"] == "hk"


def test_both(case: Any) -> None:
    request = ask(case, "both", header_key="hk", query_key="qk").last
    assert request.headers["x-api-key"] == "hk"
    assert request.url.params["key"] == "qk"


def test_client_credentials(case: Any) -> None:
    wire = ask(case, "oauth", client_id="ci", client_secret="cs")
    token, call = wire.requests
    assert str(token.url) == "https://auth.example.com/token"
    assert b"grant_type=client_credentials" in token.content
    assert call.headers["authorization"] == "Bearer at"


def test_nothing_is_sent_without_credentials(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    with pytest.raises(case.package.ConfigurationError):
        wire.client(case).calls.default_security()
    assert wire.requests == []


def test_secrets_are_not_shown(case: Any) -> None:
    client = Wire().client(case, **SECRETS)
    for secret in ("tok", "hk", "qk", "ck"):
        assert f"'{secret}'" not in repr(client)
    assert not any(secret in repr(vars(client)) for secret in ("'tok'", "'hk'", "'pw'", "'cs'"))


def test_constructor(case: Any) -> None:
    arguments = inspect.signature(case.package.SecurityClient).parameters
    assert {"token", "username", "password", "header_key", "client_id", "client_secret"} <= set(
        arguments
    )
    assert all(each.kind is inspect.Parameter.KEYWORD_ONLY for each in arguments.values())
