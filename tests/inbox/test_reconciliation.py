"""Reconciliation with a provider's list of events: WorkOS' operation over HTTP, and functions of the user's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hooksmith_providers.workos import (
    AsyncWorkOSClient,
    EventPage,
    UserCreated,
    Webhook,
    WebhookReceiver,
    WorkOSClient,
)
from hooksmith_providers.workos.testing import example

from .inboxes import ALL, states

WEBHOOK = Webhook("secret")


def event(number: int) -> dict[str, Any]:
    body = example(UserCreated, webhook=WEBHOOK, changes={"id": f"event_{number:03d}"}).body
    data: dict[str, Any] = json.loads(body)
    return data


class Provider:
    """A server with a list of events, as WorkOS has it."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.fails_at = 10**9
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {
                    name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()
                }
                provider.queries.append(query)
                if len(provider.queries) == provider.fails_at:
                    self.send_error(400)
                    return
                body = json.dumps(provider.page(**query)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def page(self, order: str, after: str = "", limit: str = "10") -> dict[str, Any]:
        assert order == "asc"
        ids = [each["id"] for each in self.events]
        start = ids.index(after) + 1 if after else 0
        data = self.events[start : start + int(limit)]
        has_more = start + int(limit) < len(self.events)
        metadata = {"after": data[-1]["id"] if has_more else None}
        return {"object": "list", "data": data, "list_metadata": metadata}


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


@pytest.fixture
def client(provider: Provider) -> Iterator[Any]:
    with WorkOSClient(api_key="sk_test", base_url=provider.url) as client:
        yield client


def make_receiver(inbox: Any) -> Any:
    receiver = WebhookReceiver(WEBHOOK, inbox=inbox)
    receiver.handled = []

    @receiver.on(UserCreated)
    def handle(event: UserCreated) -> None:
        receiver.handled.append(event.id)

    return receiver


def test_missing_events_are_stored_and_the_next_call_goes_on(
    make_inbox: Any, provider: Provider, client: Any
) -> None:
    receiver = make_receiver(make_inbox())
    provider.events = [event(number) for number in range(25)]
    pushed = example(UserCreated, webhook=WEBHOOK, changes={"id": "event_007"})
    receiver.receive(pushed.body, pushed.headers)
    assert receiver.inbox.cursor("workos", "reconcile") is None, "a pushed event moves no cursor"
    assert receiver.reconcile(client.events.list_events) == 24
    assert [query.get("after") for query in provider.queries] == [None, "event_009", "event_019"]
    receiver.work(drain=True)
    assert sorted(receiver.handled) == [each["id"] for each in provider.events], "each once"
    assert json.loads(receiver.inbox.get(2).body) == event(0), "stored as received"

    provider.events += [event(number) for number in range(25, 33)]
    provider.queries.clear()
    assert receiver.reconcile(client.events.list_events) == 8
    assert [query.get("after") for query in provider.queries] == ["event_019", "event_029"]
    assert receiver.reconcile(client.events.list_events) == 0
    late = example(UserCreated, webhook=WEBHOOK, changes={"id": "event_030"})
    assert receiver.receive(late.body, late.headers).text == "stored before"


def test_a_failure_between_pages_resumes_at_the_page(
    make_inbox: Any, provider: Provider, client: Any
) -> None:
    receiver = make_receiver(make_inbox())
    provider.events = [event(number) for number in range(25)]
    provider.fails_at = 3
    with pytest.raises(Exception, match="400"):
        receiver.reconcile(client.events.list_events)
    assert len(receiver.inbox.list(ALL)) == 20
    assert receiver.reconcile(client.events.list_events) == 5
    assert provider.queries[3] == {"order": "asc", "after": "event_019"}


def test_a_page_and_its_cursor_are_stored_together(
    make_inbox: Any, provider: Provider, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = make_receiver(make_inbox())
    provider.events = [event(number) for number in range(25)]
    inbox = receiver.inbox
    enqueue = inbox._enqueue_within
    pages: list[int] = []

    def crash(session: Any, ids: Any) -> None:
        enqueue(session, ids)
        pages.append(1)
        if len(pages) == 2:
            raise OSError("killed before the commit")

    monkeypatch.setattr(inbox, "_enqueue_within", crash)
    with pytest.raises(OSError, match="before the commit"):
        receiver.reconcile(client.events.list_events)
    assert len(inbox.list(ALL)) == 10
    assert json.loads(inbox.cursor("workos", "reconcile")) == {"after": "event_009"}
    assert receiver.reconcile(client.events.list_events) == 15


def test_options_of_the_operation_and_names_of_cursors(
    make_inbox: Any, provider: Provider, client: Any
) -> None:
    receiver = make_receiver(make_inbox())
    provider.events = [event(number) for number in range(25)]
    fetch = partial(client.events.list_events, limit=20)
    assert receiver.reconcile(fetch, name="by twenty", tenant="acme") == 25
    assert [query["limit"] for query in provider.queries] == ["20", "20"]
    assert receiver.inbox.cursor("workos", "reconcile") is None
    assert receiver.inbox.count(receiver.inbox.select(tenant="acme")) == 25


def test_a_function_of_the_user_s(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    cursors: list[str | None] = []
    listed = [event(0), json.dumps(event(1)).encode(), b"{broken", event(2)]

    def fetch(cursor: str | None) -> EventPage:
        cursors.append(cursor)
        start = int(cursor or 0)
        following = str(start + 2) if start + 2 < len(listed) else None
        return EventPage(events=listed[start : start + 2], cursor=following)

    assert receiver.reconcile(fetch) == 4
    assert receiver.reconcile(fetch) == 0
    assert cursors == [None, "2", "2"]
    receiver.work(drain=True)
    assert sorted(receiver.handled) == ["event_000", "event_001", "event_002"]
    assert [str(state) for state in states(receiver.inbox).values()].count("dead") == 1


def test_what_is_no_list_is_refused(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())
    with pytest.raises(TypeError, match="returns EventPage, not list"):
        receiver.reconcile(lambda cursor: [])
    with pytest.raises(ValueError, match="the same cursor again"):
        receiver.reconcile(lambda cursor: EventPage(events=[], cursor="same"))
    client = AsyncWorkOSClient(api_key="sk_test")
    with pytest.raises(ValueError, match="of another list: pass another name="):
        receiver.reconcile(client.events.list_events)
    with pytest.raises(TypeError, match="not one that returns AsyncPager: use areconcile"):
        receiver.reconcile(client.events.list_events, name="async")
    with pytest.raises(TypeError, match="not one that returns list: use reconcile"):
        asyncio.run(receiver.areconcile(lambda cursor: []))


def test_an_asynchronous_client_continues_where_the_other_stopped(
    make_inbox: Any, provider: Provider, client: Any
) -> None:
    receiver = make_receiver(make_inbox())
    provider.events = [event(number) for number in range(25)]
    provider.fails_at = 3

    async def reconcile() -> int:
        async with AsyncWorkOSClient(api_key="sk_test", base_url=provider.url) as client:
            number: int = await receiver.areconcile(client.events.list_events)
            return number

    with pytest.raises(Exception, match="400"):
        asyncio.run(reconcile())
    assert len(receiver.inbox.list(ALL)) == 20
    assert asyncio.run(reconcile()) == 5
    assert provider.queries[3] == {"order": "asc", "after": "event_019"}
    assert receiver.reconcile(client.events.list_events) == 0


def test_a_coroutine_function_of_the_user_s(make_inbox: Any) -> None:
    receiver = make_receiver(make_inbox())

    async def fetch(cursor: str | None) -> EventPage:
        await asyncio.sleep(0)
        following = {None: "b", "b": None}[cursor]
        return EventPage(events=[event(0 if cursor is None else 1)], cursor=following)

    assert asyncio.run(receiver.areconcile(fetch, tenant="acme")) == 2
    assert asyncio.run(receiver.areconcile(fetch, tenant="acme")) == 0
    assert receiver.inbox.cursor("workos", "reconcile") == "b"
    assert receiver.inbox.count(receiver.inbox.select(tenant="acme")) == 2
