"""Calls of the clients of several providers, and the types of what they return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_type

import httpx2

from hooksmith_providers.mattr import AsyncMATTRClient, MATTRClient
from hooksmith_providers.mattr.models import JwkSet, Webhook
from hooksmith_providers.socotra import SocotraClient
from hooksmith_providers.socotra.models import (
    CreateEndpointRequest,
    UpdateEndpointRequest,
    WebhookListResponse,
    WebhookResponse,
)
from hooksmith_providers.workos import (
    OMIT,
    APIError,
    APIStatusError,
    AsyncPage,
    AsyncPager,
    AsyncWorkOSClient,
    Hooks,
    NotFoundError,
    Omit,
    Page,
    RawReply,
    ReplyEvent,
    RequestEvent,
    RequestOptions,
    WorkOSClient,
)
from hooksmith_providers.workos.models import (
    CreateWebhookEndpoint,
    PaginationOrder,
    WebhookEndpoint,
    WebhookEndpointList,
    WebhookEndpointStatus,
    WebhookEventType,
)
from hooksmith_providers.workos.operations import webhooks as operations


def key() -> str:
    return "sk_example_123456789"


async def key_later() -> str:
    return "sk_example_123456789"


def on_request(event: RequestEvent) -> None:
    event.headers["traceparent"] = event.route


def on_reply(event: ReplyEvent) -> None:
    assert_type(event.status, int | None)


def workos(status: WebhookEndpointStatus | Omit = OMIT) -> None:
    hooks = Hooks(on_request=on_request, on_reply=on_reply)
    with WorkOSClient(api_key=key, http_client=httpx2.Client(), hooks=hooks) as client:
        page = client.webhooks.list_webhook_endpoints(order=PaginationOrder.ASC, limit=3)
        assert_type(page, Page[WebhookEndpoint, WebhookEndpointList])
        assert_type(page.reply.list_metadata.after, str | None)
        assert_type(page.raw, RawReply[WebhookEndpointList])
        for each in client.webhooks.list_webhook_endpoints(order="asc"):
            assert_type(each, WebhookEndpoint)
            assert_type(each.status, WebhookEndpointStatus | str)
        for one in page.pages():
            assert_type(one.items, list[WebhookEndpoint])
        events: Sequence[WebhookEventType] = [WebhookEventType.USER_CREATED]
        made = client.webhooks.create_webhook_endpoint(
            endpoint_url="https://example.com/webhooks",
            events=["user.created", WebhookEventType.DSYNC_USER_CREATED],
        )
        assert_type(made, WebhookEndpoint)
        client.webhooks.update_webhook_endpoint(id_=made.id, status="disabled", events=events)
        client.webhooks.update_webhook_endpoint(id_=made.id, status=status)
        client.webhooks.delete_webhook_endpoint(id_=made.id)
        body = CreateWebhookEndpoint(endpoint_url="https://example.com", events=list(events))
        assert_type(client.call(operations.CREATE_WEBHOOK_ENDPOINT, body=body), WebhookEndpoint)
        copy = client.with_options(timeout=None, max_retries=5)
        assert_type(copy, WorkOSClient)


def errors(client: WorkOSClient) -> str | None:
    seen: list[RawReply[object]] = []
    options = RequestOptions(timeout=3, headers={"x": "y"}, on_reply=seen.append)
    try:
        client.webhooks.delete_webhook_endpoint(id_="we_1", options=options)
    except NotFoundError as error:
        assert_type(error.status, int)
        return error.request_id
    except APIStatusError as error:
        assert_type(error.retry_after, float | None)
    except APIError:
        raise
    return None


async def asynchronous() -> None:
    async with AsyncWorkOSClient(api_key=key_later) as client:
        pager = client.webhooks.list_webhook_endpoints()
        assert_type(pager, AsyncPager[WebhookEndpoint, WebhookEndpointList])
        async for each in pager:
            assert_type(each, WebhookEndpoint)
        page = await client.webhooks.list_webhook_endpoints()
        assert_type(page, AsyncPage[WebhookEndpoint, WebhookEndpointList])
        made = await client.webhooks.create_webhook_endpoint(endpoint_url="x", events=[])
        assert_type(made, WebhookEndpoint)
        await client.webhooks.delete_webhook_endpoint(id_=made.id)
    async with AsyncMATTRClient(access_token=key) as mattr:
        assert_type(await mattr.webhooks.retrieve_webhook_jwks(), JwkSet)


def mattr(client: MATTRClient) -> list[Webhook]:
    return list(client.webhooks.list_webhooks(limit=5))


def socotra(client: SocotraClient, tenant: str) -> WebhookResponse:
    page = client.webhooks.list_webhooks(tenant_locator=tenant, event_types=("a", "b"))
    assert_type(page.reply, list[WebhookResponse] | WebhookListResponse)
    made = client.webhooks.create_webhook(
        tenant_locator=tenant,
        name="w",
        endpoint=CreateEndpointRequest(url="https://example.com", headers={"a": ["b"]}),
    )
    return client.webhooks.update_webhook(
        tenant_locator=tenant,
        webhook_locator=made.locator,
        endpoint=UpdateEndpointRequest(remove_headers=["a"]),
    )
