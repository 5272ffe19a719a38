"""Calls that type checkers must refuse, each line by itself."""

from __future__ import annotations

from hooksmith_providers.workos import AsyncWorkOSClient, RequestOptions, WorkOSClient


async def later() -> str:
    return "sk_example_123456789"


def wrong(client: WorkOSClient) -> None:
    client.webhooks.list_webhook_endpoints(3)  # error
    client.webhooks.list_webhook_endpoints(limit="ten")  # error
    client.webhooks.list_webhook_endpoints(order="sideways")  # error
    client.webhooks.create_webhook_endpoint(endpoint_url="https://example.com")  # error
    client.webhooks.update_webhook_endpoint(id="we_1")  # error
    client.webhooks.update_webhook_endpoint(id_="we_1", endpoint_url=None)  # error
    print(client.webhooks.delete_webhook_endpoint(id_="we_1").status)  # error
    client.webhooks.no_such_call()  # error
    RequestOptions(timout=3)  # error
    WorkOSClient(api_key=later)  # error
    AsyncWorkOSClient(api_key=later)
