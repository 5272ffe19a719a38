"""What type checkers must refuse, each line by itself: see `test_callers.py`. Never run."""

from __future__ import annotations

from hooksmith_providers.workos import AsyncWorkOSClient, RequestOptions, WorkOSClient


async def later() -> str:
    return "sk_example_123456789"


def wrong(client: WorkOSClient) -> None:
    client.webhooks.list_webhook_endpoints(3)  # wrong
    client.webhooks.list_webhook_endpoints(limit="ten")  # wrong
    client.webhooks.list_webhook_endpoints(order="sideways")  # wrong
    client.webhooks.create_webhook_endpoint(endpoint_url="https://example.com")  # wrong
    client.webhooks.update_webhook_endpoint(id="we_1")  # wrong
    client.webhooks.update_webhook_endpoint(id_="we_1", endpoint_url=None)  # wrong
    print(client.webhooks.delete_webhook_endpoint(id_="we_1").status)  # wrong
    client.webhooks.no_such_call()  # wrong
    RequestOptions(timout=3)  # wrong
    WorkOSClient(api_key=later)  # wrong
    AsyncWorkOSClient(api_key=later)
