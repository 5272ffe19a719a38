"""A shop that notifies its customers by Svix: applications, endpoints and messages."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from svix_api import ConflictError, RequestError, SvixClient
from svix_api.models import ApplicationIn, EndpointOut, HttpErrorOut, MessageOut
from svix_api.params import ApplicationInParams


def application(client: SvixClient, customer: str) -> str:
    made = client.application.create(
        name=f"Customer {customer}", uid=customer, get_if_exists=True, metadata={"plan": "free"}
    )
    assert_type(made.created_at, datetime)
    return made.id


def subscribe(client: SvixClient, app_id: str, urls: list[str]) -> list[EndpointOut]:
    known = {endpoint.url for endpoint in client.endpoint.list(app_id=app_id, limit=2)}
    return [
        client.endpoint.create(app_id=app_id, url=url, version=1, filter_types=["invoice.paid"])
        for url in urls
        if url not in known
    ]


def notify(client: SvixClient, app_id: str, invoice: str) -> str | None:
    customer: ApplicationInParams = {"name": "Customer 7", "rateLimit": 100, "uid": None}
    try:
        sent = client.message.create(
            app_id=app_id,
            event_type="invoice.paid",
            event_id=f"paid-{invoice}",
            payload={"invoice": invoice, "amount": 12.5},
            application=customer,
        )
        assert_type(sent, MessageOut)
        return sent.id
    except ConflictError as error:
        return error.body.code if isinstance(error.body, HttpErrorOut) else None


def misspelt(client: SvixClient) -> str:
    customer: ApplicationInParams = {"name": "Customer 7", "ratelimit": 100}  # error: ratelimit
    try:
        client.message.create(app_id="app_1", event_type="a", payload={}, application=customer)
    except RequestError as error:
        return str(error.details[0])
    return ""


def wrong(client: SvixClient) -> None:
    client.message.create(app_id="app_1", event_type="a")  # error
    client.message.create(app_id="a", event_type="a", payload={}, application={"nam": "x"})  # error
    client.endpoint.create(app_id="app_1", url="https://x.test", version="1")  # error


def main(base_url: str) -> list[object]:
    with SvixClient(token="testsk_example", base_url=base_url) as client:
        app_id = application(client, "7")
        made = subscribe(client, app_id, ["https://a.test/hooks", "https://c.test/hooks"])
        sent = notify(client, app_id, "in_1")
        again = notify(client, app_id, "in_2")
        modelled = client.message.create(
            app_id=app_id, event_type="a", payload={}, application=ApplicationIn(name="Customer 7")
        )
        results: list[object] = [app_id, [endpoint.url for endpoint in made], sent, again]
        return [*results, modelled.timestamp.year, misspelt(client)]
