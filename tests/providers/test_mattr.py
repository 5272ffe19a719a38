"""The calls of the MATTR API reference: webhooks, their keys, and the token that they take."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hooksmith_providers.mattr import (
    AsyncMATTRClient,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    MATTRClient,
    NotFoundError,
    RequestOptions,
)
from hooksmith_providers.mattr.models import ErrorResponse, Webhook, WebhookEventType

from .clients import AUDIENCE, SECRET, Clients
from .server import Space

UNKNOWN = "41458e5a-9092-40b7-9a26-d4eb43c5792f"


def fill(clients: Clients, number: int) -> Any:
    client = clients.mattr()
    for at in range(number):
        clients.run(
            client.webhooks.create_webhook(
                events=["OpenIdCredentialIssued"], url=f"https://example.com/{at}"
            )
        )
    return client


def test_the_calls_of_the_reference(space: Space) -> None:
    with MATTRClient(
        client_id="client",
        client_secret=SECRET,
        audience=AUDIENCE,
        token_url=space.token_url,
        base_url=space.mattr,
    ) as client:
        made = client.webhooks.create_webhook(
            events=["OpenIdCredentialIssued"], url="https://example.com"
        )
        assert [it.id for it in client.webhooks.list_webhooks(limit=2)] == [made.id]
        assert client.webhooks.retrieve_webhook(id_=made.id) == made
        changed = client.webhooks.update_webhook(
            id_=made.id,
            events=[WebhookEventType.OPEN_ID_CREDENTIAL_ISSUED],
            url="https://example.com",
            disabled=True,
        )
        assert changed.disabled
        client.webhooks.delete_webhook(id_=made.id)
    assert isinstance(made, Webhook)
    assert [it.method for it in space.requests()[1:]] == ["POST", "GET", "GET", "PUT", "DELETE"]
    assert space.stored("mattr") == []


def test_their_asynchronous_twins(space: Space) -> None:
    async def calls() -> None:
        async with AsyncMATTRClient(
            client_id="client",
            client_secret=SECRET,
            audience=AUDIENCE,
            token_url=space.token_url,
            base_url=space.mattr,
        ) as client:
            made = await client.webhooks.create_webhook(
                events=["OpenIdCredentialIssued"], url="https://example.com"
            )
            assert [it.id async for it in client.webhooks.list_webhooks()] == [made.id]
            assert await client.webhooks.retrieve_webhook(id_=made.id) == made
            await client.webhooks.update_webhook(id_=made.id, events=[], url="https://example.org")
            await client.webhooks.delete_webhook(id_=made.id)

    asyncio.run(calls())
    assert [it.method for it in space.requests()[1:]] == ["POST", "GET", "GET", "PUT", "DELETE"]


def test_the_token_request(clients: Clients, space: Space) -> None:
    """JSON with an audience, as the reference has it; one token serves all calls."""
    fill(clients, 2)
    token, *calls = space.requests()
    assert (token.method, token.path) == ("POST", "/mattr/oauth/token")
    assert token.headers["content-type"] == "application/json"
    assert json.loads(token.body) == {
        "grant_type": "client_credentials",
        "client_id": "client",
        "client_secret": SECRET,
        "audience": AUDIENCE,
    }
    assert len({it.headers["authorization"] for it in calls}) == 1
    assert calls[0].headers["authorization"].startswith("Bearer mattr-token-1-")


def test_the_keys_are_public(clients: Clients, space: Space) -> None:
    keys = clients.run(clients.mattr().webhooks.retrieve_webhook_jwks())
    assert keys.keys[0].kid == "FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ"
    (request,) = space.requests()
    assert "authorization" not in request.headers


def test_the_keys_need_no_credentials(space: Space) -> None:
    with MATTRClient(base_url=space.mattr) as client:
        assert client.webhooks.retrieve_webhook_jwks().keys
        with pytest.raises(ConfigurationError, match="client_id") as missing:
            client.webhooks.list_webhooks()
    assert "MATTR_CLIENT_SECRET" in str(missing.value)


def test_a_tenant_has_a_host(clients: Clients) -> None:
    client = clients.mattr(base_url=None, tenant_name="acme", region="eu01")
    assert client.base_url == "https://acme.vii.eu01.mattr.global"
    with pytest.raises(ConfigurationError, match="region"):
        clients.mattr(base_url=None, tenant_name="acme")
    with pytest.raises(ConfigurationError, match="au01, ca01"):
        clients.mattr(base_url=None, tenant_name="acme", region="xx01")


@pytest.mark.parametrize("last_page_has_cursor", [False, True])
@pytest.mark.parametrize("number", [0, 3, 4])
def test_a_list_is_walked_page_by_page(
    clients: Clients, space: Space, number: int, last_page_has_cursor: bool
) -> None:
    """Whether the last page has a cursor is not established; past the end the page is empty."""
    client = fill(clients, number)
    space.set(last_page_has_cursor=last_page_has_cursor)
    found = clients.items(client.webhooks.list_webhooks(limit=2))
    assert [it.url for it in found] == [f"https://example.com/{at}" for at in range(number)]


def test_what_the_api_refuses(clients: Clients) -> None:
    client = clients.mattr()
    with pytest.raises(BadRequestError) as wrong:
        clients.run(client.webhooks.create_webhook(events=[], url="http://example.com"))
    assert isinstance(wrong.value.body, ErrorResponse)
    assert wrong.value.body.details[0].param == "url"
    with pytest.raises(NotFoundError) as missing:
        clients.run(client.webhooks.delete_webhook(id_=UNKNOWN))
    assert isinstance(missing.value.body, ErrorResponse)
    with pytest.raises(NotFoundError):
        clients.run(client.webhooks.retrieve_webhook(id_=UNKNOWN))


def test_a_refused_secret_is_an_authentication_error(clients: Clients, space: Space) -> None:
    client = clients.mattr(client_secret="not-the-secret")
    with pytest.raises(AuthenticationError) as refused:
        clients.run(client.webhooks.list_webhooks())
    assert refused.value.body["error"] == "access_denied"
    assert "not-the-secret" not in str(refused.value)
    assert len(space.requests()) == 1  # asked once, and the call itself was never sent


def test_a_token_of_ones_own(clients: Clients, space: Space) -> None:
    tokens = iter(["first", "second"])
    client = clients.mattr(access_token=lambda: next(tokens))
    with pytest.raises(AuthenticationError):
        clients.run(client.webhooks.list_webhooks(options=RequestOptions(max_retries=0)))
    assert [it.headers["authorization"] for it in space.requests()] == [
        "Bearer first",
        "Bearer second",  # a callable may know a newer one
    ]
