"""The calls of the WorkOS API reference, against a server that does what it says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hooksmith_providers.workos import (
    AuthenticationError,
    ConflictError,
    NotFoundError,
    RequestError,
    RequestOptions,
    UnprocessableEntityError,
)
from hooksmith_providers.workos.models import (
    InvalidRequestParametersErrorBody,
    InvalidUrlErrorBody,
    PaginationOrder,
    WebhookEndpoint,
    WebhookEndpointStatus,
    WebhookEventType,
)

from .clients import Clients
from .server import Space

REFUSAL = {
    "code": "invalid_request_parameters",
    "message": "Validation failed.",
    "errors": [{"code": "unknown_event_type", "message": "Invalid enum value."}],
}


def fill(clients: Clients, number: int) -> Any:
    """A client, after it has created so many endpoints."""
    client = clients.workos()
    for at in range(number):
        made = client.webhooks.create_webhook_endpoint(
            endpoint_url=f"https://example.com/{at}", events=["user.created"]
        )
        clients.run(made)
    return client


def test_the_calls_of_the_reference(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference's own lines, with another import; the server is set by the environment."""
    monkeypatch.setenv("WORKOS_BASE_URL", space.workos)
    from hooksmith_providers.workos import WorkOSClient

    client = WorkOSClient(api_key="sk_example_123456789", client_id="client_123456789")
    client.webhooks.list_webhook_endpoints()
    made = client.webhooks.create_webhook_endpoint(
        endpoint_url="https://example.com/webhooks",
        events=["user.created", "dsync.user.created"],
    )
    updated = client.webhooks.update_webhook_endpoint(id_=made.id)
    client.webhooks.delete_webhook_endpoint(id_=made.id)
    client.close()

    assert made.secret == "whsec_0FWAiVGkEfGBqqsJH4aNAGBJ4"
    assert made.events == ["user.created", "dsync.user.created"]
    assert updated.endpoint_url == made.endpoint_url
    assert [(it.method, it.path.removeprefix("/workos")) for it in space.requests()] == [
        ("GET", "/webhook_endpoints"),
        ("POST", "/webhook_endpoints"),
        ("PATCH", f"/webhook_endpoints/{made.id}"),
        ("DELETE", f"/webhook_endpoints/{made.id}"),
    ]
    assert space.stored("workos") == []


def test_its_asynchronous_twin(space: Space) -> None:
    from hooksmith_providers.workos import AsyncWorkOSClient

    async def calls() -> WebhookEndpoint:
        async with AsyncWorkOSClient(
            api_key="sk_example_123456789",
            client_id="client_123456789",
            base_url=space.workos,
        ) as client:
            await client.webhooks.list_webhook_endpoints()
            made = await client.webhooks.create_webhook_endpoint(
                endpoint_url="https://example.com/webhooks",
                events=["user.created", "dsync.user.created"],
            )
            await client.webhooks.update_webhook_endpoint(id_=made.id)
            await client.webhooks.delete_webhook_endpoint(id_=made.id)
            return made

    assert asyncio.run(calls()).status is WebhookEndpointStatus.ENABLED
    assert [it.method for it in space.requests()] == ["GET", "POST", "PATCH", "DELETE"]


def test_create_and_update(clients: Clients, space: Space) -> None:
    client = clients.workos()
    made = clients.run(
        client.webhooks.create_webhook_endpoint(
            endpoint_url="https://example.com/webhooks",
            events=[WebhookEventType.USER_CREATED, "dsync.user.created"],
        )
    )
    assert isinstance(made, WebhookEndpoint)
    assert made.created_at.isoformat() == "2026-01-15T12:00:00+00:00"
    updated = clients.run(
        client.webhooks.update_webhook_endpoint(id_=made.id, status=WebhookEndpointStatus.DISABLED)
    )
    assert updated.status is WebhookEndpointStatus.DISABLED
    assert updated.events == made.events
    assert space.requests()[-1].body == b'{"status":"disabled"}'
    assert clients.run(client.webhooks.delete_webhook_endpoint(id_=made.id)) is None
    assert space.stored("workos") == []


@pytest.mark.parametrize("number", [0, 1, 10, 11, 23])
def test_a_list_is_walked_page_by_page(clients: Clients, space: Space, number: int) -> None:
    client = fill(clients, number)
    space.forget()
    found = clients.items(client.webhooks.list_webhook_endpoints())
    assert [it.endpoint_url for it in found] == [
        f"https://example.com/{at}" for at in reversed(range(number))
    ]
    assert len(space.requests()) == max(1, -(-number // 10))


def test_one_page_and_its_cursors(clients: Clients, space: Space) -> None:
    client = fill(clients, 5)
    page = clients.run(client.webhooks.list_webhook_endpoints(limit=2))
    assert page.reply.list_metadata.before is None
    assert page.has_next
    assert page.next_query["after"] == page.reply.list_metadata.after
    assert page.raw.status == 200
    assert page.raw.request_id == "req_workos"
    second = clients.run(page.next_page())
    assert second.reply.list_metadata.before == second.items[0].id
    assert [
        len(each.items) for each in clients.pages(client.webhooks.list_webhook_endpoints(limit=2))
    ] == [2, 2, 1]


def test_a_walk_in_another_order(clients: Clients) -> None:
    client = fill(clients, 3)
    calls = client.webhooks.list_webhook_endpoints
    oldest_first = clients.items(calls(order=PaginationOrder.ASC, limit=1))
    assert [it.endpoint_url[-1] for it in oldest_first] == ["0", "1", "2"]
    assert [it.id for it in clients.items(calls(before=oldest_first[0].id))] == [
        it.id for it in reversed(oldest_first[1:])
    ]


def test_what_the_api_refuses(clients: Clients) -> None:
    client = fill(clients, 1)
    with pytest.raises(ConflictError) as conflict:
        clients.run(
            client.webhooks.create_webhook_endpoint(
                endpoint_url="https://example.com/0", events=["user.created"]
            )
        )
    assert conflict.value.body.code == "duplicate_endpoint"
    assert conflict.value.status == 409
    assert conflict.value.request_id == "req_workos"
    with pytest.raises(UnprocessableEntityError) as invalid:
        clients.run(client.webhooks.create_webhook_endpoint(endpoint_url="ftp://x", events=[]))
    assert isinstance(invalid.value.body, InvalidUrlErrorBody)
    with pytest.raises(NotFoundError) as missing:
        clients.run(client.webhooks.delete_webhook_endpoint(id_="we_unknown"))
    assert missing.value.body.code == "entity_not_found"
    assert missing.value.headers["content-type"] == "application/json"
    with pytest.raises(AuthenticationError):
        clients.run(clients.workos(api_key="wrong").webhooks.list_webhook_endpoints())


def test_a_refusal_of_parameters_says_which(clients: Clients, space: Space) -> None:
    """Reached past the check of the arguments, as a client of older specs would."""
    client = clients.workos()
    past = RequestOptions(query={"limit": 1000})
    with pytest.raises(UnprocessableEntityError) as invalid:
        clients.run(client.webhooks.list_webhook_endpoints(options=past))
    assert (
        invalid.value.body["errors"][0]["code"] == "limit_or_order"
    )  # the list documents no errors
    space.fail({"kind": "status", "status": 422, "body": REFUSAL})
    with pytest.raises(UnprocessableEntityError) as unknown:
        clients.run(client.webhooks.update_webhook_endpoint(id_="we_1", events=["user.created"]))
    assert isinstance(unknown.value.body, InvalidRequestParametersErrorBody)
    assert unknown.value.body.errors[0].code == "unknown_event_type"


@pytest.mark.parametrize(
    "arguments",
    [{"limit": 0}, {"limit": 101}, {"limit": "ten"}, {"order": "sideways"}, {"before": 3}],
)
def test_arguments_that_break_the_spec_are_not_sent(
    clients: Clients, space: Space, arguments: dict[str, Any]
) -> None:
    with pytest.raises(RequestError):
        clients.run(clients.workos().webhooks.list_webhook_endpoints(**arguments))
    assert space.requests() == []


def test_ids_stay_in_their_segment(clients: Clients, space: Space) -> None:
    client = clients.workos()
    for id_ in ("../users", "we_1/../../admin", "we?x=1#y", "wé 1", "%2e%2e"):
        with pytest.raises(NotFoundError):
            clients.run(client.webhooks.delete_webhook_endpoint(id_=id_))
        path = space.requests()[-1].path
        assert path.startswith("/workos/webhook_endpoints/")
        assert path.count("/") == 3
    for id_ in ("", ".", ".."):
        with pytest.raises(RequestError):
            clients.run(client.webhooks.delete_webhook_endpoint(id_=id_))
    assert len(space.requests()) == 5
