"""The calls of the Socotra API reference: lists of both shapes, add-remove changes, header maps."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hooksmith_providers.socotra import (
    AsyncSocotraClient,
    AuthenticationError,
    ConfigurationError,
    NotFoundError,
    SocotraClient,
)
from hooksmith_providers.socotra.models import (
    CreateEndpointRequest,
    FailureHandlingCreateRequest,
    FailureHandlingUpdateRequest,
    RetryStrategyCreateRequest,
    UpdateEndpointRequest,
    WebhookListResponse,
    WebhookResponse,
)

from .clients import SOCOTRA_TOKEN, TENANT, Clients
from .server import Space

UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def create(clients: Clients, client: Any, name: str, **facts: Any) -> WebhookResponse:
    made: WebhookResponse = clients.run(
        client.webhooks.create_webhook(
            tenant_locator=TENANT,
            name=name,
            endpoint=CreateEndpointRequest(url="https://example.com"),
            **facts,
        )
    )
    return made


def test_the_calls_of_the_reference(space: Space) -> None:
    with SocotraClient(token=SOCOTRA_TOKEN, base_url=space.socotra) as client:
        made = client.webhooks.create_webhook(
            tenant_locator=TENANT,
            name="policies",
            endpoint=CreateEndpointRequest(url="https://example.com"),
            event_types=["policy.quote.create"],
        )
        one = {"tenant_locator": TENANT, "webhook_locator": made.locator}
        assert client.webhooks.retrieve_webhook(**one) == made
        assert list(client.webhooks.list_webhooks(tenant_locator=TENANT)) == [made]
        changed = client.webhooks.update_webhook(**one, name="quotes", enabled=False)
        assert (changed.name, changed.enabled) == ("quotes", False)
        client.webhooks.unsuspend_webhook(**one)
        client.webhooks.delete_webhook(**one)
    assert space.stored("socotra") == []


def test_their_asynchronous_twins(space: Space) -> None:
    async def calls() -> None:
        async with AsyncSocotraClient(token=SOCOTRA_TOKEN, base_url=space.socotra) as client:
            made = await client.webhooks.create_webhook(
                tenant_locator=TENANT,
                name="policies",
                endpoint=CreateEndpointRequest(url="https://example.com"),
            )
            one = {"tenant_locator": TENANT, "webhook_locator": made.locator}
            assert await client.webhooks.retrieve_webhook(**one) == made
            assert [it async for it in client.webhooks.list_webhooks(tenant_locator=TENANT)] == [
                made
            ]
            await client.webhooks.update_webhook(**one, enabled=False)
            await client.webhooks.unsuspend_webhook(**one)
            await client.webhooks.delete_webhook(**one)

    asyncio.run(calls())
    assert space.stored("socotra") == []


def test_a_base_url_is_needed() -> None:
    with pytest.raises(ConfigurationError, match="SOCOTRA_BASE_URL"):
        SocotraClient(token="token")


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("number", [0, 4, 6])
def test_lists_of_both_shapes_are_walked(
    clients: Clients, space: Space, number: int, bare: bool
) -> None:
    client = clients.socotra()
    for at in range(number):
        create(clients, client, f"webhook {at}")
    space.set(bare_list=bare)
    found = clients.items(client.webhooks.list_webhooks(tenant_locator=TENANT, count=2))
    assert [it.name for it in found] == [f"webhook {at}" for at in range(number)]
    page = clients.run(client.webhooks.list_webhooks(tenant_locator=TENANT))
    assert isinstance(page.reply, list if bare else WebhookListResponse)


def test_the_seven_parameters_of_a_list(clients: Clients, space: Space) -> None:
    client = clients.socotra()
    create(clients, client, "a&b=c", event_types=["policy.quote.create", "x"])
    create(clients, client, "other", event_types=["x"], enabled=False)
    space.forget()
    found = clients.run(
        client.webhooks.list_webhooks(
            tenant_locator=TENANT,
            offset=0,
            count=10,
            name="a&b=c",
            enabled=True,
            suspended=False,
            active=True,
            event_types=["policy.quote.create", "y"],
            extended=False,
        )
    )
    assert [it.name for it in found.items] == ["a&b=c"]
    assert isinstance(found.reply, list)
    assert space.requests()[0].query == (
        "offset=0&count=10&name=a%26b%3Dc&enabled=true&suspended=false&active=true"
        "&eventTypes=policy.quote.create&eventTypes=y&extended=false"
    )


def test_a_change_removes_and_then_adds(clients: Clients, space: Space) -> None:
    client = clients.socotra()
    made = create(clients, client, "policies", event_types=["a", "b", "c"])
    changed = clients.run(
        client.webhooks.update_webhook(
            tenant_locator=TENANT,
            webhook_locator=made.locator,
            remove_event_types=["a", "b"],
            add_event_types=["b", "d"],
        )
    )
    assert set(changed.event_types) == {"b", "c", "d"}
    assert json.loads(space.requests()[-1].body) == {
        "removeEventTypes": ["a", "b"],
        "addEventTypes": ["b", "d"],
    }


def test_header_maps(clients: Clients, space: Space) -> None:
    """Each name has several values, and names are kept as they are written."""
    client = clients.socotra()
    endpoint = CreateEndpointRequest(
        url="https://example.com", headers={"X-Api-Key": ["one", "two"], "x_under": []}
    )
    made = clients.run(
        client.webhooks.create_webhook(tenant_locator=TENANT, name="w", endpoint=endpoint)
    )
    assert made.endpoint.headers == {"X-Api-Key": ["one", "two"], "x_under": []}
    changed = clients.run(
        client.webhooks.update_webhook(
            tenant_locator=TENANT,
            webhook_locator=made.locator,
            endpoint=UpdateEndpointRequest(
                remove_headers=["x_under"], add_headers={"Authorization": ["Basic x"]}
            ),
        )
    )
    assert changed.endpoint.headers == {"X-Api-Key": ["one", "two"], "Authorization": ["Basic x"]}
    assert "Basic x" in space.requests()[-1].body.decode()


def test_failure_handling(clients: Clients) -> None:
    client = clients.socotra()
    handling = FailureHandlingCreateRequest(
        triggers=["4xx", "timeout"],
        retry_strategy=RetryStrategyCreateRequest(type="exponential"),
        suspend=True,
    )
    made = create(clients, client, "w", failure_handling=handling)
    assert made.failure_handling.retry_strategy.type == "exponential"
    one = {"tenant_locator": TENANT, "webhook_locator": made.locator}
    changed = clients.run(
        client.webhooks.update_webhook(
            **one,
            failure_handling=FailureHandlingUpdateRequest(
                remove_retry_strategy=True, add_triggers=["503"], remove_triggers=["4xx"]
            ),
        )
    )
    assert changed.failure_handling.retry_strategy is None
    assert changed.failure_handling.triggers == ["timeout", "503"]
    gone = clients.run(client.webhooks.update_webhook(**one, remove_failure_handling=True))
    assert gone.failure_handling is None


def test_refusals_whose_body_is_not_established(clients: Clients) -> None:
    with pytest.raises(NotFoundError) as missing:
        clients.run(
            clients.socotra().webhooks.retrieve_webhook(
                tenant_locator=TENANT, webhook_locator=UNKNOWN
            )
        )
    assert missing.value.body == "no such webhook"
    with pytest.raises(AuthenticationError):
        clients.run(clients.socotra(token="x").webhooks.list_webhooks(tenant_locator=TENANT))


def test_permissions_are_readable_from_code() -> None:
    from hooksmith_providers.socotra.operations import webhooks

    assert webhooks.LIST_WEBHOOKS.permissions is not None
    assert webhooks.LIST_WEBHOOKS.permissions.group == "webhooks"
    assert webhooks.LIST_WEBHOOKS.permissions.permissions == ("read", "list")
