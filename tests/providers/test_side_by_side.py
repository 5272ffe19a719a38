"""The official `workos` package and ours, call by call: the same requests on the wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
import workos

from hooksmith_providers.workos import AsyncWorkOSClient, RequestOptions, WorkOSClient

from .server import Seen, Space

KEY = {"api_key": "sk_example_123456789", "client_id": "client_123456789"}
EVENTS = ["user.created", "dsync.user.created"]
URL = "https://example.com/webhooks?a=b&c=ü"
ID = "we_0123456789"
ODD_ID = "we/1 ?#%é"

# The official list sends the default order; ours leaves defaults to the API, so it is given here.
CALLS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("list_webhook_endpoints", {}, {"order": "desc"}),
    ("list_webhook_endpoints", {"limit": 5, "order": "asc"}, {"limit": 5, "order": "asc"}),
    (
        "list_webhook_endpoints",
        {"after": "we_1 &=é", "before": "we/2", "limit": 1, "order": "normal"},
        {"after": "we_1 &=é", "before": "we/2", "limit": 1, "order": "normal"},
    ),
    (
        "create_webhook_endpoint",
        {"endpoint_url": URL, "events": EVENTS},
        {"endpoint_url": URL, "events": EVENTS},
    ),
    ("update_webhook_endpoint", {"id": ID}, {"id_": ID}),
    (
        "update_webhook_endpoint",
        {"id": ODD_ID, "endpoint_url": URL, "status": "disabled", "events": []},
        {"id_": ODD_ID, "endpoint_url": URL, "status": "disabled", "events": []},
    ),
    ("delete_webhook_endpoint", {"id": ID}, {"id_": ID}),
    ("delete_webhook_endpoint", {"id": ODD_ID}, {"id_": ODD_ID}),
]


def facts(seen: Seen) -> dict[str, Any]:
    """What matters of a request: the pairs of a query have no order, members of JSON neither.

    Content-Type says something only where there is content; the official client sends it always.
    """
    return {
        "method": seen.method,
        "path": seen.path,
        "query": sorted(
            parse_qsl(seen.query, keep_blank_values=True, strict_parsing=bool(seen.query))
        ),
        "body": json.loads(seen.body) if seen.body else None,
        "authorization": seen.headers["authorization"],
        "content-type": seen.headers.get("content-type") if seen.body else None,
    }


def official(space: Space, name: str, arguments: dict[str, Any]) -> Any:
    with workos.WorkOSClient(**KEY, base_url=space.workos, max_retries=0) as client:
        return attempted(lambda: getattr(client.webhooks, name)(**arguments))


def ours(space: Space, name: str, arguments: dict[str, Any]) -> Any:
    with WorkOSClient(**KEY, base_url=space.workos, max_retries=0) as client:
        return attempted(lambda: getattr(client.webhooks, name)(**arguments))


def ours_asynchronously(space: Space, name: str, arguments: dict[str, Any]) -> Any:
    async def call() -> Any:
        async with AsyncWorkOSClient(**KEY, base_url=space.workos, max_retries=0) as client:
            return await getattr(client.webhooks, name)(**arguments)

    return attempted(lambda: asyncio.run(call()))


def attempted(call: Callable[[], Any]) -> Any:
    """What comes of a call: its result, or the status of a refusal."""
    try:
        return call()
    except Exception as error:
        status = getattr(error, "status", None) or getattr(error, "status_code", None)
        if status is None:
            raise
        return status


@pytest.mark.parametrize("mine", [ours, ours_asynchronously])
@pytest.mark.parametrize(("name", "theirs", "own"), CALLS)
def test_the_same_call_is_the_same_request(
    space: Space,
    name: str,
    theirs: dict[str, Any],
    own: dict[str, Any],
    mine: Callable[[Space, str, dict[str, Any]], Any],
) -> None:
    expected = official(space, name, theirs)
    space.empty("workos")
    result = mine(space, name, own)
    first, second = space.requests()
    assert facts(first) == facts(second)
    if isinstance(expected, int):
        assert result == expected


def test_the_official_list_says_the_default(space: Space) -> None:
    """The one difference of the four calls as they are documented: `order=desc` is the API's default."""
    official(space, "list_webhook_endpoints", {})
    ours(space, "list_webhook_endpoints", {})
    first, second = space.requests()
    assert (first.query, second.query) == ("order=desc", "")


def test_idempotency_keys(space: Space) -> None:
    """Ours goes out where it is given; the official client makes one up for each POST."""
    options: Any = {"idempotency_key": "key-1"}
    arguments = {"endpoint_url": URL, "events": EVENTS}
    official(space, "create_webhook_endpoint", arguments | {"request_options": options})
    ours(space, "create_webhook_endpoint", arguments | {"options": RequestOptions(**options)})
    assert [it.headers["idempotency-key"] for it in space.requests()] == ["key-1", "key-1"]


def test_the_results_say_the_same(space: Space) -> None:
    """Field by field, of one endpoint and of a walk over pages."""
    with (
        workos.WorkOSClient(**KEY, base_url=space.workos) as theirs,
        WorkOSClient(**KEY, base_url=space.workos) as own,
    ):
        for at in range(5):
            url = f"https://example.com/{at}"
            own.webhooks.create_webhook_endpoint(endpoint_url=url, events=["user.created"])
        expected = list(theirs.webhooks.list_webhook_endpoints(limit=2).auto_paging_iter())
        found = list(own.webhooks.list_webhook_endpoints(limit=2))
    assert len(found) == 5
    for one, other in zip(found, expected, strict=True):
        assert (one.id, one.secret, one.endpoint_url) == (
            other.id,
            other.secret,
            other.endpoint_url,
        )
        assert list(one.events) == list(other.events)
        assert one.created_at == other.created_at


@pytest.mark.parametrize("id_", ["", ".", ".."])
def test_neither_sends_what_would_lead_elsewhere(space: Space, id_: str) -> None:
    for client, name in (
        (workos.WorkOSClient(**KEY, base_url=space.workos), "id"),
        (WorkOSClient(**KEY, base_url=space.workos), "id_"),
    ):
        with client, pytest.raises(ValueError):  # noqa: PT011
            client.webhooks.delete_webhook_endpoint(**{name: id_})
    assert space.requests() == []
