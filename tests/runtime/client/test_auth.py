"""Credentials: where they come from, where they go, one refresh in flight, none ever shown."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import threading
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hooksmith_runtime_under_test.client.async_client import AsyncClient
from hooksmith_runtime_under_test.client.authenticators import AsyncAuthenticator
from hooksmith_runtime_under_test.client.credentials import Credentials
from hooksmith_runtime_under_test.client.errors import (
    AuthenticationError,
    ConfigurationError,
    ReplyValidationError,
)
from hooksmith_runtime_under_test.client.oauth_tokens import TokenCache
from hooksmith_runtime_under_test.client.operation import (
    ApiInfo,
    ApiKey,
    HttpBasic,
    HttpBearer,
    MutualTls,
    OAuth2ClientCredentials,
    Operation,
    Reply,
)
from hooksmith_runtime_under_test.client.options import RequestOptions
from hooksmith_runtime_under_test.client.retries import is_retryable
from hooksmith_runtime_under_test.client.sync_client import SyncClient

ECHO: Operation[Any] = Operation(
    id="echo", method="GET", path="/echo/x", replies={"200": Reply(Any)}
)
PUBLIC: Operation[Any] = Operation(
    id="public", method="GET", path="/echo/x", replies={"200": Reply(Any)}, security=()
)
PROTECTED: Operation[Any] = Operation(
    id="protected", method="GET", path="/protected", replies={"200": Reply(Any)}
)
BEARER = ApiInfo(
    name="acme", title="Acme", schemes={"api_key": HttpBearer()}, security=(("api_key",),)
)
SECRET = "sk_s3cret-value"


def oauth(request: Any = "json", **changes: Any) -> ApiInfo:
    scheme = OAuth2ClientCredentials(
        token_url="/token", request=request, parameters=("audience",), **changes
    )
    return ApiInfo(name="acme", schemes={"oauth2": scheme}, security=(("oauth2",),))


CLIENT = {"oauth2": {"client_id": "id", "client_secret": SECRET, "audience": "aud"}}


@pytest.fixture(autouse=True)
def fresh(server: Any) -> None:
    server.state.reset()


def headers(seen: dict[str, Any]) -> dict[str, str]:
    return dict(seen["headers"])


def test_bearer(drive: Callable[..., Any]) -> None:
    driver = drive(BEARER, credentials={"api_key": SECRET})
    assert headers(driver.call(ECHO))["authorization"] == f"Bearer {SECRET}"
    assert "authorization" not in headers(driver.call(PUBLIC))


def test_basic(drive: Callable[..., Any]) -> None:
    api = ApiInfo(name="acme", schemes={"basic": HttpBasic()}, security=(("basic",),))
    seen = drive(api, credentials={"basic": {"username": "me", "password": "p:ä"}}).call(ECHO)
    kind, _, value = headers(seen)["authorization"].partition(" ")
    assert (kind, base64.b64decode(value).decode()) == ("Basic", "me:p:ä")
    with pytest.raises(ConfigurationError, match="no colon"):
        drive(api, credentials={"basic": {"username": "m:e", "password": "p"}}).call(ECHO)


def test_api_keys_in_every_place_and_several_at_once(drive: Callable[..., Any]) -> None:
    schemes = {
        "h": ApiKey("X-Key"),
        "q": ApiKey("key", "query"),
        "c": ApiKey("session", "cookie"),
        "tls": MutualTls(),
    }
    api = ApiInfo(name="acme", schemes=schemes, security=(("h", "q", "c", "tls"),))
    seen = drive(api, credentials={"h": "1", "q": "a&b=c", "c": "x;y"}).call(ECHO)
    assert headers(seen)["x-key"] == "1"
    assert parse_qsl(seen["query"]) == [("key", "a&b=c")]
    assert headers(seen)["cookie"] == "session=x%3By"


def test_the_first_alternative_that_is_given(drive: Callable[..., Any]) -> None:
    schemes = {"a": ApiKey("X-A"), "b": ApiKey("X-B"), "c": ApiKey("X-C")}
    api = ApiInfo(name="acme", schemes=schemes, security=(("a", "b"), ("c",)))
    seen = headers(drive(api, credentials={"a": "1", "c": "3"}).call(ECHO))
    assert "x-a" not in seen
    assert seen["x-c"] == "3"
    anonymous = ApiInfo(name="acme", schemes=schemes, security=(("a",), ()))
    assert "x-a" not in headers(drive(anonymous).call(ECHO))
    optional = ApiInfo(name="acme", schemes=schemes, security=((), ("a",)))
    assert "x-a" not in headers(drive(optional).call(ECHO))
    assert headers(drive(optional, credentials={"a": "1"}).call(ECHO))["x-a"] == "1"


def test_a_missing_credential_names_argument_and_variable(drive: Callable[..., Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"Acme needs api_key: .*ACME_API_KEY"):
        drive(BEARER).call(ECHO)
    with pytest.raises(ConfigurationError, match="client_secret and audience"):
        drive(oauth(), credentials={"oauth2": {"client_id": "x", "audience": None}}).call(ECHO)
    assert drive(BEARER).call(PUBLIC)["rest"] == "x"


def test_the_environment_stands_in(
    drive: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "from-env")
    assert headers(drive(BEARER).call(ECHO))["authorization"] == "Bearer from-env"
    driver = drive(BEARER, credentials={"api_key": "given"})
    assert headers(driver.call(ECHO))["authorization"] == "Bearer given"
    monkeypatch.setenv("ACME_API_KEY", "")
    with pytest.raises(ConfigurationError):
        drive(BEARER).call(ECHO)


def test_the_users_own_authorization_header_wins(drive: Callable[..., Any]) -> None:
    options = RequestOptions(headers={"Authorization": "Custom x"})
    assert headers(drive(BEARER).call(ECHO, options=options))["authorization"] == "Custom x"


def test_a_credential_may_be_a_callable(drive: Callable[..., Any]) -> None:
    keys = iter(["one", "two"])
    driver = drive(BEARER, credentials={"api_key": lambda: next(keys)})
    assert headers(driver.call(ECHO))["authorization"] == "Bearer one"
    assert headers(driver.call(ECHO))["authorization"] == "Bearer two"


def test_a_callable_may_be_async_for_the_async_client(drive: Callable[..., Any], kind: str) -> None:
    async def key() -> str:
        return "async-key"

    driver = drive(BEARER, credentials={"api_key": key})
    if kind == "async":
        assert headers(driver.call(ECHO))["authorization"] == "Bearer async-key"


@pytest.mark.parametrize("value", [f"{SECRET}\n", f"{SECRET}\r\nx: y", "", f" {SECRET}", 7])
@pytest.mark.parametrize("late", [False, True])
def test_credentials_that_no_header_can_carry(
    drive: Callable[..., Any], value: Any, late: bool
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        drive(BEARER, credentials={"api_key": (lambda: value) if late else value}).call(ECHO)
    assert "api_key" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("request_kind", ["json", "form"])
def test_client_credentials(drive: Callable[..., Any], server: Any, request_kind: str) -> None:
    api = oauth(request_kind, scopes=("a", "b"))
    driver = drive(api, credentials=CLIENT)
    assert driver.call(PROTECTED) == {"ok": True}
    assert driver.call(PROTECTED) == {"ok": True}
    [(media_type, body)] = server.state.token_requests
    fields = json.loads(body) if request_kind == "json" else dict(parse_qsl(body.decode()))
    assert media_type.startswith(
        "application/json" if request_kind == "json" else "application/x-www-form"
    )
    assert fields == {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": SECRET,
        "audience": "aud",
        "scope": "a b",
    }


def test_the_token_url_may_be_the_users(drive: Callable[..., Any], server: Any) -> None:
    scheme = OAuth2ClientCredentials(token_url="http://127.0.0.1:1/token")
    api = ApiInfo(name="acme", schemes={"oauth2": scheme}, security=(("oauth2",),))
    given = {"client_id": "i", "client_secret": "s", "token_url": f"{server.url}/token"}
    assert drive(api, credentials={"oauth2": given}).call(PROTECTED) == {"ok": True}


def test_the_user_may_bring_the_token(drive: Callable[..., Any], server: Any) -> None:
    server.state.token = "brought"
    assert drive(oauth(), credentials={"oauth2": "brought"}).call(PROTECTED) == {"ok": True}
    assert server.state.token_requests == []


def test_a_refused_token_is_replaced_once(drive: Callable[..., Any], server: Any) -> None:
    driver = drive(oauth(), credentials=CLIENT, max_retries=0)
    driver.call(PROTECTED)
    server.state.token = "revoked"
    assert driver.call(PROTECTED) == {"ok": True}
    assert len(server.state.token_requests) == 2
    assert server.state.counts["protected"] == 3


def test_a_token_that_stays_refused_is_an_error(drive: Callable[..., Any], server: Any) -> None:
    operation: Operation[Any] = Operation(id="o", method="GET", path="/status/401")
    with pytest.raises(AuthenticationError):
        drive(oauth(), credentials=CLIENT).call(operation)
    assert len(server.state.token_requests) == 2


def test_a_static_key_is_not_sent_twice(drive: Callable[..., Any], server: Any) -> None:
    with pytest.raises(AuthenticationError) as caught:
        drive(BEARER, credentials={"api_key": SECRET}).call(PROTECTED)
    assert server.state.counts["protected"] == 1
    assert SECRET not in str(caught.value)
    assert "bad Bearer ***" in str(caught.value)


def test_refused_client_credentials(drive: Callable[..., Any]) -> None:
    given = {"oauth2": {"client_id": "id", "client_secret": "wrong-secret", "audience": "a"}}
    with pytest.raises(AuthenticationError, match=r"token request.*no such \*\*\*") as caught:
        drive(oauth(), credentials=given).call(PROTECTED)
    shown = "".join(traceback.format_exception(caught.value))
    assert "wrong-secret" not in shown.replace('"wrong-secret"', "")


def test_a_token_reply_without_a_token(drive: Callable[..., Any]) -> None:
    scheme = OAuth2ClientCredentials(token_url="/echo/token")
    api = ApiInfo(name="acme", schemes={"oauth2": scheme}, security=(("oauth2",),))
    given = {"oauth2": {"client_id": "id", "client_secret": SECRET}}
    with pytest.raises(ReplyValidationError, match="/access_token: Field required") as caught:
        drive(api, credentials=given).call(PROTECTED)
    assert SECRET not in str(caught.value)


def test_one_refresh_in_flight_under_threads(server: Any) -> None:
    with SyncClient(oauth(), credentials=CLIENT, base_url=server.url) as client:
        replies: list[Any] = []
        threads = [
            threading.Thread(target=lambda: replies.append(client.call(PROTECTED)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert replies == [{"ok": True}] * 8
        assert len(server.state.token_requests) == 1
        server.state.token = "revoked"
        replies.clear()
        threads = [
            threading.Thread(target=lambda: replies.append(client.call(PROTECTED)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert replies == [{"ok": True}] * 8
        assert len(server.state.token_requests) == 2


def test_one_refresh_in_flight_under_tasks(server: Any) -> None:
    async def calls() -> list[Any]:
        async with AsyncClient(oauth(), credentials=CLIENT, base_url=server.url) as client:
            first = await asyncio.gather(*(client.call(PROTECTED) for _ in range(8)))
            server.state.token = "revoked"
            return first + await asyncio.gather(*(client.call(PROTECTED) for _ in range(8)))

    assert asyncio.run(calls()) == [{"ok": True}] * 16
    assert len(server.state.token_requests) == 2


def test_a_cancelled_refresh_leaves_the_next_task_to_it(server: Any) -> None:
    async def calls() -> Any:
        async with AsyncClient(oauth(), credentials=CLIENT, base_url=server.url) as client:
            first = asyncio.create_task(client.call(PROTECTED))
            second = asyncio.create_task(client.call(PROTECTED))
            await asyncio.sleep(0.02)
            first.cancel()
            return await second

    assert asyncio.run(calls()) == {"ok": True}


def test_one_token_serves_two_loops(server: Any) -> None:
    api = oauth()
    credentials = Credentials(api, CLIENT)

    async def several() -> list[Any]:
        async with AsyncClient(api, base_url=server.url) as client:
            client._credentials = credentials
            client._authenticator = authenticator
            return await asyncio.gather(*(client.call(PROTECTED) for _ in range(3)))

    authenticator = AsyncAuthenticator(api, credentials)
    assert asyncio.run(several()) == [{"ok": True}] * 3
    server.state.token = "revoked"
    assert asyncio.run(several()) == [{"ok": True}] * 3
    assert len(server.state.token_requests) == 2


@pytest.mark.parametrize(
    ("lifetime", "fresh_at", "stale_at"),
    [(3600, 3539, 3541), (100, 89, 91), (0, None, 0), (None, 10**9, None)],
)
def test_tokens_are_replaced_before_their_end(
    monkeypatch: pytest.MonkeyPatch,
    lifetime: float | None,
    fresh_at: float | None,
    stale_at: float | None,
) -> None:
    now = [0.0]
    monkeypatch.setattr(
        "hooksmith_runtime_under_test.client.oauth_tokens.time.monotonic", lambda: now[0]
    )
    cache = TokenCache()
    cache.put("t", lifetime)
    if fresh_at is not None:
        now[0] = fresh_at
        assert cache.get() == "t"
    if stale_at is not None:
        now[0] = stale_at
        assert cache.get() is None


def test_a_newer_token_is_not_dropped() -> None:
    cache = TokenCache()
    cache.put("new", None)
    cache.drop("old")
    assert cache.get() == "new"
    assert "new" not in repr(cache)


def test_secrets_are_in_no_repr_and_no_log(
    drive: Callable[..., Any], caplog: pytest.LogCaptureFixture, server: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    schemes = {
        "api_key": HttpBearer(),
        "q": ApiKey("key", "query"),
        "h": ApiKey("X-Key"),
        **oauth().schemes,
    }
    api = ApiInfo(name="acme", schemes=schemes, security=(("api_key", "q", "h"),))
    given = {"api_key": SECRET, "q": SECRET, "h": SECRET, **CLIENT}
    driver = drive(api, credentials=given, headers={"x-extra": SECRET})
    driver.call(ECHO)
    driver.call(
        Operation(
            id="t",
            method="GET",
            path="/protected",
            security=(("oauth2",),),
            replies={"200": Reply(Any)},
        )
    )
    client = driver.client
    shown = [
        repr(client),
        repr(client._credentials),
        repr(client._config),
        repr(client._authenticator),
    ]
    shown += [
        repr(client._credentials.tokens),
        repr(client._credentials.place({"h": {"h": SECRET}})),
    ]
    assert server.state.token.startswith("token-")
    for text in [*shown, caplog.text, *(str(vars(record)) for record in caplog.records)]:
        assert SECRET not in text
        assert server.state.token not in text
    assert "key=***" in caplog.text or "key=%2A%2A%2A" in caplog.text


def test_retryable_statuses() -> None:
    assert [
        status
        for status in (200, 400, 401, 408, 409, 425, 429, 500, 501, 503)
        if is_retryable(status)
    ] == [
        408,
        429,
        500,
        501,
        503,
    ]
    assert is_retryable(409, frozenset({409}))
